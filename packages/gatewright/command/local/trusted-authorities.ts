import { readFileSync } from 'node:fs';
import { getCACertificates, setDefaultCACertificates } from 'node:tls';
import { authorityFileOf } from '../../../gateway/kernel/files/authority-files.ts';

/** Returns the CAs of the system, and this folder's local CA if it exists. */
export function trustedAuthorities(): string[] {
  const usual = getCACertificates('default');
  try {
    return [...usual, readFileSync(authorityFileOf(process.cwd()), 'utf8')];
  } catch {
    return usual;
  }
}

/** Makes `fetch` trust this folder's local CA, which signs the certificates of `gatewright start --tls`. */
export function trustLocalAuthority(): void {
  setDefaultCACertificates(trustedAuthorities());
}
