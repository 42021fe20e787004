/** Reads an authorization request to the local issuer (draft-ietf-oauth-v2-1 §4.1.1, RFC 7636, RFC 8707). */
import { isChallenge } from '../login/proof-key.ts';
import { isRegisteredRedirect } from '../login/redirects.ts';
import { ClientMetadataError } from './clients/client-metadata.ts';
import type { IssuerClient } from './clients/client-metadata.ts';
import type { IssuerClients } from './clients/issuer-clients.ts';
import { readAuthorizationFields, refused } from '../login/authorization-read.ts';
import type { AuthorizationRead } from '../login/authorization-read.ts';

export type AuthorizationRequest = {
  readonly client: IssuerClient;
  readonly redirectUri: string;
  readonly state: string | undefined;
  readonly scopes: readonly string[];
  readonly challenge: string;
  readonly resource: string | undefined;
  /** The value that the ID token repeats (OpenID Connect Core 1.0, section 3.1.2.1). */
  readonly nonce: string | undefined;
  readonly prompt: string | undefined;
  readonly hint: string;
};

type RequestRead = AuthorizationRead<AuthorizationRequest>;

const MAX_SCOPES = 50;
/** RFC 6749 §3.3. */
const SCOPE = /^[\x21\x23-\x5b\x5d-\x7e]+$/;

export async function readAuthorizationRequest(
  query: string,
  clients: IssuerClients,
  knowsResource: (resource: string) => boolean,
): Promise<RequestRead> {
  // `resource` may be repeated (RFC 8707 §2).
  const fields = readAuthorizationFields(query, 'resource');
  if (!(fields instanceof URLSearchParams)) return fields;
  const text = (name: string): string | undefined => fields.get(name) ?? undefined;
  const client = await findClient(text('client_id'), clients);
  if (typeof client === 'string') return refused(client);
  const redirectUri = text('redirect_uri');
  if (redirectUri === undefined || !isRegisteredRedirect(redirectUri, client.redirectUris))
    return refused(describeMismatch(redirectUri, client));
  const fault = findFault(fields, knowsResource);
  if (fault !== undefined) return { kind: 'error', redirectUri, state: text('state'), ...fault };
  return {
    kind: 'request',
    request: {
      client,
      redirectUri,
      state: text('state'),
      scopes: splitScopes(text('scope')),
      challenge: text('code_challenge') ?? '',
      resource: text('resource'),
      nonce: text('nonce'),
      prompt: text('prompt'),
      hint: text('login_hint') ?? '',
    },
  };
}

/** Splits scopes, and removes repetitions. */
export function splitScopes(text: string | undefined | null): readonly string[] {
  return [...new Set((text ?? '').split(' ').filter((scope) => scope !== ''))];
}

async function findClient(
  clientId: string | undefined,
  clients: IssuerClients,
): Promise<IssuerClient | string> {
  if (clientId === undefined || clientId === '') return 'The parameter client_id is missing.';
  try {
    const client = await clients.find(clientId);
    if (client !== undefined) return client;
    return `The local issuer does not know the client ${clientId.slice(0, 300)}. Registrations are lost when the gateway stops; register the client again.`;
  } catch (error) {
    if (error instanceof ClientMetadataError) return `${error.message}.`;
    throw error;
  }
}

type Fault = { readonly error: string; readonly description: string };

function findFault(fields: URLSearchParams, knowsResource: (resource: string) => boolean): Fault | undefined {
  const text = (name: string): string | undefined => fields.get(name) ?? undefined;
  if (text('response_type') !== 'code')
    return {
      error: 'unsupported_response_type',
      description: describeOnly('response_type', 'code', text('response_type')),
    };
  if ((text('response_mode') ?? 'query') !== 'query')
    return {
      error: 'invalid_request',
      description: describeOnly('response_mode', 'query', text('response_mode')),
    };
  if (!isChallenge(text('code_challenge') ?? '', text('code_challenge_method')))
    return {
      error: 'invalid_request',
      description: 'Send a code_challenge with the code_challenge_method S256',
    };
  const scopes = splitScopes(text('scope'));
  if (scopes.length > MAX_SCOPES || !scopes.every((scope) => SCOPE.test(scope)))
    return {
      error: 'invalid_scope',
      description: `scope must be at most ${MAX_SCOPES} names of printable ASCII characters, separated by spaces`,
    };
  return findResourceFault(fields.getAll('resource'), knowsResource);
}

function describeOnly(name: string, only: string, given: string | undefined): string {
  return `${name} ${given === undefined ? 'is missing' : `is ${given.slice(0, 100)}`}; it must be ${only}`;
}

/** Says what is wrong with the `resource` parameters of a request (RFC 8707 §2); undefined if they are valid. */
export function findResourceFault(
  resources: readonly string[],
  knowsResource: (resource: string) => boolean,
): Fault | undefined {
  const [resource] = resources;
  if (resource === undefined) return undefined;
  const description =
    resources.length > 1
      ? `The request has ${resources.length} resource parameters; send only one`
      : !URL.canParse(resource) || resource.includes('#')
        ? `resource is ${resource.slice(0, 300)}; it must be an absolute URI without a fragment`
        : knowsResource(resource)
          ? undefined
          : `No API of this gateway has the resource ${resource.slice(0, 300)}; send the address of an API, or an audience of a JWT authorizer that trusts the local issuer`;
  return description === undefined ? undefined : { error: 'invalid_target', description };
}

function describeMismatch(given: string | undefined, { redirectUris, kind }: IssuerClient): string {
  const shown = given === undefined ? 'is missing' : `is ${given.slice(0, 300)}`;
  const where = kind === 'document' ? 'its metadata document' : 'its registration';
  return `redirect_uri ${shown}; the client has only these addresses in ${where}: ${redirectUris.join(', ').slice(0, 1_000)}.`;
}
