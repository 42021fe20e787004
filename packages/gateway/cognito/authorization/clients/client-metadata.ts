/**
 * The metadata of a client of the local issuer, from its registration (RFC 7591 §2) or from its own metadata
 * document (draft-ietf-oauth-client-id-metadata-document). Clients have no secret.
 */
import { isJsonObject } from '@gatewright/aws/json-object';
import { isAllowedRedirect, isLoopbackOrigin } from '../../login/redirects.ts';

type ClientMetadata = {
  readonly name: string;
  readonly redirectUris: readonly string[];
  /** Whether the client can use refresh tokens. */
  readonly refreshes: boolean;
};

export type IssuerClient = ClientMetadata & {
  readonly clientId: string;
  /** How the client became known: by a registration, or by the document whose URL is its id. */
  readonly kind: 'registered' | 'document';
};

/** The metadata is refused. `code` is an error code of RFC 7591 §3.2.2. */
export class ClientMetadataError extends Error {
  override readonly name = 'ClientMetadataError';
  readonly code: 'invalid_redirect_uri' | 'invalid_client_metadata';

  constructor(code: ClientMetadataError['code'], message: string) {
    super(message);
    this.code = code;
  }
}

const MAX_REDIRECTS = 20;
const MAX_TEXT = 2_048;
const MAX_NAME = 200;
/**
 * Methods of a client that has a secret. The issuer may replace the method that a registration asks for, and a client
 * uses the method of the response (RFC 7591 §3.2.1).
 */
const WITH_SECRET: readonly unknown[] = ['client_secret_basic', 'client_secret_post'];

/**
 * Reads a registration request.
 * @throws ClientMetadataError
 */
export function readRegistration(value: unknown): ClientMetadata {
  if (!isJsonObject(value)) throw invalid('The body must be a JSON object');
  const { token_endpoint_auth_method: method = 'none', client_name: name } = value;
  if (method !== 'none' && !WITH_SECRET.includes(method))
    throw invalid(`token_endpoint_auth_method is ${print(method)}; this issuer supports only none`);
  const redirectUris = readRedirects(value['redirect_uris']);
  checkApplicationType(value['application_type'], redirectUris);
  if (name !== undefined && typeof name !== 'string')
    throw invalid(`client_name is ${print(name)}; it must be a string`);
  return {
    name: (name ?? 'A client without a name').slice(0, MAX_NAME),
    redirectUris,
    refreshes: readGrants(value),
  };
}

/**
 * Reads the document at the URL that is a client's id. The members `client_id`, `client_name` and `redirect_uris` are
 * required (MCP specification, client registration).
 * @throws ClientMetadataError
 */
export function readClientDocument(value: unknown, url: string): ClientMetadata {
  if (!isJsonObject(value)) throw invalid('The client metadata document is not a JSON object');
  // Attack: a document at one address claims to be the client of another address.
  if (value['client_id'] !== url)
    throw invalid(
      `The client_id in the client metadata document is ${print(value['client_id'])}, not the address of the document`,
    );
  if (typeof value['client_name'] !== 'string' || value['client_name'] === '')
    throw invalid('The client metadata document has no client_name');
  const { token_endpoint_auth_method: method = 'none' } = value;
  // A document is public, so a client must not have a shared secret. If the client wants to prove its key, a token
  // request without the proof must not succeed.
  if (method !== 'none' || 'client_secret' in value)
    throw invalid(
      `The client metadata document has the token_endpoint_auth_method ${print(method)}${'client_secret' in value ? ' and a client_secret' : ''}; this issuer supports only none, without a secret`,
    );
  return {
    name: value['client_name'].slice(0, MAX_NAME),
    redirectUris: readRedirects(value['redirect_uris']),
    refreshes: readGrants(value),
  };
}

/** Returns whether the client uses refresh tokens. The default is the code grant only (RFC 7591 §2). */
function readGrants({
  grant_types: grants = ['authorization_code'],
  response_types: responses = ['code'],
}: {
  readonly grant_types?: unknown;
  readonly response_types?: unknown;
}): boolean {
  if (!isTexts(grants) || !grants.includes('authorization_code'))
    throw invalid(`grant_types is ${print(grants)}; it must contain authorization_code`);
  if (!isTexts(responses) || !responses.includes('code'))
    throw invalid(`response_types is ${print(responses)}; it must contain code`);
  return grants.includes('refresh_token');
}

/** Every address must be `https` or on this machine (MCP specification, communication security). */
function readRedirects(value: unknown): readonly string[] {
  if (!isTexts(value) || value.length === 0 || value.length > MAX_REDIRECTS)
    throw new ClientMetadataError(
      'invalid_redirect_uri',
      `redirect_uris is ${print(value)}; it must be a list of 1 to ${MAX_REDIRECTS} addresses`,
    );
  const bad = value.find(
    (uri) =>
      uri.length > MAX_TEXT ||
      !isAllowedRedirect(uri, value) ||
      !(/^https:/i.test(uri) || isLoopbackOrigin(uri)),
  );
  if (bad !== undefined)
    throw new ClientMetadataError(
      'invalid_redirect_uri',
      `The redirect address ${print(bad)} is not supported; use https, or http with an address of this machine, without a fragment and without a user name`,
    );
  return value;
}

/**
 * A web client must not use addresses of this machine (OpenID Connect Dynamic Client Registration 1.0, section 2).
 * Clients of earlier MCP versions name no type and use such addresses, so the default `web` is not applied.
 */
function checkApplicationType(type: unknown, redirectUris: readonly string[]): void {
  if (type === undefined || type === 'native') return;
  if (type !== 'web') throw invalid(`application_type is ${print(type)}; it must be native or web`);
  const local = redirectUris.find(isLoopbackOrigin);
  if (local !== undefined)
    throw new ClientMetadataError(
      'invalid_redirect_uri',
      `A client with the application_type web cannot use ${print(local)}; register it with the application_type native`,
    );
}

function invalid(message: string): ClientMetadataError {
  return new ClientMetadataError('invalid_client_metadata', message);
}

function isTexts(value: unknown): value is readonly string[] {
  return Array.isArray(value) && value.every((entry) => typeof entry === 'string');
}

/** Formats a value of the client, which may be long or of any type. */
function print(value: unknown): string {
  return value === undefined ? 'missing' : JSON.stringify(value).slice(0, 200);
}
