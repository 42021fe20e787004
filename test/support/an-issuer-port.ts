/** The local issuer's endpoints in this process, and the requests that clients and browsers send to them. */
import { createHash } from 'node:crypto';
import type { ControlReply, ControlRequest } from '../../packages/gateway/core/api-call.ts';
import { ClientMetadataError } from '../../packages/gateway/cognito/authorization/clients/client-metadata.ts';
import type {
  DocumentFetcher,
  FetchedDocument,
} from '../../packages/gateway/cognito/authorization/clients/fetch-document.ts';
import { createIssuerPort } from '../../packages/gateway/cognito/issuer-endpoints.ts';
import { Issuer } from '../../packages/gateway/cognito/issuer.ts';
import type { UserDefinition } from '../../packages/gateway/cognito/pools/pool-user.ts';
import { createIdentities } from '../../packages/gateway/core/policy/identities.ts';
import type { Identities } from '../../packages/gateway/core/policy/identities.ts';
import { createSystemRandom } from '../../packages/gateway/server/adapters/random.ts';
import { header } from './a-login.ts';
import { claimsOf } from './a-user-pool.ts';
import { VirtualClock } from './virtual-ports.ts';
import { keptIssuerKeys } from './signed-tokens.ts';

export const ISSUER_HOST = '127.0.0.1:4000';
export const ISSUER_URL = `http://${ISSUER_HOST}`;
export const RESOURCE = 'http://127.0.0.1:3000/mcp';
export const REDIRECT = 'http://127.0.0.1:6274/callback';
export const PROOF = 'p'.repeat(43);
const CHALLENGE = createHash('sha256').update(PROOF).digest('base64url');

type Options = {
  readonly signInAs?: { readonly sub: string; readonly roles: readonly string[] };
  readonly users?: readonly UserDefinition[];
  readonly identities?: Identities;
  /** The client metadata documents by address. */
  readonly documents?: Readonly<Record<string, FetchedDocument>>;
};

type Fields = Readonly<Record<string, string | readonly string[] | undefined>>;
type Send = {
  readonly query?: Fields;
  readonly body?: string;
  readonly headers?: Readonly<Record<string, string>>;
};

export async function anIssuerPort(options: Options = {}) {
  const clock = new VirtualClock();
  const random = createSystemRandom();
  const issuer = await Issuer.create({ clock, random, kept: keptIssuerKeys() });
  const fetched: string[] = [];
  const documents: DocumentFetcher = {
    fetch(url) {
      fetched.push(url.href);
      const document = options.documents?.[url.href];
      return document === undefined
        ? Promise.reject(new ClientMetadataError('invalid_client_metadata', 'The document is missing'))
        : Promise.resolve(document);
    },
  };
  const port = createIssuerPort({
    issuer,
    identities: options.identities ?? createIdentities([]),
    clock,
    random,
    documents,
    users: () => options.users ?? [],
    knowsResource: (resource) => resource === RESOURCE,
    signInAs: options.signInAs,
  });
  const send = async (method: string, path: string, more: Send = {}): Promise<ControlReply | undefined> =>
    port.serve(aRequest(method, path, more));
  const at = {
    clock,
    issuer,
    port,
    fetched,
    send,
    async register(metadata: object = {}) {
      return jsonOf(
        await send('POST', '/register', {
          body: JSON.stringify({
            client_name: 'Probe',
            redirect_uris: [REDIRECT],
            grant_types: ['authorization_code', 'refresh_token'],
            token_endpoint_auth_method: 'none',
            ...metadata,
          }),
        }),
      );
    },
    /** Sends an authorization request with everything that is needed; `undefined` leaves a parameter out. */
    authorize: (query: Fields, headers: Readonly<Record<string, string>> = {}, path = '/authorize') =>
      send('GET', path, { query: { ...AUTHORIZATION, ...query }, headers }),
    token: async (form: Fields, headers: Readonly<Record<string, string>> = {}) =>
      jsonOf(
        await send('POST', '/token', {
          body: queryOf(form),
          headers: { 'content-type': 'application/x-www-form-urlencoded', ...headers },
        }),
      ),
  };
  return at;
}

export type IssuerPortAt = Awaited<ReturnType<typeof anIssuerPort>>;

export const AUTHORIZATION = {
  response_type: 'code',
  redirect_uri: REDIRECT,
  state: 's t&=',
  scope: 'tools:read tools:call',
  resource: RESOURCE,
  code_challenge: CHALLENGE,
  code_challenge_method: 'S256',
};

/** The client id of a newly registered client. */
export async function aClient(at: IssuerPortAt, metadata: object = {}): Promise<string> {
  return String((await at.register(metadata)).body['client_id']);
}

/** The parameters with which the browser returns to the client; empty if it does not return. */
export function answerOf(reply: ControlReply | undefined): URLSearchParams {
  const location = reply === undefined ? '' : header(reply, 'location');
  return location === '' ? new URLSearchParams() : new URL(location).searchParams;
}

/** Gets a code for the client by `--sign-in-as`. */
export async function aCode(at: IssuerPortAt, clientId: string, query: Fields = {}): Promise<string> {
  return answerOf(await at.authorize({ client_id: clientId, ...query })).get('code') ?? '';
}

export const REDEMPTION = {
  grant_type: 'authorization_code',
  redirect_uri: REDIRECT,
  code_verifier: PROOF,
  resource: RESOURCE,
};

export function jsonOf(reply: ControlReply | undefined) {
  return {
    status: reply?.status,
    headers: reply?.headers ?? [],
    body: JSON.parse(String(reply?.body)) as Readonly<Record<string, unknown>>,
  };
}

export const accessClaims = (body: Readonly<Record<string, unknown>>) => claimsOf(body['access_token']);

function aRequest(
  method: string,
  path: string,
  { query = {}, body = '', headers = {} }: Send,
): ControlRequest {
  return {
    method,
    path,
    query: queryOf(query),
    host: ISSUER_HOST,
    rawHeaders: Object.entries(headers).flat(),
    body: Buffer.from(body),
  };
}

export function queryOf(fields: Fields): string {
  return new URLSearchParams(
    Object.entries(fields).flatMap(([name, value]) =>
      value === undefined ? [] : [value].flat().map((one) => [name, one] as [string, string]),
    ),
  ).toString();
}
