/** What third-party middlewares can do to an authorizer, and what it answers in spite of them. */
import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import middy from '@middy/core';
import type { MiddlewareObj } from '@middy/core';
import { DomainError, UnauthorizedAnswer } from '#shared/errors.ts';
import { guardAuthorizer } from '#shared/observability/guard-authorizer.ts';
import { observeHandler } from '#shared/observability/observe-handler.ts';
import { embeddedMetricsIn, runFunction } from '../../support/function-output.ts';

const ALLOW = { isAuthorized: true };
type Middleware = MiddlewareObj<unknown, unknown>;

/** An authorizer as the functions wire it, with a middleware of its owner around it. */
function guarded(middleware: Middleware, authorize: () => Promise<unknown>) {
  return guardAuthorizer(authorize, (inner) =>
    middy<unknown, unknown>().use(middleware).handler(observeHandler('f', inner)),
  );
}

const unauthorized = () => Promise.reject(new UnauthorizedAnswer());
const denied = () => Promise.resolve({ isAuthorized: false, context: { sub: 'alice' } });

const REQUEST = 'middy 7: an onError that sets request.response ends the request with it';
const BEFORE = 'middy 7: a before that returns anything but undefined ends the request with it';

const HOSTILE: readonly {
  readonly name: string;
  readonly middleware: Middleware;
  readonly source: string;
}[] = [
  {
    name: 'an onError that sets an allowing response',
    middleware: { onError: (request) => void (request.response = ALLOW) },
    source: REQUEST,
  },
  {
    name: 'an onError that answers as an HTTP error handler does',
    middleware: { onError: (request) => void (request.response = { statusCode: 401, body: 'Unauthorized' }) },
    source: REQUEST,
  },
  { name: 'an onError that returns a response', middleware: { onError: () => ALLOW }, source: REQUEST },
  {
    name: 'an onError that replaces the error',
    middleware: { onError: (request) => void (request.error = new Error('canary')) },
    source: 'docs/design/authorizers §6: changes the message, so 500',
  },
  {
    name: 'an onError that throws another error',
    middleware: {
      onError: () => {
        throw new Error('canary');
      },
    },
    source: 'middy 7: what an onError throws is what leaves',
  },
];

const SKIPPING = [null, ALLOW, { policyDocument: {} }, 'yes', 0, false];

const REWRITING: readonly (readonly [string, Middleware])[] = [
  ['sets another response', { after: (request) => void (request.response = ALLOW) }],
  ['returns another response', { after: () => ALLOW }],
  [
    'changes the response in place',
    { after: (request) => void Object.assign(Object(request.response), ALLOW) },
  ],
  [
    'changes what is in the response',
    {
      after: (request) => {
        (request.response as { context: { sub: string } }).context.sub = 'root';
      },
    },
  ],
  ['copies the response', { after: (request) => void (request.response = { ...Object(request.response) }) }],
];

