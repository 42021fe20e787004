/**
 * The region to which SAM's command line would deploy a template: `region` of the samconfig file beside it.
 */
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { readIfReadable } from '@gatewright/aws/readable-files';
import { parse } from 'yaml';
import { isRegion } from '../core/stack/home.ts';

const FILES = ['samconfig.toml', 'samconfig.yaml', 'samconfig.yml'];
/** Tables of the environment `default`; `deploy` wins over `global`. */
const TABLES = ['deploy', 'global'];
const MAX_BYTES = 256 * 1024;

/** Undefined if there is no such file, or none of its tables names a region. */
export function readSamconfigRegion(folder: string): string | undefined {
  const file = FILES.map((name) => join(folder, name)).find((path) => existsSync(path));
  const text = file === undefined ? undefined : readIfReadable(file)?.slice(0, MAX_BYTES);
  if (file === undefined || text === undefined) return undefined;
  const regionOf = file.endsWith('.toml') ? regionInToml(text) : regionInYaml(text);
  return TABLES.map(regionOf).find((region) => region !== undefined && isRegion(region));
}

/** Reads only tables and plain texts, which is all that `sam deploy --guided` writes around a region. */
function regionInToml(text: string): (command: string) => string | undefined {
  const regions = new Map<string, string>();
  let table = '';
  for (const line of text.split(/\r?\n/)) {
    const header = /^\s*\[([^[\]]+)\]\s*(?:#.*)?$/.exec(line)?.[1];
    if (header !== undefined) table = header.replace(/["'\s]/g, '');
    const [, double, single] = /^\s*region\s*=\s*(?:"([^"]*)"|'([^']*)')\s*(?:#.*)?$/.exec(line) ?? [];
    const region = double ?? single;
    if (region !== undefined) regions.set(table, region);
  }
  return (command) => regions.get(`default.${command}.parameters`);
}

function regionInYaml(text: string): (command: string) => string | undefined {
  let document: unknown;
  try {
    document = parse(text);
  } catch {
    // SAM reports a broken file; here it only has no region.
    return () => undefined;
  }
  return (command) => {
    const path = ['default', command, 'parameters', 'region'];
    const region = path.reduce<unknown>(
      (value, key) =>
        typeof value === 'object' && value !== null && Object.hasOwn(value, key)
          ? Reflect.get(value, key)
          : undefined,
      document,
    );
    return typeof region === 'string' ? region : undefined;
  };
}
