/**
 * `gatewright access revoke`, `flush`, `versions` and their like: what is asked of the admin endpoint, and what is
 * printed.
 */
import assert from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';
import { revocationCommands } from '../../../../../../packages/toolkit/stack/access/commands/access-revoke.ts';
import { cellsOf, openAdminEndpoint } from '../../../../../support/an-admin-endpoint.ts';
import type { AdminEndpoint } from '../../../../../support/an-admin-endpoint.ts';

let admin: AdminEndpoint;
before(async () => {
  admin = await openAdminEndpoint();
});
after(() => admin.close());

const DONE = { step: 'rest000000/v1', done: true };
const FAILED = { step: 'menu000000/v1', done: false, reason: 'too many requests' };
const PATH = '/access/revocations';

describe('gatewright access revoke', () => {
  it('is one of three commands', () => {
    const names = revocationCommands().map((command) => command.name());

    assert.deepEqual(names, ['revoke', 'revocations', 'flush']);
  });

  const revoke = (...args: readonly string[]) => ['access', 'revoke', '--issuer', 'main', ...args];
  const rows: { readonly does: string; readonly args: readonly string[]; readonly asks: string }[] = [
    {
      does: 'logs a subject out everywhere',
      args: ['--sub', 'alice'],
      asks: `POST ${PATH} {"issuer":"main","sub":"alice"}`,
    },
    {
      does: 'ends the tokens of a client',
      args: ['--client', 'app'],
      asks: `POST ${PATH} {"issuer":"main","client":"app"}`,
    },
    {
      does: 'ends one token until its own end, in whatever zone that is written',
      args: ['--jti', 'j-1', '--token-ends', '2026-11-20T13:00:00+01:00'],
      asks: `POST ${PATH} {"issuer":"main","jti":"j-1","tokenEndsAt":"2026-11-20T12:00:00.000Z"}`,
    },
    {
      does: 'takes a revocation back',
      args: ['--sub', 'alice', '--withdraw'],
      asks: `DELETE ${PATH}?issuer=main&sub=alice`,
    },
  ];
  for (const { does, args, asks } of rows)
    it(does, async () => {
      const { code, requests, operations, stderr } = await admin.ask(revoke(...args, '--operation', 'op-1'));

      assert.deepEqual([code, requests, operations], [0, [asks], ['op-1']], stderr);
    });

  for (const { args, says } of [
    { args: [], says: /pass exactly one of --sub, --jti and --client$/m },
    { args: ['--sub', 'a', '--client', 'b'], says: /pass exactly one of --sub, --jti and --client$/m },
    {
      args: ['--sub', 'a', '--token-ends', '2026-11-20T12:00:00Z'],
      says: /--token-ends applies to one token; also pass the id of this token with --jti$/m,
    },
    { args: ['--jti', 'a', '--token-ends', 'soon'], says: /Write it as 2026-11-20T12:00:00Z\./ },
  ])
    it(`asks nothing of the endpoint with ${args.join(' ') || 'no caller'}`, async () => {
      const { code, requests, stderr } = await admin.ask(revoke(...args));

      assert.deepEqual([code, requests], [1, []]);
      assert.match(stderr, says);
    });

  it('shows which caches are flushed, and ends in an error that names those that are not', async () => {
    const { code, stdout, stderr } = await admin.ask(revoke('--sub', 'alice', '--operation', 'op-1'), {
      body: { sub: 'alice', state: 'active', outside: [DONE, FAILED] },
    });

    assert.equal(code, 1);
    assert.deepEqual(cellsOf(stdout), [
      ['sub', 'alice'],
      ['state', 'active'],
      ['rest000000/v1', 'done'],
      ['menu000000/v1', 'failed'],
    ]);
    assert.match(
      stderr,
      /the calls to API Gateway failed \(menu000000\/v1: too many requests\)\. .* --operation op-1$/m,
    );
  });
});

