/** The runner of control-plane cases against a target of its own, so that a wrong answer is known to be seen. */
import { describe, it } from 'node:test';
import assert from 'node:assert/strict';
import { runControlCase } from '../../../../packages/conformance/play/control-run.ts';
import { asText } from '../../../../packages/conformance/schema/parity-case.ts';
import type {
  ControlCall,
  ControlCase,
  ControlReply,
  ControlTarget,
} from '../../../../packages/conformance/schema/control-case.ts';

const CREATE = { call: 'CreateRestApi', input: { name: 'shop' }, keep: { api: 'id' } };

const aCase = (part: Partial<ControlCase> = {}): ControlCase => ({
  id: 'a-case',
  source: { kind: 'documented', page: 'p', says: 's' },
  area: 'control-apis',
  api: 'rest',
  setup: { calls: [CREATE] },
  request: { mode: 'control', call: 'GetRestApi', input: { restApiId: '${api}' } },
  expect: { status: 200, body: { id: '${api}', name: 'shop' } },
  ...part,
});

const REFUSED: ControlReply = {
  status: 404,
  body: {},
  error: { code: 'NotFoundException', message: 'none' },
};

/** Answers CreateRestApi with an id, and all else with `reply`. */
function aTarget(reply: ControlReply, sent: ControlCall[] = []): ControlTarget {
  return {
    region: 'us-east-1',
    accountId: '123456789012',
    send(_service, call) {
      sent.push(call);
      return Promise.resolve(call.call === 'CreateRestApi' ? { status: 201, body: { id: 'abc' } } : reply);
    },
  };
}

const SHOP: ControlReply = { status: 200, body: { id: 'abc', name: 'shop' } };

describe('runControlCase', () => {
  const rows: readonly {
    name: string;
    case?: Partial<ControlCase>;
    reply: ControlReply;
    difference?: RegExp;
  }[] = [
    { name: 'holds if the answer is the one that', reply: SHOP },
    {
      name: 'reports another status',
      reply: { ...SHOP, status: 201 },
      difference: /^status: expected 200, got 201/,
    },
    {
      name: 'reports a refusal',
      reply: REFUSED,
      difference: /^status: expected 200, got 404 .*NotFoundException/,
    },
    {
      name: 'reports an unexpected member',
      reply: { ...SHOP, body: { ...SHOP.body, tags: {} } },
      difference: /^body\.tags: not expected/,
    },
    {
      name: 'compares only the members given if the case says so',
      case: { expect: { status: 200, body: { name: 'shop' }, bodySubset: true } },
      reply: SHOP,
    },
    {
      name: 'reports another text of a refusal',
      case: { expect: { status: 404, error: { code: 'NotFoundException', message: 'no such API' } } },
      reply: REFUSED,
      difference: /^error\.message: expected "no such API", got "none"/,
    },
    {
      name: 'reports an answer in place of a refusal',
      case: { expect: { status: 200, error: { code: 'NotFoundException', message: '<any>' } } },
      reply: SHOP,
      difference: /^error: expected .*but it is missing/,
    },
    {
      name: 'sorts items by a member',
      case: { expect: { status: 200, body: { items: [{ id: 'a' }, { id: 'b' }] }, sortItemsBy: 'id' } },
      reply: { status: 200, body: { items: [{ id: 'b' }, { id: 'a' }] } },
    },
    {
      name: 'fails if the set-up is refused',
      case: { setup: { calls: [{ call: 'GetAccount', input: {} }] } },
      reply: REFUSED,
      difference: /^set-up call 1, GetAccount, failed: NotFoundException/,
    },
    {
      name: 'fails if a placeholder has no value',
      case: { setup: { calls: [] } },
      reply: SHOP,
      difference: /unknown placeholder \$\{api\}/,
    },
  ];
  for (const { name, case: part, reply, difference } of rows)
    it(name, async () => {
      const found = await runControlCase(aCase(part), aTarget(reply));

      if (difference === undefined) assert.equal(found, undefined);
      else assert.match(found ?? 'it holds', difference);
    });

  const STACK = {
    Resources: { Topic: { Type: 'AWS::SNS::Topic', Properties: { TopicName: 'shop-${unique}' } } },
    Outputs: { Topic: { Value: { Ref: 'Topic' } } },
  };
  const OF_STACK = aCase({
    setup: { stack: STACK, calls: [] },
    request: { mode: 'control', service: 'sns', call: 'Publish', input: { TopicArn: '${Topic}' } },
    expect: { status: 200, body: { name: 'shop-${unique}', topic: '${Topic}' } },
  });

  it('deploys the stack of a case, whose outputs and unique names are placeholders, and removes it', async () => {
    const removed: string[] = [];
    const target: ControlTarget = {
      ...aTarget(REFUSED),
      openStack({ Resources }) {
        const { TopicName: name = '' } = Resources['Topic']?.Properties ?? {};
        const send: ControlTarget['send'] = (_service, { input }) =>
          Promise.resolve({ status: 200, body: { name, topic: input['TopicArn'] ?? '' } });
        return Promise.resolve({
          target: { ...aTarget(REFUSED), send },
          outputs: new Map([['Topic', 'arn']]),
          remove() {
            removed.push(asText(name));
            return Promise.resolve('the topic was left behind');
          },
        });
      },
    };

    assert.equal(await runControlCase(OF_STACK, target), 'the topic was left behind');
    assert.match(removed.join(), /^shop-[0-9a-f]{8}$/);
  });

  it('says why a stack was not deployed', async () => {
    const target = { ...aTarget(REFUSED), openStack: () => Promise.reject(new Error('no topic')) };

    assert.equal(await runControlCase(OF_STACK, target), 'could not run: no topic');
  });

  it('also removes what was created if the answer differs, and says what it cannot remove', async () => {
    const sent: ControlCall[] = [];
    await runControlCase(aCase(), aTarget(REFUSED, sent));
    const left = await runControlCase(
      aCase({ expect: { status: 404, error: { code: 'Busy', message: 'later' } } }),
      aTarget({ status: 404, body: {}, error: { code: 'Busy', message: 'later' } }),
    );

    assert.equal(sent.at(-1)?.call, 'DeleteRestApi');
    assert.match(left ?? '', /^a resource was left behind, because DeleteRestApi failed: Busy "later"/);
  });

  it('fills what was kept, and removes what was made', async () => {
    const sent: ControlCall[] = [];
    await runControlCase(aCase(), aTarget(SHOP, sent));

    assert.deepEqual(sent, [
      { call: 'CreateRestApi', input: { name: 'shop' } },
      { call: 'GetRestApi', input: { restApiId: 'abc' } },
      { call: 'DeleteRestApi', input: { restApiId: 'abc' } },
    ]);
  });
});
