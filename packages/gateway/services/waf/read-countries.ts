/** The file of `--waf-networks`. */
import { readFileSync } from 'node:fs';
import { StartError } from '../../core/errors.ts';
import { Countries, NetworksFileError } from './evaluate/countries.ts';

/** @throws StartError WAF_NETWORKS */
export function readCountries(file: string): Countries {
  let text: string;
  try {
    text = readFileSync(file, 'utf8');
  } catch (error) {
    const why = error instanceof Error ? error.message : String(error);
    throw new StartError('WAF_NETWORKS', `The file of --waf-networks cannot be read: ${why}`);
  }
  try {
    return Countries.parse(text);
  } catch (error) {
    if (!(error instanceof NetworksFileError)) throw error;
    throw new StartError('WAF_NETWORKS', `${file}:${error.line}: ${error.message}`);
  }
}
