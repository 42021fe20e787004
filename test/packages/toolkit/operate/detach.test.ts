/**
 * What opens a route is said in words, and must be confirmed with the name: in detach, rollback and canaries.
 */
import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, it } from 'node:test';
import type { Plan } from '../../../../packages/toolkit/operate/attach/journal.ts';
import { ADMIN } from '../../../support/a-rest-control.ts';
import { anHttpApiToAttach, API_ID, aRestApiToAttach } from '../../../support/an-api-to-attach.ts';
import type { ApiToAttach } from '../../../support/an-api-to-attach.ts';
import { runCommandHere } from '../../../support/command-in-process.ts';
import type { Finished } from '../../../support/command.ts';
import { assertSame } from '../../../support/every-get-answer.ts';

const runAt =
  (api: ApiToAttach) =>
  (...words: readonly string[]): Promise<Finished> =>
    runCommandHere([...words, '--api', API_ID, '--stage', 'prod', '--yes'], {
      environment: {
        AWS_ACCESS_KEY_ID: ADMIN.accessKeyId,
        AWS_SECRET_ACCESS_KEY: ADMIN.secretAccessKey,
        AWS_REGION: 'us-east-1',
        AWS_ENDPOINT_URL: api.control.url,
      },
    });

/** A file as a cloned repository may bring it: anybody can compute its sum. */
function writeUndo(api: ApiToAttach, plan: Plan, steps: readonly object[]): void {
  const { id, apiId, kind, stage, region, functionArn } = plan;
  const content = { format: 1, id, apiId, kind, stage, region, functionArn, steps };
  const sum = createHash('sha256').update(JSON.stringify(content)).digest('hex');
  const { folder } = api.journal();
  mkdirSync(folder, { recursive: true });
  writeFileSync(join(folder, 'undo.json'), JSON.stringify({ ...content, sum }));
}

describe('detach', () => {
  it('opens no route that it does not show: a file whose calls differ is refused', async () => {
    await using api = await anHttpApiToAttach({ count: 2 });
    const { plan } = await api.plan();
    await api.apply(plan);
    const [, other] = plan.steps.filter(({ part }) => part.startsWith('route '));
    writeUndo(
      api,
      plan,
      plan.steps.map((step) =>
        step.part === 'route GET /things-1' ? { ...step, revert: other?.revert } : step,
      ),
    );
    const attached = await api.everything();

    const { code, stderr } = await runAt(api)('detach', '--state', api.root, '--open', 'GET /things-1');

    assert.equal(code, 2);
    assert.match(
      stderr,
      /the file’s step for route GET \/things-1 has a call that attach does not make: PATCH/,
    );
    assertSame(await api.everything(), attached);
  });

  it('keeps what others have changed since, says so, and ends with 3', async () => {
    await using api = await anHttpApiToAttach({ count: 1 });
    await api.apply((await api.plan()).plan);
    const path = (await api.plan()).live.routes[0]?.address ?? '';
    await api.plane.write({
      service: 'apigateway',
      method: 'PATCH',
      path,
      body: { authorizationType: 'AWS_IAM' },
    });

    const run = runAt(api);
    const refused = await run('detach', '--state', api.root);
    const { code, stderr } = await run('detach', '--state', api.root, '--force');

    assert.notEqual(refused.code, 0);
    assert.match(refused.stderr, /the API has changed since the plan was made/);
    assert.match(stderr, /^kept: .*GET \/things-1/m);
    assert.equal(code, 3, stderr);
  });

  it('opens a route only by its name, and says what it does: --yes is not enough', async () => {
    await using api = await anHttpApiToAttach({ count: 2 });
    const before = await api.everything();
    const { plan } = await api.plan();
    await api.apply(plan);
    const attached = await api.everything();
    const run = runAt(api);

    const unnamed = await run('detach', '--state', api.root);
    assert.equal(unnamed.code, 1);
    assert.match(unnamed.stdout, /^opens GET \/things-2: its authorization will be NONE$/m);
    assert.match(
      unnamed.stderr,
      /nothing was changed\. To confirm, pass --open "GET \/things-2" --open "GET \/things-1"/,
    );
    const one = await run('detach', '--state', api.root, '--open', 'GET /things-1');
    assert.match(one.stderr, /To confirm, pass --open "GET \/things-2"\n/);
    assertSame(await api.everything(), attached);

    const both = ['--open', 'GET /things-1', '--open', 'GET /things-2'];
    const named = await run('detach', '--state', api.root, ...both);
    assert.equal(named.code, 0, named.stderr);
    assertSame(await api.everything(), before);
  });

  it('asks for nothing if each route gets back the guard that it had', async () => {
    await using api = await aRestApiToAttach({
      resources: 1,
      methods: ['GET'],
      method: { AuthorizationType: 'AWS_IAM' },
    });
    const { plan } = await api.plan({ isReplacing: true });
    await api.apply(plan);

    const { code, stdout, stderr } = await runAt(api)('detach', '--state', api.root);

    assert.equal(code, 0, stderr);
    assert.doesNotMatch(stdout, /opens/);
  });
});

