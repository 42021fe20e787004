import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { UpdateStageCommand } from '@aws-sdk/client-api-gateway';
import {
  endCanary,
  moveStage,
  promoteCanary,
  canaryOf,
  startCanary,
} from '../../../../../packages/toolkit/operate/release/stage-release.ts';
import { watchCanary } from '../../../../../packages/toolkit/operate/release/watch.ts';
import type { Measurements, WatchOptions } from '../../../../../packages/toolkit/operate/release/watch.ts';
import { anHttpApiToAttach, API_ID, aRestApiToAttach } from '../../../../support/an-api-to-attach.ts';
import type { ApiToAttach } from '../../../../support/an-api-to-attach.ts';
import { assertSame } from '../../../../support/every-get-answer.ts';

const PATH = `/restapis/${API_ID}/stages/prod`;
const small = { resources: 1, methods: ['GET'] };

async function deploy({ plane }: ApiToAttach, address = `/restapis/${API_ID}`): Promise<string> {
  const made = await plane.write({
    service: 'apigateway',
    method: 'POST',
    path: `${address}/deployments`,
    body: {},
  });
  return String(made['id'] ?? made['deploymentId']);
}
const stageOf = async ({ plane }: ApiToAttach, path = PATH) => (await plane.read('apigateway', path)) ?? {};

describe('a canary of a REST stage', () => {
  it('starts with its share, and is gone without a trace when it is rolled back', async () => {
    await using api = await aRestApiToAttach(small);
    const deploymentId = await deploy(api);
    const before = await api.everything();

    await api.plane.write(startCanary(PATH, deploymentId, 25));
    const canary = canaryOf(await stageOf(api));
    assert.deepEqual(canary, { percent: 25, deploymentId, overrides: {}, usesStageCache: false });
    await api.plane.write(endCanary(PATH));

    assertSame(await api.everything(), before);
    assert.equal(canaryOf(await stageOf(api)), undefined);
  });

  // Developer guide, "Promote a canary release".
  it('becomes the stage with its variables when it is promoted', async () => {
    await using api = await aRestApiToAttach(small);
    const deploymentId = await deploy(api);
    await api.plane.write(startCanary(PATH, deploymentId, 25));
    await api.control.sdk.send(
      new UpdateStageCommand({
        restApiId: API_ID,
        stageName: 'prod',
        patchOperations: [
          { op: 'replace', path: '/canarySettings/stageVariableOverrides/colour', value: 'blue' },
        ],
      }),
    );
    const canary = canaryOf(await stageOf(api));
    assert.ok(canary !== undefined);

    for (const call of promoteCanary(PATH, canary)) await api.plane.write(call);

    const stage = await stageOf(api);
    assert.equal(stage['deploymentId'], deploymentId);
    assert.deepEqual(stage['variables'], { colour: 'blue' });
    assert.equal(canaryOf(stage), undefined);
  });
});

describe('a canary that AWS shows', () => {
  for (const [shown, expected] of [
    [undefined, undefined],
    [{}, { percent: 0, deploymentId: '', overrides: {}, usesStageCache: false }],
    [
      {
        percentTraffic: 2.5,
        deploymentId: 'd1',
        stageVariableOverrides: { colour: 'blue' },
        useStageCache: true,
      },
      { percent: 2.5, deploymentId: 'd1', overrides: { colour: 'blue' }, usesStageCache: true },
    ],
  ] as const)
    it(`is read as: ${JSON.stringify(shown)}`, () => {
      assert.deepEqual(canaryOf(shown === undefined ? {} : { canarySettings: shown }), expected);
    });
});

describe('a stage goes back to a deployment', () => {
  it('of a REST API, unless it has a canary', async () => {
    await using api = await aRestApiToAttach(small);
    const before = await stageOf(api);
    const deploymentId = await deploy(api);

    await api.plane.write(moveStage(PATH, before, deploymentId, false));
    assert.equal((await stageOf(api))['deploymentId'], deploymentId);
    await api.plane.write(moveStage(PATH, await stageOf(api), String(before['deploymentId']), false));

    assert.equal((await stageOf(api))['deploymentId'], before['deploymentId']);
    assert.throws(
      () => moveStage(PATH, { canarySettings: { percentTraffic: 1 } }, deploymentId, false),
      /the stage has a canary/,
    );
  });

  it('of an HTTP API; one that deploys by itself has to stop that', async () => {
    await using api = await anHttpApiToAttach({ count: 1 });
    const path = `/v2/apis/${API_ID}/stages/prod`;
    const before = await stageOf(api, path);
    const deploymentId = await deploy(api, `/v2/apis/${API_ID}`);

    assert.throws(() => moveStage(path, before, deploymentId, false), /deploys each edit automatically/);
    await api.plane.write(moveStage(path, before, deploymentId, true));

    const after = await stageOf(api, path);
    assert.deepEqual([after['deploymentId'], after['autoDeploy']], [deploymentId, undefined]);
  });
});

describe('the watch of a canary', () => {
  const options: WatchOptions = { alarms: ['errors'], errorPercent: 5, forMs: 600_000, everyMs: 30_000 };

  /** Time passes by waiting; each look sees the next state, and the last one again and again. */
  function looks(
    states: readonly (string | Error)[],
    counts: readonly (readonly [number, number])[],
  ): Measurements & { readonly at: () => number } {
    let now = 0;
    let look = 0;
    return {
      at: () => now,
      nowEpochMs: () => now,
      wait(ms) {
        now += ms;
        look += 1;
        return Promise.resolve();
      },
      alarmState() {
        const state = states[Math.min(look, states.length - 1)] ?? '';
        return state instanceof Error ? Promise.reject(state) : Promise.resolve(state);
      },
      errors() {
        const [requests = 0, failed = 0] = counts[Math.min(look, counts.length - 1)] ?? [];
        return Promise.resolve({ requests, failed });
      },
      requestsSince: () => Promise.resolve(new Map()),
    };
  }

  const cases = [
    { when: 'nothing happens', states: ['OK'], counts: [[100, 0]], says: 'well', atMs: 600_000 },
    {
      when: 'an alarm goes off',
      states: ['OK', 'OK', 'ALARM'],
      counts: [[100, 0]],
      says: 'ill',
      atMs: 60_000,
    },
    {
      when: 'too many requests fail',
      states: ['OK'],
      counts: [
        [100, 0],
        [100, 5],
      ],
      says: 'ill',
      atMs: 30_000,
    },
    {
      when: 'the fewest requests that say anything fail too often',
      states: ['OK'],
      counts: [[10, 1]],
      says: 'ill',
      atMs: 0,
    },
    { when: 'too few requests say anything', states: ['OK'], counts: [[3, 3]], says: 'well', atMs: 600_000 },
    {
      when: 'CloudWatch is silent for one look',
      states: [new Error('late'), 'OK'],
      counts: [[100, 0]],
      says: 'well',
      atMs: 600_000,
    },
    {
      when: 'CloudWatch refuses further looks',
      states: ['OK', new Error('AccessDenied')],
      counts: [[100, 0]],
      says: 'blind',
      atMs: 90_000,
    },
    { when: 'there is no such alarm', states: [''], counts: [[100, 0]], says: 'blind', atMs: 60_000 },
  ] as const;
  for (const { when, states, counts, says, atMs } of cases)
    it(`ends ${says} if ${when}`, async () => {
      const at = looks(states, counts);

      const verdict = await watchCanary(options, at);

      assert.deepEqual([verdict.kind, at.at()], [says, atMs]);
    });
});
