/** What `clock` says of the customers when the clock goes back. */
import assert from 'node:assert/strict';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, describe, it } from 'node:test';
import { aLoopbackServer } from '../../../../support/signed-tokens.ts';
import { runCommandHere } from '../../../../support/command-in-process.ts';

const cwd = mkdtempSync(join(tmpdir(), 'gatewright-clock-'));
after(() => rmSync(cwd, { recursive: true }));

describe('gatewright clock reset', () => {
  it('names the customers that have no plan in force at the new time', async () => {
    const customers = [
      { tenant: 'acme', state: 'active' },
      { tenant: 'bolt', state: 'active', plan: 'free' },
      { tenant: 'cafe', state: 'closed' },
    ];
    await using server = await aLoopbackServer(
      ({ method = '', url = '', headers: { host = '' } }, response) => {
        const answers: Readonly<Record<string, object>> = {
          'GET /_gatewright/clock': { nowEpochMs: 0, offsetMs: 345_600_000 },
          'POST /_gatewright/clock': { nowEpochMs: 0, offsetMs: 0 },
          'GET /_gatewright/status': {
            apis: [{ name: 'gatewright-dev-admin', url: `http://${host}`, region: 'us-east-1' }],
          },
          'GET /quota/customers': { customers },
        };
        response.end(JSON.stringify(answers[`${method} ${url}`] ?? {}));
      },
    );
    mkdirSync(join(cwd, '.gatewright'));
    const keys = { controlSecret: 's', accessKeyId: 'AKIALOCAL', secretAccessKey: 'secret' };
    writeFileSync(
      join(cwd, '.gatewright/credentials.json'),
      JSON.stringify({ controlUrl: server.url, ...keys }),
    );

    const environment = { GATEWRIGHT_HOME: join(cwd, 'home') };
    const { code, stderr } = await runCommandHere(['clock', 'reset'], { cwd, environment });

    assert.equal(code, 0, stderr);
    assert.match(
      stderr,
      /^No plan is in force now for acme, so its requests get 403\. .* run gatewright customers set-plan acme PLAN\.$/m,
    );
  });
});
