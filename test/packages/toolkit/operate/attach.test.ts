/** Files of an attachment are material that a cloned repository may bring: what is applied is what the options plan. */
import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { restore } from '../../../../packages/toolkit/operate/attach/make-plan.ts';
import { functionArn } from '../../../support/a-stack.ts';
import { ADMIN } from '../../../support/a-rest-control.ts';
import { anHttpApiToAttach, API_ID, aRestApiToAttach } from '../../../support/an-api-to-attach.ts';
import type { ApiToAttach } from '../../../support/an-api-to-attach.ts';
import { runCommandHere } from '../../../support/command-in-process.ts';
import type { Finished } from '../../../support/command.ts';
import { assertSame } from '../../../support/every-get-answer.ts';

const GOOD = 'gatewright-prod-request-authorizer';
const LAX = 'gatewright-prod-token-authorizer';

const runAt =
  (api: ApiToAttach, command: 'attach' | 'detach' = 'attach', state = api.root) =>
  (...words: readonly string[]): Promise<Finished> =>
    runCommandHere(
      [
        command,
        '--api',
        API_ID,
        '--stage',
        'prod',
        '--state',
        state,
        ...words,
        ...(command === 'attach' ? ['--no-document'] : []),
      ],
      {
        environment: {
          AWS_ACCESS_KEY_ID: ADMIN.accessKeyId,
          AWS_SECRET_ACCESS_KEY: ADMIN.secretAccessKey,
          AWS_REGION: 'us-east-1',
          AWS_ENDPOINT_URL: api.control.url,
        },
      },
    );

/** Files with right sums, as a cloned repository may bring them. */
async function plant(api: ApiToAttach, isBegun: boolean): Promise<void> {
  const { plan } = await api.plan({
    functionName: LAX,
    patterns: ['GET /things-1'],
    isWithoutDocument: true,
  });
  const journal = api.journal();
  journal.savePlan(plan);
  const { format, id, apiId, kind, stage, region, functionArn: arn, steps } = plan;
  journal.saveUndo({ format, id, apiId, kind, stage, region, functionArn: arn, steps });
  if (isBegun) journal.note({ at: '2026-01-01T00:00:00.000Z', step: 'permission', what: 'begin' });
}

describe('an attachment in files', () => {
  const mine = ['--function', GOOD, '--routes', 'GET /things-2', '--yes'];
  for (const [title, isBegun, words, refusal] of [
    [
      'is not resumed if its options plan another one',
      true,
      mine,
      /differs from these options: it puts route GET \/things-1 .*token-authorizer/,
    ],
    [
      'is not resumed by apply either, which --yes confirms for its own options only',
      true,
      ['apply', ...mine],
      /differs from these options/,
    ],
    ['is not resumed if no step of it began', false, mine, /its journal records no started step/],
  ] as const)
    it(title, async () => {
      await using api = await anHttpApiToAttach({ count: 2 });
      await plant(api, isBegun);
      const before = await api.everything();

      const { code, stderr } = await runAt(api)(...words);

      assert.equal(code, 2, stderr);
      assert.match(stderr, refusal);
      assertSame(await api.everything(), before);
    });

  it('is applied by --yes with the options that planned it, and names the function', async () => {
    await using api = await anHttpApiToAttach({ count: 2 });
    const run = runAt(api);
    const before = await api.everything();
    const lax = ['--function', LAX, '--routes', 'GET /things-1'];
    const planned = await run('plan', ...lax);
    assert.equal(planned.code, 0, planned.stderr);

    const other = await run('apply', ...mine);
    assert.equal(other.code, 2, other.stderr);
    assert.match(other.stderr, /differs from these options/);
    const unasked = await run('apply');
    assert.match(unasked.stdout, new RegExp(`${functionArn(LAX)}\\. Check that 123456789012 is the account`));
    assert.match(unasked.stderr, /There is no terminal for a confirmation/);
    assertSame(await api.everything(), before);

    const own = await run('apply', ...lax, '--yes');
    assert.equal(own.code, 0, own.stderr);
  });

  it('is resumed with the options of the first call, whatever is done already', async () => {
    await using api = await anHttpApiToAttach({ count: 2 });
    await runAt(api)('plan', '--function', GOOD);
    const saved = api.journal().plan();
    assert.ok(saved);
    const { attachment: plan } = await restore(api.plane, saved);
    const calls = { left: plan.steps.length - 1 };
    await assert.rejects(
      api.apply(plan, (call) => {
        calls.left -= 1;
        return calls.left < 0 ? Promise.reject(new Error('killed')) : api.plane.write(call);
      }),
    );

    const { code, stdout, stderr } = await runAt(api)('--function', GOOD, '--yes');

    assert.equal(code, 0, stderr);
    assert.match(stdout, /resuming: 1 of \d steps are left/);
  });
  it('that differs by its canary is refused with this difference, and detach makes room for another', async () => {
    await using api = await aRestApiToAttach({ resources: 1, methods: ['GET'] });
    await runAt(api)('plan', '--function', GOOD);
    const saved = api.journal().plan();
    assert.ok(saved);
    const { attachment: plan } = await restore(api.plane, saved);
    await assert.rejects(api.apply(plan, () => Promise.reject(new Error('killed'))));
    const attach = ['--function', GOOD, '--yes'];

    const other = await runAt(api)(...attach, '--canary', '30');

    assert.equal(other.code, 2, other.stderr);
    assert.match(
      other.stderr,
      /differs from these options: it has no canary, and these options ask for a canary of 30 %\. Nothing was changed\. Pass the options of the saved attachment, or undo it with gatewright detach and run attach again/,
    );
    const detached = await runAt(api, 'detach')('--yes');
    assert.equal(detached.code, 0, detached.stderr);
    assert.match(detached.stdout, /detached: nothing of the attachment is left in the API/);
    const own = await runAt(api)(...attach, '--canary', '30');
    assert.equal(own.code, 0, own.stderr);
  });

  for (const step of ['plan', undefined] as const)
    it(`of which the API has lost everything makes room for a new ${step ?? 'attachment'}`, async () => {
      await using api = await aRestApiToAttach({ resources: 1, methods: ['GET'] });
      await api.apply((await api.plan({ isWithoutDocument: true })).plan);
      await using again = await aRestApiToAttach({ resources: 1, methods: ['GET'] });

      const words = step === undefined ? ['--yes'] : [step];
      const attached = await runAt(again, 'attach', api.root)(...words, '--function', GOOD, '--canary', '30');

      assert.equal(attached.code, 0, attached.stderr);
      assert.match(
        attached.stderr,
        /the API no longer has any part of the attachment that .* records, .*makes a new plan/,
      );
      assert.equal(await again.status('GET', '/things-1'), 200);
      const detached = await runAt(again, 'detach', api.root)('--yes', '--open', 'GET /things-1');
      assert.equal(detached.code, step === undefined ? 0 : 1, detached.stderr);
    });

  it('of which the API has lost everything is detached without a change', async () => {
    await using api = await aRestApiToAttach({ resources: 1, methods: ['GET'] });
    await api.apply((await api.plan({ isWithoutDocument: true })).plan);
    await using again = await aRestApiToAttach({ resources: 1, methods: ['GET'] });
    const before = await again.everything();

    const { code, stdout, stderr } = await runAt(again, 'detach', api.root)('--yes');

    assert.equal(code, 0, stderr);
    assert.match(stdout, /^detached: nothing of the attachment is left in the API, so nothing was changed/);
    assertSame(await again.everything(), before);
  });
});

