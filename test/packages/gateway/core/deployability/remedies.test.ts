import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { remedyOf } from '../../../../../packages/gateway/core/deployability/remedies.ts';
import { SchemaChecker } from '../../../../../packages/gateway/core/deployability/schema-check.ts';
import type { SchemaViolation } from '../../../../../packages/gateway/core/deployability/schema-check.ts';

const PLAIN = { parent: {}, data: 'x', name: 'Mode', schema: undefined };

describe('remedyOf', () => {
  for (const [violated, remedy] of [
    [
      { keyword: 'required', missing: 'Type', parent: { properties: { Type: { enum: ['A', 'B'] } } } },
      'add Type, which is one of A, B',
    ],
    [{ keyword: 'required', missing: 'Version', parent: {} }, 'add Version'],
    [{ keyword: 'enum', schema: ['python3.12', 'nodejs22.x'], data: 'Python3.12' }, 'write python3.12'],
    [{ keyword: 'enum', schema: ['on', 'off'], data: 'sometimes' }, 'use one of on, off'],
    [{ keyword: 'not', schema: {} }, 'remove Mode'],
    [{ keyword: 'not', schema: { const: true } }, 'remove Mode, or set it to false'],
    [{ keyword: 'const', schema: true }, 'set Mode to true'],
    [{ keyword: 'maximum', schema: 900, parent: { minimum: 1, maximum: 900 } }, 'use a value from 1 to 900'],
    [{ keyword: 'minimum', schema: 60, parent: { minimum: 60 } }, 'use at least 60'],
    [{ keyword: 'type', schema: 'array' }, 'write a list'],
    [
      { keyword: 'pattern', schema: '^arn:', data: 'arn:aws:sns:${AWS::Region}:x' },
      'write the value with Fn::Sub (!Sub), because otherwise ${…} is not replaced',
    ],
    [{ keyword: 'requiredXor', schema: ['A', 'B'], data: { A: 1, B: 2 } }, 'keep only one of A, B'],
    [{ keyword: 'requiredXor', schema: ['A', 'B'], data: {} }, 'add one of A, B'],
    [{ keyword: 'dependentExcluded', pair: ['A', 'B'] as const }, 'remove B or A'],
    [{ keyword: 'pattern', schema: '^a', parent: { fix: 'write a' } }, 'write a'],
    [{ keyword: 'pattern', schema: '^a' }, undefined],
    [{ keyword: 'minLength', schema: 1 }, 'write a value for Mode, or remove Mode if it is optional'],
    [{ keyword: 'minLength', schema: 3, parent: { maxLength: 63 } }, 'write Mode with 3 to 63 characters'],
    [{ keyword: 'minItems', schema: 1 }, 'list at least one item in Mode, or remove Mode if it is optional'],
    [{ keyword: 'minItems', schema: 2 }, 'list at least 2 items in Mode'],
    [{ keyword: 'multipleOf', schema: 60 }, 'use a multiple of 60, such as 60'],
    [{ keyword: 'multipleOf', schema: 1 }, 'use a whole number'],
    [{ keyword: 'maxProperties', schema: 50 }, 'keep at most 50 members in Mode'],
    [
      { keyword: 'oneOf', schema: [{ required: ['A'] }, { required: ['B', 'C'] }], data: {} },
      'add exactly one of A, B with C',
    ],
    [
      { keyword: 'oneOf', schema: [{ required: ['A'] }, { required: ['B'] }], data: { A: 1, B: 1 } },
      'keep only one of A, B',
    ],
    [
      { keyword: 'anyOf', schema: [{ required: ['A'] }, { required: ['B'] }], data: {} },
      'add at least one of A, B',
    ],
    [
      { keyword: 'anyOf', schema: [{ type: 'string' }, { type: 'array' }] },
      'write a string or a list as Mode',
    ],
  ] as const)
    it(`says ${remedy ?? 'nothing'} for ${JSON.stringify(violated)}`, () => {
      assert.equal(remedyOf({ ...PLAIN, ...violated }), remedy);
    });
});

describe('one fault', () => {
  const violations = (schema: object, data: object): readonly SchemaViolation[] =>
    new SchemaChecker({ T: { schema: schema as never } }).check('T', data as never);

  it('is one violation if a required member is misspelt', () => {
    const schema = {
      properties: { Principal: true, NotPrincipal: true },
      additionalProperties: false,
      requiredXor: ['Principal', 'NotPrincipal'],
    };

    assert.deepEqual(
      violations(schema, { Principle: '*' }).map(({ message, remedy }) => [message, remedy]),
      [['extraneous key [Principle] is not permitted', 'write Principal instead of Principle']],
    );
  });

  it('is one violation if one of several members is required', () => {
    const schema = { requiredXor: ['Metrics', 'MetricName'], required: ['MetricName'] };

    assert.deepEqual(
      violations(schema, {}).map(({ remedy }) => remedy),
      ['add one of Metrics, MetricName'],
    );
  });

  it('is one violation if a value is in no list and does not match its pattern', () => {
    const schema = {
      properties: { Runtime: { enum: ['python3.12', 'java21'], pattern: '^(nodejs|python)' } },
    };

    assert.deepEqual(
      violations(schema, { Runtime: 'Python3.12' }).map(({ remedy }) => remedy),
      ['write python3.12'],
    );
  });
});
