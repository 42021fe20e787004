import assert from 'node:assert/strict';
import { appendFileSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { describe, it } from 'node:test';
import { TagResourceCommand } from '@aws-sdk/client-api-gateway';
import { parse } from 'yaml';
import { planAsJson, printPlan } from '../../../cli/attach/print-plan.ts';
import { snippetsFor } from '../../../cli/attach/snippets.ts';
import { verify } from '../../../cli/attach/verify.ts';
import type { VerifyWish } from '../../../cli/attach/verify.ts';
import { earlierJournal, nextJournal, openAttached } from '../../../cli/attach/journal.ts';
import { lookAgain } from '../../../cli/attach/make-plan.ts';
import {
  anHttpApiToAttach,
  API_ID,
  aRestApiToAttach,
  aWebSocketApiToAttach,
  tokenFor,
} from '../../support/an-api-to-attach.ts';

const one = { resources: 1, methods: ['GET'] };

describe('a plan', () => {
  it('says what is done in which order, and from when on callers notice', async () => {
    await using api = await aRestApiToAttach(one);
    const reading = await api.plan();

    assert.deepEqual(printPlan(reading), [
      'REST API shop (abcdefghij), stage prod, behind gatewright-prod-token-authorizer',
      '  1  permission  let API Gateway call gatewright-prod-token-authorizer for this API',
      '  2  authorizer  make the authorizer gatewright by method.request.header.Authorization, answers kept for 300 s',
      '  3  route       GET /things-1: open → the authorizer',
      '  4  deployment  deploy what is set',
      '  5  stage       point stage prod at the deployment',
      'Callers notice nothing before step 5 of 5.',
      'What AWS shows is looked at afterwards; what callers get is not, without --url and --token-file.',
      '5 steps; gatewright detach takes all of them back.',
    ]);
    const told = JSON.parse(planAsJson(reading)) as { readonly steps: readonly { readonly name: string }[] };
    assert.equal(told.steps.length, 5);
    assert.doesNotMatch(planAsJson(reading), /"parts"/);
  });

  it('says that the API belongs to a stack, and what to write there instead', async () => {
    await using api = await aRestApiToAttach(one);
    const tags = { 'aws:cloudformation:stack-name': 'shop-prod' };
    await api.control.sdk
      .send(
        new TagResourceCommand({ resourceArn: `arn:aws:apigateway:us-east-1::/restapis/${API_ID}`, tags }),
      )
      .catch(() => undefined);
    const { live, ...rest } = await api.plan();

    const lines = printPlan({ ...rest, live: { ...live, api: { ...live.api, tags } } }).join('\n');

    assert.match(
      lines,
      /the API belongs to the CloudFormation stack shop-prod: what is changed here is drift/,
    );
    assert.match(lines, /managedExternally: true/);
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
        assert.match(text, /function:gatewright-prod-(token|request)-authorizer/, tool);
        assert.doesNotMatch(text, /undefined|\[object|NaN/, tool);
        if (tool === 'serverless.yml' || tool === 'SAM') assert.ok(parse(text, { logLevel: 'silent' }), tool);
      }
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
      const wish = { token: tokenFor('admin'), invoke: undefined, url: undefined, path: undefined };
      const now = await lookAgain(api.plane, plan);

      const good = await verify(plan, api.plane, now, wish);
      const barred = await verify(plan, api.plane, now, { ...wish, token: tokenFor('nobody') });

      const said = (checks: typeof good) => checks.find(({ what }) => what.includes('lets a good'))?.saw;
      assert.equal(said(good), 'allowed');
      assert.equal(said(barred), 'denied');
    });

  it('says good of what is, open of what nobody has looked at, and wrong of what is wrong', async () => {
    await using api = await aRestApiToAttach(one);
    const { plan } = await api.plan();
    const none: VerifyWish = { token: undefined, invoke: undefined, url: undefined, path: undefined };
    const look = async (wish: Partial<VerifyWish> = {}) =>
      (await verify(plan, api.plane, await lookAgain(api.plane, plan), { ...none, ...wish })).map(
        ({ what, isGood }) => `${isGood === undefined ? 'open' : isGood ? 'good' : 'wrong'}: ${what}`,
      );
    assert.ok((await look()).includes('wrong: stage prod serves the routes behind the authorizer'));

    await api.apply(plan);

    assert.deepEqual(await look({ token: tokenFor('admin'), invoke: 'GET /things-1' }), [
      'good: every step of the plan is done',
      'good: stage prod serves the routes behind the authorizer',
      'good: the function refuses a bad credential',
      'good: the function lets a good credential GET /things-1',
      'good: TestInvokeAuthorizer: API Gateway reaches the function',
      'good: TestInvokeMethod: the integration answers (GET /things-1)',
      'open: the live address refuses and lets in',
    ]);
    const unknown = await look({ token: 'nonsense' });
    assert.ok(unknown.includes('wrong: the function lets a good credential GET /things-1'));
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
