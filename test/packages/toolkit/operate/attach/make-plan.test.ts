import assert from 'node:assert/strict';
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, it } from 'node:test';
import type { UnknownMembers } from '@gatewright/aws/json-object';
import { asksForKey, verifyAdmission } from '../../../../../packages/toolkit/operate/attach/admission-key.ts';
import { comparable } from '../../../../../packages/toolkit/operate/attach/live-api.ts';
import { readCompiled } from '../../../../../packages/toolkit/stack/access/commands/access-check.ts';
import { writeRoutes } from '../../../../../packages/toolkit/operate/attach/write-routes.ts';
import {
  anHttpApiToAttach,
  API_ID,
  aRestApiToAttach,
  tokenFor,
} from '../../../../support/an-api-to-attach.ts';
import type { ApiToAttach } from '../../../../support/an-api-to-attach.ts';
import { functionArn } from '../../../../support/a-stack.ts';
import { assertSame } from '../../../../support/every-get-answer.ts';
import { documentText } from '../../../../support/an-access-document.ts';

const one = { resources: 1, methods: ['GET'] };
const stepsOf = (plan: { readonly steps: readonly { readonly name: string }[] }) =>
  plan.steps.map(({ name }) => name);

const QUOTA = {
  plan: 'free',
  tenant: 'shop',
  admissionKey: 'shop-admitted-requests-prod',
  plans: [{ id: 'free', version: 1, limits: [{ id: 'daily', level: 'key', quota: 10, period: 'DAY' }] }],
};

/** Adds what an admission key needs in addition to the authorizer. */
async function giveAdmissionKey(
  plane: ApiToAttach['plane'],
): Promise<{ readonly keyId: string; readonly planId: string }> {
  const call = (method: 'POST' | 'PUT', path: string, body: UnknownMembers) =>
    plane.write({ service: 'apigateway', method, path, body });
  const value = 'shop-admitted-requests-prod';
  const { id: keyId } = await call('POST', '/apikeys', { name: 'admitted', enabled: true, value });
  const apiStages = [{ apiId: API_ID, stage: 'prod' }];
  const { id: planId } = await call('POST', '/usageplans', { name: 'admitted', apiStages });
  await call('POST', `/usageplans/${String(planId)}/keys`, { keyId, keyType: 'API_KEY' });
  await call('PUT', `/restapis/${API_ID}/gatewayresponses/INVALID_API_KEY`, { statusCode: '429' });
  return { keyId: String(keyId), planId: String(planId) };
}

