import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { describe, it } from 'node:test';

import { aFolder } from '../start-runtime.ts';

describe('the output of a function', () => {
  it('never reaches the standard output of the gateway, not even from a child process', () => {
    const folder = aFolder({
      'run.ts': `
        import { anInlineFunction, startRuntime } from ${JSON.stringify(new URL('../start-runtime.ts', import.meta.url).href)};
        const source = \`const cp = require('node:child_process'); exports.handler = async () => {
          console.log('A'); process.stdout.write('B'); require('node:fs').writeSync(1, 'C');
          cp.spawnSync('/bin/echo', ['D'], { stdio: 'inherit' });
          await new Promise((r) => cp.spawn('/bin/echo', ['E'], { stdio: 'inherit' }).on('close', r)); }\`;
        const { runtime, invoke, lines } = await startRuntime([anInlineFunction('f', source)]);
        await invoke('f');
        await runtime.close();
        process.stderr.write(lines.map((line) => line.message).join(','));
      `,
    });

    const env = { ...process.env };
    delete env['NODE_TEST_CONTEXT'];
    const run = spawnSync(process.execPath, ['run.ts'], { cwd: folder, encoding: 'utf8', env });

    assert.match(run.stderr, /A,B,C,D,E/);
    assert.doesNotMatch(run.stdout, /^[A-E]/m);
  });
});
