/** The command in a process of its own, ended without notice in the middle. */
import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { describe, it } from 'node:test';
import { ADMIN } from '../support/a-rest-control.ts';
import { API_ID, aRestApiToAttach } from '../support/an-api-to-attach.ts';
import { runCommand } from '../support/command.ts';
import { assertSame } from '../support/every-get-answer.ts';
import type { Finished } from '../support/command.ts';

const MAIN = fileURLToPath(new URL('../../packages/gatewright/command/main.ts', import.meta.url));

const FIELDS: Readonly<Record<string, string>> = {
  requestId: 'a-1',
  httpMethod: 'GET',
  path: '/prod/nowhere',
  status: '403',
  'error.responseType': 'MISSING_AUTHENTICATION_TOKEN',
};

describe('gatewright attach', () => {
  it('can be continued after kill -9; detach then leaves nothing behind, and other routes find the same API', async () => {
    await using api = await aRestApiToAttach({ resources: 2, methods: ['GET', 'POST'] });
    const before = await api.everything();
    const state = join(api.root, 'state');
    const environment = {
      AWS_ACCESS_KEY_ID: ADMIN.accessKeyId,
      AWS_SECRET_ACCESS_KEY: ADMIN.secretAccessKey,
      AWS_REGION: 'us-east-1',
      AWS_ENDPOINT_URL: api.control.url,
    };
    const target = ['--api', API_ID, '--stage', 'prod', '--state', state];
    const attach = ['attach', ...target, '--authorizer', 'token', '--no-document'];
    const run = (...args: string[]): Promise<Finished> => runCommand(args, { environment });

    const unasked = await run(...attach);
    assert.equal(unasked.code, 1);
    assert.match(unasked.stdout, /1 +permission +allow API Gateway to call gatewright-prod-token-authorizer/);
    assert.match(unasked.stderr, /There is no terminal for a confirmation, so nothing was changed\./);
    assertSame(await api.everything(), before);

    const { PATH = '', HOME = '' } = process.env;
    const killed = spawn(process.execPath, [MAIN, ...attach, '--yes'], {
      env: { PATH, HOME, ...environment },
      stdio: ['ignore', 'ignore', 'pipe'],
    });
    killed.stderr.on('data', (said: Buffer) => {
      if (said.toString().includes('4/8')) killed.kill('SIGKILL');
    });
    const [code] = (await once(killed, 'close')) as [number | null];
    assert.equal(code, null, 'it was killed');
    const midway = await run('attach', 'plan', ...target, '--no-document');
    assert.equal(midway.code, 1);
    assert.match(midway.stderr, /an attachment is in progress/);

    const again = await run(...attach, '--yes');
    assert.equal(again.code, 0, again.stderr);
    assert.match(again.stdout, /resuming: [1-4] of 8 steps are left/);
    assert.match(again.stdout, /passed +stage prod serves the routes behind the authorizer +4 routes/);
    assert.match(again.stdout, /passed +the function refuses a bad credential +unauthorized/);
    assert.equal(await api.status('GET', '/things-1'), 401);
    assert.doesNotMatch(again.stdout + again.stderr, new RegExp(ADMIN.secretAccessKey));

    const elsewhere = await run('detach', ...target, '--yes', '--region', 'eu-west-1');
    assert.equal(elsewhere.code, 1);
    assert.match(elsewhere.stderr, /the attachment is in region us-east-1: pass --region us-east-1/);

    const opened = ['GET', 'POST'].flatMap((method) =>
      [1, 2].flatMap((number) => ['--open', `${method} /things-${number}`]),
    );
    const detached = await run('detach', ...target, '--yes', ...opened);
    assert.equal(detached.code, 0, detached.stderr);
    assertSame(await api.everything(), before);
    const nothing = await run('detach', ...target, '--yes');
    assert.equal(nothing.code, 1);

    const where = ['--api', 'shop', '--stage', 'prod'];
    const start = ['canary', 'start', ...where, '--percent', '10', '--yes'];
    const blind = await run(...start, '--watch-alarm', 'nowhere');
    assert.equal(blind.code, 1, 'no canary begins that nobody can watch');
    assert.match(blind.stderr, /the watch could not observe the canary: .*; nothing was changed/);
    const started = await run(...start);
    assert.equal(started.code, 0, started.stderr);
    const shown = await run('canary', 'status', ...where, '--json');
    assert.match(shown.stdout, /"canary":\{"percent":10,/);
    assert.equal((await run('canary', 'rollback', ...where, '--yes')).code, 0);
    const listed = await run('rollback', ...where);
    assert.match(listed.stdout, /→ +Deployment/);
    const [, other = ''] = /^ +(\w+) .*gatewright canary/m.exec(listed.stdout) ?? [];
    const moved = await run('rollback', ...where, '--to', other, '--yes');
    assert.match(moved.stdout, /to go back, run gatewright rollback --api \S+ --stage \S+ --to Deployment/);

    const found = await run('doctor', ...where, '--json');
    assert.match(found.stdout, /"id":"no-access-log"/);
    const format = await run('explain', ...where, '--log-format');
    const group = 'arn:aws:logs:us-east-1:123456789012:log-group:shop';
    assert.equal((await run('explain', ...where, '--set-log-format', '--log-group', group, '--yes')).code, 0);
    const line = format.stdout
      .trim()
      .replaceAll(/\$context\.([\w.]+)/g, (_, name: string) => FIELDS[name] ?? '-');
    const messages = await run('explain', ...where, '--line', line);
    assert.equal(messages.code, 0, messages.stderr);
    assert.match(messages.stdout, /Stage prod has no route for GET \/nowhere/);
  });
});