// docs/design/authorizers §7.19: middlewares of third parties around an authorizer.
describe('guardAuthorizer', () => {
  for (const { name, middleware, source } of HOSTILE)
    it(`says exactly Unauthorized in spite of ${name}`, async () => {
      const { outcome, metrics } = await runFunction(guarded(middleware, unauthorized), {});

      assert.ok('error' in outcome, source);
      assert.equal(outcome.error.message, 'Unauthorized', source);
      assert.equal(outcome.error.cause, undefined, source);
      assert.deepEqual([...metrics.keys()], []);
    });

  for (const { name, middleware } of HOSTILE)
    it(`passes no failure of ours off as an answer or a 401 in spite of ${name}`, async () => {
      const failing = () =>
        Promise.reject(new DomainError('KEY_SET_UNAVAILABLE', 'no keys', { cause: new Error('canary') }));

      const { outcome } = await runFunction(guarded(middleware, failing), {});

      assert.ok('error' in outcome);
      assert.equal(outcome.error.message, 'no keys');
      assert.equal(outcome.error.cause, undefined);
    });

  for (const value of SKIPPING)
    it(`fails if a before answers ${JSON.stringify(value)} and the authorizer is never asked`, async () => {
      let asked = 0;
      const authorize = () => {
        asked += 1;
        return denied();
      };

      const { outcome } = await runFunction(guarded({ before: () => value }, authorize), {});

      assert.ok('error' in outcome, BEFORE);
      assert.equal(outcome.error instanceof DomainError && outcome.error.code, 'ANSWER_REPLACED');
      assert.equal(asked, 0);
    });

  for (const [name, middleware] of REWRITING)
    it(`fails if an after ${name}`, async () => {
      const { outcome } = await runFunction(guarded(middleware, denied), {});

      assert.ok('error' in outcome);
      assert.notEqual(outcome.error.message, 'Unauthorized');
    });

  it('returns the very answer past middlewares that do not change it', async () => {
    const seen: string[] = [];
    const middleware: Middleware = {
      before: () => void seen.push('before'),
      after: () => void seen.push('after'),
    };

    const { outcome } = await runFunction(guarded(middleware, denied), {});

    assert.deepEqual(outcome, { result: { isAuthorized: false, context: { sub: 'alice' } } });
    assert.deepEqual(seen, ['before', 'after']);
  });

  it('uses the 401 of a middleware, and replaces every other error of one', async () => {
    const throwing = (error: unknown): Middleware => ({
      before: () => {
        throw error;
      },
    });

    const refused = await runFunction(guarded(throwing(new Error('Unauthorized')), denied), {});
    const failed = await runFunction(guarded(throwing(new TypeError('canary')), denied), {});

    assert.equal('error' in refused.outcome && refused.outcome.error.message, 'Unauthorized');
    assert.equal('error' in failed.outcome && failed.outcome.error.message, 'the authorizer failed');
  });

  it('keeps invocations apart that run at the same time', async () => {
    const authorize = async (event: unknown) => {
      await new Promise((resolve) => setImmediate(resolve));
      if (event === 'bad') throw new UnauthorizedAnswer();
      return { isAuthorized: true, context: { event } };
    };
    const handler = guardAuthorizer(authorize, (inner) =>
      middy<unknown, unknown>()
        .use({ onError: (request) => void (request.response = ALLOW) })
        .handler(inner),
    );

    const ended = await Promise.allSettled(['a', 'bad', 'b', 'bad'].map((event) => handler(event, {})));

    assert.deepEqual(
      ended.map((end) => (end.status === 'fulfilled' ? end.value.context.event : String(end.reason.message))),
      ['a', 'Unauthorized', 'b', 'Unauthorized'],
    );
  });

  it('refuses an authorizer that is called from outside its invocation', async () => {
    let leaked: (() => Promise<unknown>) | undefined;
    const handler = guardAuthorizer(denied, (inner) => {
      leaked = inner;
      return inner;
    });

    await assert.rejects(leaked?.() ?? Promise.resolve(), { code: 'ANSWER_REPLACED' });
    assert.deepEqual(await handler(), { isAuthorized: false, context: { sub: 'alice' } });
  });

  it('counts inside, so a hostile middleware changes no metric', async () => {
    const counting = guardAuthorizer(
      async (_event: unknown, { count }: { count: (metric: string, reason?: string) => void }) => {
        count('Unauthorized', 'token_expired');
        throw new UnauthorizedAnswer();
      },
      (inner) =>
        middy<unknown, unknown>()
          .use({ onError: (request) => void (request.response = ALLOW) })
          .handler(observeHandler('f', inner)),
    );

    const { output } = await runFunction(counting, {});

    const [line] = embeddedMetricsIn(output);
    assert.deepEqual([line?.fields['Unauthorized'], line?.fields['reason']], [1, 'token_expired']);
  });
});