describe('the steps of attach', () => {
  it('ask for the stack if no function can have the name of the stage', async () => {
    await using api = await anHttpApiToAttach({ count: 1 });
    const { code, stderr } = await runAt(api)('plan', '--stage', '$default');

    assert.notEqual(code, 0);
    assert.match(
      stderr,
      /name of a function cannot contain the name of the stage \$default: pass the stack .*, as in --stack gatewright-prod/,
    );
  });

  it('print what to write elsewhere, and plan with a time of 3,600 s at most', async () => {
    await using api = await anHttpApiToAttach({ count: 1 });
    const run = runAt(api);

    const snippets = await run('snippets', '--function', GOOD);
    assert.match(snippets.stdout, /^SAM\n/m);
    assert.match(snippets.stdout, /^Terraform\n/m);
    assert.doesNotMatch(snippets.stdout, /Callers are not affected/);
    assert.equal(api.journal().plan(), undefined);

    const longest = await run('plan', '--function', GOOD, '--ttl', '3600');
    assert.equal(longest.code, 0, longest.stderr);
    assert.match(longest.stdout, /cache its results for 3600 s/);
    const longer = await run('plan', '--function', GOOD, '--ttl', '3601');
    assert.notEqual(longer.code, 0);
    assert.match(longer.stderr, /It must be a number of seconds from 0 to 3600\./);
  });
});

describe('a verification', () => {
  it('prints passed for routes that are as attached, FAILED for routes that were opened since, and exits with 3', async () => {
    await using api = await anHttpApiToAttach({ count: 1 });
    const run = runAt(api);
    assert.equal((await run('--function', GOOD, '--yes')).code, 0);

    const good = await run('verify');
    const { live } = await api.plan({ isWithoutDocument: true });
    const path = live.routes[0]?.address ?? '';
    await api.plane.write({
      service: 'apigateway',
      method: 'PATCH',
      path,
      body: { authorizationType: 'NONE' },
    });
    const wrong = await run('verify');

    assert.equal(good.code, 0, good.stderr);
    assert.match(good.stdout, /^passed /m);
    assert.doesNotMatch(good.stdout, /FAILED/);
    assert.equal(wrong.code, 3, wrong.stdout);
    assert.match(wrong.stdout, /^FAILED /m);
  });

  it('that cannot reach the address says that the API is attached, and exits with 3', async () => {
    await using api = await anHttpApiToAttach({ count: 1 });
    // Port 1 of the loopback has no listener.
    const url = 'http://127.0.0.1:1/prod';

    const { code, stderr } = await runAt(api)('--function', GOOD, '--url', url, '--yes');

    assert.equal(code, 3, stderr);
    assert.match(stderr, /attached, but not verified: http:\/\/127\.0\.0\.1:1 cannot be reached/);
    assert.equal(await api.status('GET', '/things-1'), 401);
  });
});
