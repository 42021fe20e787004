/** Creates the portal's functions for Lambda, with environment variables, real clock, tables and network. */
import { documentPlansOf } from '../access/find-document.ts';
import { followDocuments } from '../access/documents/lambda-documents.ts';
import type { CompiledIssuer } from '../access/compiled-document.ts';
import type { Claims } from '../access/decide/claims.ts';
import { createMailer } from '../aws/ses-mailer.ts';
import { loadOnce } from '@gatewright/aws/load-once';
import { readAccessAdminConfig } from '../config/access-config.ts';
import { readMailerConfig, readPortalAdminConfig, readPortalConfig } from '../config/portal-config.ts';
import { readUsageTableConfig } from '../config/usage-config.ts';
import { CLOCK, FETCH, RANDOM, TIMER } from '../lambda-ports.ts';
import type { AdminPorts } from '../quota/admin/operation.ts';
import { createDynamoDbAdminPorts } from '../quota/dynamodb-admin.ts';
import { gatherTableReads } from '../table/dynamodb-gathered-reads.ts';
import { createDynamoDbListing } from '../table/dynamodb-listing.ts';
import { createDynamoDbTable } from '../table/dynamodb-table.ts';
import { parseCompiledPortal } from './compiled-portal.ts';
import type { PortalSignIn } from './compiled-portal.ts';
import { OidcClient } from './oidc.ts';
import type { PortalPorts } from './portal-ports.ts';
import type { PortalAdminPorts } from './admin-routes.ts';
import type { AlertSettings } from './send-alerts.ts';
import type { MemberSettings } from './serve-member.ts';
import type { SessionSettings } from './serve-session.ts';

const STORE_TIMEOUT_MS = 2000;

type LoadDocuments = () => Promise<{ readonly default: unknown }>;

function createPortalPorts(tableName: string): PortalPorts {
  return {
    store: createDynamoDbTable({ tableName, timeoutMs: STORE_TIMEOUT_MS }),
    listing: createDynamoDbListing({ tableName }),
    clock: CLOCK,
    random: RANDOM,
    timer: TIMER,
  };
}

/**
 * Creates the settings of `portal-session`.
 * @param compiled content of `access/portal.compiled.json`
 * @throws DomainError CONFIG_INVALID if an environment variable is missing or invalid
 */
export function createLambdaSessions(compiled: unknown): SessionSettings {
  const { stage, tableName, portalUrl, localIssuerUrl } = readPortalConfig();
  const signIn = parseCompiledPortal(compiled).signIn[stage];
  return {
    ports: createPortalPorts(tableName),
    customers: createDynamoDbAdminPorts(readUsageTableConfig().tableName),
    portalUrl,
    oidc: signIn === undefined ? undefined : createOidcClient(signIn, localIssuerUrl),
  };
}

function createOidcClient(
  { issuer, clientId, clientSecret, scopes }: PortalSignIn,
  localIssuerUrl: string | undefined,
): OidcClient | undefined {
  const isLocal = issuer === 'local';
  // In a stage without the local issuer, nobody can sign in with it.
  if (isLocal && localIssuerUrl === undefined) return undefined;
  const settings = {
    issuer: isLocal ? (localIssuerUrl ?? '') : issuer,
    clientId: isLocal ? undefined : clientId,
    clientSecret:
      clientSecret === undefined
        ? undefined
        : async () => {
            const { readClientSecret } = await import('./read-secret.ts');
            return readClientSecret(clientSecret);
          },
    scopes,
  };
  return new OidcClient(settings, {
    fetch: FETCH,
    randomHex: (digits) => RANDOM.hex(digits),
    verify: createVerifier(),
    nowEpochMs: () => CLOCK.nowEpochMs(),
  });
}

