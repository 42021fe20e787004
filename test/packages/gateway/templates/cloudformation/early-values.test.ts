/**
 * What must be known before any resource is created.
 * @see https://docs.aws.amazon.com/AWSCloudFormation/latest/UserGuide/outputs-section-structure.html
 */
import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import type { Json, JsonObject } from '@gatewright/aws/json-object';
import { checkEarlyValues } from '../../../../../packages/gateway/templates/cloudformation/early-values.ts';

const TOPIC = { Type: 'AWS::SNS::Topic' };

function refused(template: JsonObject): readonly (readonly [at: string, rule: string])[] {
  const found: [string, string][] = [];
  checkEarlyValues({ Resources: { Topic: TOPIC }, ...template }, (at, _message, _consequence, rule) => {
    found.push([at.join('.'), rule]);
  });
  return found;
}

/** Values that depend on a resource or on the account, and values that do not. */
const VALUES: readonly (readonly [what: string, value: Json, isLate: boolean])[] = [
  ['a text', 'name', false],
  ['a parameter', { Ref: 'Stage' }, false],
  ['a region', { 'Fn::Sub': '${AWS::Region}-name' }, false],
  ['a resource', { Ref: 'Topic' }, true],
  ['an attribute', { 'Fn::GetAtt': ['Topic', 'TopicName'] }, true],
  ['an attribute as a text', { 'Fn::GetAtt': 'Topic.TopicName' }, true],
  ['a resource in a text', { 'Fn::Sub': 'a-${Topic}' }, true],
  ['a resource in a list', { 'Fn::Join': ['-', ['a', { Ref: 'Topic' }]] }, true],
  ['an import', { 'Fn::ImportValue': 'other' }, true],
  ['zones', { 'Fn::Select': [0, { 'Fn::GetAZs': '' }] }, true],
  ['a text that only names zones', { 'Fn::Join': ['-', ['Fn::GetAZs']] }, false],
];

describe('the name of an export', () => {
  for (const [what, value, isLate] of VALUES)
    it(`${isLate ? 'must not be' : 'may be'} ${what}`, () => {
      const template = { Outputs: { Out: { Value: 'v', Export: { Name: value } } } };

      assert.deepEqual(refused(template), isLate ? [['Outputs.Out.Export.Name', 'template']] : []);
    });

  it('may be absent', () => assert.deepEqual(refused({ Outputs: { Out: { Value: { Ref: 'Topic' } } } }), []));
});

describe('the name of an import', () => {
  for (const [what, value, isLate] of VALUES)
    it(`${isLate ? 'must not be' : 'may be'} ${what}, in resources and outputs`, () => {
      const call = { 'Fn::ImportValue': value };
      const found = refused({
        Resources: { Topic: TOPIC, User: { Type: 'AWS::SNS::Topic', Properties: { Tags: [null, call] } } },
        Outputs: { Out: { Value: call } },
      }).map(([at]) => at);
      // An import within an import is looked at, too, and needs nothing itself.
      const places = [
        'Resources.User.Properties.Tags.1.Fn::ImportValue',
        'Outputs.Out.Value.Fn::ImportValue',
      ];

      assert.deepEqual(found, isLate ? places : []);
    });
});

describe('a condition', () => {
  for (const [what, value, isRefused] of [
    ['a parameter', { 'Fn::Equals': [{ Ref: 'Stage' }, 'prod'] }, false],
    ['a resource', { 'Fn::Equals': [{ Ref: 'Topic' }, 'prod'] }, true],
    ['an attribute', { 'Fn::Not': [{ 'Fn::Equals': [{ 'Fn::GetAtt': ['Topic', 'X'] }, 'a'] }] }, true],
  ] as const)
    it(`${isRefused ? 'must not' : 'may'} depend on ${what}`, () => {
      assert.deepEqual(
        refused({ Parameters: { Stage: { Type: 'String' } }, Conditions: { Is: value } }),
        isRefused ? [['Conditions.Is', 'template']] : [],
      );
    });
});
