/** The rows of all sections, with the state of the gateway and its clock. */
import assert from 'node:assert/strict';
import { afterEach, beforeEach, describe, it, mock } from 'node:test';
import { asGlobals } from '../../../../../support/as-globals.ts';
import { loadPage, PageGateway, showHook, until } from '../../../../../support/page-in-process.ts';
import type { ShownHook } from '../../../../../support/page-in-process.ts';

type Traffic = {
  readonly rows: readonly { readonly sequence: number }[];
  readonly state: { readonly taken: number } | undefined;
  readonly isLive: boolean;
  readonly error: string | undefined;
  readonly clear: () => Promise<void>;
  readonly nowEpochMs: () => number;
};

describe('the traffic of the page', () => {
  const gateway = new PageGateway();
  const DAY_MS = 86_400_000;
  let pages: readonly Disposable[];
  let stream: ReadableStreamDefaultController<Uint8Array> | undefined;
  let traffic: ShownHook<Traffic>;
  let list: (method: string) => Response;
  let isLeft: boolean;
  beforeEach(async () => {
    mock.timers.enable({ apis: ['setTimeout', 'Date'], now: 1_000_000 });
    isLeft = false;
    const opened = gateway.open();
    const channels = asGlobals({
      BroadcastChannel: class {
        close(): void {
          isLeft = true;
        }
      },
    });
    pages = [channels, opened];
    gateway.restart();
    list = (method) =>
      Response.json(
        method === 'DELETE'
          ? { rows: [], state: { taken: 2 } }
          : { rows: [{ sequence: 1 }, { sequence: 0 }], state: { taken: 2 }, nowEpochMs: 1_000_000 + DAY_MS },
      );
    gateway.answer = (method, path, _, signal) => {
      if (!path.startsWith('requests/events')) return list(method);
      return new Response(
        new ReadableStream<Uint8Array>({
          start(one) {
            stream = one;
            signal?.addEventListener('abort', () => one.error(signal.reason));
          },
        }),
      );
    };
    const { useKey, noteState } = await loadPage<{
      readonly useKey: (key: string) => void;
      readonly noteState: (state: string) => void;
    }>('connection/connection');
    useKey(gateway.key);
    noteState('waiting');
    stream = undefined;
    const { useTraffic } = await loadPage<{ readonly useTraffic: () => Traffic }>('traffic/traffic-store');
    traffic = await showHook(useTraffic);
  });
  afterEach(async () => {
    await traffic.leave();
    mock.timers.tick(5_000);
    for (const page of pages) page[Symbol.dispose]();
    mock.timers.reset();
  });

  it('is what the gateway has, by its clock, and is live at once', async () => {
    await until(() => traffic.shown().isLive);

    const { rows, state, error, nowEpochMs } = traffic.shown();
    assert.deepEqual([rows, state, error], [[{ sequence: 1 }, { sequence: 0 }], { taken: 2 }, undefined]);
    assert.equal(nowEpochMs(), 1_000_000 + DAY_MS);
  });

  it("shows what arrives within a quarter of a second, by the gateway's clock", async () => {
    await until(() => traffic.shown().isLive && stream !== undefined);
    const rows = [{ sequence: 2, atEpochMs: 1_000_000 + 2 * DAY_MS }];
    stream?.enqueue(Buffer.from(`event: rows\ndata: ${JSON.stringify({ rows, state: { taken: 3 } })}\n\n`));
    await until(() => traffic.shown().nowEpochMs() > 1_000_000 + DAY_MS);
    assert.equal(traffic.shown().rows.length, 2);
    mock.timers.tick(250);
    await until(() => traffic.shown().rows.length === 3);

    assert.deepEqual(traffic.shown().state, { taken: 3 });
    assert.equal(traffic.shown().nowEpochMs(), 1_000_250 + 2 * DAY_MS);
  });

  it('is cleared in the gateway', async () => {
    await until(() => traffic.shown().isLive);
    await traffic.shown().clear();
    assert.ok(gateway.asked.includes('DELETE requests'));
    mock.timers.tick(250);

    await until(() => traffic.shown().rows.length === 0);
  });

  it('follows nothing after it has left', async () => {
    await until(() => traffic.shown().isLive);
    await traffic.leave();
    assert.equal(isLeft, true);
    const { fetched } = gateway;
    for (let turns = 0; turns < 5; turns += 1) {
      mock.timers.tick(5_000);
      await until(() => true);
    }

    assert.equal(gateway.fetched, fetched);
  });
});
