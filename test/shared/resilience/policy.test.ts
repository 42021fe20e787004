import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { DomainError } from '#shared/errors.ts';
import { isBackendFailure } from '#shared/resilience/call-result.ts';
import { createPolicy } from '#shared/resilience/create-policy.ts';
import { createDynamoDbBreakers } from '#shared/resilience/dynamodb-breakers.ts';
import { createGuard } from '#shared/resilience/policy.ts';
import type { Attempt, CallOptions } from '#shared/resilience/policy.ts';
import { readPolicy } from '#shared/resilience/policy-rules.ts';
import type { PolicyOptions } from '#shared/resilience/policy-rules.ts';
import { settle, VirtualTime } from '../../support/virtual-time.ts';

const DOWN = new Error('connection reset');

function aPolicy(options: Partial<PolicyOptions> = {}, fraction = 1) {
  const time = new VirtualTime();
  const events: string[] = [];
  const policy = createGuard(
    { name: 'prices', timeoutMs: 1000, ...options },
    {
      clock: time.clock,
      countdown: time.countdown,
      random: { hex: (digits) => '0'.repeat(digits), fraction: () => fraction },
      observe: ({ kind }) => void events.push(kind),
    },
  );
  /** The result of a call, once everything has settled that needs no time. */
  const run = (make: (attempt: Attempt) => Promise<unknown>, call?: CallOptions) => {
    const outcome: { ended?: unknown } = {};
    policy.run(make, call).then(
      (value) => (outcome.ended = value),
      (error: unknown) => (outcome.ended = error instanceof DomainError ? error.code : error),
    );
    return outcome;
  };
  return { time, events, policy, run };
}

/** A backend whose attempts end when and as asked. */
function aBackend() {
  const attempts: { readonly attempt: Attempt; readonly end: (value: unknown) => void }[] = [];
  const make = (attempt: Attempt): Promise<unknown> =>
    new Promise((resolve, reject) => {
      attempts.push({ attempt, end: (value) => (value instanceof Error ? reject(value) : resolve(value)) });
    });
  return { attempts, make };
}

describe('retries', () => {
  const retry = { attempts: 3, baseMs: 100, capMs: 150 };

  it('are made of idempotent calls, with full jitter below a doubling cap', async () => {
    const { time, events, run } = aPolicy({ retry }, 0.5);
    const { attempts, make } = aBackend();
    const call = run(make, { idempotent: true });
    await settle();
    attempts[0]?.end(DOWN);
    await time.advance(49);
    assert.equal(attempts.length, 1);
    await time.advance(1);
    attempts[1]?.end({ status: 503 });
    await time.advance(74);
    assert.equal(attempts.length, 2, 'half of the cap, not of 200');
    await time.advance(1);
    attempts[2]?.end('menu');
    await settle();

    assert.equal(call.ended, 'menu');
    assert.deepEqual(events, ['retried', 'retried']);
    assert.deepEqual(
      attempts.map(({ attempt }) => attempt.number),
      [1, 2, 3],
    );
    assert.equal(time.running, 0);
  });

  it('are not made for other calls, for 4xx, or for what the caller gave up', async () => {
    const { run, events } = aPolicy({ retry });
    const { attempts, make } = aBackend();
    const given = new AbortController();
    const calls = [
      run(make),
      run(make, { idempotent: true }),
      run(make, { idempotent: true, signal: given.signal }),
    ];
    await settle();
    attempts[0]?.end(DOWN);
    attempts[1]?.end({ status: 404 });
    given.abort(new Error('decided'));
    await settle();

    assert.deepEqual(
      calls.map(({ ended }) => (ended instanceof Error ? ended.message : ended)),
      ['connection reset', { status: 404 }, 'decided'],
    );
    assert.deepEqual(events, []);
    assert.equal(attempts.length, 3);
  });

  it('end with the last failure, as value or error', async () => {
    const { time, run } = aPolicy({ retry: { attempts: 2, baseMs: 0 } });
    const { attempts, make } = aBackend();
    const call = run(make, { idempotent: true });
    await settle();
    attempts[0]?.end(DOWN);
    await time.advance(0);
    attempts[1]?.end({ status: 502 });
    await settle();

    assert.deepEqual(call.ended, { status: 502 });
  });

  it('are withheld without a token of the budget, or without time', async () => {
    const { time, run, events } = aPolicy({
      retry: { attempts: 10, baseMs: 0, budgetBurst: 2, budgetRatio: 0.5 },
    });
    let made = 0;
    const fail = (): Promise<never> => {
      made += 1;
      return Promise.reject(DOWN);
    };
    for (let call = 0; call < 9; call += 1) {
      run(fail, { idempotent: true });
      await time.advance(0);
    }
    assert.equal(made, 9 + 2 + 4, 'two at once, then one for two calls');

    events.length = 0;
    run(fail, { idempotent: true, remainingMs: () => 0 });
    await time.advance(0);
    assert.deepEqual(events, ['timed-out'], 'nothing is begun without time');
  });
});

