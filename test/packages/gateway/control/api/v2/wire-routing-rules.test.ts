import assert from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';
import {
  CreateDomainNameCommand,
  CreateRoutingRuleCommand,
  DeleteRoutingRuleCommand,
  GetDomainNameCommand,
  GetRoutingRuleCommand,
  ListRoutingRulesCommand,
  PutRoutingRuleCommand,
  UpdateDomainNameCommand,
} from '@aws-sdk/client-apigatewayv2';
import { serve } from '../../../../../../packages/gateway/core/pipeline.ts';
import { receive } from '../../../../../../packages/gateway/core/receive.ts';
import { refusalOf } from '../../../../../support/a-rest-control.ts';
import { aStack } from '../../../../../support/a-stack.ts';
import { aV2Control, makeApi } from '../../../../../support/a-v2-control.ts';
import { API_ID, restRoutes } from '../../../../../support/routed-apis.ts';
import type { TestRestControl } from '../../../../../support/a-rest-control.ts';
import type { RoutingRuleCondition } from '@aws-sdk/client-apigatewayv2';

const DomainName = 'rules.example.com';
const REST = restRoutes({ 'GET /pets': {}, 'GET /v1/pets': {} });
const pets = (StripBasePath: boolean) => [{ InvokeApi: { ApiId: API_ID, Stage: 'dev', StripBasePath } }];
const v1: RoutingRuleCondition = { MatchBasePaths: { AnyOf: ['v1'] } };
const beta: RoutingRuleCondition = { MatchHeaders: { AnyOf: [{ Header: 'X-Version', ValueGlob: 'beta*' }] } };

let control: TestRestControl;
before(async () => {
  control = await aV2Control(REST);
  const DomainNameConfigurations = [{ CertificateArn: 'arn', EndpointType: 'REGIONAL' as const }];
  await control.v2.send(
    new CreateDomainNameCommand({ DomainName, DomainNameConfigurations, RoutingMode: 'ROUTING_RULE_ONLY' }),
  );
});
after(() => control.close());

/** The status, and the resource that the API sees; undefined if no rule matches. */
async function ask(target: string, ...headers: string[]): Promise<readonly [number, unknown] | undefined> {
  const rawHeaders = ['Host', DomainName, ...headers];
  const api = control.served.atDomain(DomainName, target, rawHeaders)?.api;
  if (api === undefined) return undefined;
  const wire = { method: 'GET', target, rawHeaders, body: undefined, httpVersion: '1.1' };
  const { status } = await serve(
    receive({ ...wire, remoteAddress: '127.0.0.1' }, api, control.ports),
    control.ports,
  );
  return [status, api.routingRuleId];
}