function createVerifier(): (token: string, issuer: CompiledIssuer) => Promise<Claims> {
  const load = loadOnce(async () => {
    const [{ createTokenVerifier }, { KeySets }, { createKeySetFetcher }] = await Promise.all([
      import('../access/tokens/verify-token.ts'),
      import('../access/tokens/key-sets.ts'),
      import('../access/tokens/key-set-fetcher.ts'),
    ]);
    return createTokenVerifier(new KeySets(createKeySetFetcher(), CLOCK), CLOCK);
  });
  return async (token, issuer) => (await (await load())(token, [issuer])).claims;
}

/**
 * Creates the settings of `portal`.
 * @param compiled content of `access/portal.compiled.json`
 * @param loadDocuments loads `access/compiled.json`
 * @throws DomainError CONFIG_INVALID if an environment variable is missing or invalid
 */
export function createLambdaMembers(compiled: unknown, loadDocuments: LoadDocuments): MemberSettings {
  const { stage, tableName, portalUrl, webhooksUrl } = readPortalConfig();
  const { tableName: accessTable, controlPlane } = readAccessAdminConfig();
  const documents = followAccess(loadDocuments);
  const usage = createUsagePorts(documents);
  return {
    portal: parseCompiledPortal(compiled),
    stage,
    portalUrl,
    webhooksUrl,
    ports: createPortalPorts(tableName),
    usage,
    access: {
      store: createDynamoDbTable({ tableName: accessTable, timeoutMs: STORE_TIMEOUT_MS }),
      listing: createDynamoDbListing({ tableName: accessTable }),
    },
    async makeKeys(bound) {
      const { makeKeyAdmin } = await import('./lambda-keys.ts');
      return makeKeyAdmin(bound, { usage, controlPlane, access: (await documents()).access });
    },
    async makeEndpoints(bound, tenant, offered) {
      const { makeEndpointAdmin } = await import('./lambda-endpoints.ts');
      return makeEndpointAdmin(bound, tenant, offered);
    },
  };
}

function followAccess(load: LoadDocuments) {
  const follow = loadOnce(async () =>
    followDocuments((await load()).default, (access) => ({
      access,
      plans: documentPlansOf(access),
    })),
  );
  return async () => (await follow())();
}

function createUsagePorts(documents: ReturnType<typeof followAccess>): AdminPorts {
  return {
    ...createDynamoDbAdminPorts(readUsageTableConfig().tableName, {
      gatherReads: (table) => gatherTableReads(table, TIMER),
    }),
    documentPlans: async () => (await documents()).plans,
    savesPlans: false,
  };
}

/**
 * Creates the ports of `portal-admin`.
 * @param compiled content of `access/portal.compiled.json`
 * @throws DomainError CONFIG_INVALID if an environment variable is missing or invalid
 */
export function createLambdaPortalAdmin(compiled: unknown): PortalAdminPorts {
  const { tableName, portalUrl, endpoint } = readPortalAdminConfig();
  return {
    ports: createPortalPorts(tableName),
    customers: createDynamoDbAdminPorts(readUsageTableConfig().tableName),
    portal: parseCompiledPortal(compiled),
    portalUrl: (portalUrl ?? endpoint).replace(/\/$/, ''),
  };
}

/**
 * Creates the settings of `portal-alerts`.
 * @param compiled content of `access/portal.compiled.json`
 * @param withinMs how long a run may take
 * @returns undefined if the portal sends no mail
 */
export function createLambdaAlerts(compiled: unknown, withinMs: number): AlertSettings | undefined {
  const portal = parseCompiledPortal(compiled);
  if (portal.mail === undefined) return undefined;
  const startedMs = CLOCK.monotonicMs();
  return {
    portal,
    ports: createPortalPorts(readPortalConfig().tableName),
    usage: createDynamoDbAdminPorts(readUsageTableConfig().tableName),
    send: createMailer({ ...readMailerConfig(), from: portal.mail.from }),
    hasTime: () => CLOCK.monotonicMs() - startedMs < withinMs,
  };
}
