import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import {
  functionsNamed,
  isIsolated,
  readIsolation,
  unknownNames,
} from '../../../../../packages/gateway/core/stack/function.ts';
import type { FunctionDefinition } from '../../../../../packages/gateway/core/stack/function.ts';

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

  it('reports names that no function has', () => {
    assert.equal(isIsolated(RESIZE, ['size']), false);
    assert.deepEqual(unknownNames([RESIZE], ['size', 'resize', 'orders']), ['size', 'orders']);
  });

  it('is empty if all or none are in processes', () => {
    assert.deepEqual(
      (['process', 'thread', undefined] as const).map((isolation) => isIsolated(RESIZE, isolation)),
      [true, false, false],
    );
    assert.deepEqual(unknownNames([RESIZE], 'process'), []);
  });
});

describe('functionsNamed', () => {
  const named = (...logicalIds: string[]) =>
    logicalIds.map((logicalId) => ({ name: `shop-dev-${logicalId.toLowerCase()}`, logicalId }));
  const served = named('List', 'ListOrders2E8CF32B', 'ShopPayments0A1B2C3D', 'DeskPayments99887766');
  // https://docs.aws.amazon.com/cdk/v2/guide/identifiers.html: "Logical IDs"
  const rows: readonly (readonly [name: string, given: string, found: readonly string[]])[] = [
    ['its name', 'shop-dev-list', ['List']],
    ['its logical id', 'ListOrders2E8CF32B', ['ListOrders2E8CF32B']],
    ['the end of its name', 'list', ['List']],
    ['the id of its construct', 'ListOrders', ['ListOrders2E8CF32B']],
    ['an id with dashes, which CDK leaves out', 'List-Orders', ['ListOrders2E8CF32B']],
    ['the path of its construct', 'Shop/Payments', ['ShopPayments0A1B2C3D']],
    ['an id within two constructs', 'Payments', ['ShopPayments0A1B2C3D', 'DeskPayments99887766']],
    ['nothing of it', 'Orde', []],
  ];
  for (const [name, given, found] of rows)
    it(`finds by ${name}`, () => {
      const ids = functionsNamed(served, given).map(({ logicalId }) => logicalId);

      assert.deepEqual(ids, found);
    });
});
