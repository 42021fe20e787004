import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { Account } from '../../../../../packages/gateway/control/account.ts';
import { ServedApis } from '../../../../../packages/gateway/control/served-apis.ts';
import { Faults } from '../../../../../packages/gateway/core/errors.ts';
import { serve } from '../../../../../packages/gateway/core/pipeline.ts';
import { receive } from '../../../../../packages/gateway/core/receive.ts';
import { aStack } from '../../../../support/a-stack.ts';
import { API_ID, echo, restRoutes } from '../../../../support/routed-apis.ts';
import { virtualPorts } from '../../../../support/virtual-ports.ts';
import type { JsonObject } from '@gatewright/aws/json-object';
import type { TestResource } from '../../../../support/a-stack.ts';

// Source: API Gateway developer guide, "Custom domain names for private APIs"; docs/aws §10.6

const HOST = 'private.example.com';
const ARN = `arn:aws:apigateway:us-east-1::/domainnames/${HOST}+abcdef0123`;
const OURS = 'vpce-0123456789abcdef0';
const OTHERS = 'vpce-0fedcba9876543210';

const allow = (statement: JsonObject = {}): JsonObject => ({
  Version: '2012-10-17',
  Statement: [
    {
      Effect: 'Allow',
      Principal: '*',
      Action: 'execute-api:Invoke',
      Resource: 'execute-api:/*',
      ...statement,
    },
  ],
});
const from = (endpoint: string): JsonObject =>
  allow({ Condition: { StringEquals: { 'aws:SourceVpce': endpoint } } });

const PRIVATE = { EndpointConfiguration: { Types: ['PRIVATE'] } };

function anApi(properties: JsonObject): Record<string, TestResource> {
  const made = restRoutes({ 'GET /pets': {} });
  const api = made['Api'];
  assert.ok(api);
  return { ...made, Api: { ...api, properties: { ...api.properties, ...properties } } };
}

const domain = (properties: JsonObject = {}): TestResource => ({
  type: 'AWS::ApiGateway::DomainNameV2',
  id: ARN,
  properties: { DomainName: HOST, ...PRIVATE, Policy: allow(), ...properties },
});
const mapping = (properties: JsonObject = {}): TestResource => ({
  type: 'AWS::ApiGateway::BasePathMappingV2',
  properties: { DomainNameArn: ARN, RestApiId: API_ID, Stage: 'dev', ...properties },
});
const association = (endpoint: string): TestResource => ({
  type: 'AWS::ApiGateway::DomainNameAccessAssociation',
  properties: {
    DomainNameArn: ARN,
    AccessAssociationSource: endpoint,
    AccessAssociationSourceType: 'VPCE',
  },
});

type RequestOptions = {
  readonly api?: JsonObject;
  readonly resources: Record<string, TestResource>;
  readonly vpcEndpoints?: ReadonlyMap<string, string>;
  readonly target?: string;
};

/** Status of `GET /pets` at the domain, undefined if nothing is mapped, and the findings at loading. */
async function ask({ api = { Policy: allow() }, resources, vpcEndpoints, target = '/pets' }: RequestOptions) {
  const ports = virtualPorts({ echo });
  const account = { clock: ports.clock, isThrottled: false };
  const served = new ServedApis(new Account({ ...account, vpcEndpoints }));
  const faults = new Faults(false);
  served.prepare([aStack({ ...anApi({ ...PRIVATE, ...api }), ...resources })], faults).serve();
  const messages = faults.all.map(({ error }) => error.message);
  const found = served.atDomain(HOST, target)?.api;
  if (found === undefined) return { status: undefined, messages };
  const wire = { method: 'GET', target, rawHeaders: ['Host', HOST], body: undefined, httpVersion: '1.1' };
  const { status } = await serve(receive({ ...wire, remoteAddress: '127.0.0.1' }, found, ports), ports);
  return { status, messages };
}

