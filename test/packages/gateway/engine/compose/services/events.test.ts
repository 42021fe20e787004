import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { Closing } from '../../../../../../packages/gateway/engine/compose/closing.ts';
import {
  openEventsApi,
  openServiceHost,
} from '../../../../../../packages/gateway/engine/compose/services/events.ts';
import type { ServiceHost } from '../../../../../../packages/gateway/engine/service-host.ts';
import { Faults } from '../../../../../../packages/gateway/core/errors.ts';
import { parseIdentities } from '../../../../../../packages/gateway/core/policy/identities.ts';
import type { ControlRequest } from '../../../../../../packages/gateway/core/api-call.ts';
import { ItemFeed } from '../../../../../../packages/gateway/kernel/item-feed.ts';
import type { ServiceEntry, ServicePorts } from '../../../../../../packages/gateway/kernel/service.ts';
import { NO_STORED_ENTRIES } from '../../../../../../packages/gateway/kernel/stored-entries.ts';
import { aStack } from '../../../../../support/a-stack.ts';
import { virtualPorts } from '../../../../../support/virtual-ports.ts';

type Parts = Parameters<typeof openEventsApi>[0];

const QUEUE = { resources: new Map([['Dead', { physicalId: 'https://sqs/1/dead' }]]) };

function anApi() {
  const handTargets = [
    { arn: 'arn:aws:sqs:us-east-1:1:dead', name: 'dead', redrive: () => 2 },
    { arn: 'arn:aws:sqs:us-east-1:1:jobs', name: 'jobs' },
  ];
  return openEventsApi({
    events: { handTargets, journal: { apart: <Result>(run: () => Result): Result => run() } },
    served: { stacks: [QUEUE] },
  } as unknown as Parts);
}

async function post(body: object): Promise<readonly [number | undefined, unknown]> {
  const request = { method: 'POST', body: Buffer.from(JSON.stringify(body)) } as unknown as ControlRequest;
  const reply = await anApi()(request, 'events');
  return [reply?.status, JSON.parse(String(reply?.body))];
}

describe('a redrive by the control port', () => {
  for (const target of ['dead', 'Dead', 'arn:aws:sqs:us-east-1:1:dead'])
    it(`moves the dead messages of ${target}`, async () => {
      assert.deepEqual(await post({ target, redrive: true }), [200, { moved: 2 }]);
    });

  it('is refused for a queue without dead messages of another one', async () => {
    for (const target of ['jobs', 'nothing']) {
      const [status, answer] = await post({ target, redrive: true });

      assert.equal(status, 409);
      assert.match(JSON.stringify(answer), new RegExp(`\\\\"${target}\\\\" is not the dead-letter queue`));
    }
  });
});

describe('a message sent by the control port', () => {
  const arn = 'arn:aws:sqs:us-east-1:1:jobs';
  const send = async (outcome: object, target: string, refusal?: string) => {
    const sent: unknown[] = [];
    const targets = {
      send: (...message: readonly unknown[]) => {
        sent.push(message);
        return Promise.resolve(outcome);
      },
    };
    const handTargets = [{ arn, name: 'jobs', refuse: () => refusal }];
    const events = { handTargets, targets, journal: { apart: <Result>(run: () => Result): Result => run() } };
    const api = openEventsApi({ events, served: { stacks: [QUEUE] } } as unknown as Parts);
    const body = Buffer.from(JSON.stringify({ target, body: '{"id":1}' }));
    const reply = await api({ method: 'POST', body } as unknown as ControlRequest, 'events');
    return { status: reply?.status, answer: JSON.parse(String(reply?.body)) as unknown, sent: sent.length };
  };
  const FAILED = { kind: 'failed', message: 'the queue is full' };

  // The sender learns the result: nothing that failed is reported as sent.
  for (const { name, outcome, target, refusal, expected } of [
    {
      name: 'is sent to a queue by its name',
      outcome: { kind: 'delivered' },
      target: 'jobs',
      refusal: undefined,
      expected: { status: 200, answer: { sent: arn }, sent: 1 },
    },
    {
      name: 'is sent to a queue by its ARN',
      outcome: { kind: 'delivered' },
      target: arn,
      refusal: undefined,
      expected: { status: 200, answer: { sent: arn }, sent: 1 },
    },
    {
      name: "is reported with the queue's answer if it is not delivered",
      outcome: FAILED,
      target: 'jobs',
      refusal: undefined,
      expected: { status: 409, answer: { message: 'the queue is full' }, sent: 1 },
    },
    {
      name: 'is not sent if the queue refuses its form',
      outcome: { kind: 'delivered' },
      target: 'jobs',
      refusal: 'a FIFO queue needs a group',
      expected: { status: 409, answer: { message: 'a FIFO queue needs a group' }, sent: 0 },
    },
    {
      name: 'is not sent to a queue that does not exist, and the others are named',
      outcome: { kind: 'delivered' },
      target: 'none',
      refusal: undefined,
      expected: {
        status: 404,
        answer: { message: 'Unknown queue, topic, bus, stream or schedule "none"; expected one of jobs' },
        sent: 0,
      },
    },
  ])
    it(name, async () => {
      assert.deepEqual(await send(outcome, target, refusal), expected);
    });
});

