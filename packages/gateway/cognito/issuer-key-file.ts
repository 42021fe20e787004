import { createPrivateKey } from 'node:crypto';
import { join } from 'node:path';
import { StartError } from '../core/errors.ts';
import type { SavedKey } from './issuer.ts';
import { KeyLocks } from '@gatewright/aws/key-locks';
import { readSecretFile, writeSecretFile } from '../kernel/files/secret-file.ts';

const FILE = 'issuer-keys.json';
const SAVES = new KeyLocks();

/**
 * @returns an empty list if no keys are stored
 * @throws StartError if the file is damaged or cannot be read
 */
export async function loadIssuerKeys(dataDirectory: string): Promise<readonly SavedKey[]> {
  const path = join(dataDirectory, FILE);
  const text = await readSecretFile(path).catch((error: unknown) => {
    const reason = error instanceof Error ? error.message : String(error);
    throw new StartError('DATA_DIRECTORY', `--data: ${dataDirectory} cannot be used: ${reason}`);
  });
  if (text === undefined) return [];
  try {
    return parseIssuerKeys(JSON.parse(text));
  } catch {
    throw new StartError('ISSUER_KEYS', `${path} is damaged; delete it to start with a new key`);
  }
}

/** Saves the keys. Calls are executed one after another, so that an earlier list never replaces a later one. */
export async function saveIssuerKeys(dataDirectory: string, keys: readonly SavedKey[]): Promise<void> {
  const path = join(dataDirectory, FILE);
  await SAVES.hold([path], () => writeSecretFile(path, `${JSON.stringify(keys)}\n`));
}

/** @throws if the value is not a list of keys */
export function parseIssuerKeys(value: unknown): readonly SavedKey[] {
  if (!Array.isArray(value)) throw new TypeError('not a list');
  return value.map((entry: unknown) => {
    const { privateKeyPem, usedUntilSeconds } = entry as Partial<SavedKey>;
    if (typeof privateKeyPem !== 'string' || typeof usedUntilSeconds !== 'number')
      throw new TypeError('not a key');
    // The issuer signs with RS256, so a key of another type counts as damaged.
    if (createPrivateKey(privateKeyPem).asymmetricKeyType !== 'rsa') throw new TypeError('not an RSA key');
    return { privateKeyPem, usedUntilSeconds };
  });
}
