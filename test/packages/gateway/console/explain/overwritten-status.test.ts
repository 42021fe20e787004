/** A status that parameter mapping of an HTTP API has overwritten is told with the own status of the function (docs/aws §7.8). */
import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { aRecordedApi, storyOf } from '../../../../support/recorded-apis.ts';
import { httpRoutes } from '../../../../support/routed-apis.ts';

const OVERWRITING = httpRoutes(['GET /menu'], {
  integration: {
    ResponseParameters: {
      '500': { ResponseParameters: [{ Destination: 'overwrite:statuscode', Source: '403' }] },
    },
  },
});

describe('the story of a status that parameter mapping has overwritten', () => {
  // https://docs.aws.amazon.com/apigateway/latest/developerguide/http-api-parameter-mapping.html
  it('names the status of the function, and the mapping as what to change', async () => {
    const { send, last } = aRecordedApi(OVERWRITING, { echo: () => ({ statusCode: 500, body: 'down' }) });

    await send({ target: '/menu' });

    assert.match(
      storyOf(last()),
      /^GET \/menu was answered with 403, to which the mapping of the integration’s response changed 500\.\n.* echo responded with 500 .*\n(?:.*\n)*→ To pass 500 on, remove overwrite:statuscode/,
    );
  });
});
