/** A printed expression is parsed to the same expression. */
import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import fc from 'fast-check';
import {
  parseCondition,
  type ConditionSyntax,
  type OperandSyntax,
} from '../../../../../packages/gateway/dynamodb/expressions/condition-syntax.ts';
import { parseProjection } from '../../../../../packages/gateway/dynamodb/expressions/path-syntax.ts';
import { printCondition, printPath, printUpdate } from '../../../../support/printed-expressions.ts';
import { Tokens } from '../../../../../packages/gateway/dynamodb/expressions/tokens.ts';
import { parseUpdate } from '../../../../../packages/gateway/dynamodb/expressions/update-syntax.ts';
import type {
  UpdateClauses,
  UpdateSyntax,
} from '../../../../../packages/gateway/dynamodb/expressions/update-syntax.ts';

const name = fc.constantFrom('a', 'b1', 'Cc', 'x_y', '#n', '#1st');
const path = fc
  .tuple(name, fc.array(fc.oneof(name, fc.nat(99)), { maxLength: 4 }))
  .map(([head, rest]) => ({ kind: 'path' as const, pieces: [head, ...rest] }));
const value = fc.constantFrom(':v', ':2', ':long_name').map((one) => ({ kind: 'value' as const, name: one }));
const { operand } = fc.letrec<{ operand: OperandSyntax; call: OperandSyntax }>((tie) => ({
  operand: fc.oneof({ maxDepth: 3 }, path, value, tie('call')),
  call: fc.record({
    kind: fc.constant('function' as const),
    name: fc.constantFrom('size', 'contains', 'anything'),
    args: fc.array(tie('operand'), { minLength: 1, maxLength: 3 }),
  }),
}));
const leaf: fc.Arbitrary<ConditionSyntax> = fc.oneof(
  fc.record({
    kind: fc.constant('compare' as const),
    operator: fc.constantFrom('=', '<>', '<', '<=', '>', '>='),
    args: fc.tuple(operand, operand),
  }),
  fc.record({
    kind: fc.constant('compare' as const),
    operator: fc.constant('between' as const),
    args: fc.tuple(operand, operand, operand),
  }),
  fc.record({
    kind: fc.constant('compare' as const),
    operator: fc.constant('in' as const),
    args: fc.array(operand, { minLength: 2, maxLength: 5 }),
  }),
  fc.record({
    kind: fc.constant('function' as const),
    name: fc.constantFrom('attribute_exists', 'begins_with'),
    args: fc.array(operand, { minLength: 1, maxLength: 2 }),
  }),
);
const { condition } = fc.letrec<{ condition: ConditionSyntax; inner: ConditionSyntax }>((tie) => ({
  condition: fc.oneof({ maxDepth: 5 }, leaf, tie('inner')),
  inner: fc.oneof(
    fc.record({
      kind: fc.constantFrom('and' as const, 'or' as const),
      left: tie('condition'),
      right: tie('condition'),
    }),
    fc.record({ kind: fc.constant('not' as const), inner: tie('condition') }),
  ),
}));
const action: fc.Arbitrary<UpdateSyntax> = fc.oneof(
  fc.record({
    kind: fc.constant('set' as const),
    path,
    value: fc.oneof(
      operand,
      fc.record({
        kind: fc.constant('sum' as const),
        operator: fc.constantFrom('+' as const, '-' as const),
        args: fc.tuple(operand, operand),
      }),
    ),
  }),
  fc.record({ kind: fc.constant('remove' as const), path }),
  fc.record({
    kind: fc.constantFrom('add' as const, 'delete' as const),
    path,
    value: value.map(({ name: one }) => one),
  }),
);

/** Generated objects lack a prototype. */
const plain = (value: object): object => JSON.parse(JSON.stringify(value)) as object;

describe('an expression that is printed', () => {
  it('is the same condition when read', () => {
    fc.assert(
      fc.property(condition, (given) => {
        assert.deepEqual(parseCondition(new Tokens(printCondition(given))), plain(given));
      }),
    );
  });

  it('is the same update when read, clause by clause', () => {
    fc.assert(
      fc.property(fc.array(action, { minLength: 1, maxLength: 6 }), (actions) => {
        const grouped: UpdateClauses = {
          actions: [...Map.groupBy(actions, ({ kind }) => kind).values()].flat(),
          repeated: undefined,
        };
        assert.deepEqual(parseUpdate(new Tokens(printUpdate(grouped))), {
          ...plain(grouped),
          repeated: undefined,
        });
      }),
    );
  });

  it('is the same projection when read', () => {
    fc.assert(
      fc.property(fc.array(path, { minLength: 1, maxLength: 6 }), (paths) => {
        assert.deepEqual(parseProjection(new Tokens(paths.map(printPath).join(', '))), plain(paths));
      }),
    );
  });
});

describe('any text as an expression', () => {
  const part = fc.constantFrom(
    ...'a #b :c ( ) , . [ ] 0 = <> < AND or NOT IN BETWEEN SET + - ! " size('.split(' '),
  );

  it('is read or refused, with the token and what is near it', () => {
    fc.assert(
      fc.property(fc.array(part, { maxLength: 40 }), (parts) => {
        for (const read of [parseCondition, parseUpdate, parseProjection])
          try {
            read(new Tokens(parts.join(' ')));
          } catch (error) {
            assert.equal((error as Error).name, 'ExpressionError', String(error));
          }
      }),
    );
  });
});