describe('gatewright access revocations', () => {
  it('lists them by what they are of, page by page', async () => {
    const facts = { state: 'active', issuedUntil: 'u', at: 't', by: 'ada' };
    const { requests, stdout } = await admin.ask(
      ['access', 'revocations', '--issuer', 'main'],
      { body: { revocations: [{ jti: 'j-1', ...facts }], next: 'c' } },
      {
        body: {
          revocations: [{ sub: 'alice', state: 'withdrawn' }, { client: 'app', ...facts }, { at: 't' }],
        },
      },
    );

    const query = `${PATH}?issuer=main&limit=100`;
    assert.deepEqual(requests, [`GET ${query}`, `GET ${query}&cursor=c`]);
    assert.deepEqual(cellsOf(stdout), [
      ['KIND', 'VALUE', 'STATE', 'ISSUED UNTIL', 'AT', 'BY'],
      ['jti', 'j-1', 'active', 'u', 't', 'ada'],
      ['sub', 'alice', 'withdrawn', '-', '-', '-'],
      ['client', 'app', 'active', 'u', 't', 'ada'],
      ['', '-', '-', '-', 't', '-'],
    ]);
  });
});

describe('gatewright access flush', () => {
  it('flushes the caches of the APIs of one document', async () => {
    const { code, requests, stdout } = await admin.ask(['access', 'flush', 'orders'], {
      body: { document: 'orders', outside: [DONE] },
    });

    assert.deepEqual([code, requests], [0, ['POST /access/documents/orders/flush {}']]);
    assert.deepEqual(cellsOf(stdout), [
      ['document', 'orders'],
      ['rest000000/v1', 'done'],
    ]);
  });
});

describe('gatewright access versions and rollback', () => {
  const VERSIONS = [
    { version: 3, at: 't3', by: 'ada', documents: ['orders'], checksum: 'c' },
    { version: 2, at: 't2', by: 'ada', documents: ['orders'], restores: 1, checksum: 'c' },
    { version: 1, at: 't1', by: 'ada', documents: ['orders'], checksum: 'a' },
  ];

  it('list the newest first, with what a version restores', async () => {
    const { requests, stdout } = await admin.ask(['access', 'versions'], {
      body: { versions: VERSIONS.slice(1) },
    });

    assert.deepEqual(requests, ['GET /access/versions']);
    assert.deepEqual(cellsOf(stdout), [
      ['version', 'at', 'by', 'documents', 'restores', 'checksum'],
      ['2', 't2', 'ada', 'orders', '1', 'c'],
      ['1', 't1', 'ada', 'orders', '-', 'a'],
    ]);
  });

  it('go back to the newest version that has other documents', async () => {
    const { code, requests, stdout, stderr } = await admin.ask(
      ['access', 'rollback'],
      { body: { versions: VERSIONS } },
      { body: { version: 4, restores: 1 } },
    );

    assert.deepEqual([code, requests], [0, ['GET /access/versions', 'POST /access/versions/1/restore {}']]);
    assert.deepEqual(cellsOf(stdout), [
      ['version', '4'],
      ['restores', '1'],
    ]);
    assert.match(stderr, /^Authorizers use the new version within 60 s\./);
  });

  it('go to a named version, without looking for others', async () => {
    const { requests } = await admin.ask(['access', 'rollback', '2']);

    assert.deepEqual(requests, ['POST /access/versions/2/restore {}']);
  });

  it('report that there is no earlier version, or that none is named', async () => {
    const none = await admin.ask(['access', 'rollback'], { body: { versions: VERSIONS.slice(0, 2) } });
    const odd = await admin.ask(['access', 'rollback', '0']);

    assert.match(
      none.stderr,
      /there is no earlier version with different documents; gatewright access versions lists all versions/,
    );
    assert.deepEqual([none.code, odd.code, odd.requests], [1, 1, []]);
    assert.match(odd.stderr, /A version must be a whole number\./);
  });
});
