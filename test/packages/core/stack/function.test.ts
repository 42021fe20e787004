import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { isIsolated, readIsolation, unknownNames } from '../../../../packages/core/stack/function.ts';
import type { FunctionDefinition } from '../../../../packages/core/stack/function.ts';

const RESIZE = { name: 'shop-dev-resize', logicalId: 'ResizeLambdaFunction' } as FunctionDefinition;

describe('readIsolation', () => {
  for (const [text, before, expected] of [
    ['thread', 'process', 'thread'],
    ['process', 'thread', 'process'],
    ['resize', 'thread', ['resize']],
    ['resize, orders', 'process', ['resize', 'orders']],
    ['orders', ['resize'], ['resize', 'orders']],
    ['re size', 'thread', undefined],
    ['resize,', 'thread', undefined],
  ] as const)
    it(`reads "${text}" after ${String(before)} as ${String(expected)}`, () => {
      assert.deepEqual(readIsolation(text, before), expected);
    });
});

describe('a list of functions in processes', () => {
  for (const name of ['shop-dev-resize', 'ResizeLambdaFunction', 'resize'])
    it(`names a function by ${name}`, () => {
      assert.equal(isIsolated(RESIZE, [name]), true);
      assert.deepEqual(unknownNames([RESIZE], [name]), []);
    });

  it('has unknown names where no function is called so', () => {
    assert.equal(isIsolated(RESIZE, ['size']), false);
    assert.deepEqual(unknownNames([RESIZE], ['size', 'resize', 'orders']), ['size', 'orders']);
  });

  it('is no list where all or none are in processes', () => {
    assert.deepEqual(
      (['process', 'thread', undefined] as const).map((isolation) => isIsolated(RESIZE, isolation)),
      [true, false, false],
    );
    assert.deepEqual(unknownNames([RESIZE], 'process'), []);
  });
});
