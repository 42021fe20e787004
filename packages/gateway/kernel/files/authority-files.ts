/** The local certificate authority of a project, in its folder `.gatewright/tls`. The key never leaves that folder. */
import { X509Certificate, createPrivateKey } from 'node:crypto';
import { chmod, lstat } from 'node:fs/promises';
import { basename, dirname, join, resolve } from 'node:path';
import { ownFolderOf } from '@gatewright/aws/own-folder-of';
import { StartError } from '../../core/errors.ts';
import { makeOwnFolder } from './own-folder.ts';
import { readSecretFile, writeSecretFile } from './secret-file.ts';

type CertifiedKey = { readonly certificate: string; readonly privateKey: string };

export type LocalAuthority = CertifiedKey & {
  /** The file of the CA certificate, which clients must trust. */
  readonly certificateFile: string;
  readonly keyFile: string;
  /** Whether this call created the certificate authority. If so, no client trusts it yet. */
  readonly isNew: boolean;
};

/**
 * Creates a certificate and its key. The function is passed as a parameter, so that commands that only read files do
 * not have to load its code.
 */
type MakeAuthority = (options: {
  readonly commonName: string;
  readonly fromEpochMs: number;
  readonly toEpochMs: number;
}) => CertifiedKey;

const FOLDER = 'tls';

/** Returns the path of the certificate of the directory's CA. The file need not exist. */
export function authorityFileOf(directory: string): string {
  return join(ownFolderOf(directory), FOLDER, 'ca.pem');
}

const DAY_MS = 86_400_000;
/**
 * The lifetime of a CA. It is limited so that a forgotten CA expires soon after its project ends. The certificates of
 * the servers have a shorter lifetime (engine/compose/network/tls.ts).
 */
const LIFETIME_MS = 825 * DAY_MS;
/**
 * How many milliseconds before its creation a certificate begins to be valid. This is needed because the clocks of
 * machines and containers differ.
 */
const LEEWAY_MS = DAY_MS;
/** The remaining lifetime below which a CA is replaced. Clients must then trust the new CA. */
const RENEWED_BEFORE_MS = 30 * DAY_MS;
const OTHERS = 0o077;

/**
 * Returns the CA of the directory. Creates a CA if there is none that is valid long enough.
 * @throws StartError LOCAL_CA if the files of the CA cannot be used
 */
export async function openAuthority(
  directory: string,
  make: MakeAuthority,
  nowEpochMs: number,
): Promise<LocalAuthority> {
  const own = await makeOwnFolder(directory);
  const files = {
    certificateFile: join(own, FOLDER, 'ca.pem'),
    keyFile: join(own, FOLDER, 'ca.key'),
  };
  try {
    await refuseLink(join(own, FOLDER));
    const known = await readAuthority(files, nowEpochMs);
    if (known !== undefined) return { ...known, ...files, isNew: false };
    const made = make({
      commonName: `Gatewright local CA, ${basename(resolve(directory))}`.slice(0, 64),
      fromEpochMs: nowEpochMs - LEEWAY_MS,
      toEpochMs: nowEpochMs + LIFETIME_MS,
    });
    // The key is written before the certificate, because otherwise clients might trust a certificate whose key was
    // never stored.
    await writeSecretFile(files.keyFile, made.privateKey);
    await writeSecretFile(files.certificateFile, made.certificate);
    return { ...made, ...files, isNew: true };
  } catch (error) {
    if (error instanceof StartError) throw error;
    const reason = error instanceof Error ? error.message : String(error);
    throw new StartError('LOCAL_CA', `the local CA in ${join(own, FOLDER)} cannot be used: ${reason}`);
  }
}

/** Returns undefined if there is no CA, or if it expires too soon. */
async function readAuthority(
  { certificateFile, keyFile }: Pick<LocalAuthority, 'certificateFile' | 'keyFile'>,
  nowEpochMs: number,
): Promise<CertifiedKey | undefined> {
  const [certificate, privateKey] = await Promise.all([
    readSecretFile(certificateFile),
    readSecretFile(keyFile),
  ]);
  if (certificate === undefined || privateKey === undefined) return undefined;
  if (((await lstat(keyFile)).mode & OTHERS) !== 0) await chmod(keyFile, 0o600);
  const read = parse(certificateFile, 'certificate', () => new X509Certificate(certificate));
  const key = parse(keyFile, 'private key', () => createPrivateKey(privateKey));
  if (!read.ca || !read.checkPrivateKey(key))
    throw new Error(
      `${certificateFile} and ${keyFile} are not a CA certificate and its key; delete both, and the next start creates them again`,
    );
  if (read.validToDate.getTime() - nowEpochMs < RENEWED_BEFORE_MS) return undefined;
  return { certificate, privateKey };
}

/**
 * Calls `read`. If it fails, the error names the file and a remedy, because OpenSSL's message about a broken file
 * contains neither.
 */
function parse<Parsed>(file: string, what: string, read: () => Parsed): Parsed {
  try {
    return read();
  } catch {
    throw new Error(
      `${file} contains no ${what}; delete it, and the next start creates a new certificate and key`,
    );
  }
}

/**
 * Refuses a path that is a symbolic link. Attack: a link in a cloned repository could make the gateway write the key to
 * another place.
 */
async function refuseLink(path: string): Promise<void> {
  const found = await lstat(path).catch(() => undefined);
  if (found !== undefined && !found.isDirectory())
    throw new Error(`${path} is a link or a file, not a folder; remove it`);
}

/**
 * Writes a certificate and its key next to the CA's files and returns their paths.
 * @throws StartError LOCAL_CA if the files cannot be written
 */
export async function writeCertified(
  { keyFile }: Pick<LocalAuthority, 'keyFile'>,
  name: string,
  { certificate, privateKey }: CertifiedKey,
): Promise<{ readonly certificateFile: string; readonly keyFile: string }> {
  const files = {
    certificateFile: join(dirname(keyFile), `${name}.pem`),
    keyFile: join(dirname(keyFile), `${name}.key`),
  };
  try {
    await writeSecretFile(files.keyFile, privateKey);
    await writeSecretFile(files.certificateFile, certificate);
    return files;
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error);
    throw new StartError(
      'LOCAL_CA',
      `the certificate ${name} cannot be stored in ${dirname(keyFile)}: ${reason}`,
    );
  }
}
