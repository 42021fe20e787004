/** The stack that a plan or state becomes. */
import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { aPlan, aState, refs } from '../../../../support/a-terraform-plan.ts';
import type { Planned } from '../../../../support/a-terraform-plan.ts';
import { loadPlan as load } from './load-plan.ts';
import { ALARM_ROWS } from './terraform-alarm-rows.ts';
import { PART_ROWS } from './terraform-part-rows.ts';
import { REFERENCE_ROWS } from './terraform-reference-rows.ts';
import { API, ROWS, TABLE, ofApi } from './terraform-rows.ts';
import { SHAPE_ROWS } from './terraform-shape-rows.ts';

const UNRUN = 'the gateway does not run resources of this type, so calls to them fail';

describe('a resource of a plan', () => {
  const rows = [...ROWS, ...PART_ROWS, ...SHAPE_ROWS, ...ALARM_ROWS, ...REFERENCE_ROWS];
  for (const { name, resources, of, expected, absent = [] } of rows)
    it(name, async () => {
      const { stack, messages } = await load(aPlan({ resources }));
      const found = stack.resources.get(of);
      const ids: Readonly<Record<string, string>> = {
        API: stack.resources.get('aws_api_gateway_rest_api.a')?.physicalId ?? '-',
        POOL: stack.resources.get('aws_cognito_user_pool.p')?.physicalId ?? '-',
      };
      const wanted = JSON.parse(
        JSON.stringify(expected).replace(/API|POOL/g, (id) => ids[id] ?? ''),
      ) as object;

      assert.deepEqual(
        Object.fromEntries(Object.keys(wanted).map((key) => [key, found?.properties[key]])),
        wanted,
      );
      assert.deepEqual(
        absent.filter((property) => found?.properties[property] !== undefined),
        [],
      );
      assert.deepEqual(messages, []);
    });
});

