/**
 * The local OpenID issuer: it makes real RS256 signatures for JWT, Cognito and Lambda authorizers, offline. Its name
 * can never be the name of a real issuer. It signs in the name of another issuer only if it replaces that issuer on
 * this machine.
 */
import { InvalidRequest } from '../core/errors.ts';
import {
  createHash,
  createPrivateKey,
  createPublicKey,
  generateKeyPair,
  type KeyObject,
  sign,
  verify,
} from 'node:crypto';
import { promisify } from 'node:util';
import { parseJsonObject } from '@gatewright/aws/json-object';
import { CLAIMS_OF_EVERY_TOKEN, LOCAL_ISSUER, readPoolIssuer } from '../core/issuers/issuer-names.ts';
import { cognitoClaims } from './pool-issuer.ts';
import type { Clock, Random } from '../core/ports.ts';

const DEFAULT_AUDIENCE = 'gatewright';

export type TokenOptions = {
  readonly sub: string;
  /** The issuer that the local issuer replaces. The default is the local issuer itself. */
  readonly issuer?: string;
  /** The audience; the default is `gatewright`. */
  readonly aud?: string | readonly string[];
  readonly roles?: readonly string[];
  /** Scopes, separated by spaces. */
  readonly scope?: string;
  /** Other claims, such as `token_use`. Claims that the issuer sets itself are refused. */
  readonly claims?: Readonly<Record<string, unknown>>;
  /**
   * Lifetime of the token; the default is 3600 seconds. A negative number creates a token that expired that many
   * seconds ago.
   */
  readonly expiresInSeconds?: number;
};

export type SavedKey = {
  /** The private key in PKCS #8. */
  readonly privateKeyPem: string;
  /** The latest expiry of a token that the key signed, rounded up to full days. */
  readonly usedUntilSeconds: number;
};

type PublicJwk = {
  readonly kty: string;
  readonly n: string;
  readonly e: string;
  readonly kid: string;
  readonly alg: 'RS256';
  readonly use: 'sig';
};

type IssuerOptions = {
  readonly clock: Clock;
  readonly random: Random;
  /**
   * Returns whether tokens may have this `iss`. Without this function, only the local issuer's own `iss` is allowed.
   */
  readonly standsInFor?: (issuer: string) => boolean;
  /** Saved keys, newest first. If there are none, a new key is created. */
  readonly kept?: readonly SavedKey[];
  /** Called with all keys, newest first, whenever data that must be saved has changed. */
  readonly onChange?: (keys: readonly SavedKey[]) => void;
};

type IssuerKey = { readonly privateKey: KeyObject; readonly jwk: PublicJwk; usedUntilSeconds: number };

/** Claims that the issuer sets itself. A token request chooses some of them by separate fields, not in `claims`. */
const OWN_CLAIMS = new Set([...CLAIMS_OF_EVERY_TOKEN, 'scope', 'roles']);
const MODULUS_BITS = 2048;
const DEFAULT_LIFETIME_SECONDS = 3600;
const MAX_LIFETIME_SECONDS = 366 * 24 * 3600;
const DAY_SECONDS = 24 * 3600;
/**
 * Maximum number of keys in the key set, because every client must be able to read the whole set (API Gateway accepts
 * 150 kB). The oldest key is removed first.
 */
const MAX_KEYS = 8;
const MAX_CLAIMS_BYTES = 16 * 1024;

export class Issuer {
  readonly #clock: Clock;
  readonly #random: Random;
  readonly #standsInFor: (issuer: string) => boolean;
  readonly #onChange: (keys: readonly SavedKey[]) => void;
  #keys: IssuerKey[];

  private constructor(options: IssuerOptions, keys: IssuerKey[]) {
    this.#clock = options.clock;
    this.#random = options.random;
    this.#standsInFor = options.standsInFor ?? (() => false);
    this.#onChange = options.onChange ?? (() => undefined);
    this.#keys = keys;
  }

  readonly own = LOCAL_ISSUER;

  /** Returns whether tokens may have this `iss`. */
  includes(issuer: string): boolean {
    return issuer === this.own || this.#standsInFor(issuer);
  }

  static async create(options: IssuerOptions): Promise<Issuer> {
    const kept = (options.kept ?? []).map(readSavedKey);
    const issuer = new Issuer(options, kept);
    if (kept.length === 0) await issuer.rotate();
    return issuer;
  }

