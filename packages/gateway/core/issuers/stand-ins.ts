/**
 * The issuers that the local issuer emulates. They are the user pools of the loaded stacks and the issuers from
 * `--issuer URL=local`. Their tokens are issued and verified locally, without a network. All other issuers are
 * contacted as usual.
 */
import { userPoolIssuer } from '../deployment/authorization/compile-token-authorizer.ts';
import type { ResolvedStack } from '../stack/model.ts';
import { LOCAL_ISSUER, readPoolIssuer } from './issuer-names.ts';

/**
 * The result of finding an emulated issuer by a request: the issuer, and the rest of the request's path, such as
 * `/.well-known/jwks.json`.
 */
type StandInRequest = { readonly issuer: string; readonly path: string };

export class StandIns {
  readonly #named: readonly string[];
  #all: readonly string[];
  /** The emulated issuers, which are looked up for every token. */
  #known: ReadonlySet<string>;

  /** @param named the issuers from `--issuer` */
  constructor(named: readonly string[] = []) {
    this.#named = named;
    this.#all = named;
    this.#known = namesOf(named);
  }

  /**
   * Emulates the user pools of these stacks from now on, instead of the user pools of earlier stacks. The issuers from
   * `--issuer` stay emulated.
   */
  follow(stacks: readonly ResolvedStack[]): void {
    this.#all = [...new Set([...this.#named, ...listPoolIssuers(stacks)])];
    this.#known = namesOf(this.#all);
  }

  /** Returns the emulated issuers without the local issuer. The issuers from `--issuer` come first. */
  get all(): readonly string[] {
    return this.#all;
  }

  /**
   * Whether tokens with this `iss` are signed with local keys. An emulated issuer is found with and without a trailing
   * slash.
   */
  includes(issuer: string): boolean {
    return this.#known.has(issuer);
  }

  /** Returns the host names of the issuers, such as `example.eu.auth0.com`. */
  get hosts(): readonly string[] {
    return [...new Set(this.all.map((issuer) => new URL(issuer).host))];
  }

  /**
   * Finds the emulated issuer to which a request is addressed. The issuer is named by the Host header, or by the first
   * part of the path, which works with any host: `http://127.0.0.1:4000/eu-central-1_Abc/…`,
   * `http://127.0.0.1:4000/example.eu.auth0.com/…`.
   */
  find(host: string, path: string): StandInRequest | undefined {
    const name = host.replace(/:\d+$/, '').toLowerCase();
    for (const issuer of this.all) {
      const { host: own, pathname } = new URL(issuer);
      const base = pathname.replace(/\/$/, '');
      const rest = name === own ? restOf(path, base) : restOf(path, `/${localNameOf(issuer)}`);
      if (rest !== undefined) return { issuer, path: rest };
    }
    return undefined;
  }
}

/** Returns an issuer's name in local addresses: the id of a user pool, otherwise the host and path. */
export function localNameOf(issuer: string): string {
  const pool = readPoolIssuer(issuer);
  if (pool !== undefined) return pool.poolId;
  const { host, pathname } = new URL(issuer);
  return `${host}${pathname.replace(/\/$/, '')}`;
}

/** Returns the `iss` that the tokens of each user pool have on AWS. */
function listPoolIssuers(stacks: readonly ResolvedStack[]): ReadonlySet<string> {
  const issuers = new Set<string>();
  for (const { region, resources } of stacks)
    for (const { type, physicalId } of resources.values())
      if (type === 'AWS::Cognito::UserPool') issuers.add(userPoolIssuer(region, physicalId));
  return issuers;
}

function restOf(path: string, base: string): string | undefined {
  return path.startsWith(`${base}/`) ? path.slice(base.length) : undefined;
}

function namesOf(issuers: readonly string[]): ReadonlySet<string> {
  const bare = issuers.map((issuer) => issuer.replace(/\/$/, ''));
  return new Set([LOCAL_ISSUER, ...bare, ...bare.map((issuer) => `${issuer}/`)]);
}
