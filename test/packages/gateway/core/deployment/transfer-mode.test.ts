import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { DefinitionError } from '../../../../../packages/gateway/core/errors.ts';
import { gatherReply } from '../../../../../packages/gateway/core/gather-reply.ts';
import { aMethod, answered } from '../../../../support/a-method.ts';
import { stagedApi } from '../../../../support/logged-apis.ts';
import { restApi } from '../../../../support/rest-apis.ts';
import { BACKEND, LAMBDA } from '../../../../support/streaming-methods.ts';
import { invokeUri } from '../../../../support/a-stack.ts';
import type { JsonObject } from '@gatewright/aws/json-object';
import type { Reply } from '../../../../../packages/gateway/core/exchange.ts';
import type { MethodSetup } from '../../../../support/a-method.ts';
import type { TestApi } from '../../../../support/an-api.ts';

const GUIDE = 'developer guide, "Stream the integration response for your proxy integrations"';
const LIMITS = { maxBytes: 1_000_000, timeoutMs: 1_000 };

describe('a definition with a transfer mode is refused', () => {
  const rows: readonly (MethodSetup & { name: string; at: string; says: RegExp })[] = [
    {
      name: 'that AWS does not have',
      integration: { ...LAMBDA, ResponseTransferMode: 'RESPONSE_STREAM' },
      at: 'Integration.ResponseTransferMode',
      says: /expected BUFFERED or STREAM/,
    },
    ...['MOCK', 'AWS', 'HTTP'].map((Type) => ({
      name: `STREAM on an integration of type ${Type}`,
      integration: { ...LAMBDA, Type },
      at: 'Integration.ResponseTransferMode',
      says: /for AWS_PROXY and HTTP_PROXY integrations/,
    })),
    {
      name: 'STREAM and the URI of Invoke',
      integration: { ...LAMBDA, Uri: invokeUri('chat') },
      at: 'Integration.Uri',
      says: /response-streaming-invocations/,
    },
    {
      name: 'STREAM and an invalid URI',
      integration: { ...LAMBDA, Uri: 'https://pets.example' },
      at: 'Integration.Uri',
      says: /Invalid ARN specified in the request/,
    },
    {
      name: 'BUFFERED and the URI of InvokeWithResponseStream',
      integration: { ...LAMBDA, ResponseTransferMode: 'BUFFERED' },
      at: 'Integration.Uri',
      says: /requires ResponseTransferMode STREAM/,
    },
    {
      name: 'STREAM for longer than 15 minutes',
      integration: { ...LAMBDA, TimeoutInMillis: 900_001 },
      at: 'Integration.TimeoutInMillis',
      says: /from 50 to 900000/,
    },
    {
      name: 'STREAM and parameters of a cache key',
      method: { RequestParameters: { 'method.request.path.id': true } },
      integration: { ...BACKEND, CacheKeyParameters: ['method.request.path.id'] },
      at: 'Integration.CacheKeyParameters',
      says: /cannot be cached/,
    },
  ];
  for (const { name, at, says, ...setup } of rows)
    it(name, () => {
      assert.throws(
        () => aMethod(setup),
        (error: unknown) =>
          error instanceof DefinitionError && error.place.property === at && says.test(error.message),
        GUIDE,
      );
    });

  it('if the stage caches this very method', () => {
    const stage = (setting: JsonObject): JsonObject => ({
      CacheClusterEnabled: true,
      CacheClusterSize: '0.5',
      MethodSettings: [{ CachingEnabled: true, ...setting }],
    });
    const make = (setting: JsonObject): TestApi =>
      stagedApi(stage(setting), {}, restApi({ Integration: BACKEND }));

    assert.throws(
      () => make({ ResourcePath: '/pets', HttpMethod: 'GET' }),
      /GET \/pets streams its response/,
    );
    make({ ResourcePath: '/*', HttpMethod: '*' });
  });

  it('unless it lasts 15 minutes on an edge-optimized API, whose buffered methods may take 29 s', () => {
    aMethod({ integration: { ...LAMBDA, TimeoutInMillis: 900_000 } });
  });
});

describe('a stage that caches all methods', () => {
  it('keeps nothing of those that stream', async () => {
    const api = stagedApi(
      {
        CacheClusterEnabled: true,
        CacheClusterSize: '0.5',
        MethodSettings: [{ ResourcePath: '/*', HttpMethod: '*', CachingEnabled: true }],
      },
      {},
      restApi({ Integration: BACKEND }),
    );
    api.ports.http.answer = () => answered('x');

    const ask = async (): Promise<Reply> => gatherReply(await api.send({ target: '/dev/pets' }), LIMITS);
    await ask();
    await ask();

    assert.equal(api.ports.http.requests.length, 2, GUIDE);
  });
});
