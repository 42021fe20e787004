import { createHash, randomBytes } from 'node:crypto';
import { parseJsonObject } from '@gatewright/aws/json-object';
import type { Issuer } from '../issuer.ts';
import { notAuthorized } from './cognito-error.ts';
import type { AppClient, PoolDefinition } from './pool-model.ts';
import { accessClaims, idClaims } from './pool-tokens.ts';
import type { TokenFacts } from './pool-tokens.ts';
import type { PoolUser } from './pool-user.ts';
import { callTokenTrigger, changeAccess, changeId, NO_CHANGES } from './token-trigger.ts';
import type { TokenChanges, TokenSource } from './token-trigger.ts';
import { NO_METADATA } from './triggers.ts';
import type { Metadata } from './triggers.ts';
import type { UserPool } from './user-pool.ts';

type SignInFacts = {
  readonly user: PoolUser;
  readonly client: AppClient;
  readonly scopes?: readonly string[] | undefined;
  readonly nonce?: string | undefined;
  readonly audience?: string | undefined;
  readonly source: TokenSource;
  readonly metadata?: Metadata;
  readonly originJti?: string;
};

export type Tokens = {
  readonly id: string;
  readonly access: string;
  /** The new refresh token; undefined if the previous token stays valid, or no refresh token was requested. */
  readonly refresh: string | undefined;
  readonly expiresInSeconds: number;
  readonly scopes: readonly string[] | undefined;
};

export type RefreshSession = {
  readonly hash: string;
  readonly sub: string;
  readonly clientId: string;
  readonly originJti: string;
  readonly authTime: number;
  readonly untilMs: number;
  readonly scopes?: readonly string[] | undefined;
  readonly audience?: string | undefined;
  /** The time of the first use. After it, the token may be used again within the client's grace period. */
  usedAtMs?: number;
};

type AccessToken = {
  readonly user: PoolUser;
  readonly clientId: string;
  readonly scopes: readonly string[];
};

/** Maximum number of refresh tokens, and of ended sessions, of one pool. The oldest are removed first. */
const MAX_SESSIONS = 10_000;

export class Sessions {
  readonly #pool: UserPool;
  readonly #issuer: Issuer;
  readonly #sessions = new Map<string, RefreshSession>();
  /**
   * The ids (`originJti`) of sessions that have ended. Cognito's own operations refuse the access tokens of these
   * sessions.
   */
  readonly #ended = new Set<string>();

  constructor(pool: UserPool, issuer: Issuer) {
    this.#pool = pool;
    this.#issuer = issuer;
  }

