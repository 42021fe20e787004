import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { requestConditions } from '../../../../../packages/gateway/core/events/request-conditions.ts';
import { aRequest } from './a-request.ts';
import type { ConditionFacts } from '../../../../../packages/gateway/core/events/request-conditions.ts';

const ALICE = {
  arn: 'arn:aws:iam::111111111111:user/team/alice',
  accountId: '111111111111',
  userId: 'AIDAALICE',
};
const MEMBER = { ...ALICE, organizationId: 'o-a1b2c3d4e5', tags: new Map([['team', 'Blue']]) };
const ENDPOINTS = new Map([['vpce-0123456789abcdef0', 'vpc-0fedcba9876543210']]);
const HOST = ['Host', 'abc123-vpce-0123456789abcdef0.execute-api.localhost:3000'];

const ROWS: {
  name: string;
  key: string;
  more?: ConditionFacts;
  headers?: string[];
  expected: string[] | undefined;
}[] = [
  { name: 'the address of the client', key: 'aws:sourceip', expected: ['203.0.113.7'] },
  { name: 'TLS, which every client of AWS has', key: 'aws:securetransport', expected: ['true'] },
  {
    name: 'the Referer',
    key: 'aws:referer',
    headers: ['Referer', 'https://a.example'],
    expected: ['https://a.example'],
  },
  { name: 'no Referer', key: 'aws:referer', expected: undefined },
  { name: 'no principal of an unsigned request', key: 'aws:principalarn', expected: undefined },
  { name: 'who signed', key: 'aws:principalarn', more: { principal: ALICE }, expected: [ALICE.arn] },
  {
    name: 'the account of the signer',
    key: 'aws:principalaccount',
    more: { principal: ALICE },
    expected: ['111111111111'],
  },
  { name: 'the name of the signer', key: 'aws:username', more: { principal: ALICE }, expected: ['alice'] },
  {
    name: 'the VPC endpoint in the host of a private API',
    key: 'aws:sourcevpce',
    more: { vpcEndpoints: ENDPOINTS },
    headers: HOST,
    expected: ['vpce-0123456789abcdef0'],
  },
  {
    name: 'the VPC of an endpoint that the start names',
    key: 'aws:sourcevpc',
    more: { vpcEndpoints: ENDPOINTS },
    headers: HOST,
    expected: ['vpc-0fedcba9876543210'],
  },
  {
    name: 'no VPC of an unnamed endpoint',
    key: 'aws:sourcevpc',
    more: { vpcEndpoints: new Map() },
    headers: HOST,
    expected: undefined,
  },
  {
    name: 'no VPC without an endpoint in the host',
    key: 'aws:sourcevpc',
    more: { vpcEndpoints: ENDPOINTS },
    expected: undefined,
  },
  { name: 'no VPC of a public API', key: 'aws:sourcevpc', headers: HOST, expected: undefined },
  {
    name: 'the organization of the signer',
    key: 'aws:principalorgid',
    more: { principal: MEMBER },
    expected: ['o-a1b2c3d4e5'],
  },
  {
    name: 'no organization of a signer without one',
    key: 'aws:principalorgid',
    more: { principal: ALICE },
    expected: undefined,
  },
  {
    name: 'a tag of the signer, whose value keeps its case',
    key: 'aws:principaltag/team',
    more: { principal: MEMBER },
    expected: ['Blue'],
  },
  {
    name: 'no tag that the signer does not have',
    key: 'aws:principaltag/constructor',
    more: { principal: MEMBER },
    expected: undefined,
  },
  { name: 'no tag of an unsigned request', key: 'aws:principaltag/team', expected: undefined },
  {
    name: 'the time of the request',
    key: 'aws:currenttime',
    expected: ['2025-04-14T22:13:38.115Z'],
  },
  {
    name: 'the time of the request in seconds',
    key: 'aws:epochtime',
    expected: ['1744668818'],
  },
  {
    name: 'the user agent',
    key: 'aws:useragent',
    headers: ['User-Agent', 'curl/8'],
    expected: ['curl/8'],
  },
  {
    name: 'no VPC endpoint of a public API, with any Host',
    key: 'aws:sourcevpce',
    headers: HOST,
    expected: undefined,
  },
  {
    name: 'the address inside the VPC of a private API',
    key: 'aws:vpcsourceip',
    more: { vpcEndpoints: ENDPOINTS },
    expected: ['203.0.113.7'],
  },
  { name: 'nothing of an unknown key', key: 'constructor', expected: undefined },
];

describe('requestConditions', () => {
  for (const { name, key, more, headers = [], expected } of ROWS)
    it(`includes ${name} (docs/aws §4.4)`, () => {
      const facts = aRequest({ rawHeaders: headers, sourceIp: '203.0.113.7' });

      assert.deepEqual(requestConditions(facts, more).get(key), expected);
    });
});
