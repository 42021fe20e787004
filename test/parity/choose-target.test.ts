import { describe, it } from 'node:test';
import assert from 'node:assert/strict';
import { openTarget, planCalls } from './choose-target.ts';
import { runControlCase } from './control-run.ts';
import { RUNNER_KEY } from './signing.ts';
import { startControl } from './engine.ts';
import type { ControlCase } from './control-case.ts';

const CREATE = { call: 'CreateRestApi', input: { name: 'shop' }, keep: { api: 'id' } };
const GET: ControlCase = {
  id: 'a-case',
  source: { page: 'p', says: 's' },
  area: 'control-apis',
  api: 'rest',
  setup: { calls: [CREATE] },
  request: { mode: 'control', call: 'GetRestApi', input: { restApiId: '${api}' } },
  expect: { status: 200, body: { id: '${api}', name: 'shop' }, bodySubset: true },
};

describe('openTarget', () => {
  it('sends the calls to the address, with the credentials of the environment, and leaves nothing there', async () => {
    const gateway = await startControl();
    const target = openTarget(`${gateway.url}/`, {
      AWS_ACCESS_KEY_ID: RUNNER_KEY.accessKeyId,
      AWS_SECRET_ACCESS_KEY: RUNNER_KEY.secretAccessKey,
    });
    try {
      assert.equal(await runControlCase(GET, target.target), undefined);
      const { body } = await gateway.target.send('apigateway', { call: 'GetRestApis', input: {} });
      assert.deepEqual(body, { items: [] });
    } finally {
      await target.close();
      await gateway.close();
    }
  });

  it('fails a case where nothing answers', async () => {
    const target = openTarget('http://127.0.0.1:1', {});
    assert.match((await runControlCase(GET, target.target)) ?? '', /^could not run: /);
    await target.close();
  });

  it('refuses what is no URL', () => {
    assert.throws(() => openTarget('localhost', {}), /takes the URL of an API Gateway, not "localhost"/);
  });
});

describe('planCalls', () => {
  it('counts the calls of set-ups and requests', () => {
    assert.deepEqual(planCalls([GET, GET, { ...GET, setup: { calls: [CREATE, CREATE] } }]), [
      ['CreateRestApi', 4],
      ['GetRestApi', 3],
    ]);
  });
});