  /**
   * Signs a token at the clock's time.
   * @throws InvalidRequest if an option is invalid or the issuer is unknown
   */
  mint(options: TokenOptions): { readonly token: string; readonly expiresAtSeconds: number } {
    const { issuer = LOCAL_ISSUER } = options;
    checkTokenOptions(options);
    if (!this.includes(issuer))
      throw new InvalidRequest(`unknown issuer ${issuer}; start the gateway with --issuer ${issuer}=local`);
    const nowSeconds = Math.floor(this.#clock.nowEpochMs() / 1000);
    const lifetimeSeconds = options.expiresInSeconds ?? DEFAULT_LIFETIME_SECONDS;
    const expiresAtSeconds = nowSeconds + lifetimeSeconds;
    const issuedAtSeconds = Math.min(nowSeconds, expiresAtSeconds - 1);
    const times = { iat: issuedAtSeconds, exp: expiresAtSeconds };
    const common = { iss: issuer, sub: options.sub, ...times, jti: this.#random.uuid() };
    if (readPoolIssuer(issuer) !== undefined)
      return this.sign({ ...options.claims, ...common, ...cognitoClaims(options, issuedAtSeconds) });
    const payload = {
      ...options.claims,
      ...common,
      aud: options.aud ?? DEFAULT_AUDIENCE,
      nbf: issuedAtSeconds,
      ...(options.scope === undefined ? {} : { scope: options.scope }),
      ...(options.roles === undefined ? {} : { roles: options.roles }),
    };
    return this.sign(payload, 'JWT');
  }

  /** Signs claims without checking them; the caller is responsible for them. */
  sign(
    payload: Readonly<Record<string, unknown>> & { readonly exp: number },
    typ?: 'JWT',
  ): { readonly token: string; readonly expiresAtSeconds: number } {
    const [key] = this.#keys;
    if (key === undefined) throw new Error('the issuer has no key');
    const expiresAtSeconds = payload.exp;
    const header = { alg: 'RS256', ...(typ === undefined ? {} : { typ }), kid: key.jwk.kid };
    const signingInput = `${encode(header)}.${encode(payload)}`;
    const signature = sign('sha256', Buffer.from(signingInput), key.privateKey).toString('base64url');
    this.#noteUse(key, expiresAtSeconds);
    return { token: `${signingInput}.${signature}`, expiresAtSeconds };
  }

  /**
   * Signs with a new key from now on. Old keys stay in the key set until their tokens have expired. `withdraw` removes
   * them at once, for a leaked key.
   */
  async rotate(how: { readonly withdraw?: boolean } = {}): Promise<void> {
    const { privateKey } = await promisify(generateKeyPair)('rsa', { modulusLength: MODULUS_BITS });
    const older = how.withdraw === true ? [] : this.#usable();
    this.#keys = [toIssuerKey(privateKey, 0), ...older].slice(0, MAX_KEYS);
    this.#announce();
  }

  /** Returns the key set (RFC 7517). */
  keySet(): { readonly keys: readonly PublicJwk[] } {
    return { keys: this.#usable().map(({ jwk }) => jwk) };
  }

  /** Returns whether one of the current keys has signed this token. The token's claims are not checked. */
  hasSigned(token: string): boolean {
    const [header = '', payload = '', signature = '', ...more] = token.split('.');
    const kid = parseJsonObject(Buffer.from(header, 'base64url').toString('utf8'))?.['kid'];
    const key = this.#usable().find(({ jwk }) => jwk.kid === kid);
    if (key === undefined || more.length > 0) return false;
    const signed = Buffer.from(`${header}.${payload}`);
    return verify('sha256', signed, createPublicKey(key.privateKey), Buffer.from(signature, 'base64url'));
  }

  #usable(): IssuerKey[] {
    const nowSeconds = this.#clock.nowEpochMs() / 1000;
    return this.#keys.filter((key, index) => index === 0 || key.usedUntilSeconds >= nowSeconds);
  }

  /**
   * Records the latest expiry of the key's tokens, rounded up to full days, so that the keys are not saved for each
   * token.
   */
  #noteUse(key: IssuerKey, expiresAtSeconds: number): void {
    const untilSeconds = Math.ceil(expiresAtSeconds / DAY_SECONDS) * DAY_SECONDS;
    if (untilSeconds <= key.usedUntilSeconds) return;
    key.usedUntilSeconds = untilSeconds;
    this.#announce();
  }

  #announce(): void {
    this.#onChange(this.keptKeys);
  }

  get keptKeys(): readonly SavedKey[] {
    return this.#keys.map(({ privateKey, usedUntilSeconds }) => ({
      privateKeyPem: privateKey.export({ type: 'pkcs8', format: 'pem' }).toString(),
      usedUntilSeconds,
    }));
  }

  /** Signs with these keys from now on. Tokens signed with the previous keys become invalid. */
  adopt(keys: readonly SavedKey[]): void {
    this.#keys = keys.map(readSavedKey);
    this.#announce();
  }
}

function checkTokenOptions(options: TokenOptions): void {
  const { sub, expiresInSeconds = DEFAULT_LIFETIME_SECONDS, claims = {} } = options;
  if (sub === '' || sub.length > 255)
    throw new InvalidRequest(`sub has ${sub.length} characters; it must have 1 to 255`);
  if (!Number.isInteger(expiresInSeconds) || Math.abs(expiresInSeconds) > MAX_LIFETIME_SECONDS) {
    throw new InvalidRequest(
      `expiresInSeconds is ${expiresInSeconds}; it must be a whole number of seconds, at most ${MAX_LIFETIME_SECONDS} (one year)`,
    );
  }
  const own = findOwnClaims(claims);
  if (own.length > 0)
    throw new InvalidRequest(`claims must not include ${own.join(', ')}: the issuer sets them`);
  if (JSON.stringify(options).length > MAX_CLAIMS_BYTES)
    throw new InvalidRequest('the claims are longer than 16 kB');
}

/** Returns the names of claims that a token request must not choose in `claims`. */
export function findOwnClaims(claims: Readonly<Record<string, unknown>>): readonly string[] {
  return Object.keys(claims).filter((name) => OWN_CLAIMS.has(name));
}

function readSavedKey({ privateKeyPem, usedUntilSeconds }: SavedKey): IssuerKey {
  return toIssuerKey(createPrivateKey(privateKeyPem), usedUntilSeconds);
}

function toIssuerKey(privateKey: KeyObject, usedUntilSeconds: number): IssuerKey {
  const { kty = '', n = '', e = '' } = createPublicKey(privateKey).export({ format: 'jwk' });
  // The id is the RFC 7638 thumbprint, so that the same key has the same id after a restart.
  const kid = createHash('sha256').update(JSON.stringify({ e, kty, n })).digest('base64url');
  return { privateKey, jwk: { kty, n, e, kid, alg: 'RS256', use: 'sig' }, usedUntilSeconds };
}

function encode(value: unknown): string {
  return Buffer.from(JSON.stringify(value)).toString('base64url');
}