describe('routing rules through the AWS SDK', () => {
  it('are created, evaluated in the order of their priority, changed and deleted', async () => {
    const made = await control.v2.send(
      new CreateRoutingRuleCommand({ DomainName, Priority: 100, Conditions: [v1], Actions: pets(true) }),
    );
    const RoutingRuleId = made.RoutingRuleId ?? '';
    // AWS CLI reference, create-routing-rule: the ARN has the account
    assert.match(
      made.RoutingRuleArn ?? '',
      /:123456789012:\/domainnames\/rules\.example\.com\/routingrules\/\w+$/,
    );
    assert.deepEqual(await ask('/v1/pets'), [200, RoutingRuleId]);
    assert.equal(await ask('/pets'), undefined);

    const kept = await control.v2.send(
      new CreateRoutingRuleCommand({
        DomainName,
        Priority: 50,
        Conditions: [v1, beta],
        Actions: pets(false),
      }),
    );
    assert.deepEqual(await ask('/v1/pets', 'x-version', 'beta-2'), [200, kept.RoutingRuleId]);
    assert.deepEqual(await ask('/v1/pets', 'x-version', 'Beta'), [200, RoutingRuleId]);
    const { RoutingRules = [] } = await control.v2.send(new ListRoutingRulesCommand({ DomainName }));
    assert.deepEqual(
      RoutingRules.map(({ Priority }) => Priority),
      [50, 100],
    );

    await control.v2.send(
      new PutRoutingRuleCommand({
        DomainName,
        RoutingRuleId,
        Priority: 1,
        Conditions: [],
        Actions: pets(false),
      }),
    );
    const shown = await control.v2.send(new GetRoutingRuleCommand({ DomainName, RoutingRuleId }));
    assert.deepEqual(
      [shown.Priority, shown.Conditions, shown.Actions],
      [1, [], [{ InvokeApi: { ApiId: API_ID, Stage: 'dev', StripBasePath: false } }]],
    );
    assert.deepEqual(await ask('/pets', 'x-version', 'beta'), [200, RoutingRuleId]);

    await control.v2.send(new DeleteRoutingRuleCommand({ DomainName, RoutingRuleId }));
    assert.equal(await ask('/pets'), undefined);
    assert.equal(
      (await refusalOf(control.v2.send(new GetRoutingRuleCommand({ DomainName, RoutingRuleId })))).name,
      'NotFoundException',
    );
  });

  const refused: { name: string; options: () => Promise<Partial<CreateRoutingRuleCommand['input']>> }[] = [
    { name: 'the priority of another one', options: () => Promise.resolve({ Priority: 50 }) },
    { name: 'a priority beyond AWS’s', options: () => Promise.resolve({ Priority: 1_000_001 }) },
    { name: 'no action', options: () => Promise.resolve({ Actions: [] }) },
    { name: 'three header conditions', options: () => Promise.resolve({ Conditions: [beta, beta, beta] }) },
    { name: 'two base path conditions', options: () => Promise.resolve({ Conditions: [v1, v1] }) },
    {
      name: 'an HTTP API, which AWS does not take',
      options: async () => ({
        Actions: [{ InvokeApi: { ApiId: await makeApi(control), Stage: '$default' } }],
      }),
    },
  ];
  for (const { name, options } of refused)
    it(`refuses a rule with ${name}`, async () => {
      const input = {
        DomainName,
        Priority: 70,
        Conditions: [v1],
        Actions: pets(false),
        ...(await options()),
      };
      const refusal = await refusalOf(control.v2.send(new CreateRoutingRuleCommand(input)));
      assert.ok(['BadRequestException', 'ConflictException'].includes(refusal.name), refusal.name);
    });

  it('outlive a reload, in addition to the rules of the template', async () => {
    const arn = `arn:aws:apigateway:us-east-1::/domainnames/${DomainName}`;
    const ofTemplate = {
      type: 'AWS::ApiGatewayV2::RoutingRule',
      id: `${arn}/routingrules/abc123`,
      properties: {
        DomainNameArn: arn,
        Priority: 5,
        Conditions: [{ MatchBasePaths: { AnyOf: ['pets'] } }],
        Actions: pets(false),
      },
    };
    const domain = {
      type: 'AWS::ApiGatewayV2::DomainName',
      properties: {
        DomainName,
        DomainNameConfigurations: [{}],
        RoutingMode: 'ROUTING_RULE_THEN_API_MAPPING',
      },
    };
    await control.v2.send(
      new CreateRoutingRuleCommand({ DomainName, Priority: 9, Conditions: [], Actions: pets(false) }),
    );
    control.served.prepare([aStack({ ...REST, Domain: domain, Rule: ofTemplate })]).serve();
    const { RoutingRules = [] } = await control.v2.send(new ListRoutingRulesCommand({ DomainName }));

    assert.deepEqual(RoutingRules.map(({ Priority }) => Priority).toSorted(), [5]);
    assert.deepEqual(await ask('/pets'), [200, 'abc123']);
    await control.v2.send(
      new CreateRoutingRuleCommand({ DomainName, Priority: 9, Conditions: [], Actions: pets(false) }),
    );
    control.served.prepare([aStack({ ...REST, Domain: domain, Rule: ofTemplate })]).serve();
    const after = await control.v2.send(new ListRoutingRulesCommand({ DomainName }));
    assert.deepEqual(
      after.RoutingRules?.map(({ Priority }) => Priority),
      [5, 9],
    );
  });

  it('are not asked once the domain has another mode', async () => {
    await control.v2.send(new UpdateDomainNameCommand({ DomainName, RoutingMode: 'API_MAPPING_ONLY' }));
    assert.equal(
      (await control.v2.send(new GetDomainNameCommand({ DomainName }))).RoutingMode,
      'API_MAPPING_ONLY',
    );
    assert.equal(await ask('/pets'), undefined);
  });
});
