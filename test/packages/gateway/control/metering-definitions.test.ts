import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { DefinitionError } from '../../../../packages/gateway/core/errors.ts';
import { anApi } from '../../../support/an-api.ts';
import { aKey, API_ID, aPlan, aPlanKey, KEY_VALUE, meteredApi } from '../../../support/metered-apis.ts';
import { ok } from '../../../support/rest-apis.ts';
import type { JsonObject } from '@gatewright/aws/json-object';
import type { TestResource } from '../../../support/a-stack.ts';

describe('keys and plans of a template', () => {
  const refused: {
    name: string;
    more: Record<string, TestResource>;
    logicalId: string;
    property: string;
    message: RegExp;
    source: string;
  }[] = [
    {
      name: 'a value of 19 characters',
      more: { Key: aKey({ Value: 'a'.repeat(19) }) },
      logicalId: 'Key',
      property: 'Value',
      message: /^API Key value should be at least 20 characters$/,
      source: 'docs/aws §5.3 [obs]',
    },
    {
      name: 'a value of 129 characters',
      more: { Key: aKey({ Value: 'a'.repeat(129) }) },
      logicalId: 'Key',
      property: 'Value',
      message: /^API Key value exceeds maximum size of 128 characters$/,
      source: 'docs/aws §5.3 [obs]',
    },
    {
      name: 'a name of 1,025 characters',
      more: { Key: aKey({ Name: 'n'.repeat(1025) }) },
      logicalId: 'Key',
      property: 'Name',
      message: /^Invalid API Key name, can be at most 1024 characters\.$/,
      source: 'docs/aws §5.3',
    },
    {
      name: 'an empty value, which any client could send',
      more: { Key: aKey({ Value: '' }) },
      logicalId: 'Key',
      property: 'Value',
      message: /^API Key value should be at least 20 characters$/,
      source: 'docs/aws §5.3',
    },
    {
      name: 'two keys of one value',
      more: { Twin: aKey() },
      logicalId: 'Twin',
      property: 'Value',
      message: /^API Key already exists$/,
      source: 'docs/aws §5.3',
    },
    {
      name: 'a plan for a stage that is not there',
      more: { Plan: aPlan({ ApiStages: [{ ApiId: API_ID, Stage: 'test' }] }) },
      logicalId: 'Plan',
      property: 'ApiStages.0.Stage',
      message: /^API Stage not found: abcdefghij:test$/,
      source: 'docs/aws §5.3',
    },
    {
      name: 'a plan with one stage twice',
      more: {
        Plan: aPlan({
          ApiStages: [
            { ApiId: API_ID, Stage: 'dev' },
            { ApiId: API_ID, Stage: 'dev' },
          ],
        }),
      },
      logicalId: 'Plan',
      property: 'ApiStages',
      message: /is in the usage plan twice/,
      source: 'docs/aws §5.3',
    },
    {
      name: 'a key in two plans for one stage',
      more: { Second: aPlan(), SecondKey: aPlanKey('Second', 'Key') },
      logicalId: 'SecondKey',
      property: 'KeyId',
      message: /API Key Key is already in Usage Plan Plan for API Stage abcdefghij:dev/,
      source: 'docs/aws §5.3',
    },
    {
      name: 'more than 20 method throttles for a stage',
      more: {
        Plan: aPlan({
          ApiStages: [{ ApiId: API_ID, Stage: 'dev', Throttle: methodThrottles(21) }],
        }),
      },
      logicalId: 'Plan',
      property: 'ApiStages',
      message: /at most 20 method throttles/,
      source: 'docs/aws §13',
    },
    {
      name: 'a quota without a known period',
      more: { Plan: aPlan({ Quota: { Limit: 1, Period: 'YEAR' } }) },
      logicalId: 'Plan',
      property: 'Quota.Period',
      message: /Must be one of \[DAY, WEEK, MONTH\]/,
      source: 'docs/aws §5.3',
    },
    {
      name: 'a quota without a limit',
      more: { Plan: aPlan({ Quota: { Period: 'DAY' } }) },
      logicalId: 'Plan',
      property: 'Quota.Limit',
      message: /Limit is required/,
      source: 'docs/aws §5.3',
    },
    {
      name: 'a burst that is not a whole number',
      more: { Plan: aPlan({ Throttle: { RateLimit: 1, BurstLimit: 1.5 } }) },
      logicalId: 'Plan',
      property: 'Throttle.BurstLimit',
      message: /must be a whole number/,
      source: 'docs/aws §5.1',
    },
    {
      name: 'a negative rate',
      more: { Plan: aPlan({ Throttle: { RateLimit: -2, BurstLimit: 1 } }) },
      logicalId: 'Plan',
      property: 'Throttle.RateLimit',
      message: /of at least 0/,
      source: 'docs/aws §5.1',
    },
    {
      name: 'a plan key for a plan that is not there',
      more: { Other: aPlanKey('Nowhere', 'Key') },
      logicalId: 'Other',
      property: 'UsagePlanId',
      message: /Invalid Usage Plan ID specified/,
      source: 'docs/aws §5.3',
    },
    {
      name: 'a plan key for a key that is not there',
      more: { Other: aPlanKey('Plan', 'Nobody') },
      logicalId: 'Other',
      property: 'KeyId',
      message: /Invalid API Key identifier specified/,
      source: 'docs/aws §5.3',
    },
    {
      name: 'method settings for all methods of one path',
      more: {
        Prod: aStage({ MethodSettings: [{ HttpMethod: '*', ResourcePath: '/pets', CachingEnabled: true }] }),
      },
      logicalId: 'Prod',
      property: 'MethodSettings.0.HttpMethod',
      message: /Invalid method setting path: \/pets\/\*/,
      source: 'docs/aws §5.1',
    },
    {
      name: 'a throttle that is not a number',
      more: {
        Prod: aStage({
          MethodSettings: [{ HttpMethod: '*', ResourcePath: '/*', ThrottlingRateLimit: 'fast' }],
        }),
      },
      logicalId: 'Prod',
      property: 'MethodSettings.0.ThrottlingRateLimit',
      message: /must be a number/,
      source: 'docs/aws §5.1',
    },
  ];
  for (const { name, more, logicalId, property, message, source } of refused)
    it(`refuses ${name}, naming resource and property (${source})`, () => {
      assert.throws(
        () => anApi(meteredApi({}, more), { list: ok }),
        (error) => {
          assert.ok(error instanceof DefinitionError);
          assert.deepEqual([error.place.logicalId, error.place.property], [logicalId, property]);
          assert.match(error.message, message);
          return true;
        },
      );
    });

  it('gives a key without a value one of 40 characters, the same at every start', () => {
    const values = [1, 2].map(() => {
      const { account } = anApi(
        meteredApi({}, { Other: { type: 'AWS::ApiGateway::ApiKey', properties: {} } }),
        {},
      );
      return account.keys.get('Other').value;
    });

    assert.match(values[0]!, /^[a-z0-9]{40}$/);
    assert.equal(values[0], values[1]);
  });

  it('allows one key in plans of different stages', () => {
    const { account } = anApi(
      meteredApi(
        {},
        {
          Second: aPlan({ ApiStages: [{ ApiId: API_ID, Stage: 'prod' }] }),
          SecondKey: aPlanKey('Second', 'Key'),
        },
      ),
      {},
    );

    assert.deepEqual(
      ['dev', 'prod'].map((stage) => account.keyRing.holderOf(API_ID, stage, KEY_VALUE)?.plan.id),
      ['Plan', 'Second'],
    );
  });
});

function methodThrottles(count: number): JsonObject {
  return Object.fromEntries(
    Array.from({ length: count }, (_, index) => [`/p${index}/GET`, { RateLimit: 1, BurstLimit: 1 }]),
  );
}

function aStage(properties: JsonObject): TestResource {
  return {
    type: 'AWS::ApiGateway::Stage',
    properties: { RestApiId: API_ID, StageName: 'prod', DeploymentId: 'Deployment', ...properties },
  };
}
