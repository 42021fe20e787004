/** All user pools of this run, which can be found by id, client and host. Each pool contains the users of users.yml. */
import type { Issuer } from '../issuer.ts';
import type { AppClient, PoolDefinition } from './pool-model.ts';
import { readGroup } from './pool-group.ts';
import type { PoolGroup } from './pool-group.ts';
import type { PoolUser, UserDefinition } from './pool-user.ts';
import { Sessions } from './sessions.ts';
import type { RefreshSession } from './sessions.ts';
import { UserPool } from './user-pool.ts';
import type { PoolPorts } from './user-pool.ts';

export type LocalPool = { readonly pool: UserPool; readonly sessions: Sessions };

export type SavedPool = {
  readonly poolId: string;
  readonly users: readonly PoolUser[];
  /** Files of earlier versions contain pairs of a name and a description. */
  readonly groups: readonly (PoolGroup | readonly [name: string, description: string])[];
  readonly sessions: readonly RefreshSession[];
};

export class UserPools {
  readonly #issuer: Issuer;
  readonly #ports: PoolPorts;
  #pools = new Map<string, LocalPool>();
  #written: readonly UserDefinition[] = [];
  /** Saved pools, including pools that are not loaded now, because their data must not be lost. */
  readonly #saved: Map<string, SavedPool>;

  constructor(issuer: Issuer, ports: PoolPorts, kept: readonly SavedPool[] = []) {
    this.#issuer = issuer;
    this.#ports = ports;
    this.#saved = new Map(kept.map((pool) => [pool.poolId, pool]));
  }

  follow(definitions: readonly PoolDefinition[], written: readonly UserDefinition[]): void {
    for (const kept of this.kept) this.#saved.set(kept.poolId, kept);
    this.#pools = new Map(
      definitions.map((definition) => [definition.poolId, this.#open(definition, written)]),
    );
    this.#written = written;
  }

  get all(): readonly LocalPool[] {
    return [...this.#pools.values()];
  }

  find(poolId: string): LocalPool | undefined {
    return this.#pools.get(poolId);
  }

  ofIssuer(issuer: string): LocalPool | undefined {
    return this.all.find(({ pool }) => pool.definition.issuer === issuer);
  }

  ofDomain(host: string): LocalPool | undefined {
    return this.all.find(({ pool }) => pool.definition.domains.includes(host));
  }

  /**
   * Returns the pool of a client. An unknown client belongs to the first Cognito pool that accepts any client id;
   * undefined if no pool does.
   */
  ofClient(clientId: string): (LocalPool & { readonly client: AppClient }) | undefined {
    const known = this.all.find(({ pool }) =>
      pool.definition.clients.some((client) => client.clientId === clientId),
    );
    const local =
      known ?? this.all.find(({ pool }) => pool.definition.isOpen && pool.definition.kind === 'cognito');
    const client = local?.pool.findClient(clientId);
    return local === undefined || client === undefined ? undefined : { ...local, client };
  }

  restore(kept: readonly SavedPool[]): void {
    for (const pool of kept) this.#saved.set(pool.poolId, pool);
    this.#pools = new Map(
      this.all.map(({ pool: { definition } }) => [definition.poolId, this.#open(definition, this.#written)]),
    );
  }

  get kept(): readonly SavedPool[] {
    const present = this.all.map(({ pool, sessions }) => ({
      poolId: pool.definition.poolId,
      users: pool.users.filter(({ isWritten }) => !isWritten),
      groups: [...pool.groups.values()],
      sessions: sessions.kept,
    }));
    return [...new Map([...this.#saved, ...present.map((pool) => [pool.poolId, pool] as const)]).values()];
  }

  #open(definition: PoolDefinition, written: readonly UserDefinition[]): LocalPool {
    const pool = new UserPool(definition, this.#ports);
    const sessions = new Sessions(pool, this.#issuer);
    const kept = this.#saved.get(definition.poolId);
    if (kept !== undefined) {
      pool.restore(kept.users);
      for (const group of kept.groups.map((one) => groupOf(one, pool.createdAtMs)))
        if (!pool.groups.has(group.name)) pool.restoreGroup(group);
      sessions.restore(kept.sessions);
    }
    for (const user of written) pool.write(user);
    return { pool, sessions };
  }
}

function groupOf(kept: SavedPool['groups'][number], createdAtMs: number): PoolGroup {
  return 'name' in kept ? kept : { ...readGroup(kept[0], { Description: kept[1] }), createdAtMs };
}
