/** How the page handles a gateway that restarts, refuses its key or is not running. */
import assert from 'node:assert/strict';
import { afterEach, beforeEach, describe, it } from 'node:test';
import { asGlobals } from '../../../../../support/as-globals.ts';
import { loadPageAnew, PageGateway, showHook, until } from '../../../../../support/page-in-process.ts';

type Refused = Error & { readonly status: number; readonly isOfConnection: boolean };
type Connection = {
  readonly Refused: new (status: number, message: string) => Refused;
  readonly useKey: (key: string) => void;
  readonly currentStart: () => string;
  readonly useConnection: () => string;
  readonly noteState: (state: string) => void;
  readonly onRefresh: (refresh: () => void) => () => void;
  readonly noteConnected: (isOtherStart: boolean) => void;
  readonly followNewKeys: () => () => void;
  readonly call: (path: string, init?: RequestInit) => Promise<Response>;
};
type GivenKey = { readonly data: { readonly kind: string; readonly key?: string } };

const NEW_KEY = 'key-of-a-newer-link-0123456789';

describe('a call of the page', () => {
  let gateway: PageGateway;
  let pages: Disposable[];
  let connection: Connection;
  beforeEach(async () => {
    gateway = new PageGateway();
    pages = [gateway.open()];
    connection = await loadPageAnew<Connection>('connection/connection');
    connection.useKey(gateway.key);
  });
  afterEach(() => {
    for (const page of pages.toReversed()) page[Symbol.dispose]();
  });

  const refusalOf = async (path: string, init?: RequestInit): Promise<readonly [number, string, boolean]> => {
    const error = await connection.call(path, init).then(
      () => undefined,
      (problem: unknown) => problem,
    );
    assert.ok(error instanceof connection.Refused);
    assert.equal(error.name, 'Refused');
    return [error.status, error.message, error.isOfConnection];
  };

  it('is signed for the start that answers, whose identity is requested once', async () => {
    assert.equal(connection.currentStart(), '');

    for (const path of ['requests', 'console/apis']) assert.equal((await connection.call(path)).status, 200);

    assert.deepEqual(gateway.asked, ['GET requests', 'GET console/apis']);
    assert.equal(gateway.fetched, 3);
    assert.equal(connection.currentStart(), gateway.start);
  });

  it('keeps its own headers, method and body', async () => {
    let sent: unknown;
    gateway.answer = (_, __, body) => {
      sent = body;
      return new Response('made');
    };

    const reply = await connection.call('send', { method: 'POST', body: '{"a":1}' });

    assert.deepEqual([await reply.text(), sent, gateway.asked], ['made', { a: 1 }, ['POST send']]);
  });

  it('is sent again, once, if the gateway was restarted in the meantime', async () => {
    await connection.call('requests');
    gateway.restart();

    assert.equal((await connection.call('requests')).status, 200);

    assert.equal(connection.currentStart(), gateway.start);
    // The start, a call; one that is refused, the new start, the call again.
    assert.equal(gateway.fetched, 5);
  });

  it('is refused because of its key, and the page says so', async () => {
    connection.useKey('key-of-an-earlier-folder-0123');
    const { shown, leave } = await showHook(connection.useConnection);
    assert.equal(shown(), 'waiting');

    assert.deepEqual(await refusalOf('requests'), [
      401,
      'This page’s key is not valid for this gateway.',
      true,
    ]);

    await until(() => shown() === 'refused');
    await leave();
  });

  it('continues with the key of the link that opened another tab', async () => {
    const channels: { onmessage?: (event: GivenKey) => void; close: () => void }[] = [];
    pages.push(
      asGlobals({
        BroadcastChannel: class {
          onmessage?: (event: GivenKey) => void;
          isOpen = true;
          constructor() {
            channels.push(this);
          }
          close(): void {
            this.isOpen = false;
          }
        },
      }),
    );
    const stop = connection.followNewKeys();
    connection.useKey('key-of-an-earlier-folder-0123');
    channels[0]?.onmessage?.({ data: { kind: 'given', key: gateway.key } });

    assert.equal((await connection.call('requests')).status, 200);

    assert.deepEqual(gateway.asked, ['GET requests']);
    // The same key once more changes nothing: a gateway with a newer one refuses it.
    channels[0]?.onmessage?.({ data: { kind: 'given', key: gateway.key } });
    const newer = new PageGateway(NEW_KEY);
    pages.push(asGlobals({ fetch: newer.fetch }));
    assert.equal((await refusalOf('requests'))[0], 401);
    // While it is refused, a key is taken as it comes.
    channels[0]?.onmessage?.({ data: { kind: 'given', key: NEW_KEY } });
    assert.equal((await connection.call('requests')).status, 200);
    assert.deepEqual(newer.asked, ['GET requests']);
    stop();
    assert.deepEqual(
      channels.map((one) => 'isOpen' in one && one.isOpen),
      [false],
    );
  });

  it('fails if nothing answers, and if the gateway is not ready', async () => {
    gateway.isAway = true;
    assert.deepEqual(await refusalOf('requests'), [
      0,
      'The gateway does not respond. Is it still running?',
      true,
    ]);

    [gateway.isAway, gateway.isReady] = [false, false];
    assert.deepEqual(await refusalOf('requests'), [503, 'The gateway is starting.', true]);
    assert.deepEqual(gateway.asked, []);
  });

  it('that the page has ended is not treated as a refusal', async () => {
    await connection.call('requests');

    await assert.rejects(connection.call('requests', { signal: AbortSignal.abort() }), {
      name: 'AbortError',
    });
  });

  it('that is refused for another reason is answered with it', async () => {
    gateway.answer = () => Response.json({ message: 'There is no request.' }, { status: 404 });

    assert.equal((await connection.call('requests/last')).status, 404);
    assert.equal(new connection.Refused(404, 'There is no request.').isOfConnection, false);
  });

  it('after a failed one has what is shown read again, once, and so has another start', async () => {
    let refreshed = 0;
    const stop = connection.onRefresh(() => (refreshed += 1));
    const counts: number[] = [];
    const connect = (isOtherStart: boolean): void => {
      connection.noteConnected(isOtherStart);
      counts.push(refreshed);
    };
    connect(false);
    gateway.isAway = true;
    await refusalOf('requests');
    connect(false);
    connect(false);
    connect(true);
    stop();
    connect(true);

    assert.deepEqual(counts, [0, 1, 1, 2, 2]);
  });

  it('has its state shown as it changes, for as long as a section is there', async () => {
    const { shown, leave } = await showHook(connection.useConnection);
    connection.noteConnected(false);
    await until(() => shown() === 'open');
    connection.noteState('waiting');
    await until(() => shown() === 'waiting');
    await leave();
    connection.noteState('open');

    assert.equal(shown(), 'waiting');
  });
});
