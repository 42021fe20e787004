/** Rows for as long as the page is open: the first ones, older ones, those that arrive, and those of the next start. */
import assert from 'node:assert/strict';
import { afterEach, beforeEach, describe, it, mock } from 'node:test';
import { loadPage, PageGateway, showHook, until } from '../../../../../support/page-in-process.ts';

type Row = { readonly sequence: number; readonly of?: string };
type Rows = readonly Row[];
type State = { readonly taken: number };
type Reader = {
  readonly onStart: (change: (before: Rows) => Rows, state: State, nowEpochMs: number) => void;
  readonly onChange: (change: (before: Rows) => Rows, state?: State) => void;
  readonly onNewest: (row: Row) => void;
  readonly onError: (message: string) => void;
};

const { runFeed } = await loadPage<{
  readonly runFeed: (reader: Reader, signal: AbortSignal) => Promise<void>;
}>('traffic/row-feed');
const { useKey, useConnection, noteState } = await loadPage<{
  readonly useKey: (key: string) => void;
  readonly useConnection: () => string;
  readonly noteState: (state: string) => void;
}>('connection/connection');

/** Newest first, as the gateway lists them: `count` of them below `before`. */
const rowsBelow = (before: number, count: number, of?: string): Rows =>
  Array.from({ length: Math.min(before, count) }, (_, index) => ({
    sequence: before - 1 - index,
    ...(of !== undefined && { of }),
  }));

