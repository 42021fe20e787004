import assert from 'node:assert/strict';
import { createHmac } from 'node:crypto';
import { describe, it } from 'node:test';
import middy from '@middy/core';
import type { Context } from 'aws-lambda';
import type { ProxyResult } from '#shared/aws/proxy-result.ts';
import { deliveryOf, webhook, withWebhook } from '#shared/middleware/webhook.ts';
import type { WebhookOptions } from '#shared/middleware/webhook.ts';
import { EVENT_KINDS, MemoryClaims, SIGNED_AT_SECONDS } from '../../support/webhook-events.ts';
import type { WebhookRequest } from '../../support/webhook-events.ts';

type Handler = (event: object) => unknown;
type Run = (event: object) => Promise<unknown>;

const SECRET = 'a secret of this test only';
const OK = { statusCode: 202, body: 'ok' };

const FORMS: Readonly<Record<string, (handler: Handler, options: WebhookOptions) => Run>> = {
  'webhook() with middy': (handler, options) => {
    const wrapped = middy<object, unknown>()
      .use(webhook(options))
      .handler((event: object) => Promise.resolve(handler(event)));
    return (event) => Promise.resolve(wrapped(event, {} as Context));
  },
  'withWebhook() of a plain handler': (handler, options) => withWebhook(handler, options),
};

const hmac = (text: string) => createHmac('sha256', SECRET).update(text).digest('hex');
const github = (body: string): WebhookRequest => ({
  body,
  headers: [['X-Hub-Signature-256', `sha256=${hmac(body)}`]],
});
const slack = (body: string): WebhookRequest => ({
  body,
  headers: [
    ['X-Slack-Request-Timestamp', String(SIGNED_AT_SECONDS)],
    ['X-Slack-Signature', `v0=${hmac(`v0:${SIGNED_AT_SECONDS}:${body}`)}`],
  ],
});
const PUSH = github('{"ref":"main"}');
const FORGED: WebhookRequest = { ...PUSH, body: '{"ref":"evil"}' };

