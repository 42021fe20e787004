import assert from 'node:assert/strict';
import { createHmac } from 'node:crypto';
import { describe, it } from 'node:test';
import type { AwsJsonCall } from '#shared/ports.ts';
import type { CompiledSource } from '#shared/webhooks/compiled-webhooks.ts';
import { createWebhookReceiver } from '#shared/webhooks/receive.ts';
import type { Receipt } from '#shared/webhooks/receive.ts';
import { aWebhookEvent, MemoryClaims } from '../../support/webhook-events.ts';
import type { WebhookRequest } from '../../support/webhook-events.ts';

const SECRET = 'a secret of this test only';
const SOURCE: CompiledSource = {
  name: 'github',
  stage: 'dev',
  scheme: 'github',
  toleranceSeconds: 300,
  secret: { kind: 'parameter', name: '/hooks/github' },
  target: { kind: 'eventBridge', bus: 'hooks-dev', source: 'github.webhook' },
};

function aReceiver(more: Partial<CompiledSource> = {}) {
  const calls: AwsJsonCall[] = [];
  const claims = new MemoryClaims();
  const world = { isTargetDown: false };
  const receiver = createWebhookReceiver({
    webhooks: { sources: [{ ...SOURCE, ...more }] },
    claims,
    endpoint: () => assert.fail('the source has no endpoints'),
    caller: {
      call(call) {
        calls.push(call);
        if (call.service === 'ssm') return Promise.resolve({ Parameter: { Value: SECRET } });
        return world.isTargetDown
          ? Promise.reject(new Error('canary'))
          : Promise.resolve({ FailedEntryCount: 0 });
      },
    },
    config: {
      stage: 'dev',
      tableName: 'access',
      region: 'us-east-1',
      accountId: '123456789012',
      aws: {
        region: 'us-east-1',
        credentials: { accessKeyId: 'a', secretAccessKey: 'b' },
        endpointOf: () => undefined,
      },
      localSecret: () => SECRET,
    },
  });
  const sent = () => calls.filter(({ service }) => service === 'events').length;
  const receive = (request: Partial<WebhookRequest> = {}) => receiver.receive(aDelivery(request));
  return { calls, claims, world, sent, receive };
}

function aDelivery(request: Partial<WebhookRequest>): unknown {
  const { body = '{"ref":"main"}' } = request;
  const hex = createHmac('sha256', SECRET).update(body).digest('hex');
  return aWebhookEvent({
    source: 'github',
    body,
    headers: [
      ['X-Hub-Signature-256', `sha256=${hex}`],
      ['X-GitHub-Event', 'push'],
    ],
    ...request,
  });
}

const said = ({ outcome, reason, reply }: Receipt) => [outcome, reason, reply.statusCode];

describe('createWebhookReceiver', () => {
  it('puts a genuine delivery on the bus, once', async () => {
    const { calls, receive, sent } = aReceiver();

    assert.deepEqual(said(await receive()), ['Delivered', undefined, 200]);
    assert.deepEqual(said(await receive()), ['Duplicate', undefined, 200]);

    assert.equal(sent(), 1);
    const [entry] = calls.at(-1)?.input['Entries'] as [{ Detail: string; DetailType: string }];
    assert.equal(entry.DetailType, 'push');
    assert.match(entry.Detail, /^\{"source":"github",.*"payload":\{"ref":"main"\}\}$/);
  });

  it('puts two deliveries on the bus that differ only in their bodies and have no signed id', async () => {
    const { receive, sent } = aReceiver();

    for (const body of ['{"ref":"main"}', '{"ref":"next"}'])
      assert.deepEqual(said(await receive({ body })), ['Delivered', undefined, 200]);
    assert.equal(sent(), 2);
  });

  // A sender pings when its hook is made, and a target would take that for an event.
  it('answers a ping itself, as a handshake', async () => {
    const { receive, sent } = aReceiver();

    const receipt = await receive({ body: '{"zen":"Design for failure.","hook_id":1}' });

    assert.deepEqual(said(receipt), ['Handshake', undefined, receipt.reply.statusCode]);
    assert.equal(sent(), 0);
  });

  it('fails by what went wrong first, also if the claim cannot be given up', async () => {
    const { claims, world, receive } = aReceiver();
    world.isTargetDown = true;
    claims.failing = 'release';

    await assert.rejects(receive(), (error: Error) => !error.message.includes('the table is away'));
  });

  const UNKNOWN: readonly (readonly [string, Partial<CompiledSource>, string])[] = [
    ['nobody declared', {}, 'gitlab'],
    ['is declared for another stage', { stage: 'prod' }, 'github'],
    ['is a property of every object', {}, 'constructor'],
  ];
  for (const [name, more, source] of UNKNOWN)
    it(`finds no source that ${name}`, async () => {
      const { calls, receive } = aReceiver(more);

      assert.deepEqual(said(await receive({ source })), ['UnknownSource', undefined, 404]);
      assert.deepEqual(calls, []);
    });

  it('passes nothing on that is forged', async () => {
    const { receive, sent } = aReceiver();

    assert.deepEqual(
      said(await receive({ headers: [['X-Hub-Signature-256', `sha256=${'0'.repeat(64)}`]] })),
      ['Unauthorized', 'invalid_signature', 401],
    );
    assert.equal(sent(), 0);
  });

  it('loses no delivery that the bus did not take: the next attempt of the sender gets through', async () => {
    const { receive, world, sent } = aReceiver();
    world.isTargetDown = true;
    await assert.rejects(receive(), { code: 'TARGET_UNAVAILABLE' });
    world.isTargetDown = false;

    assert.deepEqual(said(await receive()), ['Delivered', undefined, 200]);
    assert.equal(sent(), 2);
  });

  it('reports the failure of the bus though the claim cannot be given back', async () => {
    const { receive, world, claims } = aReceiver();
    world.isTargetDown = true;
    claims.failing = 'release';

    await assert.rejects(receive(), { code: 'TARGET_UNAVAILABLE' });
  });

  it('answers 200 to what has arrived though that cannot be written down', async () => {
    const { receive, claims } = aReceiver();
    claims.failing = 'keep';

    assert.deepEqual(said(await receive()), ['Delivered', 'claim_not_kept', 200]);
  });

  it('refuses what is larger than a message may be, before and after it is printed, and keeps no claim of it', async () => {
    const { receive, claims, sent } = aReceiver();

    for (const body of ['x'.repeat(1_000_001), '"'.repeat(600_000)])
      assert.deepEqual(said(await receive({ body })), ['TooLarge', undefined, 413]);
    assert.deepEqual([claims.items.size, sent()], [0, 0]);
  });

  it('reads its secret once for many deliveries', async () => {
    const { calls, receive } = aReceiver();

    for (const body of ['1', '2', '3']) await receive({ body });

    assert.equal(calls.filter(({ service }) => service === 'ssm').length, 1);
  });
});
