import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { logEndpoints } from '../../../../../packages/gateway/server/control-port/log-endpoints.ts';
import { LogHistory } from '../../../../../packages/gateway/server/control-port/log-history.ts';
import { EPOCH_MS, VirtualClock } from '../../../../support/virtual-ports.ts';

const LIST = { name: 'list', logicalId: 'List', stack: 'menu', region: 'us-east-1' };

function aPort() {
  const clock = new VirtualClock();
  const history = new LogHistory(clock);
  const serve = logEndpoints(history, clock, () => [LIST]);
  const print = (functionName: string, message: string): void =>
    history.addFunctionLine({
      functionName,
      message,
      epochMs: clock.nowEpochMs(),
      requestId: 'r',
      level: 'INFO',
    });
  const get = (path: string, query = '', method = 'GET') =>
    serve(
      { method, path: `/_gatewright/${path}`, query, host: '', rawHeaders: [], body: Buffer.alloc(0) },
      path,
    );
  const messages = async (query: string) =>
    String((await get('logs', query))?.body)
      .split('\n')
      .filter((line) => line !== '')
      .map((line) => (JSON.parse(line) as { message: string }).message);
  return { clock, print, get, messages };
}

describe('the endpoints of logs', () => {
  it('lists the functions by the clock of the gateway', async () => {
    const reply = await aPort().get('functions');

    assert.deepEqual(JSON.parse(String(reply?.body)), { functions: [LIST], nowEpochMs: EPOCH_MS });
  });

  it('sends lines as JSON lines: of one function, and since some time', async () => {
    const { clock, print, get, messages } = aPort();
    print('list', 'old');
    clock.advance(5_000);
    print('list', 'new');
    print('get', 'other');

    assert.deepEqual((await get('logs'))?.headers, ['Content-Type', 'application/x-ndjson']);
    assert.deepEqual(await messages(''), ['old', 'new', 'other']);
    assert.deepEqual(await messages('function=list'), ['old', 'new']);
    assert.deepEqual(await messages('function=list&sinceMs=1000'), ['new']);
  });

  it('sends lines to come to those who follow', async () => {
    const { print, get } = aPort();
    const reply = await get('logs', 'follow=true&function=list');
    const reader = reply?.stream?.bytes[Symbol.asyncIterator]();

    print('list', 'comes');

    assert.match(String((await reader?.next())?.value), /"message":"comes"/);
    reply?.stream?.bytes.cancel();
  });

  for (const query of ['since=1', 'sinceMs=-1', 'sinceMs=soon'])
    it(`refuses ${query}`, async () => {
      assert.equal((await aPort().get('logs', query))?.status, 400);
    });

  it('leaves other paths and methods to other services', async () => {
    const { get } = aPort();

    assert.deepEqual([await get('log'), await get('logs', '', 'POST')], [undefined, undefined]);
  });
});
