import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { DomainError, UnauthorizedAnswer } from '#shared/errors.ts';
import { observeAuthorizer } from '#shared/observability/observe-authorizer.ts';
import { observeHandler } from '#shared/observability/observe-handler.ts';
import { withEnvironment } from '../../support/fresh-function.ts';
import { embeddedMetricsIn, runFunction } from '../../support/function-output.ts';

const SALT = 'a-salt-of-this-deployment';

for (const observe of [observeHandler, observeAuthorizer])
  describe(observe.name, () => {
    it('returns what the handler returns and publishes what it counts', async () => {
      const handler = observe('f', async (_event, { count }) => {
        count('Allow', 'why');
        return 'done';
      });

      const { outcome, metrics, output } = await runFunction(handler, {});

      assert.deepEqual(outcome, { result: 'done' });
      assert.deepEqual([...metrics], [['Allow', 1]]);
      assert.match(output, /"service":"f"/);
      assert.match(output, /"Namespace":"test"/, 'the stack names the namespace that its alarms look at');
    });

    it('passes the answer for 401 unchanged and logs no error', async () => {
      const handler = observe('f', async (_event, { count }) => {
        count('Unauthorized');
        throw new UnauthorizedAnswer();
      });

      const { outcome, metrics, output } = await runFunction(handler, {});

      assert.equal('error' in outcome && outcome.error.message, 'Unauthorized');
      assert.deepEqual([...metrics.keys()], ['Unauthorized']);
      assert.doesNotMatch(output, /"level":"ERROR"/);
    });

    it('logs a failure of ours by reason and code, and the kind of its cause', async () => {
      const cause = Object.assign(new TypeError('canary'), { code: 'ECONNREFUSED' });
      const handler = observe('f', async () => {
        throw new DomainError('KEY_SET_UNAVAILABLE', 'no keys', { cause });
      });

      const { outcome, metrics, output } = await runFunction(handler, {});

      assert.equal('error' in outcome && outcome.error.message, 'no keys');
      assert.deepEqual([...metrics.keys()], ['Failed']);
      assert.match(
        output,
        /"reason":"jwks_unavailable","code":"KEY_SET_UNAVAILABLE","cause":"TypeError ECONNREFUSED"/,
      );
      assert.doesNotMatch(output, /canary/);
    });

    it('never logs the message of an error that is not ours', async () => {
      const handler = observe('f', async () => {
        throw new Error('canary');
      });

      const { output } = await runFunction(handler, {});

      assert.match(output, /"reason":"internal_error"/);
      assert.doesNotMatch(output, /canary/);
    });

    describe('what it publishes', () => {
      it('is one line whose only dimension is the service, because each further set is billed as separate metrics', async () => {
        const handler = await withEnvironment({ GATEWRIGHT_STAGE: 'prod' }, async () => {
          const observed = observe('f', async (_event, { count, measure, time }) => {
            count('JwksFetch');
            measure('PolicyBytes', 512);
            time('VerifyMs', () => 'work');
            count('Deny', 'forbidden');
          });
          const { output } = await runFunction(observed, {});
          return embeddedMetricsIn(output);
        });

        assert.equal(handler.length, 1);
        const [line] = handler;
        assert.deepEqual(line?.dimensions, [['service']]);
        assert.deepEqual(line.units, {
          JwksFetch: 'Count',
          PolicyBytes: 'Bytes',
          VerifyMs: 'Milliseconds',
          Deny: 'Count',
        });
        const { service, stage, outcome, reason, PolicyBytes } = line.fields;
        assert.deepEqual(
          { service, stage, outcome, reason, PolicyBytes },
          { service: 'f', stage: 'prod', outcome: 'Deny', reason: 'forbidden', PolicyBytes: 512 },
        );
        assert.ok(Number(line.fields['VerifyMs']) >= 0);
      });

      it('starts over with every invocation', async () => {
        const handler = observe('f', async (event, { count, note }) => {
          if (event === 'first') {
            note({ issuerId: 'main' });
            count('Deny', 'forbidden');
          } else count('Connected');
        });

        await runFunction(handler, 'first');
        const [second] = embeddedMetricsIn((await runFunction(handler, 'second')).output);

        assert.equal(second?.fields['outcome'], 'Done');
        assert.deepEqual([second.fields['reason'], second.fields['issuer']], [undefined, undefined]);
      });

      it('marks the first invocation of an instance', async () => {
        const lines = await withEnvironment({ AWS_LAMBDA_INITIALIZATION_TYPE: 'on-demand' }, async () => {
          const handler = observe('f', async (_event, { count }) => count('Pong'));
          const first = await runFunction(handler, {});
          return embeddedMetricsIn(`${first.output}\n${(await runFunction(handler, {})).output}`);
        });

        assert.deepEqual(
          lines.map(({ units }) => Object.keys(units)),
          [['ColdStart', 'Pong'], ['Pong']],
        );
      });

      it('counts no cold start if Lambda had made the instance ahead of any request', async () => {
        const lines = await withEnvironment(
          { AWS_LAMBDA_INITIALIZATION_TYPE: 'provisioned-concurrency' },
          async () => {
            const handler = observe('f', async (_event, { count }) => count('Pong'));
            return embeddedMetricsIn((await runFunction(handler, {})).output);
          },
        );

        assert.deepEqual(
          lines.map(({ units }) => Object.keys(units)),
          [['Pong']],
        );
      });

      it('does not call a later failure a cold start, although the logger is loaded for it', async () => {
        const output = await withEnvironment({ AWS_LAMBDA_INITIALIZATION_TYPE: 'on-demand' }, async () => {
          const handler = observe('f', async (event) => {
            if (event !== 'good') throw new Error('bad');
          });
          await runFunction(handler, 'good');
          return (await runFunction(handler, 'bad')).output;
        });

        assert.match(output, /"level":"ERROR".*"cold_start":false/);
      });
    });

    describe('how it names a caller', () => {
      const published = (environment: Readonly<Record<string, string>>) =>
        withEnvironment(environment, async () => {
          const handler = observe('f', async (_event, { count, note }) => {
            note({ principalId: 'main|alice', keyId: 'k\n1', algorithm: 'RS256', rules: ['a', 'b'] });
            count('Allow');
          });
          const { output, outcome } = await runFunction(handler, {});
          return { outcome, line: embeddedMetricsIn(output)[0]?.fields };
        });

      it('is a hash that only the salt of the deployment can make', async () => {
        const { line } = await published({ GATEWRIGHT_LOG_PRINCIPAL: 'hash', GATEWRIGHT_LOG_SALT: SALT });
        const other = await published({ GATEWRIGHT_LOG_SALT: `another-${SALT}` });

        // printf '%s\n%s' a-salt-of-this-deployment 'main|alice' | sha256sum | cut -c1-16
        assert.equal(line?.['principal'], '851bd7a2f6283510');
        assert.notEqual(other.line?.['principal'], line['principal']);
        assert.deepEqual([line['alg'], line['rules']], ['RS256', 'a b']);
        assert.match(String(line['kidHash']), /^[0-9a-f]{16}$/);
      });

      it('is nothing without a salt, and the plain id only on request', async () => {
        assert.equal((await published({})).line?.['principal'], undefined);
        const plain = await published({ GATEWRIGHT_LOG_PRINCIPAL: 'plain' });
        assert.equal(plain.line?.['principal'], 'main|alice');
        const nothing = { GATEWRIGHT_LOG_PRINCIPAL: 'nothing', GATEWRIGHT_LOG_SALT: SALT };
        assert.equal((await published(nothing)).line?.['principal'], undefined);
      });

      it('fails every call if it should hash without a salt, and names the variable', async () => {
        const { outcome } = await published({ GATEWRIGHT_LOG_PRINCIPAL: 'hash' });

        assert.match('error' in outcome ? outcome.error.message : '', /^GATEWRIGHT_LOG_SALT /);
      });
    });
  });
