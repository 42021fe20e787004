import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { signalGroup } from '../../../../packages/lambda/process/process-group.ts';

function signalled(platform: NodeJS.Platform, signal: 'SIGTERM' | 'SIGKILL'): readonly string[] {
  const done: string[] = [];
  signalGroup(7, signal, {
    platform,
    kill: (pid, sent) => {
      done.push(`${sent} ${pid}`);
      throw new Error('nobody is left');
    },
    run: (command, args) => {
      done.push([command, ...args].join(' '));
    },
  });
  return done;
}

describe('signalGroup', () => {
  for (const [platform, signal, done] of [
    ['linux', 'SIGTERM', ['SIGTERM -7']],
    ['darwin', 'SIGKILL', ['SIGKILL -7']],
    ['win32', 'SIGTERM', []],
    ['win32', 'SIGKILL', ['taskkill /pid 7 /t /f']],
  ] as const)
    it(`sends ${signal} on ${platform} to all of them`, () => {
      assert.deepEqual(signalled(platform, signal), done);
    });
});
