import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { hasFunctionQualifier } from '../../../../../../packages/gateway/control/api/lambda/function-qualifiers.ts';
import { aStack, functionArn } from '../../../../../support/a-stack.ts';

describe('hasFunctionQualifier', () => {
  const alias = { type: 'AWS::Lambda::Alias', id: `${functionArn('greet')}:live`, properties: {} };
  const version = { type: 'AWS::Lambda::Version', id: `${functionArn('greet')}:1`, properties: {} };
  const other = { type: 'AWS::Lambda::Url', id: `${functionArn('greet')}:url`, properties: {} };
  const stacks = [aStack({}), aStack({ alias, version, other })];
  const rows: readonly (readonly [name: string, qualifier: string, expected: boolean])[] = [
    ['greet', 'live', true],
    ['greet', '1', true],
    ['greet', '2', false],
    ['greet', 'url', false],
    ['et', 'live', false],
    ['other', 'live', false],
  ];
  for (const [name, qualifier, expected] of rows)
    it(`says ${expected} of ${name}:${qualifier}`, () =>
      assert.equal(hasFunctionQualifier(stacks, name, qualifier), expected));
});
