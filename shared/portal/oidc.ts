/** Sign-in with the owner's issuer: authorization code with PKCE (OpenID Connect Core 1.0, RFC 7636, RFC 9700). */
import { createHash } from 'node:crypto';
import { parseJsonObject, asText } from '@gatewright/aws/json-object';
import { equalInConstantTime } from '@gatewright/aws/sign-request';
import type { CompiledIssuer } from '../access/compiled-document.ts';
import type { Claims } from '../access/decide/claims.ts';
import { isLoopbackUrl, SIGNATURE_ALGORITHMS } from '../access/tokens/issuers.ts';
import { DEFAULT_LIMITS } from '../access/tokens/key-sets.ts';
import { DomainError } from '../errors.ts';
import { isMemberName } from './members.ts';
import type { Redeemer } from './redeem-invitation.ts';
import { accountOf } from './portal-items.ts';

/** The issuer of a stage, with its client. */
export type OidcSettings = {
  readonly issuer: string;
  /** `clientId` is undefined for the gateway's own issuer, at which the portal registers itself (RFC 7591). */
  readonly clientId: string | undefined;
  /** @throws DomainError SECRET_UNAVAILABLE, CONFIG_INVALID */
  readonly clientSecret: (() => Promise<string>) | undefined;
  readonly scopes: readonly string[];
};

/** Data that the browser stores while a sign-in is pending, in a cookie that scripts cannot read. */
export type PendingSignIn = {
  readonly state: string;
  readonly nonce: string;
  readonly verifier: string;
  readonly clientId: string;
  /** The invitation that the account redeems; empty if there is none. */
  readonly invitation: string;
};

type OidcPorts = {
  readonly fetch: (url: string, init: RequestInit) => Promise<Response>;
  readonly randomHex: (digits: number) => string;
  /** @throws DomainError TOKEN_*, KEY_SET_UNAVAILABLE */
  readonly verify: (token: string, issuer: CompiledIssuer) => Promise<Claims>;
  readonly nowEpochMs: () => number;
};

type Metadata = {
  readonly authorizationEndpoint: string;
  readonly tokenEndpoint: string;
  readonly jwksUri: string;
  readonly registrationEndpoint: string | undefined;
};

const TIMEOUT_MS = 3_000;
const MAX_BYTES = 128 * 1024;
const METADATA_FRESH_MS = 600_000;
const DIGITS = 64;
const CLOCK_SKEW_SECONDS = 60;
const MAX_EMAIL = 254;

export class OidcClient {
  readonly #settings: OidcSettings;
  readonly #ports: OidcPorts;
  #known: { readonly metadata: Metadata; readonly atEpochMs: number } | undefined;

  constructor(settings: OidcSettings, ports: OidcPorts) {
    this.#settings = settings;
    this.#ports = ports;
  }

  /**
   * Starts a sign-in.
   * @returns the address to which the browser is sent, and the data that the browser stores
   * @throws DomainError KEY_SET_UNAVAILABLE if the issuer cannot be reached
   */
  async start(
    redirectUri: string,
    invitation: string | undefined,
  ): Promise<{ readonly location: string; readonly pending: PendingSignIn }> {
    const { authorizationEndpoint, registrationEndpoint } = await this.#metadata();
    const clientId = this.#settings.clientId ?? (await this.#register(registrationEndpoint, redirectUri));
    const pending: PendingSignIn = {
      state: this.#ports.randomHex(DIGITS),
      nonce: this.#ports.randomHex(DIGITS),
      verifier: this.#ports.randomHex(DIGITS),
      clientId,
      invitation: invitation ?? '',
    };
    const location = new URL(authorizationEndpoint);
    for (const [name, value] of Object.entries({
      response_type: 'code',
      client_id: clientId,
      redirect_uri: redirectUri,
      scope: this.#settings.scopes.join(' '),
      state: pending.state,
      nonce: pending.nonce,
      code_challenge: createHash('sha256').update(pending.verifier).digest('base64url'),
      code_challenge_method: 'S256',
    }))
      location.searchParams.set(name, value);
    return { location: location.href, pending };
  }

