/** A 401 of the toolkit’s authorizers is explained by what their log says. */
import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { explain } from '../../../../../packages/gateway/console/explain/explain.ts';
import { CLAIMED } from './guarded-http.ts';
import type { Circumstances } from '../../../../../packages/gateway/console/explain/circumstances.ts';
import { createRedactor } from '../../../../../packages/gateway/console/records/redact.ts';

const SENT = {
  subject: 'ann',
  issuer: 'http://127.0.0.1:4000',
  audience: [],
  roles: [],
  scopes: [],
  expiresAtEpochMs: undefined,
  overForMs: undefined,
};

describe('a 401 of the toolkit’s authorizers', () => {
  const refused = (code: string, isDeployed = false): Circumstances => ({
    ...CLAIMED,
    status: 401,
    isDeployed,
    code: 'UNAUTHORIZED',
    defect: { kind: 'authorizer', code: 'unauthorized' },
    failure: 'authorizer ours refused the request with Unauthorized',
    guard: {
      ...CLAIMED.guard,
      places: [
        { kind: 'querystring', name: 'Token', isFound: true },
        { kind: 'header', name: 'sec-websocket-protocol', isFound: true },
      ],
      lines: [JSON.stringify({ outcome: 'Unauthorized', reason: 'invalid_claims', code })],
    },
  });

  it('gives the reason by the code in the log, and says where the credential was read', () => {
    const { sentences } = explain(refused('TOKEN_AUDIENCE_MISMATCH'));

    const text = sentences.join('\n');
    assert.match(
      text,
      /Its log says why: the token was issued for another audience \(TOKEN_AUDIENCE_MISMATCH\)\./,
    );
    assert.match(text, /read the credential from query parameter Token and header Sec-Websocket-Protocol\./);
  });

  it('names the refused API key, and the command that shows whose key it is', () => {
    const about = refused('TOKEN_REVOKED');
    const line = JSON.stringify({
      outcome: 'Unauthorized',
      code: 'TOKEN_REVOKED',
      apiKeyId: '4aa9e21c00000000',
    });
    const lines = [createRedactor('key of the test').text(line)];
    const { sentences, changes } = explain({ ...about, guard: { ...about.guard!, lines } });

    assert.match(
      sentences.join('\n'),
      /it was revoked \(TOKEN_REVOKED\)\.\nThe credential is the API key 4aa9e21c00000000\./,
    );
    assert.match(
      changes.join('\n'),
      /^Find the customer of the key with `gatewright keys show 4aa9e21c00000000`/,
    );
  });

  // The walk of a user: the second use of a ticket was told as "it was revoked", with the advice to send a token.
  it('tells what is wrong with a one-time ticket, and to fetch a new one', () => {
    const rows = [
      ['used', 'TOKEN_REVOKED', 'the ticket was used already, and a ticket is good for one connection'],
      ['expired', 'TOKEN_EXPIRED', 'the ticket has expired'],
      ['unknown', 'TOKEN_UNKNOWN', 'the ticket does not exist, or was deleted after it had expired'],
      ['foreign', 'TOKEN_AUDIENCE_MISMATCH', 'the ticket is for the API of another access document'],
    ] as const;
    for (const [defect, code, told] of rows) {
      const about = refused(code);
      const line = JSON.stringify({ outcome: 'Unauthorized', code, defect: `ticket-${defect}` });
      const lines = [createRedactor('key of the test').text(line)];
      const { sentences, changes } = explain({
        ...about,
        guard: { ...about.guard!, lines, localToken: { sub: 'ann' } },
      });

      assert.ok(sentences.includes(`Its log says why: ${told} (${code}).`), sentences.join('\n'));
      assert.match(changes.join('\n'), /^Fetch a new ticket for each connection, /);
      assert.doesNotMatch(changes.join('\n'), /gatewright token/);
    }
  });

  it('names the customer too, if the record of the decision does', () => {
    const about = refused('TOKEN_REVOKED');
    const decided = {
      document: 'orders',
      outcome: 'TOKEN_REVOKED' as const,
      rules: [],
      issuer: '',
      roles: [],
      key: '4aa9e21c00000000',
      customer: 'globex',
      routeKey: 'GET /orders',
      verdict: undefined,
    };
    const denied = { ...about, status: 403, code: 'ACCESS_DENIED', phase: 'authorize', defect: undefined };
    const { sentences, changes } = explain({ ...denied, guard: { ...about.guard!, decided } });

    assert.match(sentences.join('\n'), /credential is the API key 4aa9e21c00000000 of the customer globex\./);
    assert.match(
      changes.join('\n'),
      /`gatewright keys list --customer globex` lists its keys with their states/,
    );
  });

  // A token of the staff was advised to clients with a key, and "another key" of a customer who can have none.
  for (const [defect, told, advice] of [
    [
      'key-revoked',
      'the API key was revoked at 2026-11-29T03:24:00.000Z, and never',
      /^Let the client send an active key of the customer globex, if it has one/,
    ],
    [
      'customer-closed',
      'the API key was revoked at 2026-11-29T03:24:00.000Z, when its customer was closed',
      /^Do nothing if the customer has left: the customer globex is closed/,
    ],
    [
      'revoked-before-closing',
      'the API key was revoked at 2026-11-29T03:24:00.000Z, before its customer was closed',
      /^Do nothing if the customer has left: the customer globex is closed/,
    ],
    [
      'secret-replaced',
      'its secret was replaced by a rotation of the API key, and has been refused since 2026-11-29T03:24:00.000Z',
      /^Let the client send the secret that the rotation printed\. .*`gatewright keys rotate 4aa9e21c00000000` prints another secret/,
    ],
    ['key-expired', 'the API key expired at 2026-11-29T03:24:00.000Z', /^Let the client send an active key/],
    [
      'key-unknown',
      'no API key has its id, or its secret is wrong',
      /^Find out with `gatewright keys show 4aa9e21c00000000` whether the key exists/,
    ],
    [
      'key-mistyped',
      'it lacks characters or its checksum does not match, so it was mistyped or cut off',
      /^Let the client send the whole key.*`gatewright keys show 4aa9e21c00000000` says whose key it is/,
    ],
    [
      'key-of-other-prefix',
      'it is an API key with a prefix that the document does not accept here',
      /^Let the client send the key to the API for which it was created: `gatewright keys show 4aa9e21c00000000`/,
    ],
  ] as const)
    it(`tells since when and why a key is refused, and what helps: ${defect}`, () => {
      const about = { ...refused('TOKEN_REVOKED'), sourceIp: '203.0.113.9' };
      const facts = {
        key: '4aa9e21c00000000',
        customer: 'globex',
        defect,
        since: '2026-11-29T03:24:00.000Z',
      };
      const decided = {
        document: 'orders',
        outcome: 'TOKEN_REVOKED' as const,
        rules: [],
        issuer: '',
        roles: [],
        routeKey: 'GET /orders',
        verdict: undefined,
      };
      const denied = { ...about, status: 403, code: 'ACCESS_DENIED', phase: 'authorize', defect: undefined };
      const line = JSON.stringify({
        outcome: 'Unauthorized',
        code: 'TOKEN_REVOKED',
        apiKeyId: facts.key,
        defect,
        since: facts.since,
      });

      const byRecord = explain({
        ...denied,
        guard: { ...about.guard!, localToken: { sub: 'ann' }, decided: { ...decided, ...facts } },
      });
      const byLog = explain({
        ...about,
        guard: { ...about.guard!, localToken: { sub: 'ann' }, lines: [line] },
      });

      for (const { sentences, changes } of [byRecord, byLog]) {
        assert.ok(sentences.join('\n').includes(told), sentences.join('\n'));
        assert.match(sentences.join('\n'), /The request came from the address 203\.0\.113\.9\./);
        assert.doesNotMatch(changes.join('\n'), /gatewright token/);
      }
      assert.match(byRecord.changes.join('\n'), advice);
    });

  it('says that the scheme is missing before a token that is well-formed', () => {
    const about = refused('TOKEN_MALFORMED');
    const said = (more: object): string =>
      explain({ ...about, guard: { ...about.guard!, token: { ...SENT, ...more } } }).sentences.join('\n');

    assert.match(
      said({ isBare: true }),
      /says why: the header has the token without the scheme Bearer; it must/,
    );
    assert.match(said({}), /says why: it does not have the form of a token or API key/);
  });

  it('advises the scheme if the credential is read from Authorization', () => {
    const about = refused('TOKEN_MALFORMED');
    const guard = { ...about.guard!, localToken: { sub: 'ann' } };
    const inHeader = {
      ...guard,
      places: [{ kind: 'header', name: 'authorization', isFound: true } as const],
    };

    assert.match(
      explain({ ...about, guard: inHeader }).changes.join('\n'),
      /for example Authorization: Bearer followed by a token from `gatewright token --sub ann/,
    );
    assert.match(
      explain({ ...about, guard }).changes.join('\n'),
      /for example a token from `gatewright token/,
    );
  });

  // docs/recipes/api-keys.md: a key that the document admits is the credential that gets 200, if no token is.
  it('advises a new API key where the document admits one, beside a token if it admits both', () => {
    const about = refused('KEY_UNKNOWN');
    const newKey = { options: ' --tenant example --prefix maps --role customer', customer: undefined };
    const advised = (more: object, isDeployed = false): string =>
      explain({ ...about, isDeployed, guard: { ...about.guard!, newKey, ...more } }).changes.join('\n');

    assert.match(advised({}), /for example a new key from `gatewright keys create --tenant example /);
    const options = ' --customer example-customer --prefix maps';
    assert.match(
      advised({ newKey: { options, customer: { name: 'example-customer', plan: 'free' } } }),
      /keys create --customer example-customer --prefix maps`, after `gatewright customers create example-customer free`\./,
    );
    assert.match(
      advised({ newKey: { options, customer: { name: 'example-customer', plan: undefined } } }),
      /, after `gatewright customers create example-customer PLAN` \(`gatewright plan list` prints the plans\)\./,
    );
    const both =
      /for example a token from `gatewright token --sub ann[^`]*`, or a new key from `gatewright keys/;
    assert.match(advised({ localToken: { sub: 'ann' } }), both);
    const token = { audience: [], roles: [], scopes: [] };
    assert.doesNotMatch(advised({ localToken: { sub: 'ann' }, token }), /keys create/);
    assert.doesNotMatch(advised({}, true), /keys create/);
  });

  it('invents no reason if the log has none', () => {
    assert.doesNotMatch(explain(refused('toString')).sentences.join('\n'), /log says why/);
  });
});
