import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { DefinitionError } from '../../../../packages/gateway/core/errors.ts';
import { bodies, counter, ON, PETS } from '../../../support/cached-apis.ts';
import { accessLogSetting, stagedApi } from '../../../support/logged-apis.ts';
import { withAuthorizer, bearer, policy, restApi, TOKEN } from '../../../support/rest-apis.ts';
import type { JsonObject } from '@gatewright/aws/json-object';
import type { TestResource } from '../../../support/a-stack.ts';
import type { TestApi } from '../../../support/an-api.ts';
import type { FakeFunction } from '../../../support/virtual-ports.ts';

type Seen = {
  readonly stageVariables: Readonly<Record<string, string>> | null;
  readonly requestContext: {
    readonly deploymentId: string;
    readonly isCanaryRequest?: boolean;
    readonly stage: string;
  };
};

const SECOND: Record<string, TestResource> = {
  Second: { type: 'AWS::ApiGateway::Deployment', properties: { RestApiId: 'abcdefghij' } },
};
/** The event as the body of the answer. */
const echo: FakeFunction = (event) => ({ statusCode: 200, body: JSON.stringify(event) });

function canaryApi(canary: JsonObject, stage: JsonObject = {}): TestApi {
  return stagedApi(
    {
      Variables: { testVar: 'base', kept: 'base' },
      CanarySetting: { DeploymentId: 'Second', ...canary },
      ...stage,
    },
    { list: echo },
    { ...restApi(), ...SECOND },
  );
}

async function ask({ send }: TestApi, target = '/dev/pets'): Promise<Seen> {
  const { body } = await send({ target });
  return JSON.parse(body.toString()) as Seen;
}