describe('a plan', () => {
  it('keeps routes with another guard, and replaces and restores the guard on request', async () => {
    await using api = await aRestApiToAttach({ ...one, method: { AuthorizationType: 'AWS_IAM' } });
    const before = await api.everything();
    const { plan: none, findings } = await api.plan();
    assert.deepEqual(none.steps, []);
    assert.deepEqual(
      findings.map(({ id }) => id),
      ['nothing'],
    );

    const { plan } = await api.plan({ isReplacing: true });
    await api.apply(plan);
    assert.equal(await api.status('GET', '/things-1', tokenFor('admin')), 200);
    await api.detach();

    assertSame(await api.everything(), before);
  });

  // docs/guides/sell/quota.md, "In the authorizer": the key is the authorizer's, and charged routes ask for it.
  it('sets what an admission key needs on request, and takes it back', async () => {
    await using api = await aRestApiToAttach({
      ...one,
      over: { quota: QUOTA, result: { cacheTtlSeconds: 0 } },
    });
    await giveAdmissionKey(api.plane);
    const before = await api.everything();

    const { plan, findings } = await api.plan({ type: 'request', quota: 'authorizer' });

    assert.deepEqual(
      findings.filter(({ id }) => /quota|key/.test(id)),
      [],
    );
    assert.deepEqual(stepsOf(plan), [
      'permission',
      'authorizer',
      'api key source',
      'route GET /things-1',
      'deployment',
      'stage',
    ]);
    await api.apply(plan);
    const { live } = await api.plan({ isWithoutDocument: true });
    assert.equal(live.api['apiKeySource'], 'AUTHORIZER');
    assert.equal(live.routes[0]?.apiKeyRequired, true);
    await api.detach();
    assertSame(await api.everything(), before);

    const token = await api.plan({ quota: 'authorizer' });
    assert.ok(token.findings.some(({ id, level }) => id === 'quota-token' && level === 'obstacle'));
  });

  it('refuses routes that would require a key that does not exist, and names each missing part', async () => {
    const quota = { ...QUOTA, admissionKey: 'shop-admitted-requests-${stage}' };
    await using api = await aRestApiToAttach({ ...one, over: { quota, result: { cacheTtlSeconds: 0 } } });
    const missing = async (): Promise<string> => {
      const { findings } = await api.plan({ type: 'request', quota: 'authorizer' });
      const found = findings.find(({ id }) => id === 'admission-key');
      assert.ok(found === undefined || found.level === 'obstacle');
      return found?.what ?? '';
    };

    assert.match(
      await missing(),
      /get 403, because the API does not yet have: an API key with the value shop-admitted-requests-prod; a usage plan of stage prod of API abcdefghij with that API key; the gateway response INVALID_API_KEY with status 429$/,
    );
    const { keyId, planId } = await giveAdmissionKey(api.plane);
    assert.equal(await missing(), '');
    const patch = (path: string, ...patchOperations: readonly object[]) =>
      api.plane.write({ service: 'apigateway', method: 'PATCH', path, body: { patchOperations } });
    await patch(`/apikeys/${keyId}`, { op: 'replace', path: '/enabled', value: 'false' });
    assert.match(
      await missing(),
      /does not yet have: an enabled API key with the value .* \(it is disabled\)$/,
    );
    await patch(`/apikeys/${keyId}`, { op: 'replace', path: '/enabled', value: 'true' });
    await patch(`/usageplans/${planId}`, { op: 'remove', path: '/apiStages', value: `${API_ID}:prod` });
    assert.match(await missing(), /does not yet have: a usage plan of stage prod/);
  });

  it('refuses an admission key that the API would not ask for, because callers would pass over quota', async () => {
    await using api = await aRestApiToAttach({
      ...one,
      over: { quota: QUOTA, result: { cacheTtlSeconds: 0 } },
    });

    const { findings } = await api.plan({ type: 'request' });

    const { level, what, fix } = findings.find(({ id }) => id === 'quota-key') ?? {};
    assert.equal(level, 'obstacle');
    assert.match(
      what ?? '',
      /^callers over quota would not be refused: .*ApiKeySourceType.*GET \/things-1 is charged but/,
    );
    assert.match(fix ?? '', /^pass --quota authorizer/);
  });

  it('verifies what an admission key needs, and finds a part that was deleted since', async () => {
    await using api = await aRestApiToAttach({
      ...one,
      over: { quota: QUOTA, result: { cacheTtlSeconds: 0 } },
    });
    const { keyId } = await giveAdmissionKey(api.plane);
    const { plan } = await api.plan({ type: 'request', quota: 'authorizer' });
    await api.apply(plan);
    assert.ok(asksForKey(plan));
    const verified = async (document: typeof api.document | undefined) => {
      const { live } = await api.plan({ isWithoutDocument: true });
      return verifyAdmission(api.plane, live, document);
    };

    assert.equal((await verified(api.document)).isGood, true);
    assert.equal((await verified(undefined)).isGood, undefined);
    await api.plane.write({ service: 'apigateway', method: 'DELETE', path: `/apikeys/${keyId}` });
    const { isGood, saw } = await verified(api.document);
    assert.equal(isGood, false);
    assert.match(saw, /^missing: an API key with the value shop-admitted-requests-prod; a usage plan/);
  });

  it('requires the key of the authorizer only on the charged routes', async () => {
    const quota = { ...QUOTA, routes: ['GET /things-1'] };
    const methods = ['GET', 'POST'] as const;
    await using api = await aRestApiToAttach({
      resources: 1,
      methods: [...methods],
      over: { quota, result: { cacheTtlSeconds: 0 } },
    });

    const { plan } = await api.plan({ type: 'request', quota: 'authorizer' });

    assert.deepEqual(
      methods.map((method) => {
        const step = plan.steps.find(({ part }) => part === `route ${method} /things-1`);
        return step?.after['apiKeyRequired'] === true;
      }),
      [true, false],
    );
  });

  it('refuses an authorizer of type TOKEN for an API that does not support it, and a function of another region', async () => {
    await using api = await anHttpApiToAttach({ count: 1 });
    for (const isWithoutDocument of [true, false]) {
      const { findings } = await api.plan({ type: 'token', isWithoutDocument });
      assert.ok(findings.some(({ id, level }) => id === 'no-token' && level === 'obstacle'));
    }
    const functionName = functionArn('gatewright-prod-request-authorizer').replace('us-east-1', 'eu-west-1');

    await assert.rejects(
      api.plan({ functionName }),
      /the function is in region eu-west-1, but the API is in us-east-1/,
    );
  });

  it('refuses a canary for an API that does not support it, and a quota for a document that has none', async () => {
    await using api = await aRestApiToAttach(one);
    const { findings } = await api.plan({ quota: 'authorizer' });

    assert.ok(findings.some(({ id }) => id === 'no-quota'));
    assert.ok(findings.every(({ id }) => id !== 'no-canary'));
    await using http = await anHttpApiToAttach({ count: 1 });
    const { findings: ofHttp } = await http.plan({ canaryPercent: 10 });
    assert.ok(ofHttp.some(({ id, level }) => id === 'no-canary' && level === 'obstacle'));
    const { findings: without } = await http.plan();
    assert.ok(without.every(({ id }) => id !== 'no-canary'));
  });

  it('ignores a member that has no value', () => {
    assert.deepEqual(comparable({ routeKey: 'GET /', authorizerId: null, createdDate: 1 }), {
      routeKey: 'GET /',
    });
  });
});

