import assert from 'node:assert/strict';
import { mkdtempSync, readFileSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, it } from 'node:test';
import { startProfile, summariseHolders } from '../../../../../packages/gatewright/command/start/profile.ts';
import type { HeapSummary } from '../../../../../packages/gatewright/command/start/profile.ts';

const frame = (functionName: string, url = '') => ({
  functionName,
  url,
  scriptId: '1',
  lineNumber: 0,
  columnNumber: 0,
});

/** HOME is not the home of Windows. */
const aPosix = { skip: process.platform === 'win32' };

describe('a profile of the gateway', () => {
  it('is a CPU profile and a heap summary, readable only by its owner, without values from memory', async () => {
    const folder = mkdtempSync(join(tmpdir(), 'gatewright-profile-'));
    try {
      const profiling = await startProfile(join(folder, 'profiles'), Date.UTC(2026, 0, 2, 3, 4, 5));
      const secret = ['hunter', 'two', process.pid].join('-').repeat(1_000);
      const [cpuFile = '', heapFile = ''] = await profiling.finish();

      assert.equal(cpuFile, join(folder, 'profiles', '2026-01-02T03-04-05.000Z.cpuprofile'));
      const cpu = JSON.parse(readFileSync(cpuFile, 'utf8')) as {
        readonly nodes: unknown[];
        readonly samples: unknown[];
      };
      assert.ok(cpu.nodes.length > 0 && Array.isArray(cpu.samples));
      const heapText = readFileSync(heapFile, 'utf8');
      const heap = JSON.parse(heapText) as HeapSummary;
      assert.ok(heap.memory.rss > 0 && heap.spaces.length > 0 && heap.node === process.version);
      for (const text of [readFileSync(cpuFile, 'utf8'), heapText])
        assert.ok(!text.includes(secret.slice(0, 20)));
      for (const file of [cpuFile, heapFile]) assert.equal(statSync(file).mode & 0o077, 0);
    } finally {
      rmSync(folder, { recursive: true, force: true });
    }
  });

  it('sums the memory of each function over all ways to it, largest first', () => {
    const leaf = (id: number, selfSize: number) => ({
      callFrame: frame('keep', 'file:///a.js'),
      selfSize,
      id,
      children: [],
    });
    const head = {
      callFrame: frame('(root)'),
      selfSize: 0,
      id: 1,
      children: [{ callFrame: frame(''), selfSize: 5, id: 2, children: [leaf(3, 10)] }, leaf(4, 20)],
    };
    assert.deepEqual(summariseHolders(head), [
      { where: 'keep file:///a.js:1', bytes: 30 },
      { where: '(anonymous)', bytes: 5 },
    ]);
  });

  it('names no home folder, but keeps all paths if that is the root, as in containers', aPosix, () => {
    const { HOME } = process.env;
    const whereAt = (home: string): string | undefined => {
      process.env['HOME'] = home;
      const callFrame = frame('keep', 'file:///srv/ada/shop/a.js');
      const head = { callFrame, selfSize: 1, id: 1, children: [] };
      return summariseHolders(head)[0]?.where;
    };
    try {
      assert.equal(whereAt('/srv/ada'), 'keep file://~/shop/a.js:1');
      assert.equal(whereAt('/'), 'keep file:///srv/ada/shop/a.js:1');
    } finally {
      if (HOME === undefined) delete process.env['HOME'];
      else process.env['HOME'] = HOME;
    }
  });
});