for (const [form, wrap] of Object.entries(FORMS))
  for (const [kind, eventOf] of Object.entries(EVENT_KINDS))
    describe(`${form} on a ${kind}`, () => {
      const aFunction = (handler: Handler = () => OK, options: Partial<WebhookOptions> = {}) => {
        const claims = new MemoryClaims();
        let runs = 0;
        const counted: Handler = (event) => {
          runs += 1;
          return handler(event);
        };
        const run = wrap(counted, { scheme: 'github', secrets: [SECRET], claims, ...options });
        return {
          claims,
          runs: () => runs,
          run: (request: WebhookRequest) => run(eventOf(request)) as Promise<ProxyResult>,
        };
      };

      it('runs the handler for a genuine delivery, which it can ask for', async () => {
        let body = '';
        const { run } = aFunction((event) => {
          body = Buffer.from(deliveryOf(event)?.body ?? '').toString();
          return OK;
        });

        assert.deepEqual(await run(PUSH), OK);
        assert.equal(body, PUSH.body);
      });

      it('answers every forgery with the same 401 that gives no reason', async () => {
        const { run, runs } = aFunction();
        const forgeries = [
          FORGED,
          { ...PUSH, headers: [] },
          { ...PUSH, headers: [...PUSH.headers, ...PUSH.headers] },
        ];

        for (const forgery of forgeries)
          assert.deepEqual(await run(forgery), {
            statusCode: 401,
            headers: { 'content-type': 'application/problem+json' },
            body: '{"type":"about:blank","title":"Unauthorized","status":401}',
          });
        assert.equal(runs(), 0);
      });

      it('runs the handler once for a delivery that comes again, and answers it with 200 (docs/design/authorizers §7.16)', async () => {
        const { run, runs } = aFunction();

        const statuses = [await run(PUSH), await run(PUSH)].map(({ statusCode }) => statusCode);

        assert.deepEqual([statuses, runs()], [[202, 200], 1]);
      });

      it('without claims runs the handler again', async () => {
        const run = wrap(() => OK, { scheme: 'github', secrets: [SECRET] });

        assert.deepEqual(await run(eventOf(PUSH)), OK);
        assert.deepEqual(await run(eventOf(PUSH)), OK);
      });

      for (const [name, failing] of [
        ['fails', () => Promise.reject(new Error('canary'))],
        ['answers 500', () => ({ statusCode: 500 })],
        ['answers 404', () => ({ statusCode: 404 })],
        ['answers 300', () => ({ statusCode: 300 })],
      ] as const)
        it(`accepts the next attempt after the handler ${name}`, async () => {
          let isFirst = true;
          const { run, runs } = aFunction(() => {
            const now = isFirst;
            isFirst = false;
            return now ? failing() : OK;
          });

          await run(PUSH).catch(() => undefined);

          assert.deepEqual(await run(PUSH), OK);
          assert.equal(runs(), 2);
        });

      for (const [name, answer] of [
        ['nothing', undefined],
        ['null', null],
        ['a text', 'ok'],
        ['an object without a status', { ok: true }],
        ['200', { statusCode: 200 }],
        ['299', { statusCode: 299 }],
      ] as const)
        it(`takes ${name} for a delivery that has arrived, as HTTP APIs do`, async () => {
          const { run, runs } = aFunction(() => answer);

          await run(PUSH);
          await run(PUSH);

          assert.equal(runs(), 1);
        });

      it('asks for patience while an equal delivery is under way', async () => {
        let finish: (value: unknown) => void = () => undefined;
        const { run, runs } = aFunction(() => new Promise((resolve) => (finish = resolve)));
        const first = run(PUSH);
        await new Promise(setImmediate);

        const second = await run(PUSH);
        finish(OK);

        assert.equal(second.statusCode, 503);
        assert.equal(second.headers?.['retry-after'], '5');
        assert.deepEqual([await first, runs()], [OK, 1]);
      });

      for (const failing of ['keep', 'release'] as const)
        it(`answers what the handler answers though the table is away at the ${failing}`, async () => {
          const answer = failing === 'keep' ? OK : { statusCode: 500 };
          const { run, claims } = aFunction(() => answer);
          claims.failing = failing;

          assert.deepEqual(await run(PUSH), answer);
        });

      it('refuses a body that is too large before it looks at the signature', async () => {
        const { run } = aFunction(undefined, { maxBodyBytes: 13 });

        assert.equal((await run(FORGED)).statusCode, 413);
        assert.equal((await run({ ...PUSH, body: 'short' })).statusCode, 401);
      });

      it('takes a body of just as many bytes as it may have', async () => {
        const bytes = Buffer.byteLength(String(PUSH.body));

        assert.deepEqual(await aFunction(undefined, { maxBodyBytes: bytes }).run(PUSH), OK);
        assert.equal((await aFunction(undefined, { maxBodyBytes: bytes - 1 }).run(PUSH)).statusCode, 413);
      });

      it("returns Slack's challenge once the request is known to be Slack's", async () => {
        const { run, runs } = aFunction(undefined, { scheme: 'slack' });
        const challenge = slack('{"type":"url_verification","challenge":"3eZ"}');

        assert.deepEqual(await run(challenge), {
          statusCode: 200,
          headers: { 'content-type': 'application/json' },
          body: '{"challenge":"3eZ"}',
        });
        assert.equal((await run({ ...challenge, body: `${String(challenge.body)} ` })).statusCode, 401);
        assert.equal(runs(), 0);
      });

      it("answers GitHub's ping, known by its body and by no header", async () => {
        const { run, runs } = aFunction();
        const ping = github('{"zen":"Design for failure.","hook_id":1,"hook":{}}');

        assert.deepEqual(await run(ping), { statusCode: 200 });
        assert.equal(runs(), 0);
        const push: WebhookRequest = { ...PUSH, headers: [...PUSH.headers, ['X-GitHub-Event', 'ping']] };
        assert.deepEqual(await run(push), OK);
      });

      it('asks for its secrets each time, so that they can change', async () => {
        let secrets = ['an old secret of this test'];
        const { run } = aFunction(undefined, { secrets: () => secrets });

        assert.equal((await run(PUSH)).statusCode, 401);
        secrets = [...secrets, SECRET];
        assert.deepEqual(await run(PUSH), OK);
      });

      it('fails rather than work with an invalid secret', async () => {
        const { run } = aFunction(undefined, { secrets: [''] });

        await assert.rejects(run(PUSH), { code: 'CONFIG_INVALID' });
      });
    });

describe('deliveryOf', () => {
  it('has no delivery for other events, or after the handler', async () => {
    const event = EVENT_KINDS['REST API']!(PUSH);
    await withWebhook(() => OK, { scheme: 'github', secrets: [SECRET] })(event);

    assert.equal(deliveryOf(event), undefined);
    assert.equal(deliveryOf({}), undefined);
  });
});
