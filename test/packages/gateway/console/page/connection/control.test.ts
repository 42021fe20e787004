/** Answers of the gateway as sections of the page read them. */
import assert from 'node:assert/strict';
import { afterEach, beforeEach, describe, it } from 'node:test';
import { setImmediate as turn } from 'node:timers/promises';
import fc from 'fast-check';
import { asGlobals } from '../../../../../support/as-globals.ts';
import { loadPage, PageGateway, showHook, until, useState } from '../../../../../support/page-in-process.ts';

type Batch = { readonly rows: readonly { readonly target: string }[]; readonly state: object };
type Fetched = {
  readonly data: unknown;
  readonly error: string | undefined;
  readonly reload: () => void;
};
type Control = {
  readonly fetchControl: (method: string, path: string, body?: object) => Promise<unknown>;
  readonly useFetched: (path: string | undefined, everyMs?: number) => Fetched;
  readonly followRows: (since: number, onBatch: (batch: Batch) => void, signal: AbortSignal) => Promise<void>;
};

const { fetchControl, useFetched, followRows } = await loadPage<Control>('connection/control');
const { useKey, noteConnected } = await loadPage<{
  readonly useKey: (key: string) => void;
  readonly noteConnected: (isOtherStart: boolean) => void;
}>('connection/connection');

let gateway: PageGateway;
let page: Disposable;
beforeEach(() => {
  gateway = new PageGateway();
  page = gateway.open();
  useKey(gateway.key);
});
afterEach(() => page[Symbol.dispose]());

describe('fetchControl', () => {
  it('sends an object as JSON and gives the answer', async () => {
    const sent: unknown[] = [];
    gateway.answer = (_, __, body) => {
      sent.push(body);
      return Response.json({ ok: 1 });
    };

    assert.deepEqual(await fetchControl('POST', 'send', { a: 1 }), { ok: 1 });
    assert.deepEqual(await fetchControl('DELETE', 'requests'), { ok: 1 });
    assert.deepEqual(
      [gateway.asked, sent],
      [
        ['POST send', 'DELETE requests'],
        [{ a: 1 }, undefined],
      ],
    );
  });

  for (const [body, message] of [
    [{ message: 'There is no request.' }, 'There is no request.'],
    [{}, 'The gateway responded with 404.'],
  ] as const)
    it(`fails with: ${message}`, async () => {
      gateway.answer = () => Response.json(body, { status: 404 });

      await assert.rejects(fetchControl('GET', 'requests/x'), { name: 'Refused', status: 404, message });
    });
});