  /**
   * Finishes a sign-in: exchanges the code, and verifies the ID token.
   * @throws DomainError SIGN_IN_FAILED, KEY_SET_UNAVAILABLE
   */
  async finish(
    query: Readonly<Record<string, string>>,
    pending: PendingSignIn | undefined,
    redirectUri: string,
  ): Promise<Redeemer> {
    const { state = '', code, iss } = query;
    if (pending === undefined || !equalInConstantTime(pending.state, state))
      throw failed('the response of the issuer belongs to another browser or an older sign-in');
    if (code === undefined) throw failed('the issuer has refused the sign-in');
    // Attack: another issuer responds instead of this one (RFC 9207).
    if (iss !== undefined && iss !== this.#settings.issuer)
      throw failed('the response comes from another issuer');
    const metadata = await this.#metadata();
    const token = await this.#exchange(metadata, { code, pending, redirectUri });
    const claims = await this.#verify(token, metadata, pending.clientId);
    if (typeof claims['nonce'] !== 'string' || !equalInConstantTime(pending.nonce, claims['nonce']))
      throw failed('the ID token belongs to another sign-in');
    return this.#toRedeemer(claims);
  }

  #toRedeemer(claims: Claims): Redeemer {
    const { sub, name, preferred_username: handle, email, email_verified: isVerified } = claims;
    if (typeof sub !== 'string' || sub === '') throw failed('the ID token has no subject');
    const shown = [name, handle, sub].find(
      (text): text is string => typeof text === 'string' && isMemberName(text),
    );
    const hasEmail = isVerified === true && typeof email === 'string' && isEmail(email);
    return {
      account: accountOf(this.#settings.issuer, sub),
      name: shown ?? 'Member',
      ...(hasEmail && { email }),
    };
  }

  async #verify(token: string, { jwksUri }: Metadata, clientId: string): Promise<Claims> {
    try {
      const claims = await this.#ports.verify(token, trustOf(this.#settings.issuer, jwksUri, clientId));
      // A token for several audiences must name the portal as authorized party (`azp`; OpenID Connect Core, 3.1.3.7).
      const { aud, azp } = claims;
      if (Array.isArray(aud) && aud.length > 1 && azp === undefined)
        throw failed('the ID token has several audiences, but no azp');
      if (azp !== undefined && azp !== clientId)
        throw failed(`the azp of the ID token is not the portal's client id ${clientId}`);
      return claims;
    } catch (error) {
      if (error instanceof DomainError && error.code.startsWith('TOKEN_'))
        throw failed('the ID token is not valid', error);
      throw error;
    }
  }