describe('a service of a start', () => {
  const [reader] = parseIdentities(
    [
      'identities:',
      '  - name: reader',
      '    accessKeyId: AKIALOCAL00READER',
      '    secretAccessKey: reader-secret-of-a-test',
      `    policies: [{ Version: '2012-10-17', Statement: [{ Effect: Allow, Action: 'sqs:*', Resource: '*' }] }]`,
    ].join('\n'),
    'gatewright.identities.yml',
    '123456789012',
  );

  /** What a start passes to a service whose tables exist. */
  async function openedWith(dynamodb: object): Promise<{ ports: ServicePorts; host: ServiceHost }> {
    let ports: ServicePorts | undefined;
    const entry: ServiceEntry = {
      name: 'bells',
      types: {},
      load: () =>
        Promise.resolve({
          open(given) {
            ports = given;
            return {};
          },
        }),
    };
    const { clock, random, invoker, services, http, logGroups } = virtualPorts({});
    const host = openServiceHost({
      options: {
        accountId: '123456789012',
        dynamodb,
        moreServices: [entry],
        log: { write: (line: string) => assert.fail(line) },
      },
      clock,
      random,
      runtime: invoker,
      services,
      http,
      logGroups,
      closing: new Closing(),
      values: {},
      kept: NO_STORED_ENTRIES,
      items: new ItemFeed(),
      ownUrl: () => undefined,
      functionIdentities: { all: [reader] },
    } as unknown as Parameters<typeof openServiceHost>[0]);
    await host.find('bells');
    assert.ok(ports);
    return { ports, host };
  }

  it('knows what the role of a function allows; a function without a known role may do everything', async () => {
    const { permits } = (await openedWith({ kind: 'none' })).ports;

    assert.equal(permits('reader', 'sqs:ReceiveMessage', 'arn:aws:sqs:us-east-1:123456789012:jobs'), true);
    assert.equal(
      permits('reader', 'kinesis:GetRecords', 'arn:aws:kinesis:us-east-1:123456789012:stream/a'),
      false,
    );
    assert.equal(
      permits('other', 'kinesis:GetRecords', 'arn:aws:kinesis:us-east-1:123456789012:stream/a'),
      true,
    );
  });

  for (const { name, dynamodb, isHere } of [
    { name: 'the embedded DynamoDB', dynamodb: { kind: 'embedded', dataDirectory: undefined }, isHere: true },
    { name: 'a DynamoDB elsewhere', dynamodb: { kind: 'url', url: 'http://127.0.0.1:1' }, isHere: false },
    { name: 'no DynamoDB', dynamodb: { kind: 'none' }, isHere: false },
  ])
    it(`reads streams of tables with ${name}: ${isHere ? 'they' : 'none'} start functions`, async () => {
      const { host } = await openedWith(dynamodb);
      const stream = 'arn:aws:dynamodb:us-east-1:123456789012:table/orders/stream/2025-04-14T22:13:38.000';
      const mapping = { EventSourceArn: stream, FunctionName: 'reader', StartingPosition: 'LATEST' };
      const stacks = [aStack({ Mapping: { type: 'AWS::Lambda::EventSourceMapping', properties: mapping } })];
      await host.openNeeded(stacks);

      const { unsupported } = host.read(stacks, new Faults(false));

      assert.equal(JSON.stringify(unsupported).includes('to the endpoint that you set'), !isHere);
    });
});