describe('a private custom domain', () => {
  const rows: (RequestOptions & { readonly name: string; readonly status: number })[] = [
    {
      name: "admits callers that its policy and the API's policy allow",
      resources: { D: domain(), M: mapping() },
      status: 200,
    },
    {
      name: 'finds the API below a base path',
      resources: { D: domain(), M: mapping({ BasePath: 'v1' }) },
      target: '/v1/pets',
      status: 200,
    },
    {
      name: 'has the associated endpoint as the one through which its callers come',
      resources: { D: domain({ Policy: from(OURS) }), M: mapping(), A: association(OURS) },
      status: 200,
    },
    {
      name: 'refuses callers of another endpoint than its policy names',
      resources: { D: domain({ Policy: from(OURS) }), M: mapping(), A: association(OTHERS) },
      status: 403,
    },
    {
      name: 'gives the endpoint to the policy of the API, too',
      api: { Policy: from(OURS) },
      resources: { D: domain(), M: mapping(), A: association(OTHERS) },
      status: 403,
    },
    {
      name: 'rejects callers of an unassociated endpoint',
      resources: { D: domain({ Policy: from(OURS) }), M: mapping() },
      status: 403,
    },
    {
      name: 'takes the endpoint and its VPC from the gateway if no template associates one',
      api: { Policy: allow({ Condition: { StringEquals: { 'aws:SourceVpc': 'vpc-1' } } }) },
      resources: { D: domain({ Policy: from(OURS) }), M: mapping() },
      vpcEndpoints: new Map([[OURS, 'vpc-1']]),
      status: 200,
    },
    {
      name: 'rejects every caller without a policy',
      resources: { D: domain({ Policy: null }), M: mapping() },
      status: 403,
    },
    {
      name: 'heeds a deny',
      resources: { D: domain({ Policy: allow({ Effect: 'Deny' }) }), M: mapping() },
      status: 403,
    },
    {
      name: 'takes a policy that names the domain itself',
      resources: {
        M: mapping(),
        D: domain({
          Policy: allow({
            Resource: `arn:aws:execute-api:us-east-1:123456789012:/domainnames/${HOST}+abcdef0123`,
          }),
        }),
      },
      status: 200,
    },
  ];
  for (const { name, status, ...options } of rows)
    it(name, async () => {
      assert.deepEqual(await ask(options), { status, messages: [] });
    });

  const refused: { name: string; options: RequestOptions; says: RegExp }[] = [
    {
      name: 'a public API',
      options: {
        api: { EndpointConfiguration: { Types: ['REGIONAL'] } },
        resources: { D: domain(), M: mapping() },
      },
      says: /^A private domain name supports only private APIs$/,
    },
    {
      name: 'a domain that is not loaded, since its policy cannot be asked',
      options: { resources: { M: mapping() } },
      says: /^no loaded stack contains the private domain private\.example\.com/,
    },
    {
      name: 'a domain that is not private',
      options: { resources: { D: domain({ EndpointConfiguration: { Types: ['REGIONAL'] } }), M: mapping() } },
      says: /^must have the type PRIVATE, not \w+$/,
    },
    {
      name: 'an association with a value that is not an endpoint',
      options: { resources: { D: domain({ Policy: from(OURS) }), M: mapping(), A: association('eni-1') } },
      says: /^must be the id of a VPC endpoint, such as vpce-0123456789abcdef0, not "/,
    },
    {
      name: 'an ARN of something else',
      options: { resources: { D: domain(), M: mapping({ DomainNameArn: 'arn:aws:s3:::bucket' }) } },
      says: /^must be the ARN of a private domain name, not "/,
    },
  ];
  for (const { name, options, says } of refused)
    it(`reports ${name}, and does not answer 200`, async () => {
      const { status, messages } = await ask(options);

      assert.match(messages[0] ?? '', says);
      assert.notEqual(status, 200);
    });
});
