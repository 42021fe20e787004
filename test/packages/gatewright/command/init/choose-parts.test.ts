import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { parse } from 'yaml';
import {
  assertAuthorizers,
  chooseParts,
  partsFile,
  usedParts,
} from '../../../../../packages/gatewright/command/init/choose-parts.ts';

describe('the parts of a new stack', () => {
  it('are the parts of --parts, in the order of the stack', async () => {
    assert.deepEqual(await chooseParts('quotas, authorizers', ['authorizers']), ['authorizers', 'quotas']);
  });

  it('are the parts that the documents use, without a terminal and without --parts', async () => {
    assert.deepEqual(await chooseParts(undefined, ['authorizers']), ['authorizers']);
  });

  it('include an optional part if a document uses it, or if it is named', async () => {
    const all = ['authorizers', 'quotas', 'access-logs'];
    assert.deepEqual(await chooseParts('authorizers,quotas', all), all);
    assert.deepEqual(await chooseParts('authorizers,quotas,access-logs', ['authorizers']), all);
  });

  for (const [what, documents, expected] of [
    ['no document yet', {}, ['authorizers']],
    ['rules', { 'shop.yml': 'version: 1\n' }, ['authorizers']],
    ['a quota', { 'shop.yml': 'quota: { plan: free }\n' }, ['authorizers', 'quotas']],
    [
      'a quota by access logs',
      { 'shop.yml': 'quota: { plan: free, count: access-log }\n' },
      ['authorizers', 'quotas', 'access-logs'],
    ],
    ['channels', { 'chat.yml': 'channels: { rules: [] }\n' }, ['authorizers', 'channels']],
    ['webhooks', { 'webhooks.yml': 'version: 1\n' }, ['webhooks']],
    ['a document that is not YAML', { 'shop.yml': 'a: [\n' }, ['authorizers']],
  ] as const)
    it(`are read from documents with ${what}`, () => {
      assert.deepEqual(usedParts(new Map(Object.entries(documents))), expected);
    });

  it('are read from the outputs to which the service refers, with what they need', () => {
    assert.deepEqual(usedParts(new Map(), ['UsageTableName']), ['authorizers', 'quotas']);
    assert.deepEqual(
      usedParts(new Map([['a.yml', 'version: 1\n']]), ['CacheTableArn', 'WsTicketArn', 'AlarmTopicArn']),
      ['authorizers', 'channels', 'cache'],
    );
  });

  it('are refused by name', async () => {
    await assert.rejects(
      chooseParts('authorizers,waves', []),
      /--parts: unknown part "waves"; expected one of authorizers, /,
    );
    await assert.rejects(chooseParts(' , ', []), /--parts: name at least one part/);
    await assert.rejects(chooseParts('quotas', []), /--parts: the part quotas needs authorizers/);
  });

  it('are written with what would come with them', () => {
    const text = partsFile(['authorizers', 'quotas']);
    assert.deepEqual(parse(text), { parts: ['authorizers', 'quotas'], without: ['access-logs'] });
    assert.match(text, /^# Parts of the stack\. To add one, run npx gatewright init --add NAME;/);
  });

  it('have the authorizers if the example of an empty folder needs them', () => {
    assert.throws(() => {
      assertAuthorizers(['cache']);
    }, /add authorizers to --parts/);
    assert.doesNotThrow(() => {
      assertAuthorizers(['authorizers']);
    });
  });
});
