import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { createInterface } from 'node:readline';
import { describe, it } from 'node:test';
import { fileURLToPath } from 'node:url';

const MODULE = new URL('../../../../../packages/gatewright/command/start/npx-parent.ts', import.meta.url)
  .href;

/** Says its pid, keeps running as a gateway would, and ends with 0 when npx is gone. */
const WAITS = `
  import { waitForNpxExit } from '${MODULE}';
  console.log(process.pid);
  const running = setInterval(() => undefined, 1000);
  const last = setTimeout(() => process.exit(1), 20000);
  await waitForNpxExit();
  clearInterval(running);
  clearTimeout(last);
`;

/** Runs the command in a shell as npx does, and is ended by a signal without passing it on. */
const WRAPS = `
  import { spawn } from 'node:child_process';
  const [command, script] = process.argv.slice(1);
  spawn(command, ['-c', script], { stdio: 'inherit' });
  setTimeout(() => process.exit(1), 20000);
`;

function isRunning(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch {
    return false;
  }
}

describe('what npx has started', { skip: process.platform === 'win32' }, () => {
  // A last command that is not the only one keeps the shell in between. Its other rules are tried in
  // own-process.test.ts.
  for (const { name, script } of [
    {
      name: 'ends with npx',
      script: 'exec "$NODE" --input-type=module -e "$WAITS"',
    },
    {
      name: 'ends with npx behind a shell',
      script: '"$NODE" --input-type=module -e "$WAITS"; :',
    },
  ])
    it(name, async () => {
      const env = {
        ...process.env,
        NODE: process.execPath,
        WAITS,
        npm_command: 'exec',
      };
      const wrapper = spawn(process.execPath, ['--input-type=module', '-e', WRAPS, '--', '/bin/sh', script], {
        env,
        cwd: fileURLToPath(new URL('../../../../..', import.meta.url)),
        stdio: ['ignore', 'pipe', 'inherit'],
      });
      const lines = createInterface(wrapper.stdout)[Symbol.asyncIterator]();
      const pid = Number((await lines.next()).value);
      try {
        assert.ok(pid > 1 && isRunning(pid));

        wrapper.kill('SIGTERM');
        await once(wrapper, 'exit');

        // Its output ends when the last who holds it does.
        assert.equal((await lines.next()).done, true);
      } finally {
        if (isRunning(pid)) process.kill(pid, 'SIGKILL');
      }
    });
});
