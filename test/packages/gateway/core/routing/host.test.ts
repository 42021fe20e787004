import { describe, it } from 'node:test';
import assert from 'node:assert/strict';
import {
  readApiIdFromHost,
  readVpcEndpointFromHost,
  stripApiPath,
  readApiIdFromPath,
} from '../../../../../packages/gateway/core/routing/host.ts';

describe('readApiIdFromHost', () => {
  const rows: [host: string, apiId: string | undefined][] = [
    ['abc123.execute-api.localhost', 'abc123'],
    ['abc123.execute-api.localhost:3000', 'abc123'],
    ['ABC123.Execute-Api.LOCALHOST', 'abc123'],
    ['abc123.execute-api.eu-central-1.amazonaws.com', 'abc123'],
    ['abc123.execute-api.cn-north-1.amazonaws.com.cn', 'abc123'],
    ['abc123.execute-api.us-east-1.amazonaws.com:443', 'abc123'],
    ['abc123-vpce-0123456789abcdef0.execute-api.us-east-1.amazonaws.com', 'abc123'],
    ['vpce-0123456789abcdef0-x1.execute-api.us-east-1.vpce.amazonaws.com', undefined],
    ['k3z.lambda-url.us-east-1.on.aws', 'k3z'],
    ['k3z.Lambda-Url.us-east-1.localhost:3000', 'k3z'],
    ['k3z.lambda-url.us-east-1.on.aws.evil.com', undefined],
    ['lambda-url.us-east-1.on.aws', undefined],
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

describe('readVpcEndpointFromHost', () => {
  const rows: [host: string, endpoint: string | undefined][] = [
    ['abc123-vpce-0123456789abcdef0.execute-api.us-east-1.amazonaws.com', 'vpce-0123456789abcdef0'],
    ['abc123-VPCE-0123456789abcdef0.execute-api.localhost:3000', 'vpce-0123456789abcdef0'],
    ['vpce-0123456789abcdef0-x1y2.execute-api.us-east-1.vpce.amazonaws.com', 'vpce-0123456789abcdef0'],
    [
      'vpce-0123456789abcdef0-x1-us-east-1a.execute-api.us-east-1.vpce.amazonaws.com',
      'vpce-0123456789abcdef0',
    ],
    ['vpce-0123456789abcdef0-x1.execute-api.us-east-1.vpce.amazonaws.com.evil.com', undefined],
    ['abc123.execute-api.us-east-1.amazonaws.com', undefined],
    [`vpce-0123456789abcdef0-${'a'.repeat(300)}.execute-api.us-east-1.vpce.amazonaws.com`, undefined],
  ];
  for (const [host, endpoint] of rows)
    it(`reads ${String(endpoint)} from "${host.slice(0, 70)}"`, () => {
      assert.equal(readVpcEndpointFromHost(host), endpoint);
    });
});

describe('an API named by a path', () => {
  const rows: [target: string, apiId: string | undefined, below: string][] = [
    ['/_api/abc123/dev/pets?x=1', 'abc123', '/dev/pets?x=1'],
    ['/_api/abc123', 'abc123', '/'],
    ['/_api/abc123?x=1', 'abc123', '/?x=1'],
    ['/_api/abc123/dev/_api/other', 'abc123', '/dev/_api/other'],
    ['/_api/', undefined, '/_api/'],
    ['/_api/ABC', undefined, '/_api/ABC'],
    ['/_api/abc%2Fdev', undefined, '/_api/abc%2Fdev'],
    ['/dev/_api/abc123', undefined, '/dev/_api/abc123'],
  ];
  for (const [target, apiId, below] of rows)
    it(`is ${String(apiId)} in ${target}`, () => {
      assert.equal(readApiIdFromPath(target), apiId);
      assert.equal(stripApiPath(target), below);
    });
});
