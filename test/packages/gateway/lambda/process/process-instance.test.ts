import assert from 'node:assert/strict';
import { chmodSync } from 'node:fs';
import { join } from 'node:path';
import { describe, it } from 'node:test';
import { aFolder, aFolderFunction, failed, returned, startRuntime } from '../start-runtime.ts';

/** Lambda's runtime API, "Invocation error" and "Invocation response". */
const BOOTSTRAP = `#!${process.execPath}
const base = 'http://' + process.env.AWS_LAMBDA_RUNTIME_API + '/2018-06-01/runtime/invocation/';
for (;;) {
  const next = await fetch(base + 'next');
  const id = next.headers.get('lambda-runtime-aws-request-id');
  const { fails } = await next.json();
  const body = JSON.stringify(fails ? { errorType: 'Own.Error', errorMessage: 'as asked' } : 'fine');
  await fetch(base + id + (fails ? '/error' : '/response'), { method: 'POST', body });
}
`;

describe('a function process', { skip: process.platform === 'win32' }, () => {
  it('fails the event that it reports as failed, and continues with the next one', async () => {
    const folder = aFolder({ bootstrap: BOOTSTRAP, 'package.json': '{ "type": "module" }' });
    chmodSync(join(folder, 'bootstrap'), 0o755);
    const definition = aFolderFunction(folder, 'any', { runtime: 'provided.al2023', name: 'own' });
    const { invoke } = await startRuntime([definition]);

    const { errorType, errorMessage } = failed(await invoke('own', { fails: true }));

    assert.deepEqual([errorType, errorMessage], ['Own.Error', 'as asked']);
    assert.equal(returned(await invoke('own')), 'fine');
  });
});