describe('the routes of the access document', () => {
  it('are written as they will be, so that the authorizers have them before the first request', async () => {
    await using api = await aRestApiToAttach({ resources: 1, methods: ['GET', 'POST'] });
    const folder = join(api.root, 'access');
    mkdirSync(folder);
    const text = documentText({ api: { prod: { apiId: API_ID, stage: 'prod' } }, routes: 'live' });
    writeFileSync(join(folder, 'shop.yml'), JSON.stringify(text));
    const { live } = await api.plan();

    const said = writeRoutes(folder, live, new Set(['GET /things-1']));

    assert.match(
      said,
      /^shop: compiled with 2 routes, 1 behind an authorizer\. A gateway on this machine reads these routes itself, and warns of routes that are open until gatewright attach has run\. For an API on AWS, deploy/,
    );
    const written = JSON.parse(readFileSync(join(folder, 'shop.routes.json'), 'utf8')) as {
      readonly routes: unknown;
    };
    assert.deepEqual(written.routes, [
      { method: 'GET', path: '/things-1', isProtected: true },
      { method: 'POST', path: '/things-1', isProtected: false },
    ]);
    const routes = live.routes.map((route) =>
      route.method === 'POST' ? { ...route, authorizationType: 'COGNITO_USER_POOLS' } : route,
    );
    assert.match(writeRoutes(folder, { ...live, routes }, new Set(['GET /things-1'])), /1 behind an/);
    const { documents } = readCompiled(folder);
    assert.deepEqual(documents[0]?.routes, [
      { method: 'GET', path: '/things-1' },
      { method: 'POST', path: '/things-1', isOpen: true, guard: 'COGNITO_USER_POOLS' },
    ]);
    assert.throws(() => writeRoutes(folder, { ...live, stage: 'other' }, new Set()), /names stage other/);
  });
});
