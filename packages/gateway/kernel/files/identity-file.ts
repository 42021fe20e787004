/** Local identities on disk: the user's `gatewright.identities.yml`, and the key pair of the running gateway. */
import { randomBytes } from 'node:crypto';
import { readFile, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { ownFolderOf } from '@gatewright/aws/own-folder-of';
import { ownFault, StartError } from '../../core/errors.ts';
import { type LocalIdentity, parseIdentities } from '../../core/policy/identities.ts';
import { makeOwnFolder } from './own-folder.ts';
import { readSecretFile, writeSecretFile } from './secret-file.ts';

export const IDENTITIES_FILE = 'gatewright.identities.yml';
const CREDENTIALS_FILE = 'credentials.json';
const MAX_IDENTITIES_BYTES = 1024 * 1024;
const BASE32 = 'ABCDEFGHIJKLMNOPQRSTUVWXYZ234567';

export type KeyPair = { readonly accessKeyId: string; readonly secretAccessKey: string };

export type StartCredentials = KeyPair & {
  /** For example `http://127.0.0.1:4000`. */
  readonly controlUrl: string;
  /** The bearer secret for the local endpoints below `/_gatewright/`. */
  readonly controlSecret: string;
};

/**
 * Reads the identities file of a directory.
 * @returns no identities if the directory has no such file
 * @throws DefinitionError with file and line if the file is invalid
 */
export async function loadIdentities(
  directory: string,
  accountId: string,
): Promise<readonly LocalIdentity[]> {
  const path = join(directory, IDENTITIES_FILE);
  let text: string;
  try {
    text = await readFile(path, 'utf8');
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'ENOENT') return [];
    const reason = error instanceof Error ? error.message : String(error);
    throw ownFault({ file: path }, `cannot be read: ${reason}`);
  }
  if (text.length > MAX_IDENTITIES_BYTES) throw ownFault({ file: path }, 'is longer than 1 MB');
  return parseIdentities(text, path, accountId);
}

/**
 * Returns the admin's key pair. GATEWRIGHT_ACCESS_KEY_ID and GATEWRIGHT_SECRET_ACCESS_KEY set the key pair (for CI).
 * Without these variables, the key pair is random.
 * @throws StartError if only one of the two is set, or if one of them is not a valid key
 */
export function chooseKeyPair(environment: Readonly<Record<string, string | undefined>>): KeyPair {
  const accessKeyId = environment['GATEWRIGHT_ACCESS_KEY_ID'] ?? '';
  const secretAccessKey = environment['GATEWRIGHT_SECRET_ACCESS_KEY'] ?? '';
  if (accessKeyId === '' && secretAccessKey === '') {
    return makeKeyPair();
  }
  const isId = /^\w{4,128}$/.test(accessKeyId);
  if (!isId || !/^[\x21-\x7e]{8,256}$/.test(secretAccessKey)) {
    throw new StartError(
      'ADMIN_KEY_INVALID',
      `${isId ? 'GATEWRIGHT_SECRET_ACCESS_KEY' : 'GATEWRIGHT_ACCESS_KEY_ID'} is missing or invalid; set both GATEWRIGHT_ACCESS_KEY_ID ` +
        '(4 to 128 letters and digits) and GATEWRIGHT_SECRET_ACCESS_KEY (8 to 256 characters without spaces), or neither',
    );
  }
  return { accessKeyId, secretAccessKey };
}

export function makeKeyPair(): KeyPair {
  return {
    accessKeyId: `AKIALOCAL${randomKeyPart(11)}`,
    secretAccessKey: randomBytes(30).toString('base64url'),
  };
}

/** An access key id of AWS has 20 characters, and some tools accept no others. */
function randomKeyPart(count: number): string {
  return Array.from(randomBytes(count), (byte) => BASE32[byte % BASE32.length] ?? 'A').join('');
}

export function makeControlSecret(): string {
  return randomBytes(32).toString('base64url');
}

/**
 * Writes the credentials of this run, with which other commands call the control port. If a second gateway starts in
 * the same directory, it replaces the file. When the first gateway then ends, it does not delete the file of the second
 * gateway.
 */
export async function publishCredentials(
  directory: string,
  credentials: StartCredentials,
): Promise<{ readonly path: string; remove(): Promise<void> }> {
  const path = join(ownFolderOf(directory), CREDENTIALS_FILE);
  const text = `${JSON.stringify(credentials, null, 2)}\n`;
  try {
    await makeOwnFolder(directory);
    await writeSecretFile(path, text);
  } catch (error) {
    if (error instanceof StartError) throw error;
    const reason = error instanceof Error ? error.message : String(error);
    throw new StartError('CREDENTIALS_FILE', `${path} cannot be written: ${reason}`);
  }
  return {
    path,
    async remove() {
      if ((await readSecretFile(path)) === text) await rm(path, { force: true });
    },
  };
}

/**
 * Reads the credentials of the gateway that runs in a directory.
 * @returns undefined if the directory has no credentials
 * @throws StartError CREDENTIALS_FILE if the file cannot be read or is damaged
 */
export async function readCredentials(directory: string): Promise<StartCredentials | undefined> {
  const path = join(ownFolderOf(directory), CREDENTIALS_FILE);
  const text = await readSecretFile(path).catch((error: unknown) => {
    const reason = error instanceof Error ? error.message : String(error);
    throw new StartError(
      'CREDENTIALS_FILE',
      `${path} cannot be read: ${reason}; the gateway may belong to another user: choose your own gateway with --gateway`,
    );
  });
  if (text === undefined) return undefined;
  try {
    return parseCredentials(JSON.parse(text));
  } catch {
    throw new StartError('CREDENTIALS_FILE', `${path} is damaged; restart the gateway`);
  }
}

/** @throws TypeError if a credential is missing */
export function parseCredentials(value: unknown): StartCredentials {
  const fields = new Map<string, unknown>(
    typeof value === 'object' && value !== null ? Object.entries(value) : [],
  );
  const text = (name: string): string => {
    const field = fields.get(name);
    if (typeof field === 'string') return field;
    throw new TypeError(`${name} is missing`);
  };
  return {
    accessKeyId: text('accessKeyId'),
    secretAccessKey: text('secretAccessKey'),
    controlUrl: text('controlUrl'),
    controlSecret: text('controlSecret'),
  };
}