// Files are the only evidence of which authorizer, or key, a route had.
describe('a guard that detach puts back from a file', () => {
  it('is confirmed with the name of the route if it is another authorizer', async () => {
    await using api = await anHttpApiToAttach({ count: 1 });
    const { plan } = await api.plan();
    await api.apply(plan);
    const lax = await api.plane.write({
      service: 'apigateway',
      method: 'POST',
      path: `/v2/apis/${API_ID}/authorizers`,
      body: {
        ...plan.steps.find(({ makes }) => makes === 'authorizer')?.after,
        name: 'lax',
      },
    });
    const forged = { authorizationType: 'CUSTOM', authorizerId: String(lax['authorizerId']) };
    const steps = plan.steps.map(({ part, before, after }) => ({
      part,
      before: part === 'route GET /things-1' ? { ...before, ...forged } : before,
      after,
    }));
    writeUndo(api, plan, steps);
    const attached = await api.everything();
    const run = runAt(api);

    const unnamed = await run('detach', '--state', api.root);

    assert.equal(unnamed.code, 1, unnamed.stdout);
    assert.match(unnamed.stderr, /To confirm, pass --open "GET \/things-1"\n/);
    assertSame(await api.everything(), attached);
    const named = await run('detach', '--state', api.root, '--open', 'GET /things-1');
    assert.equal(named.code, 0, named.stderr);
  });
});

