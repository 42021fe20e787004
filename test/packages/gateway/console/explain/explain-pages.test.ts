/** Refusals that a page cannot read, with the gateway response that lets it read them. */
import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { aRecordedApi, storyOf } from '../../../../support/recorded-apis.ts';
import { bearer, ok, policy, TOKEN, withAuthorizer } from '../../../../support/rest-apis.ts';

const API = 'abcdefghij';

describe('a refusal that the gateway words', () => {
  it('explains “blocked by CORS”', async () => {
    const api = aRecordedApi(withAuthorizer(TOKEN), { list: ok, auth: () => policy('Deny', '*') });

    await api.send({ target: '/dev/pets', headers: [...bearer, 'Origin', 'https://shop.example'] });

    const story = storyOf(api.last());
    assert.match(
      story,
      /The page from https:\/\/shop\.example sees “blocked by CORS policy” instead of the 403/,
    );
    assert.match(story, /→ To let pages read this reply, give the API a gateway response for DEFAULT_4XX/);
  });

  // API Gateway developer guide, "Gateway responses": a response of its own inherits nothing of the default
  for (const [types, expected] of [
    [
      ['DEFAULT_4XX', 'ACCESS_DENIED'],
      /→ To let pages read this reply, change the gateway response that the API itself has for ACCESS_DENIED: .* It does not inherit the headers of DEFAULT_4XX\./,
    ],
    [
      ['DEFAULT_4XX'],
      /→ To let pages read this reply, change the gateway response that the API itself has for DEFAULT_4XX: /,
    ],
    [['DEFAULT_5XX'], /→ To let pages read this reply, give the API a gateway response for DEFAULT_4XX/],
  ] as const)
    it(`names the gateway response that lacks the header for pages, among ${types.join(' and ')}`, async () => {
      const own = Object.fromEntries(
        types.map((ResponseType) => [
          ResponseType,
          {
            type: 'AWS::ApiGateway::GatewayResponse',
            properties: { RestApiId: API, ResponseType, StatusCode: '403' },
          },
        ]),
      );
      const api = aRecordedApi(
        { ...withAuthorizer(TOKEN), ...own },
        { list: ok, auth: () => policy('Deny', '*') },
      );

      await api.send({ target: '/dev/pets', headers: [...bearer, 'Origin', 'https://shop.example'] });

      assert.match(storyOf(api.last()), expected);
    });
});
