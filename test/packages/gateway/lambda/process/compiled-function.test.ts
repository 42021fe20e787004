import assert from 'node:assert/strict';
import { chmodSync } from 'node:fs';
import { join } from 'node:path';
import { describe, it } from 'node:test';
import { aFolder, aFolderFunction, startRuntime, writeFiles } from '../start-runtime.ts';

// qa.md A, row Go: five requests got 503 after 30 s each, and nothing said why.
describe('a function that is compiled before its first event', { skip: process.platform !== 'linux' }, () => {
  it('says at the start, when it begins and when it is done, and in the answer of a request that waited', async (context) => {
    const folder = aFolder({ 'go.mod': 'module f', 'main.go': 'package main' });
    const bin = aFolder({ go: `#!/bin/sh\nwhile [ ! -e ${folder}/done ]; do sleep 0.01; done\nexit 1\n` });
    chmodSync(join(bin, 'go'), 0o755);
    const { PATH } = process.env;
    process.env['PATH'] = `${bin}:${PATH ?? ''}`;
    context.after(() => (process.env['PATH'] = PATH));
    const definition = aFolderFunction(folder, 'bootstrap', { runtime: 'provided.al2023', name: 'orders' });
    const { invoke, lines } = await startRuntime([definition]);
    const said = (): string[] => lines.map(({ message }) => message);

    assert.deepEqual(said(), ['the first event waits until go build has finished']);
    const late = await invoke('orders', {}, 50);
    assert.ok(late.kind === 'timed-out');
    assert.match(
      late.because ?? '',
      /^go build has been running for \d+\.\d s; later requests also wait for it$/,
    );
    const waiting = invoke('orders');
    writeFiles(folder, { done: '' });

    // The compiler of this test fails; that its end is waited for is what counts.
    assert.equal((await waiting).kind, 'failed');
    assert.deepEqual(said()[1], 'go build has begun');
    assert.match(said()[2] ?? '', /^go build finished in \d+\.\d s$/);
  });
});
