import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { findCustomCall } from '../../../../packages/gateway/templates/custom-calls.ts';
import { aStack } from './stack-builders.ts';

// AWS CDK, AwsCustomResource: `onCreate` and `onUpdate` become the texts Create and Update.
describe('findCustomCall', () => {
  const CALL = '{"service":"DynamoDB","action":"batchWriteItem","parameters":{}}';
  const rows: readonly (readonly [
    name: string,
    type: string,
    properties: string,
    call: string | undefined,
  ])[] = [
    ['a text', 'Custom::AWS', `{ Create: '${CALL}' }`, 'DynamoDB batchWriteItem'],
    ['a text of updates alone', 'Custom::AWS', `{ Update: '${CALL}' }`, 'DynamoDB batchWriteItem'],
    [
      'a text with a reference',
      'Custom::AWS',
      `{ Create: !Sub '{"service":"S3","action":"putObject","parameters":{"Bucket":"\${AWS::Region}"}}' }`,
      'S3 putObject',
    ],
    ['a map', 'Custom::AWS', '{ Create: { service: SSM, action: putParameter } }', 'SSM putParameter'],
    ['no JSON', 'Custom::AWS', "{ Create: '{' }", undefined],
    ['no call', 'Custom::AWS', '{ InstallLatestAwsSdk: true }', undefined],
    ['another resource', 'Custom::Thing', `{ Create: '${CALL}' }`, undefined],
  ];
  for (const [name, type, properties, call] of rows)
    it(`reads ${name}`, () => {
      const stack = aStack(`Resources: { Seed: { Type: ${type}, Properties: ${properties} } }`);
      const seed = stack.resolveResources().get('Seed');

      assert.ok(seed);
      assert.equal(findCustomCall(seed), call);
    });
});
