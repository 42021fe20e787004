import assert from 'node:assert/strict';
import { createServer } from 'node:http';
import type { Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { after, before, describe, it } from 'node:test';
import { sendChange } from '../../../../packages/stack/commands/admin-commands.ts';
import { planCommand } from '../../../../packages/stack/quota/commands/plan.ts';
import { AdminError } from '../../../../packages/terminal/admin-client.ts';

type Answer = { readonly status: number; readonly body: object };

describe('a change at an admin endpoint', () => {
  let server: Server;
  let origin: string;
  let answers: Answer[] = [];
  let requests: string[] = [];
  before(async () => {
    server = createServer((request, response) => {
      const parts: Buffer[] = [];
      request.on('data', (part: Buffer) => parts.push(part));
      request.on('end', () => {
        requests.push(`${request.method} ${Buffer.concat(parts).toString()}`);
        const { status, body } = answers.shift() ?? { status: 200, body: {} };
        response.writeHead(status).end(JSON.stringify(body));
      });
    });
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    origin = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
    process.env['AWS_REGION'] = 'us-east-1';
    process.env['AWS_ACCESS_KEY_ID'] = 'AKID';
    process.env['AWS_SECRET_ACCESS_KEY'] = 'secret';
  });
  after(() => server.close());

  const send = () => sendChange({ method: 'POST', path: '/' }, { url: origin, operation: 'op-1' });

  it('names the operation where the store did not answer, and not where words only look like it', async () => {
    const detail = 'STORE_UNAVAILABLE is what it says';
    answers = [{ status: 503, body: { detail: 'the table did not answer', code: 'STORE_UNAVAILABLE' } }];
    await assert.rejects(send(), /\(STORE_UNAVAILABLE, 503\); repeat it with --operation op-1$/);

    answers = [{ status: 422, body: { detail, code: 'REQUEST_INVALID' } }];
    await assert.rejects(send(), (error: unknown) => {
      assert.ok(error instanceof AdminError);
      assert.equal(error.code, 'REQUEST_INVALID');
      assert.equal(error.message, `${detail} (REQUEST_INVALID, 422)`);
      return true;
    });
  });

  it('names the operation where nothing answers', async () => {
    const closed = { url: 'http://127.0.0.1:1', operation: 'op-2' };

    await assert.rejects(
      sendChange({ method: 'POST', path: '/' }, closed),
      /cannot be reached; repeat it with --operation op-2$/,
    );
  });

  it('assigns the next version of a key that was taken off its plan', async () => {
    answers = [
      { status: 404, body: { detail: 'no plan is assigned to it', code: 'KEY_UNKNOWN' } },
      { status: 409, body: { detail: 'overtaken', code: 'EDIT_CONFLICT', nextVersion: 5 } },
      { status: 200, body: { plan: 'gold', version: 5 } },
    ];
    requests = [];

    await planCommand().parseAsync(['assign', 'acme', 'key-1', 'gold', '--url', origin], { from: 'user' });

    assert.deepEqual(requests, [
      'GET ',
      'PUT {"plan":"gold","version":1}',
      'PUT {"plan":"gold","version":5}',
    ]);
  });
});
