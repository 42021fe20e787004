import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import {
  missingFields,
  readLogLine,
  variablesOf,
  recommendedFormat,
} from '../../../../../packages/toolkit/operate/explain/log-line.ts';

describe('a line of an access log', () => {
  // Developer guide, "CloudWatch log formats for API Gateway": JSON, CLF, CSV, XML.
  const formats = [
    {
      format:
        '{"requestId":"$context.requestId","status":$context.status,"user":"$context.authorizer.principalId"}',
      line: '{"requestId":"a-1","status":403,"user":"a \\"b\\""}',
      user: 'a "b"',
    },
    {
      format:
        '$context.identity.sourceIp $context.authorizer.principalId [$context.requestTime] "$context.httpMethod $context.resourcePath" $context.status $context.requestId',
      line: '203.0.113.1 carl [21/Nov/2026:10:00:00 +0000] "GET /orders" 403 a-1',
      user: 'carl',
    },
    {
      format: '$context.requestId,$context.authorizer.principalId,$context.status',
      line: 'a-1,carl,403',
      user: 'carl',
    },
    {
      format: '<r id="$context.requestId"><u>$context.authorizer.principalId</u><s>$context.status</s></r>',
      line: '<r id="a-1"><u>carl</u><s>403</s></r>',
      user: 'carl',
    },
  ];
  for (const { format, line, user } of formats)
    it(`is read by its format: ${format.slice(0, 30)}`, () => {
      const fields = readLogLine(format, line);

      assert.deepEqual(
        ['requestId', 'status', 'authorizer.principalId'].map((name) => fields?.get(name)),
        ['a-1', '403', user],
      );
    });

  it('of another format is not taken', () => {
    assert.equal(readLogLine('$context.requestId,$context.status', 'nothing of the kind'), undefined);
  });

  it('lacks what its format lacks, and a format of ours lacks nothing', () => {
    assert.ok(missingFields('{"id":"$context.requestId"}', 'rest').includes('error.responseType'));
    assert.ok(!missingFields('{"id":"$context.requestId"}', 'rest').includes('requestId'));
    for (const kind of ['rest', 'http', 'websocket'] as const)
      assert.deepEqual(missingFields(recommendedFormat(kind), kind, true), []);
    assert.deepEqual(variablesOf('$context.status.$context.status-'), ['status']);
  });

  it('lacks the fields of a canary only where a canary may have answered', () => {
    const ofCanary = ['isCanaryRequest', 'deploymentId'];
    const written = variablesOf(recommendedFormat('rest'));
    const earlier = written
      .filter((name) => !ofCanary.includes(name))
      .map((name) => `$context.${name}`)
      .join(' ');

    assert.deepEqual(missingFields(earlier, 'rest'), []);
    assert.deepEqual(missingFields(earlier, 'rest', true), ofCanary);
    assert.deepEqual(missingFields(`${earlier} $context.isCanaryRequest`, 'rest', true), ['deploymentId']);
  });
});