describe('a deadline', () => {
  it('ends an attempt that does not heed its signal, and aborts the signal', async () => {
    const { time, events, run } = aPolicy();
    const { attempts, make } = aBackend();
    const call = run(make);
    await time.advance(999);
    assert.equal(call.ended, undefined);
    await time.advance(1);

    assert.equal(call.ended, 'CALL_TIMED_OUT');
    assert.equal(attempts[0]?.attempt.signal.aborted, true);
    assert.deepEqual(events, ['timed-out']);
  });

  it('is shortened by the remaining time of the invocation', async () => {
    const { time, run } = aPolicy();
    const call = run(aBackend().make, { remainingMs: () => 300 });
    await time.advance(300);

    assert.equal(call.ended, 'CALL_TIMED_OUT');
  });
});

describe('a bulkhead', () => {
  it('runs a limited number of calls at once, keeps some waiting in order, and refuses the rest', async () => {
    const { run, events } = aPolicy({ bulkhead: { concurrent: 1, waiting: 2 } });
    const { attempts, make } = aBackend();
    const given = new AbortController();
    const calls = [run(make), run(make, { signal: given.signal }), run(make), run(make)];
    await settle();
    assert.equal(attempts.length, 1);
    assert.equal(calls[3]?.ended, 'BULKHEAD_FULL');
    assert.deepEqual(events, ['full']);

    given.abort(DOWN);
    attempts[0]?.end('first');
    await settle();
    attempts[1]?.end('third');
    await settle();

    assert.deepEqual(
      calls.map(({ ended }) => ended),
      ['first', DOWN, 'third', 'BULKHEAD_FULL'],
    );
    assert.equal(run(make).ended, undefined);
    await settle();
    assert.equal(attempts.length, 3, 'its place is free again');
  });
});

describe('a place in a bulkhead', () => {
  it('is waited for no longer than the call has', async () => {
    const { time, run, events } = aPolicy({ bulkhead: { concurrent: 1, waiting: 1 }, timeoutMs: 5000 });
    const { attempts, make } = aBackend();
    run(make);
    const call = run(make, { remainingMs: () => 300 });
    await time.advance(299);
    assert.equal(call.ended, undefined);
    await time.advance(1);
    assert.equal(call.ended, 'CALL_TIMED_OUT');
    assert.deepEqual(events, ['timed-out']);

    const next = run(make);
    attempts[0]?.end('first');
    await settle();
    attempts[1]?.end('next');
    await settle();
    assert.equal(next.ended, 'next');
    assert.equal(time.running, 0);
  });

  it('is not waited for by a call that was given up before', async () => {
    const { run } = aPolicy({ bulkhead: { concurrent: 1, waiting: 1 } });
    const { make } = aBackend();
    run(make);
    const call = run(make, { signal: AbortSignal.abort(DOWN) });
    await settle();

    assert.equal(call.ended, DOWN);
  });
});

