import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { isRatioHeld, printStackPage } from '../../../../lab/bench/stack/page.ts';
import { perAnswer } from '../../../../lab/bench/stack/units.ts';
import type { StackFigures } from '../../../../lab/bench/stack/page.ts';

const CONDITIONS = {
  date: '2026-11-21',
  commit: 'abcdef12',
  machine: '2 × a processor, 4 GB',
  node: 'v24',
  cores: 2,
  loadAverage: 0.2,
};
const aRatio = (name: StackFigures['ratios'][number]['name'], ratio: number) => ({
  name,
  form: 'layer' as const,
  keys: 'memory' as const,
  starts: 20,
  importMs: 5,
  firstMs: 5,
  startMs: 10,
  leastStartMs: 9,
  cpuMs: 10,
  rssMb: 50,
  ratio,
  leastRatio: ratio,
});
const FIGURES: StackFigures = {
  rounds: 7,
  layerBytes: 204_800,
  credentials: [],
  placements: [],
  functions: [
    {
      name: 'ws-connect',
      asked: 'a connection',
      zipBytes: 2048,
      startBytes: 4096,
      importMs: 12.34,
      firstMs: 50,
      coldMs: 62,
      warmMs: 1.5,
      rssMb: 60,
      printedBytes: 700.4,
      units: { reads: 0.5, writes: 2 },
    },
  ],
  ratios: [aRatio('token-authorizer', 1.81), aRatio('token-authorizer in middy', 2.5)],
  charges: [
    { lease: undefined, charges: 1000, units: { reads: 0, writes: 1.0055 } },
    { lease: 1000, charges: 100_000, units: { reads: 0, writes: 0.00123 } },
  ],
};

describe('the page of the stack', () => {
  const page = printStackPage(CONDITIONS, FIGURES);

  it('says that no figure was measured on AWS, and of which run the figures are', () => {
    assert.match(page, /Nothing on this page was measured on AWS/);
    assert.match(page, /2026-11-21, commit abcdef12/);
  });

  it('has each function with its package, starts and units', () => {
    assert.match(
      page,
      /\| ws-connect \| a connection \| 2\.0 \| 4\.0 \| 12\.3 \| 50\.0 \| 62\.0 \| 1\.50 \| 60 \| 0\.5 \| 2 \| 700 \|/,
    );
  });

  it('judges the authorizers themselves, not the code around them', () => {
    assert.deepEqual(FIGURES.ratios.map(isRatioHeld), [false, undefined]);
    assert.match(page, /token-authorizer \| in memory \| 10\.0 \| 1\.81 \| at most 1\.8 \| \*\*missed\*\*/);
  });

  it('has units of charges by the size of leases', () => {
    assert.match(page, /billed exactly \| 1,000 \| 0 \| 1\.01/);
    assert.match(page, /leases of up to 1,000 \| 100,000 \| 0 \| 0\.00123/);
  });
});

describe('units of an answer', () => {
  it('are what was consumed meanwhile, by the number of answers', () => {
    assert.deepEqual(perAnswer({ reads: 10, writes: 1 }, { reads: 30, writes: 6 }, 10), {
      reads: 2,
      writes: 0.5,
    });
  });
});
