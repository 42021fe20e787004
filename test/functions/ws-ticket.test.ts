import assert from 'node:assert/strict';
import { json } from 'node:stream/consumers';
import { describe, it } from 'node:test';
import { apiIdOf } from '../support/deployed-documents.ts';
import { errorOf, resultOf, runInstance } from '../support/fresh-function.ts';
import { aLoopbackServer } from '../support/signed-tokens.ts';

const EVENT = {
  version: '2.0',
  requestContext: {
    apiId: apiIdOf('food-delivery-http'),
    stage: '$default',
    authorizer: {
      lambda: {
        sub: 'canary',
        iss: 'https://local.gatewright.invalid/',
        exp: Math.floor(Date.now() / 1000) + 300,
        ticketCaller: '{"principalId":"local|canary","roles":["support"],"scopes":[]}',
      },
    },
  },
};

async function run(status: number) {
  const asked: { readonly action: string; readonly text: string }[] = [];
  await using server = await aLoopbackServer((request, response) => {
    void json(request).then((input) => {
      asked.push({ action: String(request.headers['x-amz-target']), text: JSON.stringify(input) });
      response.writeHead(status, { 'content-type': 'application/x-amz-json-1.0' });
      response.end(status === 200 ? '{}' : '{"__type":"AccessDeniedException"}');
    });
  });
  const environment = {
    AWS_ENDPOINT_URL_DYNAMODB: server.url,
    AWS_REGION: 'us-east-1',
    AWS_ACCESS_KEY_ID: 'local',
    AWS_SECRET_ACCESS_KEY: 'local',
    GATEWRIGHT_STAGE: 'dev',
    GATEWRIGHT_ACCESS_TABLE: 'access',
  };
  const [ran] = await runInstance('ws-ticket', environment, EVENT);
  return { ran, asked };
}

describe('ws-ticket', () => {
  it('gives a ticket, stores only its hash, and logs neither the ticket nor the caller', async () => {
    const { ran, asked } = await run(200);

    const { statusCode, body } = resultOf(ran) as { statusCode: number; body: string };
    const { ticket } = JSON.parse(body) as { ticket: string };
    assert.equal(statusCode, 200);
    assert.deepEqual(
      asked.map(({ action }) => action),
      ['DynamoDB_20120810.PutItem'],
    );
    assert.match(asked[0]?.text ?? '', /"pk":\{"S":"TICKET#[0-9a-f]{64}"\}/);
    assert.ok(!asked[0]?.text.includes(ticket.slice(4)));
    assert.doesNotMatch(ran?.output ?? '', new RegExp(`canary|${ticket}`));
    assert.deepEqual([...(ran?.metrics.keys() ?? [])], ['TicketIssued']);
  });

  it('fails, so that the alarm rings, when the table does not take it', async () => {
    const { ran } = await run(400);

    assert.match(errorOf(ran) ?? '', /access table/);
    assert.match(ran?.output ?? '', /STORE_UNAVAILABLE/);
  });
});
