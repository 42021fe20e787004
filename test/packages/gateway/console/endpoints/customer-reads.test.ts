/** The sentence that a customer reads, in what the console and the command line get of a refused request. */
import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { printAccessDecision } from '@gatewright/aws/access-decision';
import type { AccessOutcome } from '@gatewright/aws/access-decision';
import { serveRequests } from '../../../../../packages/gateway/console/endpoints/request-endpoints.ts';
import type { RequestEndpointPorts } from '../../../../../packages/gateway/console/endpoints/request-endpoints.ts';
import type { RefusedCall } from '../../../../../packages/gateway/console/explain/refused-call.ts';
import type { RequestDetail } from '../../../../../packages/gateway/console/records/model.ts';
import { aRecordedApi } from '../../../../support/recorded-apis.ts';
import { policy, TOKEN, withAuthorizer } from '../../../../support/rest-apis.ts';

const LINE = 'What the customer reads: Requests of your organisation are refused: all 5 units are used.';
const VIOLATED = JSON.stringify({ status: 429, 'violated-policies': ['monthly'] });

type Case = {
  readonly name: string;
  readonly outcome: AccessOutcome;
  readonly customer?: string;
  readonly limit?: string;
  readonly message?: string;
  readonly reply?: { readonly statusCode: number; readonly body: string };
  readonly asked?: RefusedCall;
};

const CALL = { tenant: 'acme', key: 'k1', route: 'GET /pets' };

const CASES: readonly Case[] = [
  {
    name: 'the authorizer refuses by a quota',
    outcome: 'over-quota',
    customer: 'acme',
    limit: 'monthly',
    asked: { ...CALL, limit: 'monthly' },
  },
  {
    name: 'the authorizer refuses a suspended customer',
    outcome: 'suspended',
    customer: 'acme',
    asked: { ...CALL, limit: undefined },
  },
  {
    name: 'the handler answers 429 and names the limit',
    outcome: 'allow',
    customer: 'acme',
    reply: { statusCode: 429, body: VIOLATED },
    asked: { ...CALL, limit: 'monthly' },
  },
  {
    name: 'the handler answers 403',
    outcome: 'allow',
    customer: 'acme',
    reply: { statusCode: 403, body: '{}' },
    asked: { ...CALL, limit: undefined },
  },
  {
    name: 'the quota of an MCP server refuses a call of a tool, with 200',
    outcome: 'allow',
    customer: 'acme',
    message: JSON.stringify({ jsonrpc: '2.0', id: 1, method: 'tools/call', params: { name: 'price' } }),
    reply: {
      statusCode: 200,
      body: JSON.stringify({
        jsonrpc: '2.0',
        id: 1,
        error: { code: -32_000, message: 'over quota', data: { reason: 'quota-exceeded' } },
      }),
    },
    asked: { ...CALL, limit: undefined },
  },
  { name: 'a rule refuses the customer', outcome: 'no-rule', customer: 'acme' },
  { name: 'no customer exists', outcome: 'over-quota', limit: 'monthly' },
  {
    name: 'the handler admits the customer',
    outcome: 'allow',
    customer: 'acme',
    reply: { statusCode: 200, body: '{}' },
  },
];

async function explained(
  { outcome, customer, limit, message, reply }: Case,
  reads: () => Promise<string | undefined>,
) {
  const record = printAccessDecision({ document: 'shop', outcome, key: 'k1', customer, limit });
  // An edge-optimized API gets no GET request with a body.
  const { Api, ...others } = withAuthorizer(TOKEN);
  const regional = {
    ...Api,
    properties: { ...Api?.properties, EndpointConfiguration: { Types: ['REGIONAL'] } },
  };
  const api = aRecordedApi({ ...others, Api: regional } as typeof others, {
    list: () => reply ?? { statusCode: 200, body: '{}' },
    auth: () => ({
      ...policy(outcome === 'allow' ? 'Allow' : 'Deny', '*'),
      principalId: 'k1',
      context: { accessDecision: record },
    }),
  });
  await api.send({
    target: '/dev/pets',
    headers: ['Authorization', 'Bearer x'],
    ...(message !== undefined && { body: message }),
  });
  const asked: RefusedCall[] = [];
  const ports = {
    records: api.records,
    customers: {
      reads: (call: RefusedCall) => {
        asked.push(call);
        return reads();
      },
    },
  } as unknown as RequestEndpointPorts;
  const request = { method: 'GET', path: '', query: '', rawHeaders: [], host: '', body: Buffer.alloc(0) };
  const answer = await serveRequests(request, 'requests/last', ports);
  return { asked, detail: JSON.parse(String(answer?.body)) as RequestDetail };
}

describe('what the customer reads', () => {
  for (const each of CASES)
    it(`is ${each.asked === undefined ? 'not requested' : 'shown in one line'} if ${each.name}`, async () => {
      const { asked, detail } = await explained(each, () => Promise.resolve(LINE));

      assert.deepEqual(
        asked.map((call) => ({ ...call })),
        each.asked === undefined ? [] : [each.asked],
      );
      assert.equal(detail.story.sentences.includes(LINE), each.asked !== undefined);
    });

  it('is left out if it cannot be read, or if nothing refuses such a request any more', async () => {
    const [refused] = CASES;
    assert.ok(refused !== undefined);
    for (const reads of [
      () => Promise.reject(new Error('no such route')),
      () => Promise.resolve(undefined),
    ]) {
      const { detail } = await explained(refused, reads);
      assert.doesNotMatch(detail.story.sentences.join(' '), /What the customer reads/);
      assert.match(detail.story.sentences.join(' '), /its quota refuses it/);
    }
  });
});
