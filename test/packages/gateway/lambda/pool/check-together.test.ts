import assert from 'node:assert/strict';
import { describe, it } from 'node:test';

import { Faults } from '../../../../../packages/gateway/core/errors.ts';
import { checkTogether } from '../../../../../packages/gateway/lambda/pool/check-together.ts';
import type { FunctionDefinition } from '../../../../../packages/gateway/core/stack/function.ts';
import { anInlineFunction } from '../start-runtime.ts';

function reserving(reservedConcurrency: number, region = 'eu-west-1'): FunctionDefinition {
  return anInlineFunction('f', '', { reservedConcurrency, region });
}

// Source: Lambda developer guide, "Configuring reserved concurrency": 100 units stay for functions without any
const ROWS: readonly (readonly [string, readonly FunctionDefinition[], number | undefined, number])[] = [
  ['900 of 1,000', [reserving(600), reserving(300)], undefined, 0],
  ['901 of 1,000', [reserving(600), reserving(301)], undefined, 1],
  ['900 in each of two regions', [reserving(900), reserving(900, 'us-east-1')], undefined, 0],
  ['none of 5', [reserving(0)], 5, 0],
  ['one of 100', [reserving(1)], 100, 1],
  ['1,900 of 2,000', [reserving(1900)], 2000, 0],
];

describe('checkTogether', () => {
  for (const [name, functions, concurrency, count] of ROWS)
    it(`finds ${count} reservations too many if functions reserve ${name}`, () => {
      const faults = new Faults(false);
      checkTogether(functions, { concurrency }, 'template.yml', faults);
      assert.equal(faults.all.length, count);
    });

  it('names a function that should be isolated and does not exist', () => {
    const faults = new Faults(false);
    checkTogether([reserving(1)], { isolation: ['g'] }, 'template.yml', faults);
    assert.match(faults.all[0]?.error.describe() ?? '', /template\.yml.*unknown function "g"/);
  });
});
