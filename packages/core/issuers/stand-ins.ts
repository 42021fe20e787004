/**
 * Issuers that the local issuer stands in for: user pools of the loaded stacks, and those that `--issuer URL=local`
 * names. Their tokens are minted here and believed without a network; nobody else's are touched.
 */
import { userPoolIssuer } from '../deployment/compile-token-authorizer.ts';
import type { ResolvedStack } from '../stack/model.ts';
import { LOCAL_ISSUER, readPoolIssuer } from './issuer-names.ts';

/** Where a request for a stand-in goes, and what is left of its path: `/.well-known/jwks.json`. */
type StandInRequest = { readonly issuer: string; readonly path: string };

export class StandIns {
  readonly #named: readonly string[];
  #all: readonly string[];
  /** Asked with every token. */
  #known: ReadonlySet<string>;

  /** @param named by `--issuer` */
  constructor(named: readonly string[] = []) {
    this.#named = named;
    this.#all = named;
    this.#known = namesOf(named);
  }

  /** From here on the pools of these stacks are stood in for, and no others. */
  follow(stacks: readonly ResolvedStack[]): void {
    this.#all = [...new Set([...this.#named, ...listPoolIssuers(stacks)])];
    this.#known = namesOf(this.#all);
  }

  /** Without the local issuer itself; those that were named first. */
  get all(): readonly string[] {
    return this.#all;
  }

  /** Whether local keys sign for this `iss`. A trailing slash makes another `iss`, yet nobody else's. */
  includes(issuer: string): boolean {
    return this.#known.has(issuer);
  }

  /** The names in Host headers by which they are asked: `example.eu.auth0.com`. */
  get hosts(): readonly string[] {
    return [...new Set(this.all.map((issuer) => new URL(issuer).host))];
  }

  /**
   * Which of them a request is for: by its Host as everywhere else, or by the first part of the path, which works
   * from anywhere: `http://127.0.0.1:4000/eu-central-1_Abc/…`, `http://127.0.0.1:4000/example.eu.auth0.com/…`.
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

/** What a stand-in is called in local addresses: the id of a user pool, the host of any other issuer with its path. */
export function localNameOf(issuer: string): string {
  const pool = readPoolIssuer(issuer);
  if (pool !== undefined) return pool.poolId;
  const { host, pathname } = new URL(issuer);
  return `${host}${pathname.replace(/\/$/, '')}`;
}

/** The `iss` each pool's tokens have at AWS. */
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
