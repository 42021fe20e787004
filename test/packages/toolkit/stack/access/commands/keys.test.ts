/** `gatewright keys`: what is asked of the admin endpoint, and what is printed of its answers. */
import assert from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';
import { printApiKey } from '#shared/access/keys/api-key.ts';
import { keysCommand } from '../../../../../../packages/toolkit/stack/access/commands/keys.ts';
import { cellsOf, openAdminEndpoint } from '../../../../../support/an-admin-endpoint.ts';
import type { AdminEndpoint } from '../../../../../support/an-admin-endpoint.ts';

let admin: AdminEndpoint;
before(async () => {
  admin = await openAdminEndpoint();
});
after(() => admin.close());

const KEY = 'shop_live_0123456789abcdef_secret';
const MADE = { keyId: 'k-1', state: 'active', key: KEY };
const FLUSHED = { step: 'flush-rest-a1/prod', done: true };
const FAILED = { step: 'flush-rest-b2/prod', done: false, reason: 'too many requests' };

const OF_LAST_USE =
  'The time of a key’s last use is recorded at most every 10 minutes, and not for requests that a cached result of the authorizer admits, so a key may have been used later.\n';

describe('gatewright keys', () => {
  it("has a command for each change to a key, two that change none, and one for API Gateway's own keys", () => {
    const names = keysCommand().commands.map((command) => command.name());

    assert.deepEqual(names, ['create', 'list', 'show', 'rotate', 'revoke', 'value']);
  });

  const WHOLE = printApiKey({ prefix: 'shop_live', keyId: '0Fq0123456789abc' }, 'f0'.repeat(32));
  for (const name of ['show', 'rotate', 'revoke'])
    it(`${name} takes the id from a whole key, and never sends the secret, not even of a mistyped key`, async () => {
      const { requests } = await admin.ask(['keys', name, WHOLE], { body: MADE });
      assert.equal(requests.length, 1);
      assert.match(requests.join(), /^(GET|POST) \/access\/keys\/0Fq0123456789abc\b/);
      const refused = await admin.ask(['keys', name, `${WHOLE}x`]);
      assert.deepEqual(refused.requests, []);
      assert.match(refused.stderr, /pass its id, the 16 characters after the prefix/);
    });

  const rows: {
    readonly does: string;
    readonly args: readonly string[];
    readonly asks: string;
  }[] = [
    {
      does: 'creates a key of a tenant with nothing but what is given',
      args: ['create', '--tenant', 'acme', '--prefix', 'shop_live'],
      asks: 'POST /access/keys {"tenant":"acme","prefix":"shop_live","roles":[],"scopes":[],"metadata":{}}',
    },
    {
      does: 'creates one with all that a key may have',
      args: (
        'create --customer acme --prefix shop_live --name Shop --owner ada --role a --role b --scope s ' +
        '--plan gold --meta team=x --expires 90d --native-plan p1'
      ).split(' '),
      asks:
        'POST /access/keys {"customer":"acme","prefix":"shop_live","roles":["a","b"],"scopes":["s"],"metadata":{"team":"x"},' +
        '"name":"Shop","owner":"ada","plan":"gold","lifetimeSeconds":7776000,"usagePlanId":"p1"}',
    },
    {
      does: 'rotates one, with a day in which both secrets are valid',
      args: ['rotate', 'k-1'],
      asks: 'POST /access/keys/k-1/rotate {"overlapSeconds":86400}',
    },
    {
      does: 'ends earlier secrets at once, if that is said',
      args: ['rotate', 'k-1', '--overlap', '0s'],
      asks: 'POST /access/keys/k-1/rotate {"overlapSeconds":0}',
    },
  ];
  for (const { does, args, asks } of rows)
    it(`${does}, and prints only the key to stdout, once`, async () => {
      const { code, requests, operations, stdout, stderr } = await admin.ask(
        ['keys', ...args, '--operation', 'op-1'],
        { body: { ...MADE, outside: [FLUSHED] } },
      );

      assert.deepEqual([code, requests, operations], [0, [asks], ['op-1']], stderr);
      assert.equal(stdout, `${KEY}\n`);
      // A key without rights is probably not what was meant.
      const isPowerless = args[0] === 'create' && !args.includes('--role');
      assert.equal(/^The key has no role and no scope/m.test(stderr), isPowerless);
      assert.deepEqual(cellsOf(stderr.replace(/^The key has no role.*\n/m, '')), [
        ['keyId', 'k-1'],
        ['state', 'active'],
        ['Save the key now, because it cannot be shown again:'],
      ]);
    });

  // The walk of a user with a leaked key: the old secret still worked after `rotate`, and `revoke` ended the new one
  // too.
  it('says until when the earlier secret is accepted, and how to end it', async () => {
    const secrets = [{ createdAt: 'c2' }, { createdAt: 'c1', notAfter: '2026-11-28T10:00:00.000Z' }];
    const rotate = async (...more: readonly string[]): Promise<string> => {
      const { stderr } = await admin.ask(['keys', 'rotate', 'k-1', ...more], { body: { ...MADE, secrets } });
      return stderr;
    };

    assert.match(
      await rotate(),
      /^secrets +created c2; created c1, accepted until 2026-11-28T10:00:00\.000Z$/m,
    );
    assert.match(
      await rotate(),
      /^The earlier secret is accepted until 2026-11-28T10:00:00\.000Z\. If it has leaked, run gatewright keys rotate k-1 --overlap 0s, and use the secret that this command prints\.$/m,
    );
    assert.doesNotMatch(await rotate('--overlap', '0s'), /earlier secret/);
    assert.match(
      keysCommand()
        .commands.find((one) => one.name() === 'revoke')
        ?.description() ?? '',
      /all its secrets/,
    );
  });

  it('says that an operation that has shown its key does not show it again', async () => {
    const { code, stdout, stderr } = await admin.ask(['keys', 'rotate', 'k-1'], { body: { keyId: 'k-1' } });

    assert.deepEqual([code, stdout], [1, '']);
    assert.match(
      stderr,
      /^keyId {2}k-1\nerror: this operation was already applied, .* run gatewright keys rotate/,
    );
  });

  it('revokes one, which has no key to show', async () => {
    const { code, requests, stdout, stderr } = await admin.ask(['keys', 'revoke', 'k/1'], {
      body: { keyId: 'k/1', state: 'revoked', outside: [FLUSHED] },
    });

    assert.deepEqual([code, requests, stdout], [0, ['POST /access/keys/k%2F1/revoke {}'], '']);
    assert.deepEqual(cellsOf(stderr), [
      ['keyId', 'k/1'],
      ['state', 'revoked'],
    ]);
  });

  it('says what API Gateway did not do, and how to repeat it', async () => {
    const { code, stderr } = await admin.ask(['keys', 'revoke', 'k-1', '--operation', 'op-7'], {
      body: { keyId: 'k-1', outside: [FLUSHED, FAILED] },
    });

    assert.equal(code, 1);
    assert.match(
      stderr,
      /the change was made, but the calls to API Gateway failed \(flush-rest-b2\/prod: too many requests\)\. .*--operation op-7$/m,
    );
  });

  it('refuses an invalid duration before anything is called', async () => {
    const { code, requests, stderr } = await admin.ask(['keys', 'rotate', 'k-1', '--overlap', 'soon']);

    assert.deepEqual([code, requests], [1, []]);
    assert.match(stderr, /Write it as 15m, 1h or 2d\./);
  });

  it('lists keys page by page, and what is not known of one as -', async () => {
    const full = {
      keyId: 'k-1',
      state: 'active',
      name: 'Shop',
      createdAt: 'c',
      notAfter: 'n',
      lastUsedAt: 'l',
    };
    const { requests, stdout, stderr } = await admin.ask(
      ['keys', 'list', '--tenant', 'acme'],
      { body: { keys: [full], next: 'page-2' } },
      { body: { keys: [{ keyId: 'k-2', state: 'revoked', createdAt: 'c' }] } },
    );

    assert.deepEqual(requests, [
      'GET /access/keys?tenant=acme',
      'GET /access/keys?tenant=acme&cursor=page-2',
    ]);
    assert.deepEqual(cellsOf(stdout), [
      ['KEY', 'STATE', 'NAME', 'CREATED', 'ENDS', 'LAST USED'],
      ['k-1', 'active', 'Shop', 'c', 'n', 'l'],
      ['k-2', 'revoked', '-', 'c', '-', '-'],
    ]);
    assert.equal(stderr, OF_LAST_USE);
  });

  it('says how old the time of the last use may be only if it shows one', async () => {
    const used = { keyId: 'k-1', lastUsedAt: 'l' };
    const [unused, all, one] = [
      await admin.ask(['keys', 'list', '--tenant', 'acme'], { body: { keys: [{ keyId: 'k-1' }] } }),
      await admin.ask(
        ['keys', 'list'],
        { body: { customers: [{ tenant: 'acme' }] } },
        { body: { keys: [used] } },
      ),
      await admin.ask(['keys', 'show', 'k-1'], { body: used }),
    ];

    assert.equal(unused.stderr, '');
    assert.ok(all.stderr.startsWith(OF_LAST_USE), all.stderr);
    assert.equal(one.stderr, OF_LAST_USE);
  });

  it('shows one, member by member', async () => {
    const { requests, stdout } = await admin.ask(['keys', 'show', 'k-1'], {
      body: {
        keyId: 'k-1',
        roles: ['support'],
        secrets: [{ createdAt: 'c2' }],
        changes: [
          { kind: 'create', by: 'ann', at: 'c1' },
          { kind: 'rotate', by: 'bob', at: 'c2' },
        ],
      },
    });

    assert.deepEqual(requests, ['GET /access/keys/k-1']);
    assert.deepEqual(cellsOf(stdout), [
      ['keyId', 'k-1'],
      ['roles', 'support'],
      ['secrets', 'created c2'],
      ['changes', 'create at c1 by ann; rotate at c2 by bob'],
    ]);
  });
});
