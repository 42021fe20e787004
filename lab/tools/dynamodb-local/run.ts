/**
 * `node lab/tools/dynamodb-local/run.ts --libraries FOLDER`: compares the embedded DynamoDB with DynamoDB Local, using
 * calls generated from a seed. Differences listed in decided.ts are counted; others are printed, and the exit code is
 * then 1. `pom.xml` describes how Maven fills the folder.
 */
import { parseArgs } from 'node:util';
import { membersOf } from '@gatewright/aws/json-object';
import { nextCall, setUp } from './calls.ts';
import type { Call } from './calls.ts';
import { differenceOf } from './compare.ts';
import type { Difference } from './compare.ts';
import { reasonFor } from './decided.ts';
import { Seed } from './seed.ts';
import { startEmbedded, startLocal } from './sides.ts';
import type { Side } from './sides.ts';
import { TABLES } from './tables.ts';
import { itemOf } from './values.ts';

const USAGE = 'node lab/tools/dynamodb-local/run.ts --libraries FOLDER [--calls 2500] [--seed 1] [--all]';
const API = 'DynamoDB_20120810.';
const WRITES = /Put|Update|Delete|Write|Execute/;

type Found = { readonly call: Call; readonly difference: Difference; readonly reason: string | undefined };

async function main(): Promise<number> {
  const { values } = parseArgs({
    options: {
      libraries: { type: 'string' },
      calls: { type: 'string', default: '2500' },
      seed: { type: 'string', default: '1' },
      all: { type: 'boolean', default: false },
    },
  });
  const calls = Number(values.calls);
  if (values.libraries === undefined || !Number.isSafeInteger(calls) || calls < 1) {
    process.stderr.write(`${USAGE}\n`);
    return 2;
  }
  const ours = await startEmbedded();
  const theirs = await startLocal(values.libraries).catch(async (error: unknown) => {
    await ours.close();
    throw error;
  });
  try {
    const found = await compareAll(new Seed(Number(values.seed)), calls, ours, theirs);
    return report(found, calls, values.all);
  } finally {
    await ours.close();
    await theirs.close();
  }
}

async function compareAll(seed: Seed, calls: number, ours: Side, theirs: Side): Promise<readonly Found[]> {
  const both = (call: Call) => Promise.all([ours.call(call), theirs.call(call)] as const);
  for (const call of setUp()) await both(call);
  await level(seed, ours, theirs);
  const found: Found[] = [];
  for (let count = 0; count < calls; count += 1) {
    const call = nextCall(seed);
    const [mine, other] = await both(call);
    const difference = differenceOf(mine, other);
    if (difference !== undefined) {
      const operation = operationOf(call);
      found.push({ call, difference, reason: reasonFor(operation, difference) });
      // If only one side stored an item, later responses would differ, too.
      if (WRITES.test(operation)) await level(seed, ours, theirs);
    }
    const { TableName: name } = call.input;
    if (operationOf(call) === 'CreateTable' && String(name).startsWith('made'))
      await both({ target: `${API}DeleteTable`, input: { TableName: name } });
  }
  return found;
}

/** Stores the same few items on both sides. */
async function level(seed: Seed, ours: Side, theirs: Side): Promise<void> {
  for (const table of TABLES) {
    for (const side of [ours, theirs]) {
      const { body } = await side.call({ target: `${API}Scan`, input: { TableName: table.name } });
      const { Items: items } = membersOf(body);
      for (const item of Array.isArray(items) ? items : []) {
        const Key = Object.fromEntries(table.keys.map(({ name }) => [name, membersOf(item)[name]]));
        await side.call({ target: `${API}DeleteItem`, input: { TableName: table.name, Key } });
      }
    }
    for (let made = 0, tried = 0; made < 5 && tried < 20; tried += 1) {
      const call = { target: `${API}PutItem`, input: { TableName: table.name, Item: itemOf(seed, table) } };
      const kept = await theirs.call(call);
      if (kept.status !== 200) continue;
      const { status } = await ours.call(call);
      made += 1;
      if (status === 200) continue;
      const Key = Object.fromEntries(table.keys.map(({ name }) => [name, call.input.Item[name]]));
      await theirs.call({ target: `${API}DeleteItem`, input: { TableName: table.name, Key } });
    }
  }
}

function operationOf({ target }: Call): string {
  return target.slice(target.indexOf('.') + 1);
}

function report(found: readonly Found[], calls: number, isAll: boolean): number {
  const open = found.filter(({ reason }) => reason === undefined);
  process.stdout.write(
    `calls: ${calls}, differences: ${found.length}, unexplained differences: ${open.length}\n`,
  );
  const byKind = Map.groupBy(found, ({ call, difference }) => `${operationOf(call)} ${difference.kind}`);
  for (const [name, group] of [...byKind].toSorted(([a], [b]) => (a < b ? -1 : 1))) {
    const unlisted = group.filter(({ reason }) => reason === undefined);
    process.stdout.write(`${name}: differences: ${group.length}, unexplained: ${unlisted.length}\n`);
    for (const { call, difference, reason } of isAll ? group : unlisted) {
      process.stdout.write(`    ${JSON.stringify(call.input)}\n      ours    ${difference.ours}\n`);
      process.stdout.write(`      theirs  ${difference.theirs}\n`);
      if (reason !== undefined) process.stdout.write(`      listed: ${reason}\n`);
    }
  }
  const reasons = Map.groupBy(found, ({ reason }) => reason ?? 'not listed');
  for (const [reason, group] of reasons) process.stdout.write(`${group.length} × ${reason}\n`);
  return open.length === 0 ? 0 : 1;
}

process.exitCode = await main();
