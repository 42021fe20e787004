import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import {
  instanceFigures,
  isHeld,
  printPage,
  startFigures,
  throughputFigures,
} from '../../../lab/bench/page.ts';
import { findRatios, summarise } from '../../../lab/bench/report.ts';
import type { Measurement } from '../../../lab/bench/measure.ts';

const CONDITIONS = {
  date: '2026-11-21',
  commit: 'abcdef12',
  machine: '2 × a processor, 4 GB',
  node: 'v24',
  cores: 2,
  loadAverage: 0.2,
};
const STARTS = { runs: 3, npmStartMs: { unchanged: 990, changed: 2100 }, plainMs: 404, restMb: 119.6 };

const run = (requestsPerSecond: number, p99Ms: number): Measurement => ({
  requestsPerSecond,
  p99Ms,
  coldRequestsPerSecond: 1,
  p50Ms: 1,
  rssMb: undefined,
  startMs: 1,
  loadCpuShare: 0.5,
});

describe('all figures of a run', () => {
  const rows = [
    summarise('rest', 'gateway', [run(9_000, 4)]),
    summarise('rest-authorized', 'gateway', [run(9_600, 6)]),
    summarise('http-post', 'gateway', [run(8_900, 3)]),
    summarise('rest-1000', 'gateway', [run(9_000, 60)]),
    summarise('http-post', 'floor', [run(10_000, 9)]),
    summarise('rest-1000', 'floor', [run(9_900, 110)]),
    summarise('rest', 'floor', [run(10_000, 10)]),
    summarise('rest', 'serverless-offline', [run(1_200, 50)]),
  ];
  const requests = throughputFigures({
    conditions: {},
    rows,
    ratios: findRatios(rows, (scenario) => scenario.replace('-authorized', '')),
  });
  const page = printPage(CONDITIONS, 'The host before and after.', [
    { title: 'Requests', how: 'So.', figures: requests },
    { title: 'Start', how: 'So.', figures: startFigures({ ...STARTS, loadedMb: undefined }) },
    {
      title: 'Instances',
      how: 'So.',
      figures: instanceFigures({
        busy: { share: 0.897, instances: 2 },
        further: { ours: 12, bare: 10 },
        growth: undefined,
      }),
    },
  ]);

  it('says of what run it is', () => {
    assert.match(page, /2026-11-21, commit abcdef12, 2 × a processor, 4 GB, Node v24/);
    assert.match(page, /^The host before and after\.$/m);
  });

  it('says where the machine had something else to do', () => {
    assert.doesNotMatch(page, /not quiet/);
    assert.match(
      printPage({ ...CONDITIONS, loadAverage: 7 }, '', []),
      /not quiet.*: its load average was 7\.0 on 2/,
    );
  });

  const LINES = [
    '| GET, REST API: requests | 9000 /s |  |  |',
    '| GET, REST API: requests, beside the floor | 0.90 × | at least 1 × | **missed** |',
    '| GET, REST API: p99, beside the floor | 0.40 × | at most 0.5 × | held |',
    '| GET, REST API: requests, beside warm serverless-offline | 7.50 × | at least 7.5 × | held |',
    '| GET, REST API, cached authorizer: requests, beside the floor | 0.96 × | at least 0.95 × | held |',
    '| GET, REST API, cached authorizer: p99, beside the floor | 0.60 × | at most 0.5 × | **missed** |',
    '| POST of 1 KB, HTTP API: requests, beside the floor | 0.89 × | at least 0.9 × | **missed** |',
    '| POST of 1 KB, HTTP API: p99, beside the floor | 0.33 × |  |  |',
    '| GET, REST API, 1,000 connections: requests, beside the floor | 0.91 × |  |  |',
    '| GET, REST API, 1,000 connections: p99, beside the floor | 0.55 × | at most 0.5 × | **missed** |',
    '| Four callers of a function that is busy for 5 ms: processors used | 90 % | at least 90 % | held |',
    '| Each further warm function, beside a bare worker | 1.20 × | at most 1.15 × | **missed** |',
    '| Memory at the end of a long run under load, beside its beginning | not measured | at most 1.1 × |  |',
    '| `npm start`, nothing changed | 0.99 s | at most 1 s | held |',
    '| `npm start`, osls compiles | 2.10 s | at most 2 s | **missed** |',
    '| One plain template by the package, first answer | 0.40 s | at most 0.4 s | held |',
    '| One plain template at rest | 120 MB | at most 120 MB | held |',
    '| One plain template after load on its function | not measured | at most 200 MB |  |',
  ];
  for (const line of LINES)
    it(`has a goal beside each figure: ${line}`, () => assert.ok(page.split('\n').includes(line), page));

  it('compares with serverless-offline only what is asked of both', () => {
    assert.equal(page.match(/beside warm serverless-offline/g)?.length, 2);
  });

  it('compares with nothing that was not measured', () => {
    const [, , , , offline] = requests.slice(5);
    assert.deepEqual([offline?.value, offline && isHeld(offline)], [undefined, undefined]);
  });
});
