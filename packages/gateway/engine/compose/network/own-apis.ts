/** The loopback port through which functions reach the APIs of this gateway by their AWS host names. */
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { getCACertificates } from 'node:tls';
import { makeAuthority } from '@gatewright/aws/certificates/issue-certificate';
import { makeTrustStore } from '@gatewright/aws/certificates/java-trust-store';
import type { CertifiedKey } from '@gatewright/aws/certificates/issue-certificate';
import { isOwnApi } from '../../../lambda/own-apis.ts';
import type { OwnApis, OwnApisPort, OwnProxy } from '../../../lambda/own-apis.ts';
import type { ServedApis } from '../../../control/served-apis.ts';
import { openApiPorts } from '../../../server/api-ports.ts';
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
  let proxy: Promise<OwnProxy> | undefined;
  return { read, openProxy: () => (proxy ??= openProxy(read, closing)) };
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

async function openProxy(read: () => OwnApis, closing: Closing): Promise<OwnProxy> {
  const folder = await mkdtemp(join(tmpdir(), 'gatewright-authorities-'));
  closing.add(() => rm(folder, { recursive: true, force: true }));
  const authoritiesFile = join(folder, 'authorities.pem');
  // The environment variable that names this file replaces the machine's certificate authorities, so the file must
  // include them.
  const known = [...new Set([...getCACertificates('system'), ...getCACertificates('bundled')])];
  const all = [read().authority, ...known];
  await writeFile(authoritiesFile, all.join('\n'));
  const trustStore = { file: join(folder, 'authorities.jks'), password: TRUST_STORE_PASSWORD };
  await writeFile(trustStore.file, makeTrustStore(all, trustStore.password, Date.now()));
  const { port, close } = await openConnectProxy((host, wanted) =>
    isOwnApi(read(), host, wanted) ? read().port : undefined,
  );
  closing.add(close);
  return { url: `http://127.0.0.1:${port}`, authoritiesFile, trustStore };
}