describe('a plan', () => {
  it('is of the region of its provider', async () => {
    const aws = { name: 'aws', expressions: { region: { constant_value: 'ap-southeast-2' } } };
    const root = JSON.parse(aPlan({ resources: [TABLE] })) as { configuration: object };
    const { stack } = await load(
      JSON.stringify({ ...root, configuration: { ...root.configuration, provider_config: { aws } } }),
    );

    assert.equal(stack.region, 'ap-southeast-2');
  });

  it('has the code that it uploads, and does not confuse it with anything else with the same key', async () => {
    const { stack } = await load(
      aPlan({
        resources: [
          { type: 'aws_dynamodb_tag', name: 't', values: { key: 'x.zip', source: 'elsewhere' } },
          { type: 'aws_s3_object', name: 'o', values: { key: 'x.zip', source: 'build' } },
          {
            type: 'aws_lambda_function',
            name: 'f',
            values: {
              function_name: 'f',
              s3_bucket: 'b',
              s3_key: 'x.zip',
              runtime: 'nodejs24.x',
              handler: 'a.b',
              role: 'arn:aws:iam::123456789012:role/r',
            },
          },
        ],
      }),
    );

    assert.match(JSON.stringify(stack.functions[0]?.code ?? stack.unsupported), /\/build"/);
  });

  it('has outputs of the called module, and not of another module with the same name', async () => {
    const topics = (name: string) => ({
      resources: [{ type: 'aws_sns_topic', name: 'inner', values: { name } }],
      outputs: { arn: refs('aws_sns_topic.inner.arn') },
      expressions: {},
    });
    const outer = { ...topics('outer'), calls: { topics: topics('deeper') } };
    const subscription = {
      type: 'aws_sns_topic_subscription',
      name: 's',
      values: { protocol: 'sqs', endpoint: 'arn:aws:sqs:eu-west-1:123456789012:q' },
      expressions: { topic_arn: refs('module.topics.arn') },
    };

    const { stack, messages } = await load(
      aPlan({ resources: [subscription], calls: { outer, topics: topics('orders') } }),
    );

    assert.deepEqual(messages, []);
    assert.equal(
      stack.resources.get('aws_sns_topic_subscription.s')?.properties['TopicArn'],
      'arn:aws:sns:eu-west-1:123456789012:orders',
    );
  });

  it('does not change the response of an integration that names none', async () => {
    const { stack } = await load(
      aPlan({
        resources: [
          { type: 'aws_apigatewayv2_api', name: 'h', values: { name: 'h', protocol_type: 'HTTP' } },
          {
            type: 'aws_apigatewayv2_integration',
            name: 'i',
            values: { integration_type: 'HTTP_PROXY', integration_uri: 'https://a.example' },
            expressions: { api_id: refs('aws_apigatewayv2_api.h.id') },
          },
        ],
      }),
    );

    const { properties = {} } = stack.resources.get('aws_apigatewayv2_integration.i') ?? {};
    assert.deepEqual(
      [properties['IntegrationType'], properties['ResponseParameters']],
      ['HTTP_PROXY', undefined],
    );
  });
});

describe('a resource that exists already', () => {
  it('is what the ids of the state mean, short ones as well', async () => {
    const { stack, messages } = await load(
      aPlan({
        resources: [
          {
            type: 'aws_apigatewayv2_api',
            name: 'h',
            values: { name: 'h', protocol_type: 'HTTP', id: 'ou0ivives1' },
          },
          {
            type: 'aws_apigatewayv2_integration',
            name: 'i',
            values: { id: 'goqnxp4', api_id: 'ou0ivives1', integration_type: 'MOCK' },
          },
          {
            type: 'aws_apigatewayv2_route',
            name: 'r',
            values: { api_id: 'ou0ivives1', route_key: 'GET /a', target: 'integrations/goqnxp4' },
          },
        ],
      }),
    );

    const integration = stack.resources.get('aws_apigatewayv2_integration.i')?.physicalId;
    assert.equal(
      stack.resources.get('aws_apigatewayv2_route.r')?.properties['Target'],
      `integrations/${integration}`,
    );
    assert.deepEqual(messages, []);
  });

  it('of a role has its own policies, as documents', async () => {
    const policy = {
      Version: '2012-10-17',
      Statement: [{ Effect: 'Allow', Action: 's3:GetObject', Resource: '*' }],
    };
    const { stack } = await load(
      aPlan({
        resources: [
          {
            type: 'aws_iam_role',
            name: 'r',
            values: { name: 'role', inline_policy: [{ name: 'own', policy: JSON.stringify(policy) }] },
          },
        ],
      }),
    );

    assert.deepEqual(stack.resources.get('aws_iam_role.r')?.properties['Policies'], [
      { PolicyName: 'own', PolicyDocument: policy },
    ]);
  });
});

describe('a function URL without authorization', () => {
  const aUrl = (authorization: string): Planned => ({
    type: 'aws_lambda_function_url',
    name: 'u',
    values: { function_name: 'f', authorization_type: authorization },
  });
  const aFunction: Planned = {
    type: 'aws_lambda_function',
    name: 'f',
    values: { function_name: 'f', handler: 'a.b', runtime: 'nodejs24.x' },
  };
  const permissionsOf = async (authorization: string): Promise<unknown[]> => {
    const { stack } = await load(aPlan({ resources: [aFunction, aUrl(authorization)] }));
    const permissions = [...stack.resources.values()].filter(
      ({ type }) => type === 'AWS::Lambda::Permission',
    );
    return permissions.map(({ properties }) => properties);
  };

  // hashicorp/terraform-provider-aws, pull request 44858: the provider adds both, and no plan shows them.
  it('has the permissions that the provider adds to the function', async () => {
    const everyone = { FunctionName: 'f', Principal: '*' };
    assert.deepEqual(await permissionsOf('NONE'), [
      { ...everyone, Action: 'lambda:InvokeFunctionUrl', FunctionUrlAuthType: 'NONE' },
      { ...everyone, Action: 'lambda:InvokeFunction', InvokedViaFunctionUrl: true },
    ]);
  });

  it('is the only one with them', async () => {
    assert.deepEqual(await permissionsOf('AWS_IAM'), []);
  });
});

describe('a value that only the apply makes', () => {
  const aFunction = (more: Partial<Planned>): Planned => ({
    type: 'aws_lambda_function',
    name: 'f',
    values: { function_name: 'f', handler: 'a.b', runtime: 'nodejs24.x' },
    ...more,
  });
  const rows: readonly (readonly [name: string, resources: readonly Planned[], says: RegExp])[] = [
    [
      'of a local is not followed',
      [aFunction({ expressions: { role: refs('local.role') } })],
      /: aws_lambda_function\.f\.Role: the value is known only after apply, and Terraform's JSON does not contain local\.role$/,
    ],
    [
      'of another type names its address',
      [
        { type: 'aws_efs_access_point', name: 'e' },
        aFunction({ expressions: { role: refs('aws_efs_access_point.e.arn') } }),
      ],
      /known only after apply: aws_efs_access_point\.e\.arn$/,
    ],
    [
      'of several references in one document is not guessed',
      [
        TABLE,
        { type: 'aws_sqs_queue', name: 'q', values: { name: 'q' } },
        {
          type: 'aws_iam_policy',
          name: 'p',
          values: { name: 'p' },
          expressions: { policy: refs('aws_dynamodb_table.t.arn', 'aws_sqs_queue.q.arn') },
        },
      ],
      /: aws_iam_policy\.p\.PolicyDocument: the value is known only after apply, and these references are not followed: aws_dynamodb_table\.t\.arn, aws_sqs_queue\.q\.arn$/,
    ],
  ];
  for (const [name, resources, says] of rows)
    it(name, async () => {
      assert.match((await load(aPlan({ resources }))).messages.join('\n'), says);
    });

  it('of a name is invented', async () => {
    const named = aFunction({
      values: { handler: 'a.b', runtime: 'nodejs24.x' },
      expressions: { function_name: refs('random_pet.p.id') },
    });
    const { stack, messages } = await load(aPlan({ resources: [named] }));

    assert.match(stack.resources.get('aws_lambda_function.f')?.physicalId ?? '', /^[\w-]{10,64}$/);
    assert.deepEqual(messages, []);
  });
});

// The provider's documentation: "authorization_type - (Optional) … Defaults to NONE", "authorization - (Required)".
describe('a route or method whose authorization is not visible', () => {
  const V2: Planned = {
    type: 'aws_apigatewayv2_api',
    name: 'h',
    values: { name: 'h', protocol_type: 'HTTP' },
  };
  const kinds = [
    {
      attribute: 'authorization_type',
      owner: V2,
      of: { type: 'aws_apigatewayv2_route', name: 'r' },
      values: { route_key: 'GET /pets' },
      expressions: { api_id: refs('aws_apigatewayv2_api.h.id') },
    },
    {
      attribute: 'authorization',
      owner: API,
      of: { type: 'aws_api_gateway_method', name: 'm' },
      values: { http_method: 'GET' },
      expressions: { ...ofApi, resource_id: refs('aws_api_gateway_rest_api.a.root_resource_id') },
    },
  ];
  const guarded = { authorizer_id: 'a1b2c3' };
  const rows: readonly { name: string; values: object; unknown?: boolean; says: string | undefined }[] = [
    {
      name: 'empty, together with an authorizer',
      values: { ...guarded, type: '' },
      says: 'is empty although',
    },
    {
      name: 'null, together with an authorizer',
      values: { ...guarded, type: null },
      says: 'is empty although',
    },
    { name: 'absent, together with an authorizer', values: guarded, says: 'is empty although' },
    {
      name: 'known only after apply, together with one',
      values: guarded,
      unknown: true,
      says: 'does not contain',
    },
    { name: 'known only after apply', values: {}, unknown: true, says: 'does not contain' },
    { name: 'absent, and there is no authorizer', values: { authorizer_id: '' }, says: undefined },
    { name: 'NONE together with an authorizer', values: { ...guarded, type: 'NONE' }, says: undefined },
  ];
  for (const { attribute, owner, of, values, expressions } of kinds)
    for (const { name, values: own, unknown = false, says } of rows)
      it(`${says === undefined ? 'is open' : 'is refused by its address'}: ${of.type}, ${name}`, async () => {
        const written = JSON.parse(JSON.stringify(own).replace('"type"', `"${attribute}"`)) as object;
        const asked = Object.fromEntries(Object.keys(expressions).map((each) => [each, true]));
        const { stack, messages } = await load(
          aPlan({
            resources: [
              owner,
              {
                ...of,
                values: { ...values, ...written },
                expressions,
                unknown: { ...asked, ...(unknown && { [attribute]: true }) },
              },
            ],
          }),
        );

        if (says === undefined) assert.deepEqual(messages, []);
        else {
          assert.match(
            messages.join('\n'),
            new RegExp(`${of.type}\\.${of.name}\\.AuthorizationType: .*${attribute}.*`),
          );
          assert.ok(messages.join('\n').includes(says), messages.join('\n'));
          const resource = stack.resources.get(`${of.type}.${of.name}`);
          assert.deepEqual(resource?.unresolved, ['AuthorizationType']);
        }
      });
});

describe('the rest of a plan', () => {
  it('is a finding: types that nothing runs, attributes that nothing reads, parts without an owner', async () => {
    const { stack } = await load(
      aPlan({
        resources: [
          { type: 'aws_instance', name: 'i', values: { ami: 'x' } },
          { type: 'random_pet', name: 'p' },
          {
            ...API,
            values: { name: 'a', tags: {}, new_feature: 1 },
            expressions: { new_feature: { constant_value: 1 }, tags: {} },
          },
          {
            type: 'aws_api_gateway_integration',
            name: 'i',
            values: { http_method: 'GET' },
            expressions: ofApi,
          },
        ],
      }),
    );

    assert.deepEqual(
      stack.unsupported.map(({ logicalId, property, consequence }) => [logicalId, property, consequence]),
      [
        ['aws_instance.i', undefined, UNRUN],
        [
          'aws_api_gateway_integration.i',
          undefined,
          'this part is not applied, because its parent resource is not in the plan or is known only after apply',
        ],
        ['aws_api_gateway_rest_api.a', 'new_feature', 'this attribute is not applied'],
      ],
    );
  });
});

describe('a part that names its owner', () => {
  it('has the name applied, also if the owner is found by a reference', async () => {
    const { stack } = await load(
      aPlan({
        resources: [
          {
            type: 'aws_cloudwatch_event_rule',
            name: 'orders',
            values: { name: 'orders', event_pattern: '{"source":["shop"]}' },
            expressions: { name: {}, event_pattern: {} },
          },
          {
            type: 'aws_cloudwatch_event_target',
            name: 'fn',
            values: { rule: 'orders', arn: 'arn:aws:lambda:us-east-1:123456789012:function:fn' },
            expressions: { rule: refs('aws_cloudwatch_event_rule.orders.name'), arn: {} },
          },
        ],
      }),
    );

    assert.deepEqual(
      stack.unsupported.filter(({ logicalId }) => logicalId === 'aws_cloudwatch_event_target.fn'),
      [],
    );
  });
});

describe('the document of an API', () => {
  it('is read from the text of its body', async () => {
    const body = JSON.stringify({
      openapi: '3.0.1',
      info: { title: 'shop', version: '1' },
      paths: {
        '/pets': {
          get: {
            'x-amazon-apigateway-integration': {
              type: 'mock',
              requestTemplates: { 'application/json': '{"statusCode":200}' },
            },
          },
        },
      },
    });
    const { stack, messages } = await load(
      aState([{ ...API, values: { name: 'a', id: 'abcdef1234', body } }]),
    );

    assert.deepEqual(messages, []);
    assert.ok([...stack.resources.values()].some(({ type }) => type === 'AWS::ApiGateway::Method'));
  });
});
