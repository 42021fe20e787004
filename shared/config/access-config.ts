/** Environment of authorizers, of tickets, and of those who administer keys and revocations. */
import type { ControlPlaneConfig } from '../aws/control-plane-poster.ts';
import { isLoopbackUrl } from '../access/tokens/issuers.ts';
import { invalid, readSignerConfig, readStage, readTableName } from './environment.ts';
import type { Environment } from './environment.ts';

export type AuthorizerConfig = {
  /** Stage of this stack, which picks the APIs that its access documents protect here. */
  readonly stage: string;
  /** Where the gateway's own issuer is; undefined: its tokens are not trusted. */
  readonly localIssuerUrl: string | undefined;
  /** By which the values of native usage plans' keys are made; undefined: no document may use them. */
  readonly usageKeySecret?: string | undefined;
};

type AccessTableConfig = {
  /** Table of API keys, tickets and revocations; undefined: the function was given none. */
  readonly tableName: string | undefined;
};

type DocumentsConfig =
  /** The documents of the bundle count. */
  | { readonly follows: false }
  /** Those that are published to this table do, once there are any. */
  | { readonly follows: true; readonly tableName: string };

type TicketDeskConfig = {
  /** Stage of this stack, which picks the access documents. */
  readonly stage: string;
  /** Table of tickets. */
  readonly tableName: string;
};

type AccessAdminConfig = {
  /** Stage of this stack, which picks the access documents. */
  readonly stage: string;
  /** Table of API keys and revocations. */
  readonly tableName: string;
  readonly usageKeySecret: string | undefined;
  readonly controlPlane: ControlPlaneConfig;
};

/**
 * Reads what both authorizers need:
 * - `GATEWRIGHT_STAGE`: stage of this stack
 * - `GATEWRIGHT_ISSUER_URL`: address of the gateway's own issuer, loopback only; empty or absent = not trusted
 * - `GATEWRIGHT_USAGE_KEY_SECRET`: at least 32 characters; empty or absent = no native usage plans
 * @throws DomainError CONFIG_INVALID with the variable's name
 */
export function readAuthorizerConfig(environment: Environment = process.env): AuthorizerConfig {
  const stage = readStage(environment);
  const localIssuerUrl = environment['GATEWRIGHT_ISSUER_URL'] ?? '';
  if (localIssuerUrl !== '' && !isLoopbackUrl(localIssuerUrl))
    throw invalid('GATEWRIGHT_ISSUER_URL', 'is the local issuer and must be an address of this machine');
  const usageKeySecret = readUsageKeySecret(environment);
  return {
    stage,
    localIssuerUrl: localIssuerUrl === '' ? undefined : localIssuerUrl,
    ...(usageKeySecret !== undefined && { usageKeySecret }),
  };
}

/**
 * Reads `GATEWRIGHT_ACCESS_TABLE`; empty or absent = none.
 * @throws DomainError CONFIG_INVALID
 */
export function readAccessTableConfig(environment: Environment = process.env): AccessTableConfig {
  const isAbsent = (environment['GATEWRIGHT_ACCESS_TABLE'] ?? '') === '';
  return { tableName: isAbsent ? undefined : readTableName(environment, 'GATEWRIGHT_ACCESS_TABLE') };
}

/**
 * Reads `GATEWRIGHT_DOCUMENTS`: `bundled` (also where it is absent), or `published`, which needs `GATEWRIGHT_ACCESS_TABLE`.
 * @throws DomainError CONFIG_INVALID with the variable's name
 */
export function readDocumentsConfig(environment: Environment = process.env): DocumentsConfig {
  const mode = environment['GATEWRIGHT_DOCUMENTS'] ?? '';
  if (mode === '' || mode === 'bundled') return { follows: false };
  if (mode !== 'published') throw invalid('GATEWRIGHT_DOCUMENTS', 'is neither bundled nor published');
  return { follows: true, tableName: readTableName(environment, 'GATEWRIGHT_ACCESS_TABLE') };
}

/**
 * Reads what `ws-ticket` needs: `GATEWRIGHT_STAGE`, `GATEWRIGHT_ACCESS_TABLE`.
 * @throws DomainError CONFIG_INVALID with the variable's name
 */
export function readTicketDeskConfig(environment: Environment = process.env): TicketDeskConfig {
  const { stage } = readAuthorizerConfig(environment);
  const { tableName } = readAccessTableConfig(environment);
  if (tableName === undefined) throw invalid('GATEWRIGHT_ACCESS_TABLE', 'is missing');
  return { stage, tableName };
}

/**
 * Reads what `access-admin` needs: `GATEWRIGHT_STAGE`, `GATEWRIGHT_ACCESS_TABLE`, `GATEWRIGHT_USAGE_KEY_SECRET`, and
 * of Lambda's own `AWS_REGION`, its credentials and `AWS_ENDPOINT_URL_API_GATEWAY` or `AWS_ENDPOINT_URL`.
 * @throws DomainError CONFIG_INVALID with the variable's name
 */
export function readAccessAdminConfig(environment: Environment = process.env): AccessAdminConfig {
  const { usageKeySecret } = readAuthorizerConfig(environment);
  const { stage, tableName } = readTicketDeskConfig(environment);
  const endpoint = environment['AWS_ENDPOINT_URL_API_GATEWAY'] ?? environment['AWS_ENDPOINT_URL'];
  return { stage, tableName, usageKeySecret, controlPlane: { ...readSignerConfig(environment), endpoint } };
}

function readUsageKeySecret(environment: Environment): string | undefined {
  const secret = environment['GATEWRIGHT_USAGE_KEY_SECRET'] ?? '';
  if (secret !== '' && secret.length < 32)
    throw invalid('GATEWRIGHT_USAGE_KEY_SECRET', 'must have at least 32 characters');
  return secret === '' ? undefined : secret;
}
