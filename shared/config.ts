/** The only reader of `process.env`: what a deployed function is told by its stack, validated once, at init. */
import type { HttpResponseFormat } from './access/authorize.ts';
import {
  defaultJwksUri,
  isLoopbackUrl,
  LOCAL_ISSUER,
  localIssuer,
  SIGNATURE_ALGORITHMS,
} from './access/issuers.ts';
import type { SignatureAlgorithm, TrustedIssuer } from './access/issuers.ts';
import { isRole } from './access/principal.ts';
import { DomainError } from './errors.ts';

export type AuthorizerConfig = {
  readonly issuers: readonly TrustedIssuer[];
  readonly allowedRoles: readonly string[];
  readonly httpResponseFormat: HttpResponseFormat;
};

export type ConnectionsConfig = {
  /** Table of open connections. */
  readonly tableName: string;
};

type Environment = Readonly<Record<string, string | undefined>>;

const ISSUER_FIELDS = ['issuer', 'audience', 'jwksUri', 'algorithms', 'rolesClaim'];

/**
 * Reads what both authorizers need:
 * - `GATEWRIGHT_ISSUERS`: JSON `[{"issuer":"https://…","audience":["…"],"jwksUri"?,"algorithms"?,"rolesClaim"?}]`
 * - `GATEWRIGHT_ISSUER_URL`: address of the gateway's own issuer, loopback only; empty or absent = not trusted
 * - `GATEWRIGHT_ALLOWED_ROLES`: `admin,support`
 * - `GATEWRIGHT_HTTP_RESPONSE`: `policy` (default) or `simple`
 * @throws DomainError CONFIG_INVALID with the variable's name; also when no issuer or no role is left.
 */
export function readAuthorizerConfig(environment: Environment = process.env): AuthorizerConfig {
  const issuers = [
    ...parseIssuers(environment['GATEWRIGHT_ISSUERS'] ?? '[]'),
    ...parseLocalIssuer(environment['GATEWRIGHT_ISSUER_URL'] ?? ''),
  ];
  if (issuers.length === 0)
    throw invalid('GATEWRIGHT_ISSUERS', 'names no issuer, so no token could ever be accepted');
  if (new Set(issuers.map(({ issuer }) => issuer)).size !== issuers.length)
    throw invalid('GATEWRIGHT_ISSUERS', 'names an issuer twice');
  return {
    issuers,
    allowedRoles: parseRoles(environment['GATEWRIGHT_ALLOWED_ROLES'] ?? ''),
    httpResponseFormat: parseResponseFormat(environment['GATEWRIGHT_HTTP_RESPONSE'] ?? 'policy'),
  };
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

function parseLocalIssuer(address: string): readonly TrustedIssuer[] {
  if (address === '') return [];
  if (!isLoopbackUrl(address))
    throw invalid('GATEWRIGHT_ISSUER_URL', 'is the local issuer and must be an address of this machine');
  return [localIssuer(address)];
}

function parseIssuers(text: string): readonly TrustedIssuer[] {
  let list: unknown;
  try {
    list = JSON.parse(text);
  } catch {
    list = undefined;
  }
  if (!Array.isArray(list)) throw invalid('GATEWRIGHT_ISSUERS', 'is no JSON array');
  return list.map(parseIssuer);
}

function parseIssuer(value: unknown): TrustedIssuer {
  if (typeof value !== 'object' || value === null)
    throw invalid('GATEWRIGHT_ISSUERS', 'has an entry that is no object');
  const fields = value as Readonly<Record<string, unknown>>;
  const unknown = Object.keys(fields).find((field) => !ISSUER_FIELDS.includes(field));
  if (unknown !== undefined)
    throw invalid('GATEWRIGHT_ISSUERS', `has an unknown field (known: ${ISSUER_FIELDS.join(', ')})`);
  const { issuer, audience, jwksUri, algorithms = ['RS256'], rolesClaim = ['roles'] } = fields;
  if (typeof issuer !== 'string' || !isHttpsUrl(issuer))
    throw invalid('GATEWRIGHT_ISSUERS', 'has an issuer that is no https URL');
  if (issuer === LOCAL_ISSUER)
    throw invalid('GATEWRIGHT_ISSUERS', 'names the local issuer, which GATEWRIGHT_ISSUER_URL alone may do');
  const keys = jwksUri ?? defaultJwksUri(issuer);
  if (typeof keys !== 'string' || !isHttpsUrl(keys))
    throw invalid('GATEWRIGHT_ISSUERS', 'has a jwksUri that is no https URL');
  return {
    issuer,
    jwksUri: keys,
    audience: parseTexts(audience, 'audience'),
    algorithms: parseTexts(algorithms, 'algorithms').map(parseAlgorithm),
    rolesClaim: parseTexts(typeof rolesClaim === 'string' ? [rolesClaim] : rolesClaim, 'rolesClaim'),
  };
}

function parseTexts(value: unknown, field: string): readonly string[] {
  const texts: readonly unknown[] = Array.isArray(value) ? value : [];
  if (texts.length === 0)
    throw invalid('GATEWRIGHT_ISSUERS', `has an issuer whose ${field} is no list of texts`);
  return texts.map((text) => {
    if (typeof text === 'string' && text !== '') return text;
    throw invalid('GATEWRIGHT_ISSUERS', `has an issuer whose ${field} is no list of texts`);
  });
}

function parseAlgorithm(text: string): SignatureAlgorithm {
  const algorithm = SIGNATURE_ALGORITHMS.find((known) => known === text);
  if (algorithm === undefined)
    throw invalid(
      'GATEWRIGHT_ISSUERS',
      `has an algorithm that is none of ${SIGNATURE_ALGORITHMS.join(', ')}`,
    );
  return algorithm;
}

function parseRoles(text: string): readonly string[] {
  const roles = text
    .split(',')
    .map((role) => role.trim())
    .filter((role) => role !== '');
  if (roles.length === 0 || !roles.every(isRole))
    throw invalid('GATEWRIGHT_ALLOWED_ROLES', 'is no comma-separated list of role names');
  return roles;
}

function parseResponseFormat(text: string): HttpResponseFormat {
  if (text === 'policy' || text === 'simple') return text;
  throw invalid('GATEWRIGHT_HTTP_RESPONSE', 'is neither policy nor simple');
}

function isHttpsUrl(text: string): boolean {
  return URL.canParse(text) && new URL(text).protocol === 'https:';
}

function invalid(variable: string, what: string): DomainError {
  return new DomainError('CONFIG_INVALID', `${variable} ${what}`);
}
