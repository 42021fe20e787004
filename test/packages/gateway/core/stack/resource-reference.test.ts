import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { writeIdReference } from '../../../../../packages/gateway/core/stack/resource-reference.ts';
import { aStack } from '../../../../support/a-stack.ts';

const stack = aStack({ Mobile: { type: 'AWS::Cognito::UserPoolClient', id: 'abc', properties: {} } });
const withPath = {
  Resources: { Mobile: { Metadata: { 'aws:cdk:path': 'Photos/Visitors/Mobile/Resource' } } },
};

// The source of each form: the return values of AWS::Cognito::UserPoolClient, and the metadata that CDK writes.
describe('a reference to the resource of an id', () => {
  for (const [file, template, expected] of [
    ['template.yaml', {}, '!Ref Mobile'],
    ['template.json', {}, '{ "Ref": "Mobile" }'],
    ['Photos.template.json', {}, '{ "Ref": "Mobile" }'],
    [
      'Photos.template.json',
      withPath,
      'the id of the construct Photos/Visitors/Mobile (in the template: { "Ref": "Mobile" })',
    ],
  ] as const)
    it(`is ${expected} in ${file}`, () => {
      const source = { template } as unknown as NonNullable<typeof stack.source>;
      assert.equal(writeIdReference([{ ...stack, file, source }], 'abc'), expected);
    });
});
