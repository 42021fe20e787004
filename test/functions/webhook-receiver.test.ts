import assert from 'node:assert/strict';
import { createHmac } from 'node:crypto';
import { json } from 'node:stream/consumers';
import { describe, it } from 'node:test';
import { errorOf, resultOf, runInstance } from '../support/fresh-function.ts';
import { aLoopbackServer } from '../support/signed-tokens.ts';
import { aWebhookEvent } from '../support/webhook-events.ts';

const SECRET = 'canary-secret-of-this-test';
const BODY = '{"ref":"canary-body"}';
const SIGNATURE = createHmac('sha256', SECRET).update(BODY).digest('hex');
const EVENT = aWebhookEvent({
  source: 'github',
  body: BODY,
  headers: [['X-Hub-Signature-256', `sha256=${SIGNATURE}`]],
});

type Answers = Readonly<Record<string, readonly [status: number, body: string]>>;

/**
 * One stand-in for everything on AWS that the function calls; it answers by target, with an empty object by default.
 */
async function run(event: unknown, answers: Answers = {}, environment: Record<string, string> = {}) {
  const asked: string[] = [];
  await using server = await aLoopbackServer((request, response) => {
    void json(request).then(() => {
      const target = String(request.headers['x-amz-target']);
      asked.push(target);
      const [status, body] = answers[target] ?? [200, '{"FailedEntryCount":0}'];
      response.writeHead(status, { 'content-type': 'application/x-amz-json-1.1' }).end(body);
    });
  });
  const [ran] = await runInstance(
    'webhook-receiver',
    {
      AWS_ENDPOINT_URL: server.url,
      AWS_REGION: 'us-east-1',
      AWS_ACCESS_KEY_ID: 'local',
      AWS_SECRET_ACCESS_KEY: 'canary-key',
      GATEWRIGHT_STAGE: 'dev',
      GATEWRIGHT_ACCESS_TABLE: 'access',
      GATEWRIGHT_ACCOUNT_ID: '123456789012',
      LOCAL_WEBHOOK_SECRET: SECRET,
      ...environment,
    },
    event,
  );
  // In every case, no secret, signature or content reaches the logs.
  assert.doesNotMatch(ran?.output ?? '', new RegExp(`canary|${SIGNATURE}`));
  return { ran, asked };
}

describe('webhook-receiver', () => {
  it('claims, delivers and marks a genuine delivery', async () => {
    const { ran, asked } = await run(EVENT);

    assert.deepEqual(resultOf(ran), { statusCode: 200 });
    assert.deepEqual(asked, [
      'DynamoDB_20120810.PutItem',
      'AWSEvents.PutEvents',
      'DynamoDB_20120810.UpdateItem',
    ]);
    assert.match(ran?.output ?? '', /"service":"webhook-receiver".*"Delivered":1/);
  });

  it('answers a forgery with 401, counts the reason, and calls no handler', async () => {
    const forged = aWebhookEvent({
      source: 'github',
      body: BODY,
      headers: [['X-Hub-Signature-256', `sha256=${'0'.repeat(64)}`]],
    });

    const { ran, asked } = await run(forged);

    assert.deepEqual(resultOf(ran), {
      statusCode: 401,
      headers: { 'content-type': 'application/problem+json' },
      body: '{"type":"about:blank","title":"Unauthorized","status":401}',
    });
    assert.match(ran?.output ?? '', /"reason":"invalid_signature"/);
    assert.deepEqual(asked, []);
  });

  it('answers a repeated delivery with 200 and does nothing else', async () => {
    const refusal = '{"__type":"ConditionalCheckFailedException","Item":{"pk":{"S":"x"}}}';

    const { ran, asked } = await run(EVENT, { 'DynamoDB_20120810.PutItem': [400, refusal] });

    assert.deepEqual(resultOf(ran), { statusCode: 200 });
    assert.equal(asked.length, 1);
  });

  it('fails, so that the alarm rings and the sender tries again, when the bus takes nothing', async () => {
    const { ran, asked } = await run(EVENT, {
      'AWSEvents.PutEvents': [400, '{"__type":"AccessDeniedException","message":"canary"}'],
    });

    assert.match(errorOf(ran) ?? '', /did not accept a delivery/);
    assert.match(ran?.output ?? '', /TARGET_UNAVAILABLE/);
    assert.equal(asked.at(-1), 'DynamoDB_20120810.DeleteItem');
  });

  it('fails when the table cannot say whether the delivery is new', async () => {
    const { ran, asked } = await run(EVENT, {
      'DynamoDB_20120810.PutItem': [400, '{"__type":"AccessDeniedException","message":"canary"}'],
    });

    assert.match(errorOf(ran) ?? '', /table of webhook claims/);
    assert.ok(!asked.includes('AWSEvents.PutEvents'));
  });

  it('takes no secret from its environment unless it runs on this machine', async () => {
    const { ran } = await run(EVENT, {}, { AWS_ENDPOINT_URL: 'https://aws.example' });

    assert.match(errorOf(ran) ?? '', /^LOCAL_WEBHOOK_SECRET .* allowed only on a developer machine/);
  });
});
