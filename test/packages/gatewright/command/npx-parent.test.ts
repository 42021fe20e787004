import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { createInterface } from 'node:readline';
import { describe, it } from 'node:test';
import { fileURLToPath } from 'node:url';

const MODULE = new URL('../../../../packages/gatewright/command/npx-parent.ts', import.meta.url).href;

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

/** What npx does: runs the command in a shell and dies of a signal without passing it on. */
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
  // A last command that is not the only one keeps the shell in between.
  for (const { name, script, npmCommand, npmScript = '', ends } of [
    {
      name: 'ends with npx',
      script: 'exec "$NODE" --input-type=module -e "$WAITS"',
      npmCommand: 'exec',
      ends: true,
    },
    {
      name: 'ends with npx behind a shell',
      script: '"$NODE" --input-type=module -e "$WAITS"; :',
      npmCommand: 'exec',
      ends: true,
    },
    {
      name: 'ends with npm behind a shell, where the script start starts it',
      script: '"$NODE" --input-type=module -e "$WAITS"; :',
      npmCommand: 'start',
      npmScript: 'start',
      ends: true,
    },
    {
      name: 'ends with npm behind a shell, where npm run gatewright starts it',
      script: '"$NODE" --input-type=module -e "$WAITS"; :',
      npmCommand: 'run-script',
      npmScript: 'gatewright',
      ends: true,
    },
    {
      name: 'stays where npx has not started it',
      script: 'exec "$NODE" --input-type=module -e "$WAITS"',
      npmCommand: '',
      ends: false,
    },
  ])
    it(name, async () => {
      const env = {
        ...process.env,
        NODE: process.execPath,
        WAITS,
        npm_command: npmCommand,
        npm_lifecycle_event: npmScript,
      };
      const wrapper = spawn(process.execPath, ['--input-type=module', '-e', WRAPS, '--', '/bin/sh', script], {
        env,
        cwd: fileURLToPath(new URL('../../../..', import.meta.url)),
        stdio: ['ignore', 'pipe', 'inherit'],
      });
      const lines = createInterface(wrapper.stdout)[Symbol.asyncIterator]();
      const pid = Number((await lines.next()).value);
      try {
        assert.ok(pid > 1 && isRunning(pid));

        wrapper.kill('SIGTERM');
        await once(wrapper, 'exit');

        // Its output ends when the last who holds it does.
        const more = await (ends ? lines.next() : Promise.race([lines.next(), settled(1_500)]));
        assert.equal(more === 'running', !ends);
      } finally {
        if (isRunning(pid)) process.kill(pid, 'SIGKILL');
      }
    });
});

/** Three times as long as the watch takes. */
function settled(ms: number): Promise<'running'> {
  return new Promise((resolve) => setTimeout(resolve, ms, 'running'));
}
