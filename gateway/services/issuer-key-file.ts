/** The issuer's keys kept with `--data DIR`, so that tokens outlive a restart. */
import { join } from 'node:path';
import { StartError } from '../errors.ts';
import type { KeptKey } from '../server/issuer.ts';
import { readSecretFile, writeSecretFile } from './secret-file.ts';

const FILE = 'issuer-keys.json';

/** @returns no keys when none have been kept @throws StartError when the file is damaged */
export async function loadIssuerKeys(dataDirectory: string): Promise<readonly KeptKey[]> {
  const path = join(dataDirectory, FILE);
  const text = await readSecretFile(path);
  if (text === undefined) return [];
  try {
    return parseKeys(JSON.parse(text));
  } catch {
    throw new StartError('ISSUER_KEYS', `${path} is damaged; delete it to begin with a new key`);
  }
}

export async function saveIssuerKeys(dataDirectory: string, keys: readonly KeptKey[]): Promise<void> {
  await writeSecretFile(join(dataDirectory, FILE), `${JSON.stringify(keys)}\n`);
}

function parseKeys(value: unknown): readonly KeptKey[] {
  if (!Array.isArray(value)) throw new TypeError('not a list');
  return value.map((entry: unknown) => {
    const { privateKeyPem, usedUntilSeconds } = entry as Partial<KeptKey>;
    if (typeof privateKeyPem !== 'string' || typeof usedUntilSeconds !== 'number')
      throw new TypeError('not a key');
    return { privateKeyPem, usedUntilSeconds };
  });
}