describe('a canary', () => {
  it("merges its variables over the stage's and has a deployment of its own (docs/aws §10.2)", async () => {
    const api = canaryApi({
      PercentTraffic: 100,
      StageVariableOverrides: { testVar: 'canary', added: 'canary' },
    });

    const { stageVariables, requestContext } = await ask(api);

    assert.deepEqual(stageVariables, { testVar: 'canary', kept: 'base', added: 'canary' });
    assert.equal(requestContext.deploymentId, 'Second');
    assert.equal(requestContext.isCanaryRequest, true);
    assert.equal(requestContext.stage, 'dev');
  });

  it('gives the stage all requests at 0 percent, which then carry isCanaryRequest: false [obs]', async () => {
    const api = canaryApi({ PercentTraffic: 0, StageVariableOverrides: { testVar: 'canary' } });

    for (let count = 0; count < 20; count += 1) {
      const { stageVariables, requestContext } = await ask(api);
      assert.deepEqual(stageVariables, { testVar: 'base', kept: 'base' });
      assert.equal(requestContext.deploymentId, 'Deployment');
      assert.equal(requestContext.isCanaryRequest, false);
    }
  });

  it('gets its share of the requests, drawn for each request', async () => {
    const api = canaryApi({ PercentTraffic: 50 });

    const seen: boolean[] = [];
    for (let count = 0; count < 200; count += 1)
      seen.push((await ask(api)).requestContext.isCanaryRequest === true);

    const share = seen.filter((isCanary) => isCanary).length;
    assert.ok(share > 60 && share < 140, `${share} of 200`);
  });

  it('does not appear in the requests of a stage without one [obs]', async () => {
    const api = stagedApi({}, { list: echo });
    assert.ok(!('isCanaryRequest' in (await ask(api)).requestContext));
  });

  it('logs to the group of the stage and to a group of its own (docs/aws §10.2)', async () => {
    const format = '$context.requestId $context.isCanaryRequest $context.deploymentId';
    const api = canaryApi({ PercentTraffic: 100 }, { AccessLogSetting: accessLogSetting(format) });

    await ask(api);

    const lines = api.ports.logGroups.lines.map((line) => line.replace(/: \S+/, ':'));
    assert.deepEqual(lines, ['/aws/pets: true Second', '/aws/pets/Canary: true Second']);
  });

  it('does not let callers in by what the authorizer of the stage has granted', async () => {
    const asked: string[] = [];
    const api = stagedApi(
      { CanarySetting: { DeploymentId: 'Second', PercentTraffic: 50 } },
      {
        list: echo,
        auth: () => {
          asked.push('auth');
          return policy('Allow', '*');
        },
      },
      { ...withAuthorizer(TOKEN), ...SECOND },
    );

    for (let count = 0; count < 40; count += 1) await api.send({ target: '/dev/pets', headers: bearer });

    assert.equal(asked.length, 2, 'once for the stage and once for the canary');
    api.account.flushAuthorizers('abcdefghij', 'dev');
    for (let count = 0; count < 40; count += 1) await api.send({ target: '/dev/pets', headers: bearer });
    assert.equal(asked.length, 4, 'a flush reaches both');
  });

  it('shares the stage cache only if it is configured to, and only with the same deployment (docs/aws §9)', async () => {
    const rowsOfCanary: readonly { canary: JsonObject; expected: readonly string[] }[] = [
      { canary: { DeploymentId: 'Deployment', UseStageCache: true }, expected: ['1', '1'] },
      { canary: { DeploymentId: 'Second', UseStageCache: true }, expected: ['1', '2'] },
      { canary: { DeploymentId: 'Deployment', UseStageCache: false }, expected: ['1', '2'] },
    ];
    for (const { canary, expected } of rowsOfCanary) {
      const api = stagedApi(
        { ...ON, CanarySetting: { PercentTraffic: 0, ...canary } },
        { list: counter() },
        {
          ...restApi(),
          Second: { type: 'AWS::ApiGateway::Deployment', properties: { RestApiId: 'abcdefghij' } },
        },
      );
      const seen = await bodies(api, [PETS]);
      const settingsOf = api.api.stage('dev')?.settings;
      assert.ok(settingsOf?.canary !== undefined);
      api.api.putStage({ ...settingsOf, canary: { ...settingsOf.canary, percentTraffic: 100 } });
      assert.deepEqual([...seen, ...(await bodies(api, [PETS]))], expected, JSON.stringify(canary));
    }
  });

  it('is created by a Deployment that names a stage and has canary settings', async () => {
    const api = stagedApi(
      { Variables: { testVar: 'base' } },
      { list: echo },
      {
        ...restApi(),
        Next: {
          type: 'AWS::ApiGateway::Deployment',
          properties: {
            RestApiId: 'abcdefghij',
            StageName: 'dev',
            DeploymentCanarySettings: { PercentTraffic: 100, StageVariableOverrides: { testVar: 'canary' } },
          },
        },
      },
    );

    const { stageVariables, requestContext } = await ask(api);

    assert.equal(requestContext.deploymentId, 'Next');
    assert.deepEqual(stageVariables, { testVar: 'canary' });
  });

  const refusals: readonly {
    name: string;
    canary: JsonObject;
    more?: Record<string, TestResource>;
    message: RegExp;
  }[] = [
    { name: 'over 100 percent', canary: { PercentTraffic: 100.1 }, message: /percentTraffic/ },
    { name: 'under 0 percent', canary: { PercentTraffic: -1 }, message: /percentTraffic/ },
    {
      name: 'of a share that is not a number',
      canary: { PercentTraffic: 'half' },
      message: /percentTraffic/,
    },
    {
      name: 'of a deployment that does not exist',
      canary: { DeploymentId: 'Gone' },
      message: /Invalid Deployment/,
    },
    {
      name: 'with a variable that AWS does not take',
      canary: { StageVariableOverrides: { 'no-dash': 'x' } },
      message: /Invalid stage variable name/,
    },
    {
      name: 'for a stage that does not exist',
      canary: {},
      more: {
        Next: {
          type: 'AWS::ApiGateway::Deployment',
          properties: { RestApiId: 'abcdefghij', StageName: 'gone', DeploymentCanarySettings: {} },
        },
      },
      message: /Stage gone must already be created/,
    },
  ];
  for (const { name, canary, more = {}, message } of refusals)
    it(`is refused ${name}`, () => {
      assert.throws(
        () =>
          stagedApi(
            { CanarySetting: { DeploymentId: 'Second', ...canary } },
            { list: echo },
            { ...restApi(), ...SECOND, ...more },
          ),
        (error) => error instanceof DefinitionError && message.test(error.message),
      );
    });
});
