import assert from 'node:assert/strict';
import { createRequire } from 'node:module';
import { join } from 'node:path';
import { afterEach, describe, it } from 'node:test';
import { readTrial, shieldAddons } from '../../../../../packages/gateway/lambda/worker/native-addons.ts';
import { aFolder } from '../start-runtime.ts';

const own = process.dlopen.bind(process);
const require = createRequire(import.meta.url);

/** A file that Node.js loads as an addon, and that is none: its own error shows that it was loaded. */
function anAddon(): string {
  return join(aFolder({ 'own.node': 'text' }), 'own.node');
}

// awslabs/aws-crt-nodejs#286 ("Fatal error condition occurred", status 255) and #452 (SIGSEGV)
describe('a native addon in a thread', () => {
  afterEach(() => {
    process.dlopen = own;
  });

  it('is not loaded if the process would end, and the error says what to do', () => {
    const file = anAddon();
    shieldAddons(() => false);

    assert.throws(() => require(file) as unknown, {
      code: 'ERR_DLOPEN_FAILED',
      message: `${file} ends the process in which a second thread loads it, so it was not loaded; start with --isolation process`,
    });
  });

  it('is loaded if another process has endured it', () => {
    const file = anAddon();
    shieldAddons();

    assert.throws(
      () => require(file) as unknown,
      (error: Error) => !error.message.includes('--isolation'),
    );
  });

  for (const { name, ended, expected } of [
    { name: 'an end by itself', ended: { status: 0 }, expected: true },
    { name: 'a fatal error', ended: { status: 255 }, expected: false },
    { name: 'a signal', ended: { status: null }, expected: false },
    {
      name: 'a trial that took too long',
      ended: { status: null, error: new Error('ETIMEDOUT') },
      expected: true,
    },
  ])
    it(`${expected ? 'is' : 'is not'} loaded after ${name}`, () => {
      assert.equal(readTrial(ended), expected);
    });
});
