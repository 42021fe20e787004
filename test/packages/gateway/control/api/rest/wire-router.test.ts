import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { compilePolicy } from '../../../../../../packages/gateway/core/policy/evaluate.ts';
import { jsonReply } from '../../../../../../packages/gateway/core/api-call.ts';
import { routeCall } from '../../../../../../packages/gateway/control/api/rest/wire-router.ts';
import type { WireRoute } from '../../../../../../packages/gateway/control/api/rest/wire-router.ts';

const ROUTES: readonly WireRoute[] = ['/restapis/{restApiId}', '/v2/apis/{apiId}'].map((path) => ({
  method: 'DELETE',
  path,
  serve: (call) => jsonReply(200, { deleted: call.path('restApiId') || call.path('apiId') }),
}));

/** All may be deleted but two APIs. */
function aCaller() {
  const arn = (resource: string): string => `arn:aws:apigateway:eu-west-1::${resource}`;
  const compiled = compilePolicy({
    Version: '2012-10-17',
    Statement: [
      { Effect: 'Allow', Action: 'apigateway:*', Resource: '*' },
      { Effect: 'Deny', Action: 'apigateway:*', Resource: [arn('/restapis/prod'), arn('/apis/prod')] },
    ],
  });
  assert.equal(compiled.kind, 'compiled');
  return {
    name: 'dev',
    accessKeyId: 'AKIADEV',
    secretAccessKey: 'secret',
    arn: 'arn:aws:iam::123456789012:user/dev',
    policies: [compiled.policy],
  };
}

async function statusOf(path: string): Promise<number> {
  const request = { method: 'DELETE', path, query: '', rawHeaders: [], body: Buffer.alloc(0), host: 'x' };
  const call = { request, caller: aCaller(), service: 'apigateway', region: 'eu-west-1' };
  return (await routeCall(call, ROUTES)).status;
}

describe('routeCall', () => {
  const rows: readonly (readonly [path: string, status: number])[] = [
    ['/restapis/dev', 200],
    ['/v2/apis/dev', 200],
    ['/restapis/prod', 403],
    ['/v2/apis/prod', 403],
    // Routes are found by the decoded path: a policy must be asked about the same one.
    ['/restapis/%70rod', 403],
    ['/%72estapis/prod', 403],
    ['/v2/apis/pro%64', 403],
    ['/%762/apis/prod', 403],
    // A slash within a name is not a part of the path.
    ['/restapis%2Fprod', 501],
  ];
  for (const [path, status] of rows)
    it(`answers DELETE ${path} with ${status} if a policy denies prod`, async () => {
      assert.equal(await statusOf(path), status);
    });
});
