import { networkInterfaces } from 'node:os';
import { issueFrom, makeAuthority } from '@gatewright/aws/certificates/issue-certificate';
import { findSecurityPolicy } from '../../../control/domains/security-policy.ts';
import { readApiIdFromHost } from '../../../core/routing/host.ts';
import { DEFAULT_ASSUMPTIONS } from '../../../core/deployment/assumptions.ts';
import { openAuthority } from '../../../kernel/files/authority-files.ts';
import { isAllowedHost } from '@gatewright/aws/guards';
import { DEFAULT_SECURITY_POLICY } from '../../../server/security-policies.ts';
import type { Assumptions } from '../../../core/deployment/assumptions.ts';
import type { CertifiedKey } from '@gatewright/aws/certificates/issue-certificate';
import type { ServedApis } from '../../../control/served-apis.ts';
import type { GatewayOptions } from '../../gateway.ts';
import type { PortPlan } from '../../../server/port-plan.ts';
import type { TlsName } from '../../../server/tls-front.ts';

export type Tls = {
  readonly certificateAuthority: string;
  /** The certificate's content, for this gateway's own calls. */
  readonly trusted: string;
  readonly certify: (names: readonly string[]) => CertifiedKey;
  readonly nameOf: (plan: PortPlan, serverName: string | undefined) => TlsName;
};

export const DAY_MS = 86_400_000;
/** The lifetime of a certificate. Browsers accept at most 398 days. Each start creates a new certificate. */
const LIFETIME_MS = 397 * DAY_MS;

/**
 * Returns the TLS settings of the API ports.
 * @throws StartError LOCAL_CA if the local certificate authority cannot be used
 */
export async function openTls(options: GatewayOptions, served: ServedApis): Promise<Tls> {
  // The machine's time is used instead of the virtual clock, because clients check certificates with their own time.
  const authority = await openAuthority(options.directory, makeAuthority, Date.now());
  const { certificate, certificateFile } = authority;
  return {
    certificateAuthority: certificateFile,
    trusted: certificate,
    ...tlsOf(() => authority, options, served),
  };
}

/**
 * Returns the functions that create certificates and choose their names.
 * @param authority returns the certificate authority; called at the first handshake
 */
export function tlsOf(
  authority: () => CertifiedKey,
  options: GatewayOptions,
  served: ServedApis,
): Pick<Tls, 'certify' | 'nameOf'> {
  const { assumptions = DEFAULT_ASSUMPTIONS } = options;
  const ownNames = ['localhost', '*.execute-api.localhost', '127.0.0.1', '::1', ...addressesOf(options.host)];
  return {
    certify(names) {
      const [commonName = 'localhost'] = names;
      const now = Date.now();
      const request = { commonName: commonName.slice(0, 64), names };
      return issueFrom(authority(), 'server', {
        ...request,
        fromEpochMs: now - DAY_MS,
        toEpochMs: now + LIFETIME_MS,
      });
    },
    nameOf: (plan, serverName) =>
      nameServer(served, { plan, ownNames, allowHosts: options.allowHosts, assumptions }, serverName),
  };
}

/**
 * Returns the certificate and the settings for a server name. The name can be a custom domain, an API, or a name that
 * the user allows. Any other name is treated as if the client had sent none.
 * @param ownNames the names and addresses of the port itself
 */
export function nameServer(
  served: ServedApis,
  {
    plan,
    ownNames,
    allowHosts,
    assumptions = DEFAULT_ASSUMPTIONS,
  }: {
    readonly plan: PortPlan;
    readonly ownNames: readonly string[];
    readonly allowHosts: readonly string[];
    readonly assumptions?: Assumptions;
  },
  serverName: string | undefined,
): TlsName {
  const ofPlan = {
    names: ownNames,
    policy: DEFAULT_SECURITY_POLICY,
    acceptsHttp2: !plan.apiIds.some((id) => served.find(id)?.protocol === 'websocket'),
  };
  if (serverName === undefined || ownNames.includes(serverName)) return ofPlan;
  const isAdmitted = isAllowedHost(serverName, { port: HTTP_PORT, allowHosts, admitsProxies: true });
  const named = isAdmitted ? { ...ofPlan, names: [serverName] } : ofPlan;
  return ofDomain(served, serverName, assumptions) ?? ofApi(served, serverName) ?? named;
}

/** The port that is assumed if a Host header contains no port. */
const HTTP_PORT = 80;

function ofDomain(served: ServedApis, serverName: string, assumptions: Assumptions): TlsName | undefined {
  const domain = served.domains.ofHost(serverName);
  if (domain === undefined) return undefined;
  const { name, truststore, mappings } = domain;
  const isWebSocket = [...mappings.values()].some(
    ({ apiId }) => served.find(apiId)?.protocol === 'websocket',
  );
  const policy = findSecurityPolicy(domain.properties);
  return {
    names: [name],
    policy,
    acceptsHttp2: !isWebSocket,
    mutual: truststore && {
      domain: name,
      truststore,
      requiresCertificate: assumptions['missing-client-certificate'] === 'ended',
    },
  };
}

function ofApi(served: ServedApis, serverName: string): TlsName | undefined {
  const api = served.find(readApiIdFromHost(serverName) ?? '');
  if (api === undefined) return undefined;
  return {
    names: [serverName],
    policy: api.securityPolicy ?? DEFAULT_SECURITY_POLICY,
    acceptsHttp2: api.protocol !== 'websocket',
  };
}

/**
 * Returns the addresses, other than loopback addresses, for clients that send no server name. They are the address on
 * which the port listens, or all addresses of this machine.
 */
function addressesOf(host: string): readonly string[] {
  const isAny = host === '0.0.0.0' || host === '::';
  if (!isAny) return host === '127.0.0.1' || host === '::1' ? [] : [host];
  const found = Object.values(networkInterfaces()).flatMap((list) => list ?? []);
  return [...new Set(found.filter(({ internal }) => !internal).map(({ address }) => address))];
}