describe('a circuit breaker', () => {
  const breaker = { minimumCalls: 2, openSeconds: 5 };

  it('refuses calls at once while it is open, and is not called again for them', async () => {
    const { time, run } = aPolicy({ breaker, retry: { attempts: 3, baseMs: 0 } });
    let made = 0;
    const fail = (): Promise<never> => {
      made += 1;
      return Promise.reject(DOWN);
    };
    const first = run(fail, { idempotent: true });
    await time.advance(0);
    assert.equal(first.ended, 'CIRCUIT_OPEN');
    assert.equal(made, 2);

    assert.equal(await settled(time, run(fail)), 'CIRCUIT_OPEN');
    assert.equal(made, 2);
    await time.advance(5001);
    assert.equal(
      await settled(
        time,
        run(() => Promise.resolve('menu')),
      ),
      'menu',
    );
    assert.equal(
      await settled(
        time,
        run(() => Promise.resolve('again')),
      ),
      'again',
    );
  });

  it('learns nothing of calls that were given up, or cut short by the end of the invocation', async () => {
    const { time, run } = aPolicy({ breaker });
    for (let call = 0; call < 4; call += 1) run(aBackend().make, { remainingMs: () => 10 });
    await time.advance(10);
    const given = new AbortController();
    for (let call = 0; call < 4; call += 1) run(aBackend().make, { signal: given.signal });
    await settle();
    given.abort(new Error('decided'));

    assert.equal(
      await settled(
        time,
        run(() => Promise.resolve('menu')),
      ),
      'menu',
    );
  });
});

describe('a hedge', () => {
  const hedge = { afterMs: 200 };

  it('starts a second attempt of a slow idempotent call; the first valid answer ends the other', async () => {
    const { time, events, run } = aPolicy({ hedge });
    const { attempts, make } = aBackend();
    const call = run(make, { idempotent: true });
    await time.advance(199);
    assert.equal(attempts.length, 1);
    await time.advance(1);
    assert.equal(attempts.length, 2);
    attempts[1]?.end('menu');
    await settle();

    assert.equal(call.ended, 'menu');
    assert.equal(attempts[0]?.attempt.signal.aborted, true);
    assert.deepEqual(events, ['hedged']);
    assert.equal(time.running, 0);
  });

  it('waits for the other when one fails, and is not used for calls that may not be made twice', async () => {
    const { time, run } = aPolicy({ hedge });
    const { attempts, make } = aBackend();
    const call = run(make, { idempotent: true });
    await time.advance(200);
    attempts[0]?.end(DOWN);
    await settle();
    assert.equal(call.ended, undefined);
    attempts[1]?.end('menu');
    await settle();
    assert.equal(call.ended, 'menu');

    run(make);
    await time.advance(900);
    assert.equal(attempts.length, 3);
  });

  it('is not used for a probe, whose outcome decides', async () => {
    const { time, run } = aPolicy({ hedge, breaker: { minimumCalls: 1, openSeconds: 1 } });
    await settled(
      time,
      run(() => Promise.reject(DOWN)),
    );
    await time.advance(1001);
    const { attempts, make } = aBackend();
    run(make, { idempotent: true });
    await time.advance(500);

    assert.equal(attempts.length, 1);
  });
});

describe('a policy', () => {
  for (const [options, message] of [
    [{ name: 'a b' }, /^name must be 1 to 64 letters, digits, dots, - and _, not "a b"$/],
    [{ timeoutMs: 0 }, /^timeoutMs of policy "prices" must be 1 to 900000, not 0$/],
    [{ timeoutMs: NaN }, /not NaN$/],
    [{ retry: { attempts: 1.5 } }, /^retry.attempts of policy "prices" must be a whole number, not 1.5$/],
    [{ retry: { budgetBurst: 0 } }, /^retry.budgetBurst of policy "prices" must be 1 to 1000, not 0$/],
    [{ hedge: { afterMs: -1 } }, /^hedge.afterMs of policy "prices"/],
    [{ bulkhead: { concurrent: 0 } }, /^bulkhead.concurrent of policy "prices" must be 1 to 10000, not 0$/],
    [{ breaker: { failureRate: 0 } }, /^breaker.failureRate of policy "prices" must be 0.01 to 1, not 0$/],
    [{ breaker: { minimumCalls: 21 } }, /^breaker.minimumCalls of policy "prices" must be 1 to 20, not 21$/],
    [{ breaker: { probes: 26 } }, /^breaker.probes of policy "prices" must be 1 to 25, not 26$/],
    [{ timeoutMs: '800' }, /^timeoutMs of policy "prices" must be a number, not 800$/],
    [{ name: undefined }, /^name must be 1 to 64 letters, digits, dots, - and _, not undefined$/],
    [
      { hedge: { afterMs: 1000 } },
      /^hedge.afterMs of policy "prices" must be below timeoutMs \(1000\), not 1000$/,
    ],
    [{ retry: { base: 10 } }, /^retry of policy "prices" has no setting base; it has attempts, baseMs, /],
    [{ breaker: { openMs: 10 } }, /^breaker of policy "prices" has no setting openMs; it has failureRate, /],
    [{ timeout: 10 }, /^policy "prices" has no setting timeout; it has name, timeoutMs, /],
  ] as const)
    it(`refuses ${JSON.stringify(options)}`, () => {
      assert.throws(() => aPolicy(options as Partial<PolicyOptions>), { code: 'CONFIG_INVALID', message });
    });
});

