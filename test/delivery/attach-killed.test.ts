/**
 * Each step of an attachment in turn is the last that a process gets to: it is killed, as by a machine that goes off.
 */
import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';
import { describe, it } from 'node:test';
import { ADMIN } from '../support/a-rest-control.ts';
import { anHttpApiToAttach, API_ID, aRestApiToAttach } from '../support/an-api-to-attach.ts';
import { runCommand } from '../support/command.ts';
import { assertSame } from '../support/every-get-answer.ts';
import type { ApiToAttach } from '../support/an-api-to-attach.ts';

const MAIN = fileURLToPath(new URL('../../packages/gatewright/command/main.ts', import.meta.url));

type Command = {
  readonly environment: Readonly<Record<string, string>>;
  readonly target: readonly string[];
};

function commandAt({ control, root }: ApiToAttach): Command {
  return {
    target: ['--api', API_ID, '--stage', 'prod', '--state', root, '--yes'],
    environment: {
      AWS_ACCESS_KEY_ID: ADMIN.accessKeyId,
      AWS_SECRET_ACCESS_KEY: ADMIN.secretAccessKey,
      AWS_REGION: 'us-east-1',
      AWS_ENDPOINT_URL: control.url,
    },
  };
}

/** Killed as soon as it has reported this step, while the next one is on its way. */
async function killAfter(step: string, { environment, target }: Command, attach: readonly string[]) {
  const { PATH = '', HOME = '' } = process.env;
  const child = spawn(process.execPath, [MAIN, ...attach, ...target], {
    env: { PATH, HOME, ...environment },
    stdio: ['ignore', 'ignore', 'pipe'],
  });
  child.stderr.on('data', (said: Buffer) => {
    if (said.toString().includes(`${step} `)) child.kill('SIGKILL');
  });
  await once(child, 'close');
}

describe('gatewright attach, killed with signal 9', () => {
  const KINDS = [
    {
      kind: 'REST',
      open: () => aRestApiToAttach({ resources: 1, methods: ['GET', 'POST'] }),
      attach: ['attach', '--authorizer', 'token', '--no-document'],
      steps: 6,
    },
    {
      kind: 'HTTP',
      open: () => anHttpApiToAttach({ count: 2, autoDeploy: false }),
      attach: ['attach', '--no-document'],
      steps: 6,
    },
  ];
  for (const { kind, open, attach, steps } of KINDS)
    it(`after any step is completed by the next run, and detached after it: ${kind}`, async () => {
      await using api = await open();
      const command = commandAt(api);
      const before = await api.seen();
      for (let step = 1; step < steps; step += 1) {
        await killAfter(`${step}/${steps}`, command, attach);

        const again = await runCommand([...attach, ...command.target], command);
        assert.equal(again.code, 0, again.stderr);
        assert.match(again.stdout, new RegExp(`every step of the plan is done +${steps} of ${steps}`));
        await api.detach();
        api.journal().close();
        assertSame(await api.seen(), before, `${kind}, step ${step}`);
      }
    });
});
