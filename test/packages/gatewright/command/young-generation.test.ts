import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { limitYoungGeneration } from '../../../../packages/gatewright/command/young-generation.ts';

/** The flags for V8 where the young generation has these sizes, in megabytes, one after another. */
function flagsAt(
  sizes: readonly number[],
  {
    nodeOptions = '',
    connections = 0,
  }: { readonly nodeOptions?: string; readonly connections?: number } = {},
): readonly string[] {
  const flags: string[] = [];
  const looks: (() => void)[] = [];
  let megabytes = 0;
  limitYoungGeneration({
    nodeOptions,
    youngBytes: () => megabytes * 1024 * 1024,
    connections: () => connections,
    setFlags: (flag) => void flags.push(flag),
    every: (run) => void looks.push(run),
  });
  for (megabytes of sizes) for (const look of looks) look();
  return flags;
}

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
    const held = flagsAt([2, 16, 64, 128, 64], { connections: 1_000 });
    assert.deepEqual(held.slice(1), ['--semi-space-growth-factor=1', '--semi-space-growth-factor=2']);
  });

  it('is large enough from the start in threads that begin later', () => {
    assert.deepEqual(flagsAt([]), ['--min-semi-space-size=8']);
  });

  it('keeps the size that a user has set in V8', () => {
    assert.deepEqual(flagsAt([128], { nodeOptions: '--max-semi-space-size=32' }), []);
    assert.deepEqual(flagsAt([128], { nodeOptions: '--enable-source-maps --max_semi_space_size=32' }), []);
  });
});