// The defaults are those in the comments of PolicyOptions.
describe('a policy without further settings', () => {
  it('makes one attempt, and has neither hedge, bulkhead nor breaker', () => {
    assert.deepEqual(readPolicy({ name: 'prices', timeoutMs: 800 }), {
      name: 'prices',
      timeoutMs: 800,
      retry: { attempts: 1, baseMs: 50, capMs: 1_000, budgetRatio: 0.1, budgetBurst: 10 },
      hedgeAfterMs: undefined,
      bulkhead: undefined,
      breaker: undefined,
    });
  });

  it('has the usual breaker and bulkhead if it asks for them', () => {
    const { breaker, bulkhead } = readPolicy({
      name: 'prices',
      timeoutMs: 800,
      breaker: {},
      bulkhead: { concurrent: 3 },
    });

    assert.deepEqual(bulkhead, { concurrent: 3, waiting: 0 });
    assert.deepEqual(breaker, {
      window: { failureRate: 0.5, minimumCalls: 5, calls: 20, ms: 30_000 },
      openMs: 10_000,
      probes: 1,
      reportMs: 1_800,
    });
  });
});

describe('a policy with all of its settings', () => {
  it('is accepted', () => {
    assert.doesNotThrow(() =>
      aPolicy({
        timeoutMs: 800,
        retry: { attempts: 2, baseMs: 50, capMs: 1_000, budgetRatio: 0.1, budgetBurst: 10 },
        hedge: { afterMs: 200 },
        bulkhead: { concurrent: 10, waiting: 5 },
        breaker: {
          failureRate: 0.5,
          minimumCalls: 5,
          windowCalls: 20,
          windowSeconds: 30,
          openSeconds: 10,
          probes: 1,
        },
        isFailure: () => true,
      }),
    );
  });
});

describe('createPolicy', () => {
  it('refuses a table without a breaker', () => {
    const shared = createDynamoDbBreakers({ tableName: 'breakers', namespace: 'shop' });

    assert.throws(() => createPolicy({ name: 'prices', timeoutMs: 800, shared }), {
      code: 'CONFIG_INVALID',
      message: 'the option "shared" of policy "prices" needs a breaker: add breaker: {} for the defaults',
    });
  });
});

describe('isFailure', () => {
  for (const hedge of [undefined, { afterMs: 10 }])
    it(`that throws ends the call with its error${hedge === undefined ? '' : ', with a hedge'}`, async () => {
      const broken = new TypeError('no status');
      const isFailure = (): never => {
        throw broken;
      };
      const { time, run } = aPolicy({ isFailure, breaker: {}, ...(hedge && { hedge }) });
      const call = run(() => Promise.resolve('menu'), { idempotent: true });
      await time.advance(0);

      assert.equal(call.ended, broken);
      assert.equal(time.running, 0);
    });
});

describe('isBackendFailure', () => {
  for (const [name, result, expected] of [
    ['a status of 500', { kind: 'value', value: { status: 500 } }, true],
    ['a status of 404', { kind: 'value', value: { status: 404 } }, false],
    ['any other value', { kind: 'value', value: undefined }, false],
    ['an error', { kind: 'error', error: DOWN }, true],
    ['a refusal by an AWS service', { kind: 'error', error: { $metadata: { httpStatusCode: 400 } } }, false],
    [
      'its throttling',
      { kind: 'error', error: { $metadata: { httpStatusCode: 400 }, $retryable: {} } },
      true,
    ],
    ['its failure', { kind: 'error', error: { $metadata: { httpStatusCode: 500 } } }, true],
  ] as const)
    it(`of ${name} is ${expected}`, () => assert.equal(isBackendFailure(result), expected));
});

async function settled(time: VirtualTime, call: { readonly ended?: unknown }): Promise<unknown> {
  await time.advance(0);
  return call.ended;
}
