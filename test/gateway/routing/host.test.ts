import { describe, it } from 'node:test';
import assert from 'node:assert/strict';
import { readApiIdFromHost } from '../../../gateway/routing/host.ts';

describe('readApiIdFromHost', () => {
  const rows: [host: string, apiId: string | undefined][] = [
    ['abc123.execute-api.localhost', 'abc123'],
    ['abc123.execute-api.localhost:3000', 'abc123'],
    ['ABC123.Execute-Api.LOCALHOST', 'abc123'],
    ['abc123.execute-api.eu-central-1.amazonaws.com', 'abc123'],
    ['abc123.execute-api.cn-north-1.amazonaws.com.cn', 'abc123'],
    ['abc123.execute-api.us-east-1.amazonaws.com:443', 'abc123'],
    ['localhost:3000', undefined],
    ['api.example.com', undefined],
    ['execute-api.localhost', undefined],
    ['a.b.execute-api.localhost', undefined],
    ['abc123.execute-api.localhost.evil.com', undefined],
    ['abc123.execute-api.us-east-1.amazonaws.com.evil.com', undefined],
    ['', undefined],
    [`${'a'.repeat(300)}.execute-api.localhost`, undefined],
  ];

  for (const [host, apiId] of rows)
    it(`reads ${String(apiId)} from "${host.slice(0, 60)}"`, () => {
      assert.equal(readApiIdFromHost(host), apiId);
    });
});