describe('the feed of rows', () => {
  let gateway: PageGateway;
  let page: Disposable;
  let shown: { rows: Rows; state: State | undefined; newest: Row[]; errors: string[]; clocks: number[] };
  let stream: ReadableStreamDefaultController<Uint8Array> | undefined;
  let ended: AbortController;
  let running: Promise<void> | undefined;
  /** The number of rows that were taken from the ring of the gateway. */
  let taken: number;

  beforeEach(() => {
    mock.timers.enable({ apis: ['setTimeout'] });
    gateway = new PageGateway();
    page = gateway.open();
    useKey(gateway.key);
    noteState('waiting');
    shown = { rows: [], state: undefined, newest: [], errors: [], clocks: [] };
    [stream, running, taken, ended] = [undefined, undefined, 0, new AbortController()];
    gateway.answer = (_, path, __, signal) => {
      const { pathname, searchParams } = new URL(path, 'http://localhost');
      if (pathname === '/requests/events')
        return new Response(
          new ReadableStream<Uint8Array>({
            start(opened) {
              stream = opened;
              signal?.addEventListener('abort', () => opened.error(signal.reason));
            },
          }),
        );
      const before = Number(searchParams.get('before') ?? taken);
      const rows = rowsBelow(before, Number(searchParams.get('limit')), gateway.start);
      return Response.json({ rows, state: { taken }, nowEpochMs: 5_000 });
    };
  });
  afterEach(async () => {
    ended.abort();
    await isOver();
    page[Symbol.dispose]();
    mock.timers.reset();
  });

  const isOver = async (): Promise<void> => {
    let isRunning = true;
    void running?.then(() => (isRunning = false));
    await until(() => {
      mock.timers.tick(5_000);
      return !isRunning;
    });
  };
  const follow = (): void => {
    const onChange: Reader['onChange'] = (change, state) => {
      shown.rows = change(shown.rows);
      shown.state = state ?? shown.state;
    };
    running = runFeed(
      {
        onChange,
        onStart(change, state, nowEpochMs) {
          onChange(change, state);
          shown.clocks.push(nowEpochMs);
        },
        onNewest: (row) => shown.newest.push(row),
        onError: (message) => shown.errors.push(message),
      },
      ended.signal,
    );
  };
  const arrive = (sequence: number): void => {
    const rows = [{ sequence, of: gateway.start }];
    stream?.enqueue(
      Buffer.from(`event: rows\ndata: ${JSON.stringify({ rows, state: { taken: sequence + 1 } })}\n\n`),
    );
  };
  const cut = (): void => {
    stream?.close();
    stream = undefined;
  };
  const isAsked = (path: string) => (): boolean => gateway.asked.includes(`GET ${path}`);

  it('begins with the newest rows and continues with older ones, page by page, until there are no more', async () => {
    taken = 600;
    follow();
    await until(() => shown.rows.length === 600);

    assert.deepEqual(shown.rows, rowsBelow(600, 600, gateway.start));
    assert.deepEqual(
      gateway.asked.filter((path) => !path.includes('events')),
      ['GET requests?limit=250', 'GET requests?limit=250&before=350', 'GET requests?limit=250&before=100'],
    );
    assert.deepEqual([shown.state, shown.clocks], [{ taken: 600 }, [5_000]]);
  });

  it('adds rows that arrive later', async () => {
    taken = 3;
    follow();
    await until(isAsked('requests/events?since=3'));
    await until(() => stream !== undefined);
    arrive(3);
    arrive(4);
    await until(() => shown.rows.length === 5);

    assert.deepEqual(
      [shown.rows.map(({ sequence }) => sequence), shown.newest.map(({ sequence }) => sequence), shown.state],
      [[4, 3, 2, 1, 0], [3, 4], { taken: 5 }],
    );
  });

  it('continues where a stream has ended, without repeating rows', async () => {
    taken = 2;
    follow();
    await until(() => stream !== undefined);
    arrive(2);
    await until(() => shown.rows.length === 3);
    const connection = await showHook(useConnection);
    assert.equal(connection.shown(), 'open');
    cut();
    await until(() => connection.shown() === 'waiting');
    mock.timers.tick(249);
    await until(() => true);
    assert.equal(isAsked('requests/events?since=3')(), false);
    mock.timers.tick(1);
    await until(isAsked('requests/events?since=3'));
    await until(() => connection.shown() === 'open');

    assert.equal(gateway.asked.filter((path) => path === 'GET requests?limit=250').length, 1);
    await connection.leave();
  });

  it('says of a gateway that accepts calls and does not respond that it is silent, not that it has ended', async () => {
    const connection = await showHook(useConnection);
    const respond = gateway.answer;
    let proceed: (() => void) | undefined;
    gateway.answer = async (...call) => {
      await new Promise<void>((resolve) => (proceed = resolve));
      return respond(...call);
    };
    follow();
    await until(isAsked('requests?limit=250'));
    mock.timers.tick(1_999);
    await until(() => true);
    assert.equal(connection.shown(), 'waiting');
    mock.timers.tick(1);
    await until(() => connection.shown() === 'silent');
    gateway.answer = respond;
    proceed?.();
    await until(() => connection.shown() === 'open');

    // The heartbeat of the stream is late.
    await until(() => stream !== undefined);
    mock.timers.tick(24_999);
    await until(() => true);
    assert.equal(connection.shown(), 'open');
    mock.timers.tick(1);
    await until(() => connection.shown() === 'silent');
    stream?.enqueue(Buffer.from(': still here\n\n'));
    await until(() => connection.shown() === 'open');
    await connection.leave();
  });

  it('distinguishes a gateway that has ended from one that is starting', async () => {
    const connection = await showHook(useConnection);
    gateway.isAway = true;
    follow();
    await until(() => connection.shown() === 'away');
    [gateway.isAway, gateway.isReady] = [false, false];
    mock.timers.tick(250);
    await until(() => connection.shown() === 'starting');
    gateway.isReady = true;
    mock.timers.tick(250);
    await until(() => connection.shown() === 'open');
    await connection.leave();
  });

  it('keeps the rows of an ended start below the rows of the next start', async () => {
    taken = 2;
    follow();
    await until(() => stream !== undefined);
    const before = gateway.start;
    gateway.restart();
    taken = 1;
    cut();
    await until(() => {
      mock.timers.tick(250);
      return shown.rows.length === 3;
    });

    assert.deepEqual(shown.rows, [
      { sequence: 0, of: gateway.start },
      { sequence: -1, of: before },
      { sequence: -2, of: before },
    ]);
  });

  it('does without older rows that cannot be read', async () => {
    taken = 400;
    const { answer } = gateway;
    gateway.answer = (method, path, ...rest) =>
      path.includes('before=') ? Response.json({}, { status: 500 }) : answer(method, path, ...rest);
    follow();
    await until(isAsked('requests?limit=250&before=150'));
    await until(() => stream !== undefined);
    arrive(400);
    await until(() => shown.rows.length === 251);

    assert.deepEqual(shown.errors, []);
  });

  it('leaves out older rows of a start that has ended meanwhile', async () => {
    taken = 251;
    let answerLate: () => void = () => undefined;
    const { answer } = gateway;
    gateway.answer = (method, path, ...rest) => {
      const reply = answer(method, path, ...rest);
      return path.includes('before=') ? new Promise((resolve) => (answerLate = () => resolve(reply))) : reply;
    };
    follow();
    await until(isAsked('requests?limit=250&before=1'));
    await until(() => stream !== undefined);
    gateway.restart();
    taken = 5;
    cut();
    await until(() => {
      mock.timers.tick(250);
      return shown.rows[0]?.of === gateway.start;
    });
    await until(() => stream !== undefined);
    answerLate();
    arrive(5);
    await until(() => shown.newest.length === 1);

    assert.equal(shown.rows.length, 256);
  });

  it('shows nothing that is answered after the page has ended', async () => {
    taken = 1;
    let answerLate: () => void = () => undefined;
    const { answer } = gateway;
    gateway.answer = (...asked) => new Promise((resolve) => (answerLate = () => resolve(answer(...asked))));
    follow();
    await until(() => gateway.asked.length === 1);
    ended.abort();
    answerLate();
    await isOver();

    assert.deepEqual(shown.clocks, []);
  });

  it('says why nothing is recorded, stays connected, and looks for another start every five seconds', async () => {
    gateway.answer = () => Response.json({ message: 'Nothing is recorded.' }, { status: 409 });
    const connection = await showHook(useConnection);
    follow();
    await until(() => shown.errors.length === 1);
    await until(() => connection.shown() === 'open');
    mock.timers.tick(4_999);
    const { fetched } = gateway;
    mock.timers.tick(1);
    await until(() => shown.errors.length === 2);

    assert.ok(gateway.fetched > fetched);
    assert.deepEqual(new Set(shown.errors), new Set(['Nothing is recorded.']));
    await connection.leave();
  });

  it('tries again after a quarter of a second while nothing answers, after a second if its key is refused', async () => {
    const waits: number[] = [];
    const { setTimeout: start } = globalThis;
    mock.method(globalThis, 'setTimeout', (run: () => void, ms: number) => {
      // The other waits are those after which the gateway counts as silent.
      if (ms < 2_000) waits.push(ms);
      return start(run, ms);
    });
    const connection = await showHook(useConnection);
    gateway.isAway = true;
    follow();
    await until(() => waits.length === 1);
    gateway.isAway = false;
    useKey('key-of-an-earlier-folder-0123');
    mock.timers.tick(250);
    await until(() => waits.length === 2);
    await until(() => connection.shown() === 'refused');
    useKey(gateway.key);
    gateway.restart();
    mock.timers.tick(1_000);
    await until(() => connection.shown() === 'open');
    await connection.leave();
    mock.restoreAll();

    assert.deepEqual(waits.slice(0, 2), [250, 1_000]);
    assert.deepEqual(shown.errors, []);
  });
});
