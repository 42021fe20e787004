/** An access log of a REST API has what the templates of the request have overridden (docs/aws §7.4, §10.3). */
import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { answered } from '../../../../support/a-method.ts';
import { accessLogSetting, stagedApi } from '../../../../support/logged-apis.ts';
import { restApi } from '../../../../support/rest-apis.ts';

const FORMAT =
  '$context.requestId $context.requestOverride.header.X-Page $context.requestOverride.path.id $context.requestOverride.querystring.q $context.responseOverride.status $context.responseOverride.header.X-Total';

describe('the access log of a REST API', () => {
  const logged = async (request: string, response: string): Promise<string> => {
    const api = stagedApi(
      { AccessLogSetting: accessLogSetting(FORMAT) },
      {},
      restApi({
        MethodResponses: [{ StatusCode: '200' }],
        Integration: {
          Type: 'HTTP',
          IntegrationHttpMethod: 'GET',
          Uri: 'https://pets.example/{id}',
          RequestTemplates: { 'application/json': request },
          IntegrationResponses: [{ StatusCode: '200', ResponseTemplates: { 'application/json': response } }],
        },
      }),
    );
    api.ports.http.answer = () => answered('{}');
    await api.send({ target: '/dev/pets' });
    return api.ports.logGroups.lines.at(-1) ?? '';
  };

  it('has the overrides of the request and of the response', async () => {
    const line = await logged(
      '#set($context.requestOverride.header.X-Page = "2")#set($context.requestOverride.path.id = "7")#set($context.requestOverride.querystring.q = "a b")',
      '#set($context.responseOverride.status = 201)#set($context.responseOverride.header.X-Total = "9")',
    );

    assert.match(line, /[0-9a-f-]{36} 2 7 .*a.?b.* 201 9$/);
  });

  it('has - if the templates override nothing', async () => {
    assert.match(await logged('{}', '{}'), /[0-9a-f-]{36} - - - - -$/);
  });
});
