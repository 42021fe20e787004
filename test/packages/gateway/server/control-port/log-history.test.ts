import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { LogHistory } from '../../../../../packages/gateway/server/control-port/log-history.ts';
import type { HistoryLine } from '../../../../../packages/gateway/server/control-port/log-history.ts';

function aHistory() {
  let now = 1_700_000_000_000;
  const written: string[] = [];
  const ordinary: string[] = [];
  const history = new LogHistory({ nowEpochMs: () => now, monotonicMs: () => now });
  const sink = history.listenIn({
    write(line, isSuccess) {
      written.push(line);
      if (isSuccess === true) ordinary.push(line);
    },
  });
  const print = (functionName: string, message: string): void =>
    history.addFunctionLine({
      functionName,
      message,
      epochMs: now,
      requestId: 'r-1',
      level: 'INFO',
    });
  return { history, sink, written, ordinary, print, pass: (ms: number) => (now += ms) };
}

const messages = (lines: readonly HistoryLine[]): string[] => lines.map(({ message }) => message);

describe('LogHistory', () => {
  it('stores what the gateway and its functions print, in order, and passes the lines on', () => {
    const { history, sink, written, ordinary, print } = aHistory();
    print('list', 'one');
    sink.write('GET /list 200', true);
    print('get', 'two');

    assert.deepEqual(messages(history.read({})), ['one', 'GET /list 200', 'two']);
    assert.deepEqual(messages(history.read({ functionName: 'get' })), ['two']);
    assert.deepEqual([written, ordinary], [['GET /list 200'], ['GET /list 200']]);
  });

  it('returns the lines printed since then', () => {
    const { history, print, pass } = aHistory();
    print('list', 'old');
    pass(60_000);
    print('list', 'new');

    assert.deepEqual(messages(history.read({ sinceEpochMs: 1_700_000_060_000 })), ['new']);
  });

  it('keeps the last 10,000 lines and 8 MB', () => {
    const { history, print } = aHistory();
    for (let number = 0; number < 25_000; number += 1) print('list', String(number));
    const lines = messages(history.read({}));
    assert.deepEqual([lines.length, lines[0], lines.at(-1)], [10_000, '15000', '24999']);

    for (let number = 0; number < 100; number += 1) print('list', 'x'.repeat(256 * 1024));
    assert.equal(history.read({}).length, 32);
  });

  it('keeps exactly 8 MB, from the start and after it was cleared', () => {
    const { history, print } = aHistory();
    const megabyte = 'x'.repeat(1024 * 1024);
    for (let round = 0; round < 2; round += 1) {
      for (let number = 0; number < 8; number += 1) print('list', megabyte);
      assert.equal(history.read({}).length, 8);
      print('list', 'y');
      assert.deepEqual(
        history.read({}).map(({ message }) => message.length),
        [...Array.from({ length: 7 }, () => megabyte.length), 1],
      );
      history.clear();
      assert.deepEqual(history.read({}), []);
    }
  });

  it('returns the lines of one loop turn one by one, before the turn is over and after it', async () => {
    const { history, sink, print, pass } = aHistory();
    const lines = Array.from({ length: 1_200 }, (_, number) => `GET /${number} 200`);
    for (const line of lines) sink.write(line);
    assert.deepEqual(messages(history.read({})), lines);
    await new Promise((resolve) => setImmediate(resolve));

    pass(5);
    sink.write('after');
    print('list', 'last');
    assert.deepEqual(messages(history.read({})), [...lines, 'after', 'last']);
    assert.deepEqual(messages(history.read({ sinceEpochMs: 1_700_000_000_005 })), ['after', 'last']);
  });

  it('keeps the last 10,000 lines of the gateway, too, and drops all on request', () => {
    const { history, sink } = aHistory();
    for (let number = 0; number < 60_250; number += 1) sink.write(String(number));
    const lines = messages(history.read({}));
    assert.deepEqual([lines.length, lines[0], lines.at(-1)], [10_000, '50250', '60249']);

    sink.write('not told any more');
    history.clear();
    sink.write('new');
    assert.deepEqual(messages(history.read({})), ['new']);
  });

  it('sends a listener the lines of the gateway at the end of their loop turn', async () => {
    const { history, sink } = aHistory();
    const reader = history.follow({})[Symbol.asyncIterator]();
    sink.write('one');
    sink.write('two');
    const reported = String((await reader.next()).value)
      .trim()
      .split('\n');
    assert.deepEqual(
      reported.map((line) => (JSON.parse(line) as HistoryLine).message),
      ['one', 'two'],
    );
  });

  it('follows the log: first the stored lines, then new ones, until the listener leaves', async () => {
    const { history, print } = aHistory();
    print('list', 'before');
    const stream = history.follow({ functionName: 'list' });
    const reader = stream[Symbol.asyncIterator]();
    const next = async (): Promise<unknown> => JSON.parse(String((await reader.next()).value));

    const line = { time: '2023-11-14T22:13:20.000Z', function: 'list', requestId: 'r-1', level: 'INFO' };
    assert.deepEqual(await next(), { ...line, message: 'before' });
    const coming = next();
    print('get', 'not asked for');
    print('list', 'after');
    assert.deepEqual(await coming, { ...line, message: 'after' });

    const last = reader.next();
    stream.cancel();
    assert.equal((await last).done, true);
  });

  it('drops lines for a listener who does not read, and says how many', async () => {
    const { history, print } = aHistory();
    const reader = history.follow({})[Symbol.asyncIterator]();
    for (let number = 0; number < 40; number += 1) print('list', 'x'.repeat(256 * 1024));
    const first = String((await reader.next()).value).split('\n').length - 1;
    print('list', 'again');
    const [reported = '', line = ''] = String((await reader.next()).value).split('\n');

    assert.equal(
      (JSON.parse(reported) as HistoryLine).message,
      `${40 - first} lines dropped, because they arrived faster than they were read`,
    );
    assert.equal((JSON.parse(line) as HistoryLine).message, 'again');
  });
});
