import assert from 'node:assert/strict';
import { appendFileSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { describe, it } from 'node:test';
import { UpdateStageCommand } from '@aws-sdk/client-api-gateway';
import { parse } from 'yaml';
import {
  planAsJson,
  printPlan,
  printUndo,
} from '../../../../../packages/toolkit/operate/attach/print-plan.ts';
import { snippetsFor } from '../../../../../packages/toolkit/operate/attach/snippets.ts';
import { verify } from '../../../../../packages/toolkit/operate/attach/verify.ts';
import type { VerifyOptions } from '../../../../../packages/toolkit/operate/attach/verify-options.ts';
import {
  earlierJournal,
  nextJournal,
  openAttached,
} from '../../../../../packages/toolkit/operate/attach/journal.ts';
import { readAgain } from '../../../../../packages/toolkit/operate/attach/make-plan.ts';
import {
  anHttpApiToAttach,
  API_ID,
  aRestApiToAttach,
  aWebSocketApiToAttach,
  tokenFor,
} from '../../../../support/an-api-to-attach.ts';

const one = { resources: 1, methods: ['GET'] };
/** docs/guides/sell/quota.md, "In the authorizer": charged routes ask for the key of the authorizer. */
const ADMITTED = {
  plan: 'free',
  tenant: 'shop',
  admissionKey: 'shop-admitted-requests-prod',
  plans: [{ id: 'free', version: 1, limits: [{ id: 'daily', level: 'key', quota: 10, period: 'DAY' }] }],
};

describe('a plan', () => {
  it('says what is done in which order, and from when callers notice it', async () => {
    await using api = await aRestApiToAttach(one);
    const reading = await api.plan();

    assert.deepEqual(printPlan(reading), [
      'Put REST API shop (abcdefghij), stage prod, behind the authorizer gatewright-prod-token-authorizer',
      '  1  permission  allow API Gateway to call gatewright-prod-token-authorizer for this API',
      '  2  authorizer  create the authorizer gatewright with identity source method.request.header.Authorization, and cache its results for 300 s',
      '  3  route       GET /things-1: open → the authorizer',
      '  4  deployment  create a deployment of the current configuration',
      '  5  stage       point stage prod at the new deployment',
      'warning: the API is managed by the CloudFormation stack test, so changes that attach makes cause drift: the next deployment of that configuration may undo these changes, or fail because of them',
      '  Make the same change in serverless.yml, as follows (gatewright attach snippets prints it for serverless.yml, SAM, CDK and Terraform):',
      '    - http:',
      '        method: get',
      '        path: /things-1',
      '        authorizer:',
      '          arn: !ImportValue gatewright-${sls:stage}-TokenAuthorizerArn',
      '          name: gatewright',
      '          type: token',
      '          managedExternally: true',
      '          identitySource: method.request.header.Authorization',
      '          resultTtlInSeconds: 300',
      'Callers are not affected before step 5 of 5.',
      'After the last step, attach checks the configuration on AWS. To also check the effect on callers, pass --url and --token-file.',
      'gatewright detach undoes the whole attachment (5 steps).',
    ]);
    for (const [options, looked] of [
      [
        { url: 'https://api.example.com' },
        /^After the last step, attach checks the configuration on AWS and refusals at https:\/\/api\.example\.com\. To also check successful calls, pass --token-file\.$/m,
      ],
      [
        { url: 'https://api.example.com', token: 't' },
        /^After the last step, attach checks the configuration on AWS and the effect on callers at https:\/\/api\.example\.com\.$/m,
      ],
    ] as const)
      assert.match(
        printPlan(reading, { url: options.url, token: 'token' in options ? options.token : undefined }).join(
          '\n',
        ),
        looked,
      );
    const messages = planAsJson(reading) as {
      readonly steps: readonly { readonly name: string }[];
      readonly origin: unknown;
    };
    assert.equal(messages.steps.length, 5);
    assert.deepEqual(messages.origin, { kind: 'CloudFormation', stack: 'test' });
    assert.doesNotMatch(JSON.stringify(planAsJson(reading)), /"parts"/);
  });

  for (const { name, tags, said, origin } of [
    {
      name: 'a stack, with any name',
      tags: { 'aws:cloudformation:stack-name': 'shop\u001b[2J' },
      said: /the API is managed by the CloudFormation stack shop\\u001b\[2J, [^]*managedExternally: true/,
      origin: { kind: 'CloudFormation', stack: 'shop\u001b[2J' },
    },
    {
      name: 'Terraform',
      tags: { ManagedBy: 'Terraform' },
      said: /the API is managed by Terraform, [^]*resource "aws_api_gateway_authorizer"/,
      origin: { kind: 'Terraform' },
    },
    { name: 'nobody', tags: { team: 'shop' }, said: /^(?![^]*is managed by)/, origin: null },
  ])
    it(`says that the API belongs to ${name}, and what to write there instead`, async () => {
      await using api = await aRestApiToAttach(one);
      const { live, ...rest } = await api.plan();
      const reading = { ...rest, live: { ...live, api: { ...live.api, tags } } };

      assert.match(printPlan(reading).join('\n'), said);
      assert.deepEqual((planAsJson(reading) as { readonly origin: unknown }).origin, origin);
    });

  it('has no snippet if there is nothing to attach', async () => {
    await using api = await aRestApiToAttach(one);

    const lines = printPlan(await api.plan({ patterns: ['GET /nowhere'] })).join('\n');

    assert.match(
      lines,
      /nothing to do[^]*no route matches "GET \/nowhere"[^]*is managed by the CloudFormation stack test/,
    );
    assert.doesNotMatch(lines, /undefined|serverless\.yml/);
  });

  for (const { kind, open } of [
    { kind: 'REST', open: () => aRestApiToAttach(one) },
    { kind: 'HTTP', open: () => anHttpApiToAttach({ count: 1 }) },
    { kind: 'WebSocket', open: () => aWebSocketApiToAttach() },
  ])
    it(`has the same for serverless.yml, SAM, CDK and Terraform, of a ${kind} API`, async () => {
      await using api = await open();
      const { plan } = await api.plan();

      const snippets = snippetsFor(plan);

      assert.deepEqual(
        snippets.map(({ tool }) => tool),
        ['serverless.yml', 'SAM', 'CDK', 'Terraform'],
      );
      for (const { tool, text } of snippets) {
        assert.match(text, /gatewright/i, tool);
        // The deployed stack has another account than this machine, and in other stages another name.
        assert.doesNotMatch(text, /123456789012/, tool);
        assert.match(
          text,
          tool === 'Terraform'
            ? /"gatewright-prod-(token|request)-authorizer"[^]*= data\.aws_lambda_function\.gatewright\.invoke_arn/
            : tool === 'serverless.yml'
              ? /: !ImportValue gatewright-\$\{sls:stage\}-(Token|Request)AuthorizerArn\n/
              : tool === 'CDK'
                ? /Fn\.importValue\('gatewright-prod-(Token|Request)AuthorizerArn'\)/
                : /!ImportValue gatewright-prod-(Token|Request)AuthorizerArn/,
          tool,
        );
        assert.doesNotMatch(text, /undefined|\[object|NaN/, tool);
        if (tool === 'serverless.yml' || tool === 'SAM') assert.ok(parse(text, { logLevel: 'silent' }), tool);
      }
    });
});

describe('what a detachment prints before it asks', () => {
  it('is what becomes of each part, the last step first, and nothing of steps that are not done', async () => {
    await using api = await aRestApiToAttach(one);
    const { plan } = await api.plan();
    const look = () => readAgain(api.plane, plan);
    const { deploymentId } = api.control.served.find(API_ID)?.stages.get('prod') ?? {};
    const nothing = printUndo(plan, await look());
    await api.apply(plan);

    assert.deepEqual(nothing, ['Of the attachment’s 5 steps, 0 will be undone']);
    assert.deepEqual(printUndo(plan, await look()), [
      'Of the attachment’s 5 steps, 5 will be undone',
      `  1  stage       point stage prod back at deployment ${deploymentId}`,
      '  2  deployment  delete the deployment that attach created',
      '  3  route       GET /things-1: the authorizer → open',
      '  4  authorizer  delete the authorizer gatewright',
      '  5  permission  no longer allow API Gateway to call gatewright-prod-token-authorizer for this API',
    ]);
  });

  it('is the end of a canary, or the way back from one that was promoted since', async () => {
    await using api = await aRestApiToAttach(one);
    const { plan } = await api.plan({ canaryPercent: 10 });
    await api.apply(plan);
    const first = async () => printUndo(plan, await readAgain(api.plane, plan))[1];
    const running = await first();
    await api.control.sdk.send(
      new UpdateStageCommand({
        restApiId: API_ID,
        stageName: 'prod',
        patchOperations: [
          { op: 'copy', from: '/canarySettings/deploymentId', path: '/deploymentId' },
          { op: 'remove', path: '/canarySettings' },
        ],
      }),
    );

    assert.equal(running, '  1  stage       end the canary of stage prod');
    assert.match((await first()) ?? '', /^ {2}1 {2}stage {7}point stage prod back at deployment \w/);
  });

  it('is the previous guard of a route, and where its keys came from', async () => {
    await using api = await aRestApiToAttach({
      ...one,
      method: { AuthorizationType: 'AWS_IAM' },
      over: { quota: ADMITTED, result: { cacheTtlSeconds: 0 } },
    });
    const { plan } = await api.plan({ isReplacing: true, type: 'request', quota: 'authorizer' });
    await api.apply(plan);

    const lines = printUndo(plan, await readAgain(api.plane, plan)).join('\n');

    assert.match(lines, /GET \/things-1: the authorizer and an API key → AWS_IAM/);
    assert.match(lines, /read API keys from the x-api-key header again instead of the authorizer’s result/);
  });
});

describe('verification', () => {
  for (const { kind, open } of [
    { kind: 'HTTP', open: () => anHttpApiToAttach({ count: 1 }) },
    { kind: 'WebSocket', open: () => aWebSocketApiToAttach() },
  ])
    it(`asks the function as API Gateway would, of a ${kind} API`, async () => {
      await using api = await open();
      const { plan } = await api.plan();
      await api.apply(plan);
      const options = { token: tokenFor('admin'), invoke: undefined, url: undefined, path: undefined };
      const now = await readAgain(api.plane, plan);

      const good = await verify(plan, api.plane, now, options);
      await assert.rejects(
        verify(plan, api.plane, now, { ...options, invoke: 'GET /things-1' }),
        /works only for REST APIs/,
      );
      const barred = await verify(plan, api.plane, now, { ...options, token: tokenFor('nobody') });

      const said = (checks: typeof good) =>
        checks.find(({ what }) => what.endsWith('with a good credential'))?.saw;
      assert.equal(said(good), 'allowed');
      assert.equal(said(barred), 'denied');
    });

  it('marks correct parts as good, parts that were not examined as open, and faulty parts as wrong', async () => {
    await using api = await aRestApiToAttach(one);
    const { plan } = await api.plan();
    const none: VerifyOptions = { token: undefined, invoke: undefined, url: undefined, path: undefined };
    const look = async (options: Partial<VerifyOptions> = {}) =>
      (await verify(plan, api.plane, await readAgain(api.plane, plan), { ...none, ...options })).map(
        ({ what, isGood }) => `${isGood === undefined ? 'open' : isGood ? 'good' : 'wrong'}: ${what}`,
      );
    assert.ok((await look()).includes('wrong: stage prod serves the routes behind the authorizer'));

    await api.apply(plan);

    assert.deepEqual(await look({ token: tokenFor('admin'), invoke: 'GET /things-1' }), [
      'good: every step of the plan is done',
      'good: stage prod serves the routes behind the authorizer',
      'good: the function refuses a bad credential',
      'good: the function allows GET /things-1 with a good credential',
      'good: TestInvokeAuthorizer: API Gateway reaches the function',
      'good: TestInvokeMethod: the integration responds (GET /things-1)',
      'open: the live API refuses bad credentials and allows good ones',
    ]);
    const unknown = await look({ token: 'nonsense' });
    assert.ok(unknown.includes('wrong: the function allows GET /things-1 with a good credential'));
    await assert.rejects(look({ invoke: 'GET /nowhere' }), /the API has no method GET \/nowhere/);
  });
});

describe('the journal', () => {
  it('reads over the torn line of one who was killed, and finds the attachment below', async () => {
    await using api = await aRestApiToAttach(one);
    const { plan } = await api.plan();
    await api.apply(plan);
    const journal = api.journal();
    for (const name of ['undo.json', 'journal.jsonl'])
      assert.equal(statSync(join(journal.folder, name)).mode & 0o077, 0, `${name} is the owner's alone`);
    const lines = journal.lines().length;
    appendFileSync(join(journal.folder, 'journal.jsonl'), '{"at":"20');

    assert.equal(journal.lines().length, lines);
    const above = nextJournal(journal);
    above.savePlan(plan);
    assert.equal(api.journal().folder, above.folder);
    assert.equal(openAttached(api.root, API_ID, 'prod').folder, journal.folder, 'a plan alone hides nothing');
    above.saveUndo(plan);
    assert.equal(earlierJournal(above)?.folder, journal.folder);
    assert.equal(api.journal().folder, above.folder);
    above.close();
  });
});
