/** Conditions of a template, one fault in each. The messages are CloudFormation's (sources: the module). */
import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import type { Json } from '@gatewright/aws/json-object';
import {
  checkConditionShapes,
  conditionsIn,
} from '../../../../../packages/gateway/templates/cloudformation/condition-shapes.ts';

const Parameters = {
  Stage: { Type: 'String' },
  Zones: { Type: 'CommaDelimitedList' },
  Numbers: { Type: 'List<Number>' },
};
const EQUAL = { 'Fn::Equals': [{ Ref: 'Stage' }, 'prod'] };
const many = (count: number): Json[] => Array.from({ length: count }, () => EQUAL);

function refusalsOf(condition: Json): readonly (readonly [at: string, message: string])[] {
  const found: (readonly [string, string])[] = [];
  checkConditionShapes({ Parameters, Conditions: { Is: condition } }, (at, message) => {
    found.push([at.join('.'), message]);
  });
  return found;
}

describe('checkConditionShapes', () => {
  const refused: readonly (readonly [condition: Json, at: string, message: RegExp])[] = [
    ['true', 'Conditions.Is', /only be boolean operations/],
    [{}, 'Conditions.Is', /only be boolean operations/],
    [{ 'Fn::If': ['A', 'b', 'c'] }, 'Conditions.Is', /only be boolean operations/],
    [{ ...EQUAL, 'Fn::Not': [EQUAL] }, 'Conditions.Is', /only be boolean operations/],
    [{ Condition: 'Other', ...EQUAL }, 'Conditions.Is', /only be boolean operations/],
    [{ 'Fn::Equals': ['a'] }, 'Conditions.Is.Fn::Equals', /list of 2 string parameters/],
    [{ 'Fn::Equals': ['a', 'b', 'c'] }, 'Conditions.Is.Fn::Equals', /list of 2 string parameters/],
    [{ 'Fn::Equals': 'a' }, 'Conditions.Is.Fn::Equals', /list of 2 string parameters/],
    [{ 'Fn::Equals': ['a', null] }, 'Conditions.Is.Fn::Equals', /list of 2 string parameters/],
    [{ 'Fn::Equals': ['a', ['b']] }, 'Conditions.Is.Fn::Equals', /list of 2 string parameters/],
    [{ 'Fn::Equals': [{ Ref: 'Zones' }, 'b'] }, 'Conditions.Is.Fn::Equals', /list of 2 string parameters/],
    [{ 'Fn::Equals': ['b', { Ref: 'Numbers' }] }, 'Conditions.Is.Fn::Equals', /list of 2 string parameters/],
    ...['Fn::Split', 'Fn::GetAZs', 'Fn::Cidr'].map(
      (name) =>
        [{ 'Fn::Equals': [{ [name]: '' }, 'b'] }, 'Conditions.Is.Fn::Equals', /list of 2 string/] as const,
    ),
    [{ 'Fn::Not': [] }, 'Conditions.Is.Fn::Not', /one boolean parameter/],
    [{ 'Fn::Not': [EQUAL, EQUAL] }, 'Conditions.Is.Fn::Not', /one boolean parameter/],
    [{ 'Fn::Not': ['a'] }, 'Conditions.Is.Fn::Not', /one boolean parameter/],
    [{ 'Fn::And': [EQUAL] }, 'Conditions.Is.Fn::And', /at least 2 and at most 10/],
    [{ 'Fn::And': many(11) }, 'Conditions.Is.Fn::And', /at least 2 and at most 10/],
    [{ 'Fn::Or': [EQUAL] }, 'Conditions.Is.Fn::Or', /at least 2 and at most 10/],
    [{ 'Fn::Or': many(11) }, 'Conditions.Is.Fn::Or', /at least 2 and at most 10/],
    [{ 'Fn::Or': [EQUAL, { 'Fn::Not': [] }] }, 'Conditions.Is.Fn::Or.1.Fn::Not', /one boolean parameter/],
    [
      { 'Fn::Not': [{ 'Fn::Equals': [{ 'Fn::ImportValue': 'x' }, 'b'] }] },
      'Conditions.Is.Fn::Not.0.Fn::Equals.0.Fn::ImportValue',
      /Cannot use Fn::ImportValue in Conditions/,
    ],
    [{ 'Fn::Not': [{ Condition: 'Is' }] }, 'Conditions.Is', /Circular dependency.*condition Is/],
  ];
  for (const [condition, at, message] of refused)
    it(`refuses ${JSON.stringify(condition).slice(0, 90)} at ${at}`, () => {
      const found = refusalsOf(condition);
      assert.deepEqual(
        found.map(([place]) => place),
        [at],
      );
      assert.match(found[0]?.[1] ?? '', message);
    });

  for (const condition of [
    EQUAL,
    { 'Fn::Equals': [1, true] },
    { 'Fn::Equals': [{ 'Fn::Select': [0, { Ref: 'Zones' }] }, { 'Fn::FindInMap': ['M', 'a', 'b'] }] },
    { 'Fn::Equals': [{ Ref: 'AWS::Region' }, 'eu-west-1'] },
    { 'Fn::Equals': [{ Ref: { 'Fn::Sub': 'x' } }, 'b'] },
    { Condition: 'Other' },
    { 'Fn::Not': [{ Condition: 'Other' }] },
    { 'Fn::And': many(2) },
    { 'Fn::Or': many(10) },
    { 'Fn::Transform': {} },
  ])
    it(`accepts ${JSON.stringify(condition).slice(0, 90)}`, () => {
      assert.deepEqual(refusalsOf(condition), []);
    });
});

describe('conditionsIn', () => {
  it('finds the names at any depth, and no condition that is written there', () => {
    const value = {
      'Fn::Or': [{ Condition: 'A' }, { 'Fn::Not': [{ Condition: 'B' }] }, { Condition: EQUAL }],
    };
    assert.deepEqual(conditionsIn(value), ['A', 'B']);
    assert.deepEqual(conditionsIn('Condition'), []);
  });
});
