import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import fc from 'fast-check';
import type { AwsJsonCall } from '#shared/ports.ts';
import type { Target } from '#shared/webhooks/compiled-webhooks.ts';
import { printMessage, sendMessage } from '#shared/webhooks/target.ts';
import type { Delivery } from '#shared/webhooks/verify.ts';
import { CODE_POINT } from '../../support/any-text.ts';

const aDelivery = (body: string | Uint8Array, more: Partial<Delivery> = {}): Delivery => ({
  scheme: 'github',
  key: 'id#1',
  type: 'push',
  payload: {},
  receivedAtEpochMs: 1_700_000_000_000,
  body: Buffer.from(body),
  ...more,
});

const HEAD =
  '{"source":"hub","scheme":"github","key":"id#1","type":"push","receivedAt":"2023-11-14T22:13:20.000Z"';

describe('printMessage', () => {
  const ROWS: readonly (readonly [string, string | Uint8Array, string])[] = [
    [
      'JSON byte for byte',
      '{ "id": 12345678901234567890, "a": 1.0 }',
      '"payload":{ "id": 12345678901234567890, "a": 1.0 }',
    ],
    ['JSON that is not an object', ' [1] ', '"payload": [1] '],
    ['text', 'payload=%7B%7D', '"body":"payload=%7B%7D"'],
    ['text that looks like more of the message', '1},"x":{"y":2', '"body":"1},\\"x\\":{\\"y\\":2"'],
    ['nothing', '', '"body":""'],
    ['bytes', Buffer.from([0xff, 0x00]), '"bodyBase64":"/wA="'],
  ];
  for (const [name, body, expected] of ROWS)
    it(`prints ${name}`, () => {
      assert.equal(printMessage('hub', aDelivery(body)), `${HEAD},${expected}}`);
    });

  it('is JSON for any body, from which the body can be made again', () => {
    fc.assert(
      fc.property(fc.oneof(fc.uint8Array(), fc.string({ unit: CODE_POINT }), fc.json()), (body) => {
        const text = printMessage('hub', aDelivery(body));
        const message = JSON.parse(text) as Record<string, string>;

        const { bodyBase64, body: plain } = message;
        const made =
          bodyBase64 !== undefined
            ? Buffer.from(bodyBase64, 'base64')
            : Buffer.from(plain ?? text.slice(text.indexOf(',"payload":') + 11, -1));
        assert.deepEqual(made, Buffer.from(body));
        assert.equal(message['source'], 'hub');
      }),
    );
  });
});

const BUS: Target = { kind: 'eventBridge', bus: 'hooks', source: 'github.webhook' };

async function send(
  target: Target,
  answer: unknown,
  delivery = aDelivery('{}'),
  source = 'hub',
): Promise<AwsJsonCall | undefined> {
  let made: AwsJsonCall | undefined;
  const caller = {
    call(call: AwsJsonCall) {
      made = call;
      return answer instanceof Error
        ? Promise.reject(answer)
        : Promise.resolve(answer as Record<string, unknown>);
    },
  };
  await sendMessage('{"m":1}', delivery, target, {
    caller,
    source,
    home: { region: 'cn-north-1', accountId: '123456789012' },
  });
  return made;
}

describe('sendMessage', () => {
  const ENTRY = { EventBusName: 'hooks', Source: 'github.webhook', Detail: '{"m":1}' };
  const TAKEN = { FailedEntryCount: 0 };

  it('puts the message on the bus under the type of the event, a fixed type, or no type', async () => {
    const typeless = aDelivery('', { type: undefined });
    const rows = [
      [await send(BUS, TAKEN), 'push'],
      [await send({ ...BUS, detailType: 'hook' }, TAKEN), 'hook'],
      [await send(BUS, TAKEN, typeless), 'webhook'],
    ] as const;
    for (const [call, detailType] of rows)
      assert.deepEqual(call, {
        service: 'events',
        target: 'AWSEvents.PutEvents',
        input: { Entries: [{ ...ENTRY, DetailType: detailType }] },
      });
  });

  it('sends the message to a queue, and to one in order under an id', async () => {
    const answer = { MessageId: 'm' };
    const url = 'https://sqs.cn-north-1.amazonaws.com.cn/123456789012';

    assert.deepEqual(await send({ kind: 'sqs', queue: 'hooks' }, answer), {
      service: 'sqs',
      target: 'AmazonSQS.SendMessage',
      input: { QueueUrl: `${url}/hooks`, MessageBody: '{"m":1}' },
    });
    const inOrder = await send({ kind: 'sqs', queue: 'hooks.fifo' }, answer);
    assert.equal(inOrder?.input['MessageGroupId'], 'webhook');
    assert.match(String(inOrder.input['MessageDeduplicationId']), /^[0-9a-f]{64}$/);
  });

  // SQS drops a message whose deduplication id the queue has seen in the last five minutes: a sender who may choose its
  // own ids, or two hooks of one event, would have the delivery of another source dropped and answered with 200.
  it('gives equal deliveries different ids if they have different sources, and otherwise the same id', async () => {
    const idOf = async (source: string, key: string) => {
      const delivery = aDelivery('{}', { key });
      const call = await send({ kind: 'sqs', queue: 'hooks.fifo' }, { MessageId: 'm' }, delivery, source);
      return call?.input['MessageDeduplicationId'];
    };

    assert.equal(await idOf('hub', 'id#1'), await idOf('hub', 'id#1'));
    assert.notEqual(await idOf('hub', 'id#1'), await idOf('shop', 'id#1'));
    assert.notEqual(await idOf('hub', 'id#1'), await idOf('hub', 'id#2'));
    assert.notEqual(await idOf('hub', '-xid#1'), await idOf('hub-x', 'id#1'));
  });

  const REFUSALS: readonly (readonly [Target, unknown])[] = [
    [BUS, { FailedEntryCount: 1, Entries: [{ ErrorCode: 'InternalFailure' }] }],
    [BUS, {}],
    [BUS, new Error('canary')],
    [{ kind: 'sqs', queue: 'hooks' }, {}],
    [{ kind: 'sqs', queue: 'hooks' }, new Error('canary')],
  ];
  for (const [target, answer] of REFUSALS)
    it(`takes no ${JSON.stringify(answer)} of ${target.kind} for a yes`, async () => {
      await assert.rejects(send(target, answer), (error: Error & { code?: string }) => {
        assert.equal(error.code, 'TARGET_UNAVAILABLE');
        assert.doesNotMatch(error.message, /canary/);
        return true;
      });
    });
});