describe('useFetched', () => {
  it('shows what was read, again on demand and after another start, and stays over an absence', async () => {
    let count = 0;
    gateway.answer = () => Response.json({ count: (count += 1) });
    const { shown, leave } = await showHook(() => useFetched('console/keys'));
    const shows = (wanted: number) => () =>
      (shown().data as { count?: number } | undefined)?.count === wanted;

    await until(shows(1));
    shown().reload();
    await until(shows(2));
    noteConnected(true);
    await until(shows(3));
    gateway.isAway = true;
    const { fetched } = gateway;
    shown().reload();
    await until(() => gateway.fetched > fetched);
    assert.deepEqual([shows(3)(), shown().error], [true, undefined]);
    gateway.isAway = false;
    gateway.answer = () => Response.json({ message: 'No keys.' }, { status: 409 });
    shown().reload();
    await until(() => shown().error === 'No keys.');
    gateway.answer = () => Response.json({ count: 9 });
    shown().reload();
    await until(() => shows(9)() && shown().error === undefined);
    await leave();
    const { fetched: all } = gateway;
    noteConnected(true);
    assert.equal(gateway.fetched, all);
  });

  it('says that nothing answers if nothing was read before', async () => {
    gateway.isAway = true;
    const { shown, leave } = await showHook(() => useFetched('console/keys'));

    await until(() => shown().error !== undefined);

    assert.deepEqual(
      [shown().data, shown().error],
      [undefined, 'The gateway does not respond. Is it still running?'],
    );
    await leave();
  });

  it('asks for nothing without a path, and every so often if that is wanted, until it leaves', async () => {
    const ticking = new Map<number, { readonly run: () => void; readonly ms: number }>();
    const timers = asGlobals({
      setInterval(run: () => void, ms: number) {
        ticking.set(ticking.size + 1, { run, ms });
        return ticking.size;
      },
      clearInterval: (id: number) => ticking.delete(id),
    });
    const nothing = await showHook(() => useFetched(undefined));
    await nothing.leave();
    assert.equal(gateway.fetched, 0);
    const often = await showHook(() => useFetched('console/numbers', 1_000));
    for (const asked of [1, 2, 3]) {
      await until(() => gateway.asked.length === asked);
      for (const { run, ms } of ticking.values()) if (ms === 1_000) run();
    }
    await until(() => gateway.asked.length === 4);
    await often.leave();
    timers[Symbol.dispose]();

    assert.equal(ticking.size, 0);
  });

  it('shows no answer to what it does not ask any more', async () => {
    const answers = new Map<string, (reply: Response) => void>();
    gateway.answer = (_, path) => new Promise((resolve) => answers.set(path, resolve));
    const { shown, leave } = await showHook(() => {
      const [path, setPath] = useState('console/keys');
      return { ...useFetched(path), setPath };
    });
    await until(() => answers.size === 1);
    shown().setPath('console/caches');
    await until(() => answers.size === 2);
    answers.get('console/caches')?.(Response.json('caches'));
    await until(() => shown().data === 'caches');
    const late = Response.json('keys');
    answers.get('console/keys')?.(late);
    await until(() => late.bodyUsed);
    await turn();

    assert.equal(shown().data, 'caches');
    await leave();
  });
});

describe('followRows', () => {
  const BATCHES: readonly Batch[] = [
    { rows: [{ target: '/dev/caf\u00e9/\u{1F375}' }], state: { taken: 1 } },
    { rows: [], state: { taken: 2 } },
  ];
  const STREAM = Buffer.from(
    `retry: 1000\n\n${BATCHES.map((batch, index) => `event: rows\nid: ${index + 1}\ndata: ${JSON.stringify(batch)}\n\n`).join('')}: alive\n\nevent: rows\ndata: {"half`,
  );
  const follow = async (chunks: readonly Uint8Array[]): Promise<readonly Batch[]> => {
    gateway.answer = () =>
      new Response(
        new ReadableStream({
          start(controller) {
            for (const chunk of chunks) controller.enqueue(chunk);
            controller.close();
          },
        }),
      );
    const batches: Batch[] = [];
    await followRows(7, (batch) => batches.push(batch), new AbortController().signal);
    return batches;
  };

  it('returns each whole event, wherever the network splits the stream, even within a character', async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(fc.nat(STREAM.length), { maxLength: 12 }), async (given) => {
        const cuts = [0, ...given.toSorted((one, other) => one - other), STREAM.length];
        const chunks = cuts.slice(1).map((end, index) => STREAM.subarray(cuts[index], end));

        assert.deepEqual(await follow(chunks.filter(({ length }) => length > 0)), BATCHES);
      }),
      { numRuns: 30 },
    );
  });

  it('returns them even if each byte arrives alone', async () => {
    assert.deepEqual(await follow([...STREAM].map((byte) => Uint8Array.of(byte))), BATCHES);
    assert.deepEqual(gateway.asked, ['GET requests/events?since=7']);
  });

  it("fails with the gateway's message if there are no rows", async () => {
    gateway.answer = () => Response.json({ message: 'Nothing is recorded.' }, { status: 409 });

    const followed = followRows(0, () => undefined, new AbortController().signal);
    await assert.rejects(followed, { status: 409, message: 'Nothing is recorded.' });
  });
});