  get kept(): readonly RefreshSession[] {
    return [...this.#sessions.values()];
  }

  restore(sessions: readonly RefreshSession[]): void {
    for (const session of sessions) this.#sessions.set(session.hash, session);
  }

  /** @param withRefresh whether to issue a refresh token */
  async begin(facts: SignInFacts, withRefresh = true): Promise<Tokens> {
    const { random, clock } = this.#pool.ports;
    const changes = await this.#changesOf(facts);
    const originJti = facts.originJti ?? random.uuid();
    // The code of this sign-in was used again while the trigger was running.
    if (this.#ended.has(originJti)) throw notAuthorized('Access Token has been revoked');
    const authTime = Math.floor(clock.nowEpochMs() / 1000);
    const refresh = withRefresh ? this.#addSession(facts, { originJti, authTime }) : undefined;
    return this.#sign(facts, { originJti, authTime, refresh }, changes);
  }

  /**
   * Continues a session. With rotation, reuse of a refresh token after the grace period ends the session, because one
   * of the token's two users has stolen it (RFC 9700 §4.14.2).
   * @throws ServiceRefusal NotAuthorizedException if the token is invalid, expired or revoked, or the user is disabled
   */
  async refresh(token: string, client: AppClient, metadata: Metadata = NO_METADATA): Promise<Tokens> {
    const session = this.#sessions.get(hashOf(token));
    const now = this.#pool.ports.clock.nowEpochMs();
    if (session?.clientId !== client.clientId) throw notAuthorized('Invalid Refresh Token.');
    if (session.untilMs <= now) throw notAuthorized('Refresh Token has expired');
    const user = this.#pool.users.find(({ sub }) => sub === session.sub);
    if (user?.isEnabled !== true) throw notAuthorized('User is disabled.');
    const grace = client.rotationGraceSeconds;
    if (session.usedAtMs !== undefined && now > session.usedAtMs + (grace ?? 0) * 1000) {
      this.#end(({ originJti }) => originJti === session.originJti);
      throw notAuthorized('Refresh Token has been revoked');
    }
    const { originJti, authTime, scopes, audience } = session;
    const source = 'TokenGeneration_RefreshTokens';
    const facts = { user, client, scopes, audience, source, metadata } as const;
    // The token is marked as used before the trigger is called, so that a second use while the function runs counts as
    // reuse.
    if (grace !== undefined) session.usedAtMs ??= now;
    const changes = await this.#changesOf(facts);
    if (grace === undefined) return this.#sign(facts, { originJti, authTime, refresh: undefined }, changes);
    // A new token does not extend the sign-in.
    const refresh = this.#addSession(facts, { originJti, authTime, untilMs: session.untilMs });
    return this.#sign(facts, { originJti, authTime, refresh }, changes);
  }

  async #changesOf({
    user,
    client,
    scopes,
    source,
    metadata = NO_METADATA,
  }: SignInFacts): Promise<TokenChanges> {
    return callTokenTrigger(this.#pool, { user, client, scopes, source, metadata });
  }

  signForClient(client: AppClient, scopes: readonly string[], audience: string | undefined): string {
    const { definition, ports } = this.#pool;
    const iat = Math.floor(ports.clock.nowEpochMs() / 1000);
    const own = { iss: definition.issuer, iat, exp: iat + client.seconds.access, jti: ports.random.uuid() };
    const claims =
      definition.kind === 'cognito'
        ? {
            sub: client.clientId,
            token_use: 'access',
            client_id: client.clientId,
            auth_time: iat,
            version: 2,
          }
        : {
            sub: `${client.clientId}@clients`,
            aud: audience,
            azp: client.clientId,
            gty: 'client-credentials',
          };
    const typ = definition.kind === 'oidc' ? 'JWT' : undefined;
    return this.#issuer.sign({ ...claims, scope: scopes.join(' '), ...own }, typ).token;
  }

  ownerOf(token: string): string | undefined {
    return this.#sessions.get(hashOf(token))?.sub;
  }

  /**
   * Revokes a refresh token and ends its session. Returns false, and revokes nothing, for an unknown token or a token
   * of another client.
   */
  revoke(token: string, clientId: string): boolean {
    const session = this.#sessions.get(hashOf(token));
    if (session?.clientId !== clientId) return false;
    this.#end(({ originJti }) => originJti === session.originJti);
    return true;
  }

  endSignIn(originJti: string): void {
    this.#end((session) => session.originJti === originJti);
    this.#markEnded(originJti);
  }

  endAllOf({ sub }: PoolUser): void {
    this.#end((session) => session.sub === sub);
  }

  /**
   * Returns the sign-in to which an access token belongs.
   * @throws ServiceRefusal NotAuthorizedException if the token is invalid, expired or revoked
   */
  readAccess(token: string): AccessToken {
    const claims = parseJsonObject(Buffer.from(token.split('.')[1] ?? '', 'base64url').toString('utf8'));
    if (
      claims === undefined ||
      !this.#issuer.hasSigned(token) ||
      claims['iss'] !== this.#pool.definition.issuer
    )
      throw notAuthorized('Invalid Access Token');
    const { exp, sub, scope } = claims;
    const clientId = claims['client_id'] ?? claims['azp'];
    const origin = claims['origin_jti'] ?? claims['sid'];
    const isAccess =
      this.#pool.definition.kind === 'oidc' ? clientId !== undefined : claims['token_use'] === 'access';
    if (!isAccess || typeof clientId !== 'string') throw notAuthorized('Invalid Access Token');
    if (typeof exp !== 'number' || exp * 1000 <= this.#pool.ports.clock.nowEpochMs())
      throw notAuthorized('Access Token has expired');
    if (typeof origin === 'string' && this.#ended.has(origin))
      throw notAuthorized('Access Token has been revoked');
    const user = this.#pool.users.find((candidate) => candidate.sub === sub);
    if (user === undefined) throw notAuthorized('Invalid Access Token');
    return { user, clientId, scopes: typeof scope === 'string' ? scope.split(' ') : [] };
  }

  #addSession(
    { user, client, scopes, audience }: SignInFacts,
    of: { readonly originJti: string; readonly authTime: number; readonly untilMs?: number },
  ): string {
    const token = randomBytes(48).toString('base64url');
    const hash = hashOf(token);
    const now = this.#pool.ports.clock.nowEpochMs();
    const untilMs = of.untilMs ?? now + client.seconds.refresh * 1000;
    this.#sessions.set(hash, {
      hash,
      sub: user.sub,
      clientId: client.clientId,
      scopes,
      audience,
      originJti: of.originJti,
      authTime: of.authTime,
      untilMs,
    });
    const [oldest] = this.#sessions.keys();
    if (this.#sessions.size > MAX_SESSIONS && oldest !== undefined) this.#sessions.delete(oldest);
    this.#pool.ports.onChange();
    return token;
  }

  #sign(
    facts: SignInFacts,
    of: { readonly originJti: string; readonly authTime: number; readonly refresh: string | undefined },
    changes: TokenChanges,
  ): Tokens {
    const { definition, ports } = this.#pool;
    const { client, scopes } = facts;
    const groups = changes.groups === undefined ? facts.user.groups : new Set(changes.groups);
    const token = {
      ...facts,
      user: { ...facts.user, groups },
      scopes,
      nonce: facts.nonce,
      audience: facts.audience,
      originJti: of.originJti,
      authTime: of.authTime,
      eventId: ports.random.uuid(),
    };
    const iat = Math.floor(ports.clock.nowEpochMs() / 1000);
    const sign = (claims: Readonly<Record<string, unknown>>, seconds: number): string => {
      const own = { iss: definition.issuer, iat, exp: iat + seconds, jti: ports.random.uuid() };
      return this.#issuer.sign({ ...claims, ...own }, definition.kind === 'oidc' ? 'JWT' : undefined).token;
    };
    return {
      id: sign(changeId(idClaims(definition, token), changes), client.seconds.id),
      access: sign(accessOf(definition, token, changes), client.seconds.access),
      refresh: of.refresh,
      expiresInSeconds: client.seconds.access,
      scopes,
    };
  }

  #end(isMeant: (session: RefreshSession) => boolean): void {
    for (const [hash, session] of this.#sessions)
      if (isMeant(session)) {
        this.#markEnded(session.originJti);
        this.#sessions.delete(hash);
      }
    this.#pool.ports.onChange();
  }

  #markEnded(originJti: string): void {
    this.#ended.add(originJti);
    const [oldest] = this.#ended;
    if (this.#ended.size > MAX_SESSIONS && oldest !== undefined) this.#ended.delete(oldest);
  }
}

/**
 * Returns the claims of an access token, with the changes by the trigger. Issuers other than Cognito have no triggers.
 */
function accessOf(definition: PoolDefinition, token: TokenFacts, changes: TokenChanges): AccessClaims {
  const claims = accessClaims(definition, token);
  return changes === NO_CHANGES ? claims : changeAccess(claims, changes, token.client.clientId);
}

type AccessClaims = ReturnType<typeof accessClaims>;

function hashOf(token: string): string {
  return createHash('sha256').update(token).digest('base64url');
}
