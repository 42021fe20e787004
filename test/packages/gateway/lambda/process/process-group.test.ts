import assert from 'node:assert/strict';
import { chmodSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { setImmediate as turn } from 'node:timers/promises';
import { describe, it } from 'node:test';
import { readIfReadable } from '@gatewright/aws/readable-files';
import { Keeper } from '../../../../../packages/gateway/lambda/process/keeper.ts';
import { ProcessGroup, signalGroup } from '../../../../../packages/gateway/lambda/process/process-group.ts';
import { aFolder } from '../start-runtime.ts';

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

describe('a group of processes', { skip: process.platform !== 'linux' }, () => {
  it('is what Linux ends first if memory runs out, and says how it ended', async () => {
    const folder = aFolder({});
    const keeper = new Keeper(folder);
    let output = '';
    const ended = new Promise<string | undefined>((onExit, onFailure) => {
      const command = { command: '/bin/sh', args: ['-c', 'echo ready; read line < /dev/zero'] };
      const around = { cwd: folder, environment: {} };
      const group = new ProcessGroup({ ...command, ...around }, keeper, keeper.mark(), {
        onExit,
        onFailure,
        onOutput(_, chunk) {
          output += chunk.toString();
          assert.equal(readFileSync(`/proc/${group.id}/oom_score_adj`, 'utf8'), '1000\n');
          void group.kill();
        },
      });
    });

    assert.equal(await ended, 'signal: killed');
    assert.equal(output, 'ready\n');
    keeper.close();
  });
});

describe('signalGroup on Windows', () => {
  it('runs taskkill, and does not fail if it does not exist', async () => {
    const folder = aFolder({ taskkill: '#!/bin/sh\necho "$@" > "$0.ran"\n' });
    chmodSync(join(folder, 'taskkill'), 0o755);
    const { PATH } = process.env;
    const here = Object.getOwnPropertyDescriptor(process, 'platform') ?? {};
    Object.defineProperty(process, 'platform', { ...here, value: 'win32' });
    try {
      const name = 'process-group';
      const module: unknown = await import(
        `../../../../../packages/gateway/lambda/process/${name}.ts?on=windows`
      );
      const { signalGroup: signalThere } = module as { signalGroup: typeof signalGroup };
      process.env['PATH'] = folder;
      signalThere(7, 'SIGKILL');
      process.env['PATH'] = aFolder({});
      signalThere(8, 'SIGKILL');
    } finally {
      Object.defineProperty(process, 'platform', here);
      process.env['PATH'] = PATH;
    }
    const ran = join(folder, 'taskkill.ran');
    for (let turns = 0; turns < 500_000 && (readIfReadable(ran) ?? '') === ''; turns += 1) await turn();

    assert.equal(readFileSync(ran, 'utf8'), '/pid 7 /t /f\n');
  });
});
