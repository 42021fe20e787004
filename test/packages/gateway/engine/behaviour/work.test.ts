import assert from 'node:assert/strict';
import { mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, it } from 'node:test';
import { countWork } from '../../../../support/counted-work.ts';
import { aGateway } from '../../../../support/a-gateway.ts';
import { writeCached } from '../../../../../packages/base/aws/cache-files.ts';
import * as stacks from '../../../../../lab/bench/growth/stacks.ts';
import type { StartedGateway } from '../../../../support/a-gateway.ts';

const SIZES = [10, 20, 40] as const;
/**
 * The accepted growth of work per item. Sorting and growing hash tables cost a little more per item if there are many.
 */
const NEARLY = 1.1;
const ASKED = 5;
const QUOTAS = { resources: 1000, routes: 1000, stages: 1000, authorizers: 1000, usagePlans: 1000 };

type Row = {
  readonly what: string;
  readonly template: (size: number) => stacks.Template;
  /** Returns a request to the last item of the template. */
  readonly ask: (size: number) => { readonly target: string; readonly headers?: readonly string[] };
};

const ROWS: readonly Row[] = [
  {
    what: 'routes of an HTTP API',
    template: stacks.httpRoutes,
    ask: (size) => ({ target: `/r${size - 1}` }),
  },
  {
    what: 'routes of a REST API',
    template: stacks.restRoutes,
    ask: (size) => ({ target: `/dev/r${size - 1}` }),
  },
  { what: 'functions', template: stacks.functions, ask: (size) => ({ target: `/dev/r${size - 1}` }) },
  {
    what: 'authorizers',
    template: stacks.authorizers,
    ask: (size) => ({ target: `/r${size - 1}`, headers: ['Authorization', 'token'] }),
  },
  { what: 'stages', template: stacks.stages, ask: (size) => ({ target: `/s${size - 1}/one` }) },
  { what: 'other resources', template: stacks.resources, ask: () => ({ target: '/r0' }) },
  {
    what: 'API keys',
    template: (size) => stacks.keysAndPlans(size, 1),
    ask: (size) => ({ target: '/dev/r', headers: ['x-api-key', stacks.keyOf(size - 1)] }),
  },
  {
    what: 'usage plans, each with a key',
    template: (size) => stacks.keysAndPlans(size, size),
    ask: (size) => ({ target: '/dev/r', headers: ['x-api-key', stacks.keyOf(size - 1)] }),
  },
];

async function start({ template }: Row, size: number): Promise<StartedGateway> {
  const own = Array.from({ length: size }, (_, n) => [`src/f${n}.js`, stacks.SOURCE] as const);
  return aGateway(
    template(size).Resources,
    { accountQuotas: QUOTAS },
    { 'src/index.js': stacks.SOURCE, ...Object.fromEntries(own) },
  );
}

/** Steps of a start, and of a request that is like one before it. */
async function countSteps(row: Row, size: number): Promise<{ load: number; request: number; most: string }> {
  let started: StartedGateway | undefined;
  const load = await countWork(async () => {
    started = await start(row, size);
    started.gateway.inspect();
  });
  assert(started !== undefined);
  const { gateway } = started;
  const apiId = gateway.inspect()[0]?.id ?? '';
  const ask = async (): Promise<void> => {
    const { status } = await gateway.inject({
      apiId,
      method: 'GET',
      ...row.ask(size),
    });
    assert.equal(status, 200);
  };
  try {
    await ask();
    const requests: number[] = [];
    for (let asked = 0; asked < ASKED; asked += 1) requests.push((await countWork(ask)).steps);
    // What is done in the background, a while after a start, is included in some of them.
    return { load: load.steps, request: Math.min(...requests), most: load.most.join(', ') };
  } finally {
    await started.close();
  }
}

describe('the work of the gateway, counted', () => {
  for (const row of ROWS)
    it(`grows with the number of ${row.what} at a start no faster than they do, and of a request not at all`, async () => {
      // Code that is loaded once is counted with none of the three.
      await countSteps(row, 1);
      const [small, middle, large] = [
        await countSteps(row, SIZES[0]),
        await countSteps(row, SIZES[1]),
        await countSteps(row, SIZES[2]),
      ];

      const [first, second] = [
        (middle.load - small.load) / (SIZES[1] - SIZES[0]),
        (large.load - middle.load) / (SIZES[2] - SIZES[1]),
      ];
      assert(second <= first * NEARLY, `${first} steps each, then ${second}; most in ${large.most}`);
      assert(
        large.request <= small.request * NEARLY,
        `${small.request} steps a request, then ${large.request}`,
      );
    });

  for (const mostFiles of [10, 1000])
    it(`grows no faster than the files that are stored between runs, of at most ${mostFiles}`, async (t) => {
      const root = mkdtempSync(join(tmpdir(), 'work-'));
      t.after(() => rmSync(root, { recursive: true, force: true }));
      const countKept = async (files: number): Promise<number> => {
        const kept = { folder: join(root, String(files)), mostFiles, mostBytes: 1_000_000 };
        const { steps } = await countWork(async () => {
          for (let n = 0; n < files; n += 1) writeCached(kept, `f${n}`, 'text');
          await Promise.resolve();
        });
        assert(readdirSync(kept.folder).length <= mostFiles);
        return steps;
      };

      const [small, large] = [await countKept(100), await countKept(400)];
      // With so few steps, one more or less is a quarter. If each file examined all previous ones, it would be four
      // times as many.
      assert(large / 400 <= (2 * small) / 100, `${small / 100} steps each, then ${large / 400}`);
    });
});
