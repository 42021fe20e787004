/**
 * `gatewright certs` creates or shows the local CA of a folder, prints how to trust it, and creates client
 * certificates. It does not install anything.
 */
import { X509Certificate } from 'node:crypto';
import { relative } from 'node:path';
import { Command } from 'commander';
import { issueFrom, makeAuthority } from '@gatewright/aws/certificates/issue-certificate';
import { placeOwnFolder } from '../../../gateway/engine/place-own-folder.ts';
import { openAuthority, writeCertified } from '../../../gateway/kernel/files/authority-files.ts';
import { describeTrust } from './trust-text.ts';
import { commandName, printResult, table, UsageError } from '../../../base/terminal/output.ts';
import type { LocalAuthority } from '../../../gateway/kernel/files/authority-files.ts';

type CertsFlags = { readonly trust: boolean; readonly client?: string };

const DAY_MS = 86_400_000;
const CLIENT_LIFETIME_MS = 397 * DAY_MS;
/** Matches the allowed file names of client certificates. The name of the CA's own file is not allowed. */
const CLIENT_NAME = /^(?!ca$)[A-Za-z0-9][\w.-]{0,63}$/;

export function certsCommand(): Command {
  return new Command('certs')
    .description('Create or show the local CA of this folder for `start --tls`.')
    .option(
      '--trust',
      'print how to trust the CA in browsers, operating systems and libraries; installs nothing',
      false,
    )
    .option('--client <name>', 'create a client certificate, for domains with mutual TLS')
    .action(certs);
}

async function certs(flags: CertsFlags): Promise<void> {
  const now = Date.now();
  await placeOwnFolder(process.cwd(), ['.']);
  const authority = await openAuthority(process.cwd(), makeAuthority, now);
  if (flags.client !== undefined) return makeClient(authority, flags.client, now);
  const { certificateFile, keyFile, isNew } = authority;
  const read = new X509Certificate(authority.certificate);
  const [sha256, until] = [read.fingerprint256, read.validToDate.toISOString()];
  const trust = flags.trust ? describeTrust(certificateFile, process.platform) : undefined;
  printResult({ certificate: certificateFile, key: keyFile, sha256, until, isNew, trust }, () => [
    ...table([
      ['Certificate', nearby(certificateFile), isNew ? 'made now' : ''],
      ['Key', nearby(keyFile), 'Anyone with this key can impersonate any host to clients that trust the CA.'],
      ['SHA-256', sha256, ''],
      ['Until', until.slice(0, 10), ''],
    ]),
    '',
    ...(trust ?? [
      `No system trusts the CA by default; ${commandName()} certs --trust shows how to trust it.`,
    ]),
  ]);
}

async function makeClient(authority: LocalAuthority, name: string, now: number): Promise<void> {
  if (!CLIENT_NAME.test(name))
    throw new UsageError(`--client: "${name}" is not a file name; use letters, digits, _, - and dots`);
  const made = issueFrom(authority, 'client', {
    commonName: name,
    fromEpochMs: now - DAY_MS,
    toEpochMs: now + CLIENT_LIFETIME_MS,
  });
  const { certificateFile: certificate, keyFile: key } = await writeCertified(authority, name, made);
  const truststore = authority.certificateFile;
  printResult({ certificate, key, truststore }, () => [
    ...table([
      ['Certificate', nearby(certificate)],
      ['Key', nearby(key)],
      ['Truststore', nearby(truststore)],
    ]),
    '',
    `curl --cacert ${nearby(truststore)} --cert ${nearby(certificate)} --key ${nearby(key)} https://…`,
  ]);
}

/** Returns the path relative to the working directory, if the folder of the CA is below it. */
function nearby(file: string): string {
  const near = relative(process.cwd(), file);
  return near.startsWith('..') ? file : near;
}
