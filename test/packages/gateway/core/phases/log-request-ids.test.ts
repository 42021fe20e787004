import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { gatherReply } from '../../../../../packages/gateway/core/gather-reply.ts';
import { invokeUri } from '../../../../support/a-stack.ts';
import { accessLogSetting, stagedApi } from '../../../../support/logged-apis.ts';
import { restApi } from '../../../../support/rest-apis.ts';
import { BACKEND } from '../../../../support/streaming-methods.ts';
import type { JsonObject } from '@gatewright/aws/json-object';
import type { FakeFunction } from '../../../../support/virtual-ports.ts';

const ID = '7f0e2b1c-0000-4000-8000-00000000abcd';
const SOURCE = 'developer guide, "Variables for access logging for API Gateway"';

/** What the access log contains about the integration's request, under its two names. */
async function logged(Integration: JsonObject, list: FakeFunction): Promise<string> {
  const format = '$context.requestId $context.integration.requestId $context.awsEndpointRequestId';
  const api = stagedApi(
    { AccessLogSetting: accessLogSetting(format) },
    { list },
    restApi({ Integration, MethodResponses: [{ StatusCode: '200' }] }),
  );
  api.ports.http.answer = () => ({
    kind: 'answered',
    status: 200,
    body: Buffer.from('x'),
    headers: ['x-amzn-RequestId', 'of-the-backend'],
  });
  await gatherReply(await api.send({ target: '/dev/pets' }), { maxBytes: 100, timeoutMs: 1000 });
  return api.ports.logGroups.lines.at(-1)?.replace(/^\S+ \S+ /, '') ?? '';
}

const requestId = (): string => ID;
const lambda = (Type: string): JsonObject => ({
  Type,
  IntegrationHttpMethod: 'POST',
  Uri: invokeUri('list'),
  IntegrationResponses: [{ StatusCode: '200' }],
});
const answers: FakeFunction = () => ({ kind: 'returned', payload: '{"body":"x"}', requestId });
const fails: FakeFunction = () => ({
  kind: 'failed',
  payload: '{}',
  errorType: 'Error',
  errorMessage: 'no',
  requestId,
});

describe('$context.integration.requestId', () => {
  const rows: readonly { name: string; integration: JsonObject; list: FakeFunction; expected: string }[] = [
    {
      name: 'is the id that a Lambda proxy read',
      integration: lambda('AWS_PROXY'),
      list: answers,
      expected: ID,
    },
    { name: 'is there for one that failed', integration: lambda('AWS_PROXY'), list: fails, expected: ID },
    {
      name: 'is that of a function behind templates',
      integration: lambda('AWS'),
      list: answers,
      expected: ID,
    },
    {
      name: 'is what a streaming backend sent',
      integration: BACKEND,
      list: answers,
      expected: 'of-the-backend',
    },
    {
      name: 'is nothing if Lambda did not take the event',
      integration: lambda('AWS_PROXY'),
      list: () => ({ kind: 'refused', reason: 'throttled', message: 'no' }),
      expected: '-',
    },
  ];
  for (const { name, integration, list, expected } of rows)
    it(`${name} (${SOURCE})`, async () => {
      assert.equal(await logged(integration, list), `${expected} ${expected}`);
    });
});
