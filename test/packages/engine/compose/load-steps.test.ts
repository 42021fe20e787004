import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { LOAD_STEPS } from '../../../../packages/engine/compose/load-steps.ts';

describe('the steps of a load', () => {
  it('stand in the order that each of them gives a reason for', () => {
    checkOrder(LOAD_STEPS);
  });

  for (const [index, { name }] of LOAD_STEPS.slice(1).entries()) {
    const swapped = LOAD_STEPS.with(index, LOAD_STEPS[index + 1]!).with(index + 1, LOAD_STEPS[index]!);

    it(`cannot be applied with ${name} one place earlier`, () => {
      assert.throws(() => checkOrder(swapped), RangeError);
    });
  }
});

/** @throws RangeError for a step that stands before one of those that it comes after, and for one that names none */
function checkOrder(steps: typeof LOAD_STEPS): void {
  for (const [index, { name, after }] of steps.entries()) {
    const before = new Set(steps.slice(0, index).map((step) => step.name));
    if (index > 0 && Object.keys(after).length === 0) throw new RangeError(`${name} comes after nothing`);
    for (const [other, otherwise] of Object.entries(after))
      if (!before.has(other)) throw new RangeError(`${name} is applied before ${other}: ${otherwise}`);
  }
}
