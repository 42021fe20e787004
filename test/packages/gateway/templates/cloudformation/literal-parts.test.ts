/** The parts of a template that CloudFormation reads before any function, one fault in each (sources: the module). */
import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import type { JsonObject } from '@gatewright/aws/json-object';
import { checkLiteralParts } from '../../../../../packages/gateway/templates/cloudformation/literal-parts.ts';

function refusalsOf(template: JsonObject): readonly (readonly [at: string, message: string])[] {
  const found: (readonly [string, string])[] = [];
  checkLiteralParts(template, (at, message) => void found.push([at.join('.'), message]));
  return found;
}

const parameter = (more: JsonObject): JsonObject => ({ Parameters: { P: { Type: 'String', ...more } } });
const output = (more: JsonObject): JsonObject => ({ Outputs: { O: { Value: 'v', ...more } } });
const mapping = (map: JsonObject): JsonObject => ({ Mappings: map });
const REF = { Ref: 'P' };

describe('checkLiteralParts', () => {
  const refused: readonly (readonly [template: JsonObject, at: string, message: RegExp])[] = [
    [{ AWSTemplateFormatVersion: '2010-09-10' }, 'AWSTemplateFormatVersion', /unsupported value/],
    [{ Description: REF }, 'Description', /every Description member must be a string/],
    [
      { Parameters: { 'a-b': { Type: 'String' } } },
      'Parameters.a-b',
      /Parameter name a-b is non alphanumeric/,
    ],
    [{ Outputs: { a_b: { Value: 'v' } } }, 'Outputs.a_b', /Outputs name a_b is non alphanumeric/],
    [parameter({ Defalt: 'x' }), 'Parameters.P.Defalt', /^Invalid template parameter property 'Defalt'$/],
    [output({ Vale: 'x' }), 'Outputs.O.Vale', /^Invalid template output property 'Vale'$/],
    [parameter({ Default: REF }), 'Parameters.P.Default', /Every Default member must be a string/],
    [parameter({ Description: [] }), 'Parameters.P.Description', /Every Description member must be a string/],
    [output({ Description: REF }), 'Outputs.O.Description', /Every Description member must be a string/],
    [output({ Condition: REF }), 'Outputs.O.Condition', /Every Condition member must be a string/],
    [output({ Export: {} }), 'Outputs.O.Export', /Output O is malformed/],
    [parameter({ AllowedValues: 'a' }), 'Parameters.P.AllowedValues', /must be a list/],
    [
      { ...parameter({}), Resources: { P: { Type: 'AWS::SNS::Topic' } } },
      'Resources.P',
      /Common name\(s\):\[P\]/,
    ],
    [mapping({ 'M-1': { a: { b: 'c' } } }), 'Mappings.M-1', /Mappings name M-1 is non alphanumeric/],
    [mapping({ M: 'a' }), 'Mappings.M', /must contain a String key and an object value/],
    [mapping({ M: { a: 'b' } }), 'Mappings.M.a', /must contain a String key and an object value/],
    [mapping({ M: { a_b: { c: 'd' } } }), 'Mappings.M.a_b', /Mappings element name 'a_b'/],
    [mapping({ M: { a: { 'b-c': 'd' } } }), 'Mappings.M.a.b-c', /Mappings attribute name 'b-c'/],
  ];
  for (const [template, at, message] of refused)
    it(`refuses ${JSON.stringify(template)} at ${at}`, () => {
      const found = refusalsOf(template);
      assert.deepEqual(
        found.map(([place]) => place),
        [at],
      );
      assert.match(found[0]?.[1] ?? '', message);
    });

  const accepted: readonly JsonObject[] = [
    {},
    { AWSTemplateFormatVersion: '2010-09-09', Description: 'text' },
    parameter({ Default: 'x', Description: 'd', AllowedValues: ['x'], NoEcho: true, MinLength: 1 }),
    output({ Description: 'd', Condition: 'C', Export: { Name: REF } }),
    parameter({ 'Fn::Transform': {} }),
    { Outputs: { 'Fn::ForEach::Each': [] }, Parameters: { 'Fn::Transform': {} } },
    mapping({ M: { 'eu-west-1': { Name: 'v' }, 'a.b': { Name: ['v'] } } }),
    mapping({ M: { 'Fn::Transform': { Name: 'AWS::Include' } } }),
    { ...parameter({}), Resources: { R: { Type: 'AWS::SNS::Topic' } } },
  ];
  for (const template of accepted)
    it(`accepts ${JSON.stringify(template)}`, () => {
      assert.deepEqual(refusalsOf(template), []);
    });
});
