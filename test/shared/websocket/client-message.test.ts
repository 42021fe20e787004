import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { parseClientMessage } from '#shared/websocket/client-message.ts';

const AT = { log: 1, seq: 2 };
const seen = (count: number): object =>
  Object.fromEntries(Array.from({ length: count }, (_, at) => [`rooms/${at}`, AT]));
const ID = '"id" must be 1 to 64 visible ASCII characters, without spaces';
const SEEN = '"seen" must map at most 100 channels to positions {"log":…,"seq":…}';
const ACTION = 'unknown action; expected subscribe, unsubscribe, read, publish or ping';

describe('a malformed message is refused with a sentence that is true of it:', () => {
  for (const [name, message, expected] of [
    ['an id with a space', { action: 'subscribe', id: 'a b', channel: 'rooms/1' }, { malformed: ID }],
    ['an id with an umlaut', { action: 'subscribe', id: 'ä', channel: 'rooms/1' }, { malformed: ID }],
    ['an id that is too long', { action: 'subscribe', id: 'a'.repeat(65), channel: 'a' }, { malformed: ID }],
    ['no id', { action: 'publish', channel: 'rooms/1', data: 1 }, { malformed: ID }],
    ['too many channels', { action: 'ping', seen: seen(101) }, { malformed: SEEN }],
    ['a position that is none', { action: 'ping', seen: { 'rooms/1': 3 } }, { malformed: SEEN }],
    ['an unknown action', { action: 'shout' }, { malformed: ACTION }],
    ['an unknown action with an id', { action: 'shout', id: 'q-1' }, { malformed: ACTION, id: 'q-1' }],
    ['an unknown action with an invalid id', { action: 'shout', id: 'a b' }, { malformed: ACTION }],
  ] as const)
    it(name, () => {
      assert.deepEqual(parseClientMessage(JSON.stringify(message)), expected);
    });

  it('accepts 100 channels, and an id of 64 characters', () => {
    assert.equal(
      'malformed' in parseClientMessage(JSON.stringify({ action: 'ping', seen: seen(100) })),
      false,
    );
    const message = { action: 'subscribe', id: '~'.repeat(64), channel: 'rooms/1' };
    assert.deepEqual(parseClientMessage(JSON.stringify(message)), message);
  });
});
