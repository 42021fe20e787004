import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { printBadge } from '../../../../packages/conformance/report/badge.ts';
import { aParityCase } from '../../../support/a-parity-case.ts';

const results = (passed: number, failed: number) => [
  ...Array.from({ length: passed }, () => ({ parityCase: aParityCase() })),
  ...Array.from({ length: failed }, () => ({ parityCase: aParityCase(), difference: 'status' })),
];

describe('printBadge', () => {
  it('is an image with the score, as wide as its texts', () => {
    assert.deepEqual(printBadge(results(3, 0)).split('\n'), [
      '<svg xmlns="http://www.w3.org/2000/svg" width="137" height="20" role="img" aria-label="API Gateway: 3 of 3">',
      '<title>API Gateway: 3 of 3 cases pass</title>',
      '<rect width="85" height="20" fill="#444"/>',
      '<rect x="85" width="52" height="20" fill="#2e7d32"/>',
      '<g fill="#fff" text-anchor="middle" font-family="Verdana,DejaVu Sans,sans-serif" font-size="11">',
      '<text x="42.5" y="14">API Gateway</text>',
      '<text x="111" y="14">3 of 3</text>',
      '</g>',
      '</svg>',
      '',
    ]);
  });

  for (const [passed, failed, color] of [
    [10, 0, '#2e7d32'],
    [9, 1, '#9a6700'],
    [8, 1, '#b3261e'],
    [0, 1, '#b3261e'],
    [0, 0, '#2e7d32'],
  ] as const)
    it(`has ${color} for ${passed} of ${passed + failed}`, () => {
      assert.match(printBadge(results(passed, failed)), new RegExp(`height="20" fill="${color}"/>`));
    });
});
