/** The lines of provider.apiGateway from which osls makes API keys and usage plans. */
import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { parseSource } from '../../../../../packages/gateway/templates/cloudformation/template-source.ts';
import { findKeySetting } from '../../../../../packages/gateway/templates/serverless/generated-keys.ts';

const ONE = `provider:
  apiGateway:
    apiKeys:
      - first
      - name: second
        value: abcdefghijklmnopqrstuvwxyz
    usagePlan:
      quota:
        limit: 10
        period: DAY
      throttle:
        rateLimit: 5
`;
const SEVERAL = `provider:
  apiGateway:
    apiKeys:
      - free:
          - one
      - paid:
          - two
          - three
    usagePlan:
      - free:
          quota: { limit: 10 }
      - paid:
          quota:
            limit: 100
`;

// https://www.serverless.com/framework/docs/providers/aws/events/apigateway, "Setting API keys for your Rest API"
const ROWS = [
  { text: ONE, id: 'ApiGatewayApiKey1', property: [], line: 4 },
  { text: ONE, id: 'ApiGatewayApiKey2', property: ['Value'], line: 6 },
  { text: ONE, id: 'ApiGatewayApiKey2', property: ['Enabled'], line: 5 },
  { text: ONE, id: 'ApiGatewayUsagePlan', property: ['Quota', 'Limit'], line: 9 },
  { text: ONE, id: 'ApiGatewayUsagePlan', property: ['Throttle', 'RateLimit'], line: 12 },
  { text: ONE, id: 'ApiGatewayUsagePlan', property: ['ApiStages'], line: 7 },
  { text: SEVERAL, id: 'ApiGatewayApiKeyPaid2', property: [], line: 8 },
  { text: SEVERAL, id: 'ApiGatewayUsagePlanFree', property: ['Quota', 'Limit'], line: 11 },
  { text: SEVERAL, id: 'ApiGatewayUsagePlanPaid', property: ['Quota', 'Limit'], line: 14 },
];

describe('findKeySetting', () => {
  for (const { text, id, property, line } of ROWS)
    it(`finds ${[id, ...property].join('.')} in line ${line}`, () => {
      const tree = parseSource(text, '/app/serverless.yml');
      const found = findKeySetting(tree, id, property);
      assert.equal(found && tree.lineOf(found), line);
    });

  it('leaves other resources, and keys without a setting, to others', () => {
    const tree = parseSource('service: shop\n', '/app/serverless.yml');
    assert.equal(findKeySetting(tree, 'ApiGatewayMethodGet', []), undefined);
    assert.equal(findKeySetting(tree, 'ApiGatewayApiKey1', []), undefined);
    assert.equal(findKeySetting(tree, 'ApiGatewayUsagePlan', ['Quota']), undefined);
  });
});
