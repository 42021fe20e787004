import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { limitYoungGeneration } from '../../../../../packages/gatewright/command/start/young-generation.ts';

type Look = { readonly megabytes: number; readonly connections?: number; readonly utilization?: number };

/** The flags for V8, and how often memory is collected, over looks at the process. */
function follow(looks: readonly Look[], nodeOptions = '') {
  const flags: string[] = [];
  const runs: (() => void)[] = [];
  let collections = 0;
  let now: Look = { megabytes: 0 };
  limitYoungGeneration({
    nodeOptions,
    youngBytes: () => now.megabytes * 1024 * 1024,
    connections: () => now.connections ?? 0,
    utilization: () => ({ idle: 0, active: 0, utilization: now.utilization ?? 0.5 }),
    collect: () => void (collections += 1),
    setFlags: (flag) => void flags.push(flag),
    every: (run) => void runs.push(run),
  });
  for (now of looks) for (const run of runs) run();
  return { flags, collections };
}

const flagsAt = (sizes: readonly number[], connections = 0): readonly string[] =>
  follow(sizes.map((megabytes) => ({ megabytes, connections }))).flags;

describe('young generation of the command', () => {
  it('grows until it is enough, and again after V8 has shrunk it', () => {
    const held = flagsAt([2, 8, 16, 16, 2, 2, 64]);
    assert.deepEqual(held.slice(1), [
      '--semi-space-growth-factor=1',
      '--semi-space-growth-factor=2',
      '--semi-space-growth-factor=1',
    ]);
  });

  it('grows further while requests of many connections are in flight', () => {
    const held = flagsAt([2, 16, 64, 128, 64], 1_000);
    assert.deepEqual(held.slice(1), ['--semi-space-growth-factor=1', '--semi-space-growth-factor=2']);
  });

  it('is collected in the first idle second after the connections have gone', () => {
    const crowd: Look = { megabytes: 128, connections: 1_000, utilization: 0 };
    const busy: Look = { megabytes: 128, connections: 1_000 };
    const gone: Look = { megabytes: 128, utilization: 0.01 };
    const usual: Look = { megabytes: 16, utilization: 0.01 };
    assert.equal(follow([crowd, crowd, crowd, crowd, crowd]).collections, 0);
    assert.equal(follow([busy, gone, gone, gone, busy, gone, gone, gone]).collections, 0);
    assert.equal(follow([busy, gone, gone, gone, gone, usual, usual, usual, usual]).collections, 1);
    assert.equal(follow([busy, gone, gone, gone, gone, gone, gone, gone, gone]).collections, 1);
  });

  // It would slow the next second of requests by a quarter: V8 discards the code that it has compiled for them.
  it('is not collected after usual loads, even if the start has made it larger', () => {
    const started: Look = { megabytes: 32, connections: 32 };
    const idle: Look = { megabytes: 32, connections: 32, utilization: 0 };
    const crowd: Look = { megabytes: 16, connections: 200 };
    const small: Look = { megabytes: 16, utilization: 0 };
    assert.equal(follow([started, idle, idle, idle, idle, idle]).collections, 0);
    const later = [crowd, small, small, small, small, started, idle, idle, idle, idle];
    assert.equal(follow(later).collections, 0);
  });

  it('is large enough from the start in threads that begin later', () => {
    assert.deepEqual(flagsAt([]), ['--min-semi-space-size=8']);
  });

  it('keeps the size that a user has set in V8', () => {
    for (const options of ['--max-semi-space-size=32', '--enable-source-maps --max_semi_space_size=32'])
      assert.deepEqual(follow([{ megabytes: 128 }], options).flags, []);
  });
});
