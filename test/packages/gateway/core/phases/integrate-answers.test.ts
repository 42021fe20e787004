/** What the client sees of how an integration ended, as later phases read it (docs/aws §1.5, §8). */
import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { GatewayError } from '../../../../../packages/gateway/core/errors.ts';
import { integrate, readAnswer, readOutcome } from '../../../../../packages/gateway/core/phases/integrate.ts';
import type { HttpOutcome, InvocationResult, Invoker } from '../../../../../packages/gateway/core/ports.ts';

type Mapped = Parameters<typeof readAnswer>[0];
const call = (kind: string): Mapped => ({ outgoing: { kind } }) as unknown as Mapped;

/** Code, source, status and message of what is thrown. */
function thrown(run: () => unknown): readonly unknown[] {
  try {
    run();
  } catch (error) {
    assert.ok(error instanceof GatewayError);
    const { source, status, message } = error.detail;
    return [error.code, source, status, message];
  }
  return assert.fail('nothing was thrown');
}

describe('a backend that cannot be reached', () => {
  const unreachable = (reason: 'address' | 'network' | 'too-large' | 'request'): HttpOutcome => ({
    kind: 'unreachable',
    reason,
    message: 'why',
  });
  const NETWORK = 'Network error communicating with endpoint';

  it('by its certificate is a configuration error of a REST API', () => {
    // https://repost.aws/knowledge-center/api-gateway-ssl-certificate-errors
    const untrusted = { ...unreachable('network'), isTls: true } as HttpOutcome;

    assert.deepEqual(thrown(() => readAnswer(call('http'), untrusted)).slice(0, 2), [
      'API_CONFIGURATION_ERROR',
      'gateway',
    ]);
    assert.equal(thrown(() => readAnswer(call('http-api'), untrusted))[0], 'INTEGRATION_FAILURE');
  });

  for (const [reason, kind, expected] of [
    ['address', 'http', ['API_CONFIGURATION_ERROR', 'gateway']],
    ['request', 'http', ['API_CONFIGURATION_ERROR', 'gateway']],
    ['network', 'http', ['INTEGRATION_FAILURE', 'integration', undefined, NETWORK]],
    ['too-large', 'http', ['INTEGRATION_FAILURE', 'integration', 500]],
    ['address', 'http-api', ['INTEGRATION_FAILURE', 'integration']],
    ['request', 'http-api', ['INTEGRATION_FAILURE', 'integration']],
    ['network', 'http-api-service', ['INTEGRATION_FAILURE', 'integration']],
    ['request', 'http-api-service', ['API_CONFIGURATION_ERROR', 'gateway']],
  ] as const)
    it(`by ${reason} is ${expected[0]} behind a call of kind ${kind}`, () => {
      const found = thrown(() => readAnswer(call(kind), unreachable(reason)));
      assert.deepEqual(found.slice(0, expected.length), expected);
    });
});

describe('a function that is called asynchronously', () => {
  const outgoing = { kind: 'function', functionName: 'later', event: '{}', isAsynchronous: true, plan: {} };
  const integrateWith = (queued: Awaited<ReturnType<Invoker['queue']>>) =>
    integrate(
      { outgoing } as unknown as Parameters<typeof integrate>[0],
      { invoker: { queue: () => Promise.resolve(queued) } } as unknown as Parameters<typeof integrate>[1],
    );

  it('gets 202 from Lambda as soon as the event is in the queue', async () => {
    const outcome = await integrateWith({ kind: 'queued' });
    assert.equal(outcome.kind === 'answered' && outcome.status, 202);
  });

  it('is refused by Lambda if the event cannot be queued', async () => {
    const refused = { kind: 'refused', reason: 'not-found', message: 'no function later' } as const;
    assert.deepEqual(await integrateWith(refused), refused);
  });
});

describe('a function', () => {
  const failed: InvocationResult = {
    kind: 'failed',
    errorType: 'Error',
    errorMessage: 'boom',
    payload: '{"errorMessage":"boom"}',
  };

  it('behind templates answers with what it returned, and its error selects the response', () => {
    const returned: InvocationResult = { kind: 'returned', payload: '{"a":1}' };
    const headers = ['Content-Type', 'application/json'];

    assert.deepEqual(readAnswer(call('function'), returned), {
      status: 200,
      headers,
      body: Buffer.from('{"a":1}'),
    });
    assert.deepEqual(readAnswer(call('function'), failed), {
      status: 200,
      headers,
      body: Buffer.from('{"errorMessage":"boom"}'),
      errorMessage: 'boom',
    });
    assert.equal(readAnswer(call('lambda'), returned), '{"a":1}');
  });

  for (const [name, result, expected] of [
    ['that fails', failed, ['FUNCTION_FAILED', 'integration']],
    ['that takes too long', { kind: 'timed-out' }, ['INTEGRATION_TIMEOUT', 'integration']],
    [
      'that is throttled',
      { kind: 'refused', reason: 'throttled', message: 'm' },
      ['FUNCTION_THROTTLED', 'integration'],
    ],
    [
      'whose event is too large',
      { kind: 'refused', reason: 'too-large', message: 'm' },
      ['REQUEST_TOO_LARGE', 'client'],
    ],
    [
      'that is not there',
      { kind: 'refused', reason: 'not-found', message: 'm' },
      ['API_CONFIGURATION_ERROR', 'gateway'],
    ],
  ] as readonly (readonly [string, InvocationResult, readonly unknown[]])[])
    it(`${name} is ${String(expected[0])}`, () => {
      assert.deepEqual(thrown(() => readOutcome(result)).slice(0, 2), expected);
      assert.deepEqual(thrown(() => readAnswer(call('lambda'), result)).slice(0, 2), expected);
    });
});
