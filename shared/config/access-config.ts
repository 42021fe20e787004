/** Environment variables of authorizers, of tickets, and of the administration of keys and revocations. */
import type { ControlPlaneConfig } from '../aws/control-plane-poster.ts';
import { isLoopbackUrl } from '../access/tokens/issuers.ts';
import { invalid, readSignerConfig, readStage, readTableName } from './environment.ts';
import type { Environment } from './environment.ts';

export type AuthorizerConfig = {
  /** Stage of this stack. It determines which APIs the access documents protect. */
  readonly stage: string;
  /** Address of the gateway's own issuer. If undefined, its tokens are not trusted. */
  readonly localIssuerUrl: string | undefined;
  /**
   * Secret from which the key values of native usage plans are derived. If undefined, no document may use native usage
   * plans.
   */
  readonly usageKeySecret?: string | undefined;
};

type AccessTableConfig = {
  readonly tableName: string | undefined;
};

type DocumentsConfig =
  /** The documents in the bundle are used. */
  | { readonly follows: false }
  /**
   * Documents that are published to this table are used. Until the first publication, the documents in the bundle are
   * used.
   */
  | { readonly follows: true; readonly tableName: string };

type TicketDeskConfig = {
  /** Stage of this stack. It determines which access documents are used. */
  readonly stage: string;
  /** Name of the table that stores tickets. */
  readonly tableName: string;
};

type AccessAdminConfig = {
  /** Stage of this stack. It determines which access documents are used. */
  readonly stage: string;
  readonly tableName: string;
  readonly usageKeySecret: string | undefined;
  readonly controlPlane: ControlPlaneConfig;
};

/**
 * Reads the settings of both authorizers:
 * - `GATEWRIGHT_STAGE`: stage of this stack
 * - `GATEWRIGHT_ISSUER_URL`: address of the gateway's own issuer, loopback only; empty or absent = not trusted
 * - `GATEWRIGHT_USAGE_KEY_SECRET`: at least 32 characters; empty or absent = no native usage plans
 * @throws DomainError CONFIG_INVALID if a variable is missing or invalid. The message names the variable.
 */
export function readAuthorizerConfig(environment: Environment = process.env): AuthorizerConfig {
  const stage = readStage(environment);
  const localIssuerUrl = environment['GATEWRIGHT_ISSUER_URL'] ?? '';
  if (localIssuerUrl !== '' && !isLoopbackUrl(localIssuerUrl))
    throw invalid(
      'GATEWRIGHT_ISSUER_URL',
      'must be the URL of the local issuer on this machine, such as http://127.0.0.1:4000',
    );
  const usageKeySecret = readUsageKeySecret(environment);
  return {
    stage,
    localIssuerUrl: localIssuerUrl === '' ? undefined : localIssuerUrl,
    ...(usageKeySecret !== undefined && { usageKeySecret }),
  };
}

/**
 * Reads `GATEWRIGHT_ACCESS_TABLE`. If it is empty or absent, there is no table.
 * @throws DomainError CONFIG_INVALID if the name is invalid
 */
export function readAccessTableConfig(environment: Environment = process.env): AccessTableConfig {
  const isAbsent = (environment['GATEWRIGHT_ACCESS_TABLE'] ?? '') === '';
  return { tableName: isAbsent ? undefined : readTableName(environment, 'GATEWRIGHT_ACCESS_TABLE') };
}

/**
 * Reads `GATEWRIGHT_DOCUMENTS`, which is `bundled` (the default) or `published`. `published` requires
 * `GATEWRIGHT_ACCESS_TABLE`.
 * @throws DomainError CONFIG_INVALID if a variable is missing or invalid. The message names the variable.
 */
export function readDocumentsConfig(environment: Environment = process.env): DocumentsConfig {
  const mode = environment['GATEWRIGHT_DOCUMENTS'] ?? '';
  if (mode === '' || mode === 'bundled') return { follows: false };
  if (mode !== 'published')
    throw invalid('GATEWRIGHT_DOCUMENTS', `is ${JSON.stringify(mode)}; expected "bundled" or "published"`);
  return { follows: true, tableName: readTableName(environment, 'GATEWRIGHT_ACCESS_TABLE') };
}

/**
 * Reads the settings of `ws-ticket`: `GATEWRIGHT_STAGE`, `GATEWRIGHT_ACCESS_TABLE`. The other settings of
 * `readAuthorizerConfig` are only checked.
 * @throws DomainError CONFIG_INVALID if a variable is missing or invalid. The message names the variable.
 */
export function readTicketDeskConfig(environment: Environment = process.env): TicketDeskConfig {
  const { stage } = readAuthorizerConfig(environment);
  const { tableName } = readAccessTableConfig(environment);
  if (tableName === undefined) throw invalid('GATEWRIGHT_ACCESS_TABLE', 'is missing');
  return { stage, tableName };
}

/**
 * Reads the settings of `access-admin`: `GATEWRIGHT_STAGE`, `GATEWRIGHT_ACCESS_TABLE`, `GATEWRIGHT_USAGE_KEY_SECRET`,
 * and Lambda's `AWS_REGION`, credentials and `AWS_ENDPOINT_URL_API_GATEWAY` or `AWS_ENDPOINT_URL`.
 * @throws DomainError CONFIG_INVALID if a variable is missing or invalid. The message names the variable.
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
