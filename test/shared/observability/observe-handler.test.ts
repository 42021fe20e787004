import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { DomainError, UnauthorizedAnswer } from '#shared/errors.ts';
import { observeHandler } from '#shared/observability/observe-handler.ts';
import { runFunction } from '../../support/function-output.ts';

describe('observeHandler', () => {
  it('returns what the handler returns and publishes what it counts', async () => {
    const handler = observeHandler('f', async (_event, { count }) => {
      count('Allow', 'why');
      return 'done';
    });

    const { outcome, metrics, output } = await runFunction(handler, {});

    assert.deepEqual(outcome, { result: 'done' });
    assert.deepEqual([...metrics], [['Allow', 1]]);
    assert.match(output, /"service":"f"/);
    assert.match(output, /"Namespace":"test"/, 'the stack names the namespace that its alarms look at');
  });

  it('lets the answer for 401 pass unchanged and logs no error', async () => {
    const handler = observeHandler('f', async (_event, { count }) => {
      count('Unauthorized');
      throw new UnauthorizedAnswer();
    });

    const { outcome, metrics, output } = await runFunction(handler, {});

    assert.equal('error' in outcome && outcome.error.message, 'Unauthorized');
    assert.deepEqual([...metrics.keys()], ['Unauthorized']);
    assert.doesNotMatch(output, /"level":"ERROR"/);
  });

  it('logs a failure of ours by its code, and the kind of its cause', async () => {
    const cause = Object.assign(new TypeError('canary'), { code: 'ECONNREFUSED' });
    const handler = observeHandler('f', async () => {
      throw new DomainError('KEY_SET_UNAVAILABLE', 'no keys', { cause });
    });

    const { outcome, metrics, output } = await runFunction(handler, {});

    assert.equal('error' in outcome && outcome.error.message, 'no keys');
    assert.deepEqual([...metrics.keys()], ['Failed']);
    assert.match(output, /"reason":"KEY_SET_UNAVAILABLE","cause":"TypeError ECONNREFUSED"/);
    assert.doesNotMatch(output, /canary/);
  });

  it('never logs the message of an error that is not ours', async () => {
    const handler = observeHandler('f', async () => {
      throw new Error('canary');
    });

    const { output } = await runFunction(handler, {});

    assert.match(output, /"reason":"UNEXPECTED"/);
    assert.doesNotMatch(output, /canary/);
  });
});
