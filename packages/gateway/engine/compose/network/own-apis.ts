/**
 * The loopback ports through which functions reach the APIs of this gateway, and the AWS services that it emulates, by
 * their AWS host names.
 */
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { getCACertificates } from 'node:tls';
import { makeAuthority } from '@gatewright/aws/certificates/issue-certificate';
import { makeTrustStore } from '@gatewright/aws/certificates/java-trust-store';
import type { CertifiedKey } from '@gatewright/aws/certificates/issue-certificate';
import { isCallHere, isRedirected, noteCallsToAws } from '../../../lambda/aws-calls.ts';
import { HTTPS_PORT, isOwnApi } from '../../../lambda/own-apis.ts';
import type { OwnApis, OwnApisPort, OwnProxy } from '../../../lambda/own-apis.ts';
import type { ServedApis } from '../../../control/served-apis.ts';
import { openApiPorts } from '../../../server/api-ports.ts';
import { type AwsFront, openAwsFront } from '../../../server/aws-front.ts';
import { openConnectProxy } from '../../../server/connect-proxy.ts';
import { planOwnPorts } from '../../../server/port-plan.ts';
import type { Closing } from '../closing.ts';
import { handleOwnManagement } from '../gateway-of.ts';
import type { Parts } from '../parts.ts';
import { DAY_MS, tlsOf } from './tls.ts';

/** Opens the port. It serves every API, with TLS even without `--tls`, because AWS clients require TLS. */
export async function openOwnApis(parts: Parts): Promise<OwnApisPort> {
  const { options, served, at, closing } = parts;
  // The certificate authority of this port. It is created when the first function runs, and its key stays in memory.
  let authority: CertifiedKey | undefined;
  const ownAuthority = (): CertifiedKey => (authority ??= makeOwnAuthority());
  const tls = tlsOf(ownAuthority, options, served);
  const { any, close } = await openApiPorts({
    host: '127.0.0.1',
    plans: planOwnPorts([], 0, (apiId) => served.find(apiId)),
    allowHosts: [],
    findDomain: (...asked) => served.atDomain(...asked),
    handleManagement: handleOwnManagement(parts),
    tls,
    maxBodyMemoryBytes: options.maxBodyMemoryBytes,
    at,
  });
  closing.add(close);
  const read = (): OwnApis => ({
    hosts: hostsOf(served),
    port: any ?? 0,
    authority: ownAuthority().certificate,
  });
  let aws: Promise<AwsFront> | undefined;
  const openAws = (): Promise<AwsFront> => (aws ??= openAwsOf(parts, (name) => tls.certify([name])));
  let proxy: Promise<OwnProxy> | undefined;
  return {
    read,
    openAwsPort: async () => (await openAws()).port,
    openProxy: () => (proxy ??= openProxy(read, openAws, closing)),
  };
}

async function openAwsOf(parts: Parts, certify: (name: string) => CertifiedKey): Promise<AwsFront> {
  const { identities, signIn, options, closing } = parts;
  const front = await openAwsFront({
    certify,
    isHere: (host, path, authorization) =>
      isCallHere(host, path, authorization, {
        isLocalKey: (id) => identities.find(id) !== undefined,
        standIns: signIn.addresses,
      }),
    controlUrl: () => parts.controlUrl,
    authorities: knownAuthorities(),
    onPassed: noteCallsToAws((line) => options.log.write(line)),
    onRefused: (host, protocols) =>
      options.log.write(
        `a function's connection to ${host} was refused: its client offers only ${protocols.join(', ')}, but the local port for calls to AWS speaks only HTTP/1.1. Let the client use HTTP/1.1`,
      ),
  });
  closing.add(front.close);
  return front;
}

/** Returns the certificate authorities of this machine and of `NODE_EXTRA_CA_CERTS`. */
function knownAuthorities(): readonly string[] {
  return [...new Set([...getCACertificates('system'), ...getCACertificates('default')])];
}

function hostsOf({ all, urls, domains }: ServedApis): readonly string[] {
  return [
    ...all.map(({ identity }) => identity.domainName),
    ...urls.map(({ served }) => served.domainName),
    ...domains.all.map(({ name }) => name),
  ];
}

function makeOwnAuthority(): CertifiedKey {
  const now = Date.now();
  return makeAuthority({
    commonName: 'gatewright, for the functions of one gateway',
    fromEpochMs: now - DAY_MS,
    toEpochMs: now + 397 * DAY_MS,
  });
}

/** Java's default password for trust stores. The trust store contains no secret. */
const TRUST_STORE_PASSWORD = 'changeit';

async function openProxy(
  read: () => OwnApis,
  openAws: () => Promise<AwsFront>,
  closing: Closing,
): Promise<OwnProxy> {
  const folder = await mkdtemp(join(tmpdir(), 'gatewright-authorities-'));
  closing.add(() => rm(folder, { recursive: true, force: true }));
  const authoritiesFile = join(folder, 'authorities.pem');
  // The environment variable that names this file replaces the machine's certificate authorities, so the file must
  // include them.
  const all = [read().authority, ...knownAuthorities()];
  await writeFile(authoritiesFile, all.join('\n'));
  const trustStore = { file: join(folder, 'authorities.jks'), password: TRUST_STORE_PASSWORD };
  await writeFile(trustStore.file, makeTrustStore(all, trustStore.password, Date.now()));
  const aws = await openAws();
  const { port, close } = await openConnectProxy((host, wanted) => {
    if (isOwnApi(read(), host, wanted)) return read().port;
    return wanted === HTTPS_PORT && isRedirected(host) ? aws.port : undefined;
  }, aws.handle);
  closing.add(close);
  return { url: `http://127.0.0.1:${port}`, authoritiesFile, trustStore };
}
