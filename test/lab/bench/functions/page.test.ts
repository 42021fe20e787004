import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { printFunctionsPage } from '../../../../lab/bench/functions/page.ts';
import type { Measured } from '../../../../lab/bench/functions/page.ts';

const CONDITIONS = {
  date: '2026-11-21',
  commit: 'abcdef12',
  machine: '2 × a processor, 4 GB',
  node: 'v24',
  cores: 2,
  loadAverage: 0.2,
};
const measured = (
  side: Measured['side'],
  firstMs: readonly number[],
  laterMs: readonly number[] = [],
): Measured => ({
  side,
  answers: firstMs.map((first) => ({ firstMs: first, warmMs: 0.5 })),
  saves: laterMs.length === 0 ? [] : [{ firstMs: 400, laterMs }],
});
const ALL = [
  measured({ server: 'gateway', function: 'plain', isKept: false }, [80, 90, 70]),
  measured({ server: 'gateway', function: 'plain', isKept: true }, [50, 60, 40], [60, 200.4, 300]),
  measured({ server: 'serverless-offline', function: 'plain', isKept: false }, [150, 160, 140], [900]),
  measured({ server: 'gateway', function: 'java', isKept: true }, [400]),
];

describe('the page of functions', () => {
  const page = printFunctionsPage(CONDITIONS, ALL, ['Python: python3 is not installed']);

  it('shows the medians of both servers, and how much longer the other server takes', () => {
    assert.match(page, /\| TypeScript \| 80 ms \| 50 ms \| 150 ms \(3\.0 ×\) \| 0\.50 ms \| 0\.50 ms/);
  });

  it('shows languages that only one server runs', () => {
    assert.match(page, /\| Java 17 \| {2}\| 400 ms \| {2}\| 0\.50 ms \| {2}\|/);
  });

  it('has first and later saves of both servers', () => {
    assert.match(page, /\| TypeScript \| this gateway \| 400 ms \| 200 ms/);
    assert.match(page, /\| TypeScript \| serverless-offline \| 400 ms \| 900 ms/);
  });

  it('names what this machine lacks, and of what run it is', () => {
    assert.match(page, /Not measured: Python: python3 is not installed\./);
    assert.match(page, /2026-11-21, commit abcdef12/);
    assert.match(page, /Nothing on this page was measured on AWS/);
  });
});
