import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { compilePolicy } from '../../../../../packages/gateway/core/policy/evaluate.ts';
import { tracePolicy } from '../../../../../packages/gateway/core/policy/trace-policy.ts';
import type { PolicyTrace } from '../../../../../packages/gateway/core/policy/trace-policy.ts';

const RESOURCE = 'arn:aws:execute-api:us-east-1:123456789012:abc123/dev/GET/pets';

function trace(...statements: object[]): PolicyTrace {
  const compiled = compilePolicy({ Version: '2012-10-17', Statement: statements }, { ofResource: true });
  assert.ok(compiled.kind === 'compiled');
  return tracePolicy(compiled.policy, {
    action: 'execute-api:Invoke',
    resource: RESOURCE,
    conditions: new Map([['aws:sourceip', ['203.0.113.9']]]),
  });
}

const statement = (over: object): object => ({
  Effect: 'Allow',
  Principal: '*',
  Action: 'execute-api:Invoke',
  Resource: '*',
  ...over,
});

describe('tracePolicy', () => {
  it('names the statement that decides: a deny before every allow', () => {
    const { decision, decidedBy, statements } = trace(
      statement({ Sid: 'Open' }),
      statement({ Sid: 'Shut', Effect: 'Deny' }),
    );

    assert.deepEqual([decision, decidedBy, statements[decidedBy ?? 9]?.sid], ['explicit-deny', 1, 'Shut']);
  });

  it('names what of a statement does not fit', () => {
    const { decision, decidedBy, statements } = trace(
      statement({ Action: 's3:GetObject' }),
      statement({ Resource: 'arn:aws:execute-api:us-east-1:123456789012:abc123/dev/GET/orders' }),
      statement({ Principal: { AWS: '999999999999' } }),
    );

    assert.deepEqual([decision, decidedBy], ['implicit-deny', undefined]);
    assert.deepEqual(
      statements.map(({ fails }) => fails),
      [['action'], ['resource'], ['principal']],
    );
  });

  it('shows for each condition what it requires, what the request has, and whether they match', () => {
    const { statements } = trace(
      statement({
        Condition: {
          IpAddress: { 'aws:SourceIp': ['198.51.100.0/24'] },
          StringEquals: { 'aws:UserAgent': 'curl' },
        },
      }),
    );

    assert.deepEqual(statements[0]?.fails, ['condition']);
    assert.deepEqual(statements[0].conditions, [
      {
        operator: 'IpAddress',
        key: 'aws:SourceIp',
        wanted: ['198.51.100.0/24'],
        found: ['203.0.113.9'],
        holds: false,
      },
      { operator: 'StringEquals', key: 'aws:UserAgent', wanted: ['curl'], found: undefined, holds: false },
    ]);
  });
});
