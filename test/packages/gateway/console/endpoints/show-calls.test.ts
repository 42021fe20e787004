import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { showCalls } from '../../../../../packages/gateway/console/endpoints/show-calls.ts';
import { createRedactor } from '../../../../../packages/gateway/console/records/redact.ts';

describe('showCalls', () => {
  it('masks what calls carry of secrets, in header, query and body, and shows the newest first', () => {
    const facts = {
      at: '2026-11-20T10:00:00.000Z',
      service: 'secretsmanager',
      region: 'eu-west-1',
      method: 'POST',
      status: 200,
    };
    const call = {
      ...facts,
      path: '/known-elsewhere-1',
      query: 'X-Amz-Signature=0123456789abcdef&list-type=2',
      headers: { 'x-amz-security-token': 'abcdefgh', 'x-amz-target': 'secretsmanager.PutSecretValue' },
      body: '{"Name":"db","SecretString":"hunter2hunter2"}',
    };
    const older = { ...facts, path: '/', query: '', headers: {} };

    const shown = showCalls([older, call], createRedactor('key', ['known-elsewhere-1']));

    assert.doesNotMatch(JSON.stringify(shown), /012345|abcdefgh|hunter2|known-elsewhere/);
    assert.match(shown[0]?.query ?? '', /&list-type=2$/);
    assert.equal(shown[0]?.headers['x-amz-target'], 'secretsmanager.PutSecretValue');
    assert.deepEqual(shown[1], older);
  });
});
