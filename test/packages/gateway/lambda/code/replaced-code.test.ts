import assert from 'node:assert/strict';
import { existsSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { describe, it } from 'node:test';
import { zipOf } from '../../../../../packages/conformance/targets/zip.ts';
import { aFolder, anInlineFunction, failed, returned, startRuntime } from '../start-runtime.ts';

function anArchive(value: string, file = 'index.js'): Buffer {
  return Buffer.from(zipOf(file, `exports.handler = async () => ${JSON.stringify(value)};`));
}

const OF_TEMPLATE = anInlineFunction('orders', 'exports.handler = async () => "template";');

describe('FunctionRuntime.replaceCode', () => {
  it('runs the archive from the next event on, and the archive after it', async () => {
    const { runtime, invoke } = await startRuntime([OF_TEMPLATE]);
    const answers = [returned(await invoke('orders'))];
    for (const value of ['first', 'second', 'first']) {
      assert.deepEqual(await runtime.replaceCode('orders', anArchive(value)), { kind: 'replaced' });
      answers.push(returned(await invoke('orders')));
    }

    assert.deepEqual(answers, ['template', 'first', 'second', 'first']);
  });

  it('keeps it while the template changes elsewhere, and leaves it when its code changes', async () => {
    const { runtime, invoke } = await startRuntime([OF_TEMPLATE]);
    await runtime.replaceCode('orders', anArchive('put'));
    await runtime.define([{ ...OF_TEMPLATE, timeoutSeconds: 5 }]);
    const before = returned(await invoke('orders'));
    await runtime.define([
      { ...OF_TEMPLATE, code: { kind: 'inline', source: 'exports.handler = async () => "new";' } },
    ]);

    assert.deepEqual([before, returned(await invoke('orders'))], ['put', 'new']);
  });

  it('lets the last of several simultaneous calls win', async () => {
    const { runtime, invoke } = await startRuntime([OF_TEMPLATE]);
    await Promise.all(['a', 'b', 'c'].map((value) => runtime.replaceCode('orders', anArchive(value))));

    assert.equal(returned(await invoke('orders')), 'c');
  });

  it('fails the events of an archive without the handler, as Lambda does', async () => {
    const { runtime, invoke } = await startRuntime([OF_TEMPLATE]);
    await runtime.replaceCode('orders', anArchive('x', 'other.js'));

    assert.equal(failed(await invoke('orders')).errorType, 'Runtime.ImportModuleError');
    await runtime.replaceCode('orders', anArchive('mended'));
    assert.equal(returned(await invoke('orders')), 'mended');
  });

  it('does not replace the code with something that is not an archive, or for a function that does not exist', async () => {
    const { runtime, invoke } = await startRuntime([OF_TEMPLATE]);

    assert.deepEqual(await runtime.replaceCode('orders', Buffer.from('no zip')), {
      kind: 'unreadable',
      reason: 'the archive is not a zip archive, or is damaged',
    });
    assert.deepEqual(await runtime.replaceCode('customers', anArchive('x')), { kind: 'not-run' });
    assert.equal(returned(await invoke('orders')), 'template');
  });

  it('keeps one unpacked archive of a function', async () => {
    const cacheDirectory = aFolder({});
    const { runtime, invoke } = await startRuntime([OF_TEMPLATE], { cacheDirectory });
    for (const value of ['a', 'b', 'c']) {
      await runtime.replaceCode('orders', anArchive(value));
      await invoke('orders');
    }
    const run = readdirSync(cacheDirectory).find((name) => name.startsWith('run-')) ?? '';
    const unpacked = join(cacheDirectory, run, 'unpacked');
    // The code of instances that end is removed once they have.
    while (readdirSync(unpacked).length > 1) await new Promise(setImmediate);

    assert.deepEqual(readdirSync(join(cacheDirectory, run, 'replaced')), []);
    assert.equal(existsSync(join(unpacked, readdirSync(unpacked)[0] ?? '', 'index.js')), true);
  });
});