  async #exchange(
    { tokenEndpoint }: Metadata,
    {
      code,
      pending,
      redirectUri,
    }: { readonly code: string; readonly pending: PendingSignIn; readonly redirectUri: string },
  ): Promise<string> {
    const form = new URLSearchParams({
      grant_type: 'authorization_code',
      code,
      redirect_uri: redirectUri,
      code_verifier: pending.verifier,
    });
    const headers: Record<string, string> = {
      'content-type': 'application/x-www-form-urlencoded',
      accept: 'application/json',
    };
    const secret = await this.#settings.clientSecret?.();
    // A client without a secret sends its id. A client with a secret uses Basic authentication (RFC 6749, section
    // 2.3.1).
    if (secret === undefined) form.set('client_id', pending.clientId);
    else headers['authorization'] = `Basic ${basicOf(pending.clientId, secret)}`;
    const answer = await this.#send(tokenEndpoint, { method: 'POST', headers, body: form.toString() });
    const token = answer.status === 200 ? asText(answer.body['id_token']) : undefined;
    if (token === undefined) throw failed('the issuer returned no ID token for the code');
    return token;
  }

  async #register(endpoint: string | undefined, redirectUri: string): Promise<string> {
    if (endpoint === undefined) throw unreachable('the issuer does not register clients');
    const { status, body } = await this.#send(endpoint, {
      method: 'POST',
      headers: { 'content-type': 'application/json', accept: 'application/json' },
      body: JSON.stringify({
        redirect_uris: [redirectUri],
        token_endpoint_auth_method: 'none',
        client_name: 'Portal',
      }),
    });
    const clientId = status === 201 || status === 200 ? asText(body['client_id']) : undefined;
    if (clientId === undefined)
      throw unreachable(
        `the issuer responded to the registration with status ${status}, and without a client id`,
      );
    return clientId;
  }

  async #metadata(): Promise<Metadata> {
    const now = this.#ports.nowEpochMs();
    if (this.#known !== undefined && Math.abs(now - this.#known.atEpochMs) < METADATA_FRESH_MS)
      return this.#known.metadata;
    const { issuer } = this.#settings;
    const address = `${issuer.replace(/\/$/, '')}/.well-known/openid-configuration`;
    const { status, body } = await this.#send(address, { headers: { accept: 'application/json' } });
    if (status !== 200)
      throw unreachable(`the issuer responded to the request for its metadata with status ${status}`);
    // Attack: the metadata belongs to another issuer, whose tokens would then be accepted (OpenID Connect Discovery,
    // 4.3).
    if (body['issuer'] !== issuer) throw unreachable('the metadata names another issuer');
    const metadata: Metadata = {
      authorizationEndpoint: endpointOf(body, 'authorization_endpoint'),
      tokenEndpoint: endpointOf(body, 'token_endpoint'),
      jwksUri: endpointOf(body, 'jwks_uri'),
      registrationEndpoint:
        body['registration_endpoint'] === undefined ? undefined : endpointOf(body, 'registration_endpoint'),
    };
    this.#known = { metadata, atEpochMs: now };
    return metadata;
  }

  /** Sends a request without following redirects, and reads a JSON response of limited size. */
  async #send(
    url: string,
    init: RequestInit,
  ): Promise<{ readonly status: number; readonly body: Readonly<Record<string, unknown>> }> {
    try {
      const response = await this.#ports.fetch(url, {
        ...init,
        redirect: 'error',
        signal: AbortSignal.timeout(TIMEOUT_MS),
      });
      return { status: response.status, body: parseJsonObject(await readBounded(response)) ?? {} };
    } catch (error) {
      throw unreachable('the issuer cannot be reached', error);
    }
  }
}

async function readBounded(response: Response): Promise<string> {
  const chunks: Uint8Array[] = [];
  let bytes = 0;
  const body: AsyncIterable<Uint8Array> | null = response.body;
  if (body === null) return '';
  for await (const chunk of body) {
    bytes += chunk.length;
    if (bytes > MAX_BYTES) throw new Error(`the issuer's response has more than ${MAX_BYTES} bytes`);
    chunks.push(chunk);
  }
  return Buffer.concat(chunks).toString('utf8');
}

function endpointOf(metadata: Readonly<Record<string, unknown>>, name: string): string {
  const url = metadata[name];
  if (typeof url !== 'string' || !URL.canParse(url))
    throw unreachable(`the issuer's metadata has no valid ${name}`);
  if (!url.startsWith('https://') && !isLoopbackUrl(url))
    throw unreachable(`${name} in the issuer's metadata is ${url}, which is not an https address`);
  return url;
}

function basicOf(clientId: string, secret: string): string {
  return Buffer.from(`${encodeURIComponent(clientId)}:${encodeURIComponent(secret)}`).toString('base64');
}

function trustOf(issuer: string, jwksUri: string, clientId: string): CompiledIssuer {
  return {
    id: 'portal',
    trust: {
      issuer,
      isLocal: false,
      jwksUri,
      audience: [clientId],
      algorithms: [...SIGNATURE_ALGORITHMS],
      types: ['jwt'],
      clockSkewSeconds: CLOCK_SKEW_SECONDS,
      principal: ['sub'],
      scopes: [],
      roles: [],
      keys: DEFAULT_LIMITS,
    },
  };
}

/**
 * Whether a text can be an email address. The check is stricter than RFC 5321: it allows no quotes, comments, white
 * space or characters that are not visible.
 */
export function isEmail(text: string): boolean {
  return text.length <= MAX_EMAIL && /^[^\s\p{C}@"(),:;<>[\\\]]+@[A-Za-z0-9.-]+\.[A-Za-z0-9-]+$/u.test(text);
}

function failed(reason: string, cause?: unknown): DomainError {
  return new DomainError('SIGN_IN_FAILED', reason, ...(cause === undefined ? [] : [{ cause }]));
}

function unreachable(reason: string, cause?: unknown): DomainError {
  return new DomainError('KEY_SET_UNAVAILABLE', reason, ...(cause === undefined ? [] : [{ cause }]));
}
