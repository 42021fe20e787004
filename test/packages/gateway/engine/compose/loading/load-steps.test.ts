import assert from 'node:assert/strict';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { after, describe, it } from 'node:test';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { LOAD_STEPS } from '../../../../../../packages/gateway/engine/compose/loading/load-steps.ts';
import type { Parts } from '../../../../../../packages/gateway/engine/compose/parts.ts';
import type { Reading } from '../../../../../../packages/gateway/engine/compose/loading/reading.ts';
import { Faults } from '../../../../../../packages/gateway/core/errors.ts';
import { aStack } from '../../../../../support/a-stack.ts';

describe('the steps of a load', () => {
  it('are in an order for which each of them gives a reason', () => {
    checkOrder(LOAD_STEPS);
  });

  for (const [index, { name }] of LOAD_STEPS.slice(1).entries()) {
    const swapped = LOAD_STEPS.with(index, LOAD_STEPS[index + 1]!).with(index + 1, LOAD_STEPS[index]!);

    it(`cannot be applied with ${name} one place earlier`, () => {
      assert.throws(() => checkOrder(swapped), RangeError);
    });
  }
});

/** @throws RangeError for a step that is placed before a step that it must follow, and for a step that names none */
function checkOrder(steps: typeof LOAD_STEPS): void {
  for (const [index, { name, after }] of steps.entries()) {
    const before = new Set(steps.slice(0, index).map((step) => step.name));
    if (index > 0 && Object.keys(after).length === 0) throw new RangeError(`${name} comes after nothing`);
    for (const [other, otherwise] of Object.entries(after))
      if (!before.has(other)) throw new RangeError(`${name} is applied before ${other}: ${otherwise}`);
  }
}

const RUNNING = process.versions.node.split('.')[0] ?? '';

/**
 * Reads and applies one step.
 * @returns the faults that it notes
 */
async function run(name: string, reading: Partial<Reading>, parts: object): Promise<Faults> {
  const faults = new Faults(false);
  const step = LOAD_STEPS.find((one) => one.name === name);
  const whole = { stacks: [], sources: [], isReload: false, faults, ...reading } as unknown as Reading;
  const apply = await step?.read(whole, parts as Parts);
  await apply?.();
  return faults;
}

describe('the functions of a load', () => {
  const read = async (
    runtimes: readonly string[],
    {
      isolation,
      borrowed = [],
      sources = ['shop'],
    }: {
      readonly isolation?: readonly string[];
      readonly borrowed?: readonly string[];
      readonly sources?: readonly string[];
    } = {},
  ) => {
    const said: string[] = [];
    const functions = runtimes.map((runtime, index) => ({ name: `f${index}`, runtime, environment: {} }));
    const runtime = {
      prepare: () => Promise.resolve(() => said.push('replaced')),
      takeInterpreters: () => [],
      takeBorrowed: () => borrowed,
    };
    const stacks = [{ ...aStack({}), functions }];
    const options = { isolation, onProgress: (sentence: string) => said.push(sentence) };
    const parts = { options, runtime, controlUrl: 'http://127.0.0.1:1' };
    const faults = await run('functions', { stacks, sources } as unknown as Partial<Reading>, parts);
    return { said, faults: faults.all.map(({ error }) => error.describe()) };
  };
  const own = `nodejs${RUNNING}.x`;

  for (const { name, runtimes, said } of [
    { name: 'the running version of Node.js', runtimes: [own, 'python3.13'], said: [] },
    {
      name: 'another version',
      runtimes: [own, 'nodejs18.x'],
      said: [`nodejs18.x: 1 function runs on Node.js ${RUNNING} in this gateway`],
    },
    {
      name: 'several others',
      runtimes: ['nodejs20.x', 'nodejs18.x', 'nodejs20.x'],
      said: [`nodejs18.x, nodejs20.x: 3 functions run on Node.js ${RUNNING} in this gateway`],
    },
  ])
    it(`say on what they run: ${name}`, async () => {
      assert.deepEqual((await read(runtimes)).said, [...said, 'replaced']);
    });

  it('say which packages are provided to them', async () => {
    assert.deepEqual((await read([own], { borrowed: ['aws-sdk'] })).said, [
      "the gateway provides aws-sdk, as Lambda's runtime does, because the project does not contain it",
      'replaced',
    ]);
  });

  for (const { sources, place } of [
    { sources: ['shop', 'desk'], place: 'shop' },
    { sources: [], place: '.' },
  ])
    it(`names ${place} for an option about a function that does not exist`, async () => {
      assert.deepEqual((await read([own], { isolation: ['resize'], sources })).faults, [
        `${place}: isolation: unknown function "resize"`,
      ]);
    });
});

describe('the tables of a load', () => {
  const folder = mkdtempSync(join(tmpdir(), 'gatewright-seeds-'));
  writeFileSync(join(folder, 'orders.json'), '[{ "id": "a" }]');
  const parts = (options: object, said: string[]) => ({
    options,
    store: { url: undefined, expectTables: () => said.push('expected'), createTables: () => undefined },
    events: { items: { resume: () => said.push('streams begin') } },
  });

  for (const { name, options, isReload, said } of [
    {
      name: 'begin with a folder of seeds',
      options: { seed: folder },
      isReload: false,
      said: ['streams begin'],
    },
    {
      name: 'begin with given items',
      options: { tables: { orders: [] } },
      isReload: false,
      said: ['streams begin'],
    },
    { name: 'begin with nothing else', options: {}, isReload: false, said: [] },
    { name: 'do not change in a reload', options: { seed: folder }, isReload: true, said: [] },
  ])
    it(name, async () => {
      const done: string[] = [];

      await run('tables', { isReload }, parts(options, done));

      assert.deepEqual(done, said);
    });

  after(() => rmSync(folder, { recursive: true }));
});
