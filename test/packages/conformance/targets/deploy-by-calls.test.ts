import { describe, it } from 'node:test';
import assert from 'node:assert/strict';
import { deployByCalls } from '../../../../packages/conformance/targets/deploy-by-calls.ts';
import { NotAsked } from '../../../../packages/conformance/play/not-asked.ts';
import { buildTemplate } from '../../../../packages/conformance/template/template.ts';
import type { SdkTarget } from '../../../../packages/conformance/play/control-target.ts';
import type { JsonObject, ParityCase } from '../../../../packages/conformance/schema/parity-case.ts';

const MOCK: ParityCase = {
  id: 'a',
  source: { kind: 'recorded', repo: 'r' },
  area: 'mock',
  api: 'rest',
  setup: {
    stage: 'dev',
    methods: [
      {
        path: '/a',
        HttpMethod: 'GET',
        AuthorizationType: 'NONE',
        Integration: { Type: 'MOCK', IntegrationResponses: [{ StatusCode: '200' }] },
        MethodResponses: [{ StatusCode: '200' }],
      },
    ],
  },
  request: { method: 'GET', path: '/a' },
  expect: {},
};

type Sent = readonly [call: string, input: JsonObject];

/** Gives ids by call; refuses one of them. */
function aTarget(sent: Sent[], refused = ''): SdkTarget {
  return {
    region: 'us-east-1',
    accountId: '123456789012',
    send(_service, { call, input }) {
      sent.push([call, input]);
      if (call === refused)
        return Promise.resolve({
          status: 400,
          body: {},
          error: { code: 'BadRequestException', message: 'no' },
        });
      return Promise.resolve({
        status: 201,
        body: { id: `${call}-id`, rootResourceId: 'root', stageName: 'dev' },
      });
    },
    close: () => undefined,
  };
}

const make = (parityCase: ParityCase, sent: Sent[], refused?: string) =>
  deployByCalls(
    buildTemplate(parityCase, {
      naming: (name) => name,
      backendUrl: undefined,
      runnerUrl: 'http://127.0.0.1:9',
    }),
    {
      target: aTarget(sent, refused),
      prefix: 'p',
      role: () => Promise.resolve('arn:aws:iam::123456789012:role/r'),
    },
  );

describe('deployByCalls', () => {
  it('makes a fragment by the calls of AWS, in order', async () => {
    const sent: Sent[] = [];
    const outcome = await make(MOCK, sent);

    assert.equal(outcome.kind === 'made' && outcome.apiId, 'CreateRestApi-id');
    const at = { restApiId: 'CreateRestApi-id', resourceId: 'CreateResource-id', httpMethod: 'GET' };
    assert.deepEqual(sent, [
      ['CreateRestApi', { name: 'ParityApi' }],
      ['CreateResource', { restApiId: 'CreateRestApi-id', parentId: 'root', pathPart: 'a' }],
      ['PutMethod', { ...at, authorizationType: 'NONE' }],
      ['PutMethodResponse', { ...at, statusCode: '200' }],
      ['PutIntegration', { ...at, type: 'MOCK' }],
      ['PutIntegrationResponse', { ...at, statusCode: '200' }],
      ['CreateDeployment', { restApiId: 'CreateRestApi-id' }],
      [
        'CreateStage',
        { restApiId: 'CreateRestApi-id', deploymentId: 'CreateDeployment-id', stageName: 'dev' },
      ],
    ]);
  });

  it('hands over the refusal of a call, with what was made before it', async () => {
    const outcome = await make(MOCK, [], 'PutIntegration');

    assert.deepEqual(
      [outcome.kind, outcome.kind === 'refused' && outcome.message, outcome.made.length],
      ['refused', 'PutIntegration: BadRequestException: no', 4],
    );
  });

  it('removes what it has made where it finds that it cannot be asked', async () => {
    const sent: Sent[] = [];
    const withSettings = { ...MOCK, setup: { ...MOCK.setup, stageProps: { TracingEnabled: true } } };

    await assert.rejects(make(withSettings, sent), NotAsked);
    assert.deepEqual(sent.at(-1), ['DeleteRestApi', { restApiId: 'CreateRestApi-id' }]);
  });
});
