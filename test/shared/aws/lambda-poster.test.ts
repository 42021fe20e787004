import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import type { TestContext } from 'node:test';
import { createFunctionInvoker } from '#shared/aws/lambda-poster.ts';
import * as RETRIES from '../../../packages/base/aws/retry-rules.ts';
import { aVirtualClock } from '../../support/a-virtual-clock.ts';
import { createLambdaPublisher } from '#shared/websocket/lambda-publisher.ts';

const CONFIG = {
  region: 'eu-central-1',
  credentials: { accessKeyId: 'AKIA', secretAccessKey: 's', sessionToken: 't' },
};
type Sent = { readonly url: string; readonly headers: Record<string, string>; readonly body: string };

function answering(t: TestContext, ...answers: (() => Response)[]) {
  const sent: Sent[] = [];
  t.mock.method(globalThis, 'fetch', async (url: URL, init: Omit<Sent, 'url'>) => {
    sent.push({ url: url.href, headers: init.headers, body: init.body });
    const answer = answers.length > 1 ? answers.shift() : answers[0];
    return answer!();
  });
  return sent;
}
const status =
  (code: number, body = '', headers = {}) =>
  () =>
    new Response(body === '' ? null : body, { status: code, headers });

describe('createFunctionInvoker', () => {
  it('has Lambda take an event, signed, by name or ARN', async (t) => {
    const sent = answering(t, status(202));
    await createFunctionInvoker(() => CONFIG).start('arn:aws:lambda:x:1:function:f', { a: 1 });
    assert.equal(
      sent[0]?.url,
      'https://lambda.eu-central-1.amazonaws.com/2015-03-31/functions/arn%3Aaws%3Alambda%3Ax%3A1%3Afunction%3Af/invocations',
    );
    assert.equal(sent[0].headers['X-Amz-Invocation-Type'], 'Event');
    assert.match(sent[0].headers['Authorization'] ?? '', /eu-central-1\/lambda\/aws4_request/);
    assert.equal(sent[0].body, '{"a":1}');
  });

  it('finds Lambda in China below another name', async (t) => {
    const sent = answering(t, status(202));
    await createFunctionInvoker(() => ({ ...CONFIG, region: 'cn-north-1' })).start('f', {});
    assert.match(sent[0]?.url ?? '', /^https:\/\/lambda\.cn-north-1\.amazonaws\.com\.cn\//);
  });

  it('tries again if Lambda is busy, and not if it refuses', async (t) => {
    const busy = answering(t, status(429), status(500), status(202));
    await createFunctionInvoker(() => CONFIG, aVirtualClock().ports).start('f', {});
    assert.equal(busy.length, 3);
    t.mock.reset();
    for (const code of [400, 403, 499]) {
      const refused = answering(t, status(code));
      await assert.rejects(createFunctionInvoker(() => CONFIG).start('f', {}), {
        code: 'TARGET_UNAVAILABLE',
      });
      assert.equal(refused.length, 1);
      t.mock.reset();
    }
  });

  it('pauses before each repeated call, longer each time, and as long as Retry-After says', async (t) => {
    const clock = aVirtualClock();
    const sent = answering(t, status(429), status(429, '', { 'Retry-After': '2' }), status(202));
    await createFunctionInvoker(() => CONFIG, clock.ports).start('f', {});
    assert.equal(sent.length, 3);
    const [first = 0, second] = clock.pausesMs;
    assert.ok(first > 0 && first <= RETRIES.event.baseMs, String(first));
    assert.equal(second, 2_000);
  });

  it('gives up if the time for all its calls would end before the next', async (t) => {
    const clock = aVirtualClock();
    const sent = answering(t, status(429, '', { 'Retry-After': '60' }), status(202));
    await assert.rejects(createFunctionInvoker(() => CONFIG, clock.ports).start('f', {}), {
      code: 'TARGET_UNAVAILABLE',
    });
    assert.deepEqual([sent.length, clock.pausesMs], [1, []]);
  });

  // Lambda takes an event at once; an answer may take the publisher's whole time.
  it('waits longer for an answer than for the acceptance of an event', async (t) => {
    answering(t, status(202), status(200, '{}'));
    const waits: number[] = [];
    t.mock.method(AbortSignal, 'timeout', (ms: number) => {
      waits.push(ms);
      return new AbortController().signal;
    });
    const invoker = createFunctionInvoker(() => CONFIG);
    await invoker.start('f', {});
    await invoker.ask('f', {});

    const [forEvent = Infinity, forAnswer = 0] = waits;
    assert.ok(forEvent < 30_000 && forAnswer > 60_000, waits.join(' '));
  });

  it('answers what the function answers, and fails if it fails', async (t) => {
    answering(t, status(200, '{"seq":7}'), status(200, '{}', { 'x-amz-function-error': 'Unhandled' }));
    const invoker = createFunctionInvoker(() => ({ ...CONFIG, endpoint: 'http://127.0.0.1:1' }));
    assert.deepEqual(await invoker.ask('f', {}), { seq: 7 });
    await assert.rejects(invoker.ask('f', {}), { code: 'TARGET_UNAVAILABLE' });
  });

  const silent = () => {
    throw new Error('connect ECONNREFUSED');
  };
  for (const [name, call, answer, message] of [
    ['an event without a response', 'start', silent, 'no complete response from Lambda arrived'],
    ['a refused event', 'start', status(403), 'Lambda did not accept an event (403)'],
    ['a call without a response', 'ask', silent, 'no complete response from Lambda arrived'],
    [
      'a result that is too large',
      'ask',
      status(200, 'x'.repeat(300_000)),
      'no complete response from Lambda arrived',
    ],
    ['a refused call', 'ask', status(403), 'Lambda did not run the function (403)'],
    [
      'a function that failed',
      'ask',
      status(200, '{}', { 'x-amz-function-error': 'Unhandled' }),
      'the function failed; see its log',
    ],
    ['a result that is no JSON', 'ask', status(200, 'x'), 'the result of the function is not JSON'],
  ] as const)
    it(`says what happened: ${name}`, async (t) => {
      answering(t, answer);
      const invoker = createFunctionInvoker(() => CONFIG, aVirtualClock().ports);

      await assert.rejects(invoker[call]('f', {}), { code: 'TARGET_UNAVAILABLE', message });
    });
});

describe('createLambdaPublisher', () => {
  const messages: unknown[] = [];
  const invoker = {
    start: async (name: string, payload: unknown) => void messages.push([name, payload]),
    ask: async (name: string, payload: unknown) => (messages.push([name, payload]), { seq: 7 }),
  };

  it('publishes by the function that may, and says under which number', async () => {
    const publisher = createLambdaPublisher('publisher', invoker);
    assert.deepEqual(await publisher.publish('chat:rooms/1', { a: 1 }, { id: 'o-1' }), { seq: 7 });
    assert.deepEqual(await publisher.publishAll('chat:a', [1, 2], { id: 'o-2', wait: false }), {
      seq: undefined,
    });
    assert.deepEqual(messages, [
      ['publisher', { channel: 'chat:rooms/1', data: { a: 1 }, id: 'o-1' }],
      ['publisher', { channel: 'chat:a', messages: [1, 2], id: 'o-2' }],
    ]);
  });

  it('refuses an undeliverable message before any is sent', async () => {
    const publisher = createLambdaPublisher('publisher', invoker);
    const large = 'x'.repeat(128 * 1024);
    await assert.rejects(publisher.publish('chat:rooms/1', large), { code: 'SUBJECT_INVALID' });
    await assert.rejects(publisher.publish('rooms/1', 1), { code: 'SUBJECT_INVALID' });
  });
});