describe('a stage that moves to another deployment', () => {
  // `apiSummary` of a deployment has the kind of each guard, and no id: two authorizers look the same.
  it('is confirmed with the deployment if a file leads to authorizers that AWS does not show', async () => {
    await using api = await aRestApiToAttach({ resources: 1, methods: ['GET'] });
    const run = runAt(api);
    const deployment = () => api.control.served.find(API_ID)?.stages.get('prod')?.deploymentId ?? '';
    await api.apply((await api.plan()).plan);
    const ours = deployment();
    const { plan } = await api.plan({ isReplacing: true, name: 'second' });
    await api.apply(plan);
    writeUndo(api, plan, plan.steps);

    const unnamed = await run('detach', '--state', api.root, '--open', 'GET /things-1');

    assert.equal(unnamed.code, 1, unnamed.stdout);
    assert.match(unnamed.stderr, new RegExp(`To confirm, pass --open "deployment ${ours}"`));
  });

  it('requires the name of a route whose guard there is of another kind, unless that is AWS_IAM', async () => {
    await using api = await aRestApiToAttach({
      resources: 1,
      methods: ['GET'],
      method: { AuthorizationType: 'AWS_IAM' },
    });
    const run = runAt(api);
    const deployment = () => api.control.served.find(API_ID)?.stages.get('prod')?.deploymentId ?? '';
    const signed = deployment();
    await api.apply((await api.plan({ isReplacing: true })).plan);
    const custom = deployment();

    const back = await run('rollback', '--to', signed);
    assert.equal(back.code, 0, back.stderr);
    const unnamed = await run('rollback', '--to', custom);

    assert.equal(unnamed.code, 1, unnamed.stdout);
    assert.match(unnamed.stderr, /To confirm, pass --open "GET \/things-1"\n/);
  });

  it('opens routes that are open there by their names only, by rollback and by canaries', async () => {
    await using api = await aRestApiToAttach({ resources: 1, methods: ['GET', 'POST'] });
    const run = runAt(api);
    const stageOf = () => api.control.served.find(API_ID)?.stages.get('prod')?.deploymentId ?? '';
    const open = stageOf();
    await api.apply((await api.plan()).plan);
    const guarded = stageOf();
    const both = ['--open', 'GET /things-1', '--open', 'POST /things-1'];

    const unnamed = await run('rollback', '--to', open);
    assert.equal(unnamed.code, 1);
    assert.match(
      unnamed.stdout,
      /^opens GET \/things-1, POST \/things-1: stage prod will serve deployment \w+$/m,
    );
    assert.match(unnamed.stderr, /To confirm, pass --open "GET \/things-1" --open "POST \/things-1"/);
    assert.equal(stageOf(), guarded);

    const started = await run('canary', 'start', '--percent', '10', '--deployment', open, ...both);
    assert.equal(started.code, 0, started.stderr);
    const promoted = await run('canary', 'promote', ...both.slice(2));
    assert.equal(promoted.code, 1);
    assert.match(promoted.stderr, /To confirm, pass --open "GET \/things-1"\n/);
    // Nothing is open in the deployment of the stage that is not open in the canary's.
    const ended = await run('canary', 'rollback');
    assert.equal(ended.code, 0, ended.stderr);
    assert.equal(stageOf(), guarded);

    const named = await run('rollback', '--to', open, ...both);
    assert.equal(named.code, 0, named.stderr);
    assert.equal(stageOf(), open);
    const back = await run('rollback', '--to', guarded);
    assert.equal(back.code, 0, back.stderr);
  });

  it('is not moved past --open by the start of a canary', async () => {
    await using api = await aRestApiToAttach({ resources: 1, methods: ['GET'] });
    const run = runAt(api);
    const stageOf = () => api.control.served.find(API_ID)?.stages.get('prod');
    const open = stageOf()?.deploymentId ?? '';
    await api.apply((await api.plan()).plan);
    const start = ['canary', 'start', '--percent', '100', '--deployment', open];

    const unnamed = await run(...start);

    assert.equal(unnamed.code, 1, unnamed.stdout);
    assert.match(unnamed.stderr, /To confirm, pass --open "GET \/things-1"\n/);
    assert.equal(await api.status('GET', '/things-1'), 401);
    const named = await run(...start, '--open', 'GET /things-1');
    assert.equal(named.code, 0, named.stderr);
  });

  it('sends no request to a canary that it could not watch', async () => {
    await using api = await aRestApiToAttach({ resources: 1, methods: ['GET'] });
    const stageOf = () => api.control.served.find(API_ID)?.stages.get('prod')?.deploymentId;
    const before = stageOf();

    const { code, stderr } = await runAt(api)(
      'canary',
      'start',
      '--percent',
      '10',
      '--watch-alarm',
      'errors',
    );

    assert.notEqual(code, 0);
    assert.match(stderr, /the watch could not observe the canary: .*; nothing was changed/);
    assert.equal(stageOf(), before);
  });

  it('opens a route that needs no API key there only by its name, and a deployment whose resource policy is not visible', async () => {
    await using api = await aRestApiToAttach({
      resources: 1,
      methods: ['GET'],
      method: { AuthorizationType: 'AWS_IAM' },
    });
    const run = runAt(api);
    const old = api.control.served.find(API_ID)?.stages.get('prod')?.deploymentId ?? '';
    const { live } = await api.plan();
    const patch = (path: string, ...patchOperations: readonly object[]): Promise<unknown> =>
      api.plane.write({ service: 'apigateway', method: 'PATCH', path, body: { patchOperations } });
    await patch(live.routes[0]?.address ?? '', { op: 'replace', path: '/apiKeyRequired', value: 'true' });
    const made = await api.plane.write({
      service: 'apigateway',
      method: 'POST',
      path: `/restapis/${API_ID}/deployments`,
      body: {},
    });
    const value = String(made['id']);
    await patch(`/restapis/${API_ID}/stages/prod`, { op: 'replace', path: '/deploymentId', value });

    const keyed = await run('rollback', '--to', old);
    assert.equal(keyed.code, 1, keyed.stdout);
    assert.match(keyed.stderr, /To confirm, pass --open "GET \/things-1"\n/);

    const statement = { Effect: 'Allow', Principal: '*', Action: 'execute-api:Invoke', Resource: '*' };
    const policy = JSON.stringify({ Version: '2012-10-17', Statement: [statement] });
    await patch(`/restapis/${API_ID}`, { op: 'replace', path: '/policy', value: policy });
    const named = ['--open', 'GET /things-1'];
    const hidden = await run('rollback', '--to', old, ...named);
    assert.equal(hidden.code, 1, hidden.stdout);
    assert.match(hidden.stderr, new RegExp(`To confirm, pass --open "deployment ${old}"`));
    const moved = await run('rollback', '--to', old, ...named, '--open', `deployment ${old}`);
    assert.equal(moved.code, 0, moved.stderr);
  });
});
