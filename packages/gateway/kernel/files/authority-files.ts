/** The local certificate authority of a directory, in `.gatewright/tls`. Its key never leaves the folder. */
import { X509Certificate, createPrivateKey } from 'node:crypto';
import { chmod, lstat } from 'node:fs/promises';
import { basename, dirname, join, resolve } from 'node:path';
import { StartError } from '../../core/errors.ts';
import { makeOwnFolder } from './own-folder.ts';
import { readSecretFile, writeSecretFile } from './secret-file.ts';

type CertifiedKey = { readonly certificate: string; readonly privateKey: string };

export type LocalAuthority = CertifiedKey & {
  /** Of the certificate, for clients. */
  readonly certificateFile: string;
  readonly keyFile: string;
  /** Made by this call: no client trusts it yet. */
  readonly isNew: boolean;
};

/** Issues certificates; passed in, so that commands which only read files do not load it. */
type MakeAuthority = (options: {
  readonly commonName: string;
  readonly fromEpochMs: number;
  readonly toEpochMs: number;
}) => CertifiedKey;

const FOLDER = 'tls';
export const AUTHORITY_FILE = join('.gatewright', FOLDER, 'ca.pem');
const DAY_MS = 86_400_000;
/** Apple accepts no longer lifetime of a server; an unattended CA should not outlive the project by long. */
const LIFETIME_MS = 825 * DAY_MS;
/** Clocks of machines and containers differ. */
const LEEWAY_MS = DAY_MS;
/** One that ends sooner is replaced, and has to be trusted anew. */
const RENEWED_BEFORE_MS = 30 * DAY_MS;
const OTHERS = 0o077;

/**
 * The authority of the directory; made if none is valid long enough.
 * @throws StartError LOCAL_CA
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
    // The key first: a certificate without its key must not come to be trusted.
    await writeSecretFile(files.keyFile, made.privateKey);
    await writeSecretFile(files.certificateFile, made.certificate);
    return { ...made, ...files, isNew: true };
  } catch (error) {
    if (error instanceof StartError) throw error;
    const reason = error instanceof Error ? error.message : String(error);
    throw new StartError('LOCAL_CA', `the local CA in ${join(own, FOLDER)} cannot be used: ${reason}`);
  }
}

/** Undefined: none, or none that is valid long enough. */
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
    throw new Error(`${certificateFile} and ${keyFile} do not belong together; remove both`);
  if (read.validToDate.getTime() - nowEpochMs < RENEWED_BEFORE_MS) return undefined;
  return { certificate, privateKey };
}

/** OpenSSL's message on a broken file names neither the file nor a remedy. */
function parse<Parsed>(file: string, what: string, read: () => Parsed): Parsed {
  try {
    return read();
  } catch {
    throw new Error(`${file} holds no ${what}; remove it, and both files are made again`);
  }
}

/** Attack: a link in a cloned repository that has the key written elsewhere. */
async function refuseLink(path: string): Promise<void> {
  const found = await lstat(path).catch(() => undefined);
  if (found !== undefined && !found.isDirectory()) throw new Error(`${path} is not a folder`);
}

/**
 * Writes a certificate and its key beside the authority's, and returns their paths.
 * @throws StartError LOCAL_CA
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
    throw new StartError('LOCAL_CA', `${files.keyFile} cannot be written: ${reason}`);
  }
}
