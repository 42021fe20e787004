import assert from 'node:assert/strict';
import { it } from 'node:test';
import { anApi } from '../../../../support/an-api.ts';
import { ok, restApi } from '../../../../support/rest-apis.ts';

/**
 * Parsing this object would block all APIs: an object with this many names costs many times as much as a text of its
 * size.
 */
const MANY_NAMES = `{${Array.from({ length: 100_001 }, (_, index) => `"m${index}":1`).join()}}`;

it('refuses a body with too many different names, and says why in the log', async () => {
  const properties = { RestApiId: 'abcdefghij' };
  const { send, ports } = anApi(
    restApi(
      {
        HttpMethod: 'POST',
        RequestValidatorId: 'Validator',
        RequestModels: { 'application/json': 'Any' },
      },
      {
        Validator: {
          type: 'AWS::ApiGateway::RequestValidator',
          properties: { ...properties, ValidateRequestBody: true },
        },
        Any: {
          type: 'AWS::ApiGateway::Model',
          properties: { ...properties, Name: 'Any', Schema: { type: 'object' } },
        },
      },
    ),
    { list: ok },
  );
  const post = (body: string) => send({ method: 'POST', target: '/dev/pets', body });

  const refused = await post(MANY_NAMES);

  assert.equal(refused.status, 400);
  assert.equal(refused.body, '{"message":"Invalid request body"}');
  assert.match(ports.log.lines.join('\n'), /more than 100000 different names/);
  assert.equal((await post(MANY_NAMES.slice(0, 100).replace(/,[^,]*$/, '}'))).status, 200);
});
