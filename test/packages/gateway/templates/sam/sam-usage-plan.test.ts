/**
 * @see https://docs.aws.amazon.com/serverless-application-model/latest/developerguide/sam-property-api-apiusageplan.html
 */
import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { samProperties, samResources, samTemplate } from '../sam-builders.ts';
import { aStack, refusal } from '../stack-builders.ts';

const EVENT = { E: 'Path: /x, Method: get' };
const plan = (text: string): string => `Auth: { UsagePlan: { ${text} } }`;
const template = (text: string, second?: string): string =>
  samTemplate(
    'Api',
    plan(text),
    EVENT,
    second === undefined
      ? ''
      : `  Other: { Type: AWS::Serverless::Api, Properties: { StageName: live, ${plan(second)}, DefinitionBody: { swagger: '2.0', paths: { /y: { get: { x-amazon-apigateway-integration: { type: mock } } } } } } }`,
  );
const planned = (text: string): readonly string[] =>
  [...samResources(text).values()]
    .filter(({ type }) => /::(?:UsagePlan|UsagePlanKey|ApiKey)$/.test(type))
    .map(({ logicalId }) => logicalId);

describe('the usage plan of an API', () => {
  for (const [mode, ids] of [
    ['PER_API', ['ApiUsagePlan', 'ApiApiKey', 'ApiUsagePlanKey']],
    ['SHARED', ['ServerlessUsagePlan', 'ServerlessApiKey', 'ServerlessUsagePlanKey']],
    ['NONE', []],
  ] as const)
    it(`is created with its key for ${mode}`, () => {
      assert.deepEqual(planned(template(`CreateUsagePlan: ${mode}`)), ids);
    });

  it('has its name, limits and stage, and its key is in force', () => {
    const text = template(
      'CreateUsagePlan: PER_API, UsagePlanName: n, Description: d, Quota: { Limit: 5, Period: DAY }, Throttle: { RateLimit: 1, BurstLimit: 2 }',
    );
    const resources = samResources(text);
    const idOf = (id: string): string | undefined => resources.get(id)?.physicalId;

    assert.deepEqual(samProperties(text, 'ApiUsagePlan'), {
      UsagePlanName: 'n',
      Description: 'd',
      Quota: { Limit: 5, Period: 'DAY' },
      Throttle: { RateLimit: 1, BurstLimit: 2 },
      ApiStages: [{ ApiId: idOf('Api'), Stage: 'live' }],
    });
    assert.deepEqual(samProperties(text, 'ApiApiKey'), { Enabled: true });
    assert.deepEqual(samProperties(text, 'ApiUsagePlanKey'), {
      KeyId: idOf('ApiApiKey'),
      KeyType: 'API_KEY',
      UsagePlanId: idOf('ApiUsagePlan'),
    });
  });

  it('exists once for the stages of all APIs that share it, with the settings of the last', () => {
    const text = template(
      'CreateUsagePlan: SHARED, Description: first',
      'CreateUsagePlan: SHARED, Description: last',
    );
    const { ApiStages: stages, Description } = samProperties(text, 'ServerlessUsagePlan');
    const resources = samResources(text);

    assert.deepEqual(
      stages,
      ['Api', 'Other'].map((id) => ({ ApiId: resources.get(id)?.physicalId, Stage: 'live' })),
    );
    assert.equal(Description, 'last');
    assert.equal(planned(text).length, 3);
  });

  it('exists once for each API that has its own', () => {
    const text = template('CreateUsagePlan: PER_API', 'CreateUsagePlan: PER_API');

    assert.deepEqual(
      planned(text).filter((id) => id.endsWith('UsagePlan')),
      ['ApiUsagePlan', 'OtherUsagePlan'],
    );
  });

  for (const [text, says] of [
    ['CreateUsagePlan: SOME', /CreateUsagePlan must be SHARED, PER_API or NONE/],
    ['Description: d', /CreateUsagePlan must be SHARED, PER_API or NONE/],
    ['CreateUsagePlan: PER_API, Limit: 5', /unknown property Limit in Auth\.UsagePlan/],
  ] as const)
    it(`is refused: ${text}`, () => {
      assert.match(
        refusal(() => aStack(template(text))),
        says,
      );
    });
});
