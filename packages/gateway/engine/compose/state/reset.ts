import { Faults, InvalidRequest } from '../../../core/errors.ts';
import { GOING_AWAY } from '../../../core/websocket/limits.ts';
import type { DynamoDbTarget } from '../../../services/tables/create-tables.ts';
import { backendOf } from '../parts.ts';
import type { Parts, Resets } from '../parts.ts';

type Reset = (keepsInstances: boolean) => unknown;

type ResetPart = {
  readonly name: string;
  /**
   * Stores the state after startup.
   * @returns a function that restores this state
   */
  readonly keep: (parts: Parts) => Reset | Promise<Reset>;
};

/**
 * The parts in the order in which a reset restores them. During a reset, no event starts anything. Instances end first,
 * so that their last effects are also undone. Request records are not reset, because they show how a test went.
 * Services are reset separately, through their own interface.
 */
const RESET_PARTS: readonly ResetPart[] = [
  {
    name: 'instances',
    keep:
      ({ runtime }) =>
      (keepsInstances) => {
        if (!keepsInstances) runtime.renew();
      },
  },
  {
    name: 'clock',
    keep({ clock }) {
      const offsetMs = clock.offsetMs();
      return () => {
        clock.reset();
        clock.shift(offsetMs);
      };
    },
  },
  {
    name: 'tables',
    async keep(parts) {
      const target = targetOf(parts);
      if (target === undefined) return () => undefined;
      const { loadTables, saveTables } = await import('../../../services/tables/saved-tables.ts');
      const tables = await saveTables(target);
      return () => loadTables(target, tables);
    },
  },
  {
    name: 'pools',
    keep({ signIn }) {
      const kept = signIn.opened?.pools.kept ?? [];
      return () => signIn.opened?.pools.restore(kept);
    },
  },
  {
    name: 'apis',
    keep:
      ({ served, options }) =>
      () =>
        served.restart(new Faults(options.allowUnguarded === true)),
  },
  {
    name: 'journal',
    keep:
      ({ journal }) =>
      () =>
        journal.forget(),
  },
  {
    name: 'parameters',
    keep:
      ({ values }) =>
      () =>
        values.forgetCalls(),
  },
  {
    name: 'temporary keys',
    keep:
      ({ sessions }) =>
      () =>
        sessions.clear(),
  },
  {
    name: 'recorded calls',
    keep:
      ({ recorder }) =>
      () =>
        recorder.clear(),
  },
  {
    name: 'log lines',
    keep:
      ({ history }) =>
      () =>
        history.clear(),
  },
];

export class ResetBaseline implements Resets {
  #resets: readonly Reset[] | undefined;
  #turn: Promise<void> = Promise.resolve();

  async begin(parts: Parts): Promise<void> {
    const resets: Reset[] = [];
    for (const { keep } of RESET_PARTS) resets.push(await keep(parts));
    this.#resets = resets;
  }

  run(parts: Parts, keepsInstances: boolean): Promise<void> {
    const run = this.#turn.then(() => this.#reset(parts, keepsInstances));
    this.#turn = run.catch(() => undefined);
    return run;
  }

  async #reset({ at, events, journal }: Parts, keepsInstances: boolean): Promise<void> {
    const resets = this.#resets;
    if (resets === undefined) throw new InvalidRequest('the gateway has not been loaded yet');
    for (const connection of at.connections.all) at.connections.end(connection, GOING_AWAY);
    await journal.inTurn(() =>
      events.clear(async () => {
        events.items.pause();
        for (const reset of resets) await reset(keepsInstances);
      }),
    );
    events.items.resume();
  }
}

/** Returns the DynamoDB whose tables are reset; undefined if the gateway runs without tables. */
function targetOf({ options, store }: Parts): DynamoDbTarget | undefined {
  const { dynamodb, region } = options;
  if (dynamodb.kind === 'none') return undefined;
  if (dynamodb.kind === 'url' || dynamodb.dataDirectory !== undefined)
    throw new InvalidRequest('a reset would empty persistent tables; start without --data and --dynamodb');
  const backend = backendOf(options, store);
  return backend && { region, ...backend };
}
