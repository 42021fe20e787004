import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { SchemaChecker } from '../../../../../packages/gateway/core/deployability/schema-check.ts';

/**
 * What CloudFormation makes of a scalar of another type.
 * Source: cfn-lint, rule E3012, src/cfnlint/jsonschema/_keywords_cfn.py
 */
const ROWS: readonly (readonly [type: string, written: string | number | boolean, isTaken: boolean])[] = [
  ['boolean', true, true],
  ['boolean', 'true', true],
  ['boolean', 'True', true],
  ['boolean', 'FALSE', true],
  ['boolean', 'yes', false],
  ['boolean', '1', false],
  ['boolean', 1, false],
  ['boolean', 0, false],
  ['integer', 5, true],
  ['integer', '5', true],
  ['integer', '5s', false],
  ['integer', '', false],
  ['integer', 5.5, false],
  ['integer', true, false],
  ['string', 'a', true],
  ['string', 5, true],
  ['string', true, true],
];

describe('the types of scalars', () => {
  for (const [type, written, isTaken] of ROWS)
    it(`${isTaken ? 'takes' : 'refuses'} ${JSON.stringify(written)} for a value of type ${type}`, () => {
      const schemas = { 'AWS::Test::Part': { schema: { properties: { Value: { type } } } } };

      const found = new SchemaChecker(schemas).check('AWS::Test::Part', { Value: written });

      assert.equal(found.length, isTaken ? 0 : 1, JSON.stringify(found));
    });

  it('compares a flag that is written as text in a condition', () => {
    const schemas = {
      'AWS::Test::Part': {
        schema: {
          properties: { On: { type: 'boolean', const: true }, Size: { type: 'integer' } },
          if: { properties: { On: { const: true } }, required: ['On'] },
          then: { required: ['Size'] },
        },
      },
    };

    const found = new SchemaChecker(schemas).check('AWS::Test::Part', { On: 'True' });

    assert.deepEqual(
      found.map(({ message }) => message),
      ['Size is required because On is true'],
    );
  });
});
