/** The state after the start, and the way back to it: what `gatewright/testing` does between two tests. */
import { backendOf } from './parts.ts';
import { Faults, WishRefused } from '../../core/errors.ts';
import { GOING_AWAY } from '../../core/websocket/limits.ts';
import type { Parts, Resets } from './parts.ts';
import type { KeptPool } from '../../cognito/pools/user-pools.ts';
import type { DynamoDbTarget } from '../../services/tables/create-tables.ts';
import type { SavedTable } from '../../services/tables/saved-tables.ts';

type Baseline = {
  readonly tables: readonly SavedTable[];
  readonly pools: readonly KeptPool[];
  readonly clockOffsetMs: number;
};

export class KeptBaseline implements Resets {
  #baseline: Baseline | undefined;
  #turn: Promise<void> = Promise.resolve();

  async begin(parts: Parts): Promise<void> {
    const { signIn, clock } = parts;
    const target = targetOf(parts);
    this.#baseline = {
      tables: target === undefined ? [] : await (await tablesOf()).saveTables(target),
      pools: signIn.opened?.pools.kept ?? [],
      clockOffsetMs: clock.offsetMs(),
    };
  }

  run(parts: Parts, keepsInstances: boolean): Promise<void> {
    const run = this.#turn.then(() => this.#reset(parts, keepsInstances));
    this.#turn = run.catch(() => undefined);
    return run;
  }

  /**
   * Connections end first and instances last, so that what they still do is undone. What was recorded of requests is
   * left: it tells how a test went.
   */
  async #reset(parts: Parts, keepsInstances: boolean): Promise<void> {
    const baseline = this.#baseline;
    if (baseline === undefined) throw new WishRefused('the gateway has not been loaded yet');
    const { at, clock, events, history, journal, recorder } = parts;
    const { runtime, served, signIn, options } = parts;
    for (const connection of at.connections.all) at.connections.end(connection, GOING_AWAY);
    await journal.inTurn(() =>
      events.clear(async () => {
        events.items.pause();
        if (!keepsInstances) runtime.renew();
        clock.reset();
        clock.shift(baseline.clockOffsetMs);
        const target = targetOf(parts);
        if (target !== undefined) await (await tablesOf()).loadTables(target, baseline.tables);
        signIn.opened?.pools.restore(baseline.pools);
        served.restart(new Faults(options.allowUnguarded === true));
        journal.forget();
        recorder.clear();
        history.clear();
      }),
    );
    events.items.resume();
  }
}

/** Undefined = the gateway runs without tables. */
function targetOf({ options, store }: Parts): DynamoDbTarget | undefined {
  const { dynamodb, region } = options;
  if (dynamodb.kind === 'none') return undefined;
  if (dynamodb.kind === 'url' || dynamodb.dataDirectory !== undefined)
    throw new WishRefused('a reset would empty tables that are kept; leave out --data and --dynamodb');
  const backend = backendOf(options, store);
  return backend && { region, ...backend };
}

function tablesOf() {
  return import('../../services/tables/saved-tables.ts');
}
