import assert from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';
import {
  CreateUsagePlanCommand,
  GetApiKeyCommand,
  GetUsagePlanKeysCommand,
} from '@aws-sdk/client-api-gateway';
import { createAuthorizerCaches, createNativeKeys } from '#shared/aws/control-plane-poster.ts';
import { aRestControl } from '../../support/a-rest-control.ts';
import { API_ID } from '../../support/metered-apis.ts';
import { aLoopbackServer } from '../../support/signed-tokens.ts';
import { ok, restApi } from '../../support/rest-apis.ts';
import type { TestRestControl } from '../../support/a-rest-control.ts';

const CREDENTIALS = { accessKeyId: 'AKIALOCAL0000ADMIN', secretAccessKey: 'admin-secret-of-a-test' };
const configFor = (endpoint: string, credentials = CREDENTIALS) => ({
  region: 'us-east-1',
  credentials,
  endpoint,
});
const VALUE = 'v'.repeat(43);

let control: TestRestControl;
let usagePlanId: string;
before(async () => {
  control = await aRestControl(restApi(), { list: ok });
  usagePlanId = (await control.sdk.send(new CreateUsagePlanCommand({ name: 'partners' }))).id ?? '';
});
after(() => control.close());

describe('createNativeKeys', () => {
  it('creates a key in a usage plan once, however often it is requested, and disables it', async () => {
    const keys = createNativeKeys(configFor(control.url));
    const wanted = { name: 'gatewright-1', value: VALUE, usagePlanId };

    const first = await keys.put(wanted);
    const second = await keys.put(wanted);
    const made = await control.sdk.send(new GetApiKeyCommand({ apiKey: first, includeValue: true }));
    const inPlan = await control.sdk.send(new GetUsagePlanKeysCommand({ usagePlanId }));
    await keys.disable(first);
    await keys.disable('gone0gone0');
    const disabled = await control.sdk.send(new GetApiKeyCommand({ apiKey: first }));

    assert.equal(second, first);
    assert.partialDeepStrictEqual(made, { name: 'gatewright-1', value: VALUE, enabled: true });
    assert.deepEqual(
      inPlan.items?.map(({ id }) => id),
      [first],
    );
    assert.equal(disabled.enabled, false);
  });

  it('says that there is no such usage plan', async () => {
    const keys = createNativeKeys(configFor(control.url));

    await assert.rejects(keys.put({ name: 'gatewright-2', value: 'w'.repeat(43), usagePlanId: 'none00' }), {
      code: 'PLAN_UNKNOWN',
    });
  });
});

describe('createAuthorizerCaches', () => {
  it('flushes a stage of a REST API', async () => {
    await createAuthorizerCaches(configFor(control.url)).flush({ kind: 'rest', apiId: API_ID, stage: 'dev' });
  });

  const failures = [
    {
      name: 'an API that is not there',
      api: { kind: 'rest', apiId: 'none00', stage: 'dev' },
      status: /answered with status 404/,
    },
    {
      name: 'a REST API that is said to be an HTTP one',
      api: { kind: 'http', apiId: API_ID, stage: 'dev' },
      status: /answered with status 404/,
    },
    {
      name: 'a signer who may not',
      api: { kind: 'rest', apiId: API_ID, stage: 'dev' },
      credentials: { accessKeyId: 'AKIALOCAL00READER', secretAccessKey: 'reader-secret-of-a-test' },
      status: /answered with status 403/,
    },
  ] as const;
  for (const { name, api, status, ...over } of failures)
    it(`fails for ${name}`, async () => {
      const credentials = 'credentials' in over ? over.credentials : CREDENTIALS;
      const flushed = createAuthorizerCaches(configFor(control.url, credentials)).flush(api);

      await assert.rejects(flushed, { code: 'CONTROL_PLANE_FAILED', message: status });
    });

  it('asks HTTP APIs by version 2, with $default encoded, and signs as the function', async () => {
    const seen: string[] = [];
    await using server = await aLoopbackServer((request, response) => {
      seen.push(
        `${request.method ?? ''} ${request.url ?? ''} ${request.headers.authorization?.slice(0, 60) ?? ''}`,
      );
      seen.push(String(request.headers['x-amz-security-token']));
      response.writeHead(204).end();
    });
    const credentials = { ...CREDENTIALS, sessionToken: 'session' };

    await createAuthorizerCaches(configFor(server.url, credentials)).flush({
      kind: 'http',
      apiId: 'abcdefghij',
      stage: '$default',
    });

    assert.match(
      seen[0] ?? '',
      /^DELETE \/v2\/apis\/abcdefghij\/stages\/%24default\/cache\/authorizers AWS4-HMAC/,
    );
    assert.equal(seen[1], 'session');
  });

  it('says that API Gateway cannot be reached, and does not repeat its message', async () => {
    await using server = await aLoopbackServer((_, response) => {
      response.writeHead(500).end('{"message":"canary"}');
    });
    const api = { kind: 'rest', apiId: 'abcdefghij', stage: 'dev' } as const;

    await assert.rejects(createAuthorizerCaches(configFor('http://127.0.0.1:1')).flush(api), {
      code: 'CONTROL_PLANE_FAILED',
      message: 'API Gateway cannot be reached',
    });
    await assert.rejects(createAuthorizerCaches(configFor(server.url)).flush(api), (error: Error) => {
      assert.doesNotMatch(error.message, /canary/);
      return /answered with status 500/.test(error.message);
    });
  });
});
