/** The only reader of `process.env`: what a deployed function is told by its stack, validated once, at init. */
import { isLoopbackUrl } from './access/issuers.ts';
import { DomainError } from './errors.ts';

export type AuthorizerConfig = {
  /** Stage of this stack, which picks the APIs that its access documents protect here. */
  readonly stage: string;
  /** Where the gateway's own issuer is; undefined: its tokens are not trusted. */
  readonly localIssuerUrl: string | undefined;
};

export type ConnectionsConfig = {
  /** Table of open connections. */
  readonly tableName: string;
};

type Environment = Readonly<Record<string, string | undefined>>;

/**
 * Reads what both authorizers need:
 * - `GATEWRIGHT_STAGE`: stage of this stack
 * - `GATEWRIGHT_ISSUER_URL`: address of the gateway's own issuer, loopback only; empty or absent = not trusted
 * @throws DomainError CONFIG_INVALID with the variable's name
 */
export function readAuthorizerConfig(environment: Environment = process.env): AuthorizerConfig {
  const stage = environment['GATEWRIGHT_STAGE'] ?? '';
  if (!/^[A-Za-z0-9_-]{1,128}$/.test(stage)) throw invalid('GATEWRIGHT_STAGE', 'is no name of a stage');
  const localIssuerUrl = environment['GATEWRIGHT_ISSUER_URL'] ?? '';
  if (localIssuerUrl !== '' && !isLoopbackUrl(localIssuerUrl))
    throw invalid('GATEWRIGHT_ISSUER_URL', 'is the local issuer and must be an address of this machine');
  return { stage, localIssuerUrl: localIssuerUrl === '' ? undefined : localIssuerUrl };
}

/**
 * Reads `GATEWRIGHT_CONNECTIONS_TABLE`.
 * @throws DomainError CONFIG_INVALID
 */
export function readConnectionsConfig(environment: Environment = process.env): ConnectionsConfig {
  const tableName = environment['GATEWRIGHT_CONNECTIONS_TABLE'] ?? '';
  if (!/^[A-Za-z0-9_.-]{3,255}$/.test(tableName))
    throw invalid('GATEWRIGHT_CONNECTIONS_TABLE', 'is no name of a DynamoDB table');
  return { tableName };
}

function invalid(variable: string, what: string): DomainError {
  return new DomainError('CONFIG_INVALID', `${variable} ${what}`);
}
