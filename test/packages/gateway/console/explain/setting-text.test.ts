import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { advisePreflight } from '../../../../../packages/gateway/console/explain/preflight-advice.ts';
import { nameSetting } from '../../../../../packages/gateway/console/explain/setting-text.ts';
import type { Definition } from '../../../../../packages/gateway/console/surprises/template-text.ts';

const at = (form: Definition['form'], more: Partial<Definition> = {}): Definition => ({
  file: 'template.yaml',
  form,
  logicalId: 'Shop',
  ...more,
});

describe('a setting', () => {
  const rows: readonly [form: Definition['form'], expected: string, source: string][] = [
    [
      'cdk',
      'responseTypes: [HttpLambdaResponseType.SIMPLE] on the HttpLambdaAuthorizer',
      'https://docs.aws.amazon.com/cdk/api/v2/docs/aws-cdk-lib.aws_apigatewayv2_authorizers-readme.html',
    ],
    [
      'sam',
      'EnableSimpleResponses: true on the authorizer in Auth.Authorizers of Shop',
      'https://docs.aws.amazon.com/serverless-application-model/latest/developerguide/sam-property-httpapi-lambdaauthorizer.html',
    ],
    [
      'serverless',
      'enableSimpleResponses: true on the authorizer in provider.httpApi.authorizers',
      'https://www.serverless.com/framework/docs/providers/aws/events/http-api',
    ],
    [
      'terraform',
      'enable_simple_responses = true on the aws_apigatewayv2_authorizer',
      'https://registry.terraform.io/providers/hashicorp/aws/latest/docs/resources/apigatewayv2_authorizer',
    ],
    [
      'cloudformation',
      'EnableSimpleResponses: true on the authorizer',
      'https://docs.aws.amazon.com/AWSCloudFormation/latest/UserGuide/aws-resource-apigatewayv2-authorizer.html',
    ],
  ];
  for (const [form, expected, source] of rows)
    it(`is named as its owner writes it: ${form} (${source})`, () => {
      assert.equal(nameSetting('simpleResponses', at(form)), expected);
    });

  it('names the Stage of the CDK that lacks the usage plan, which is not the one of the API', () => {
    const stages = { prod: '!Ref ShopDeploymentStageprod8E2B1A90', beta: '!Ref BetaStage2D66F0B4' };
    const definition = at('cdk', { logicalId: 'Shop4F1D2A10', stages });
    assert.equal(
      nameSetting('stageOfPlan', definition, 'beta'),
      'the stage with addApiStage({ stage }), where stage is the Stage construct of beta (BetaStage2D66F0B4 in the template), to the usage plan',
    );
    assert.equal(
      nameSetting('planOfStage', definition, 'beta'),
      "api.addUsagePlan('Plan', { apiStages: [{ stage }] }), where stage is the Stage construct of beta (BetaStage2D66F0B4 in the template)",
    );
    assert.match(nameSetting('stageOfPlan', definition, 'prod'), /\{ stage: api\.deploymentStage \}/);
  });

  const keys: readonly [definition: Definition | undefined, expected: RegExp, source: string][] = [
    [
      at('serverless'),
      /^apiKeys: \[NAME\] to provider\.apiGateway/,
      'https://www.serverless.com/framework/docs/providers/aws/events/apigateway',
    ],
    [
      at('sam'),
      /^UsagePlan: \{ CreateUsagePlan: PER_API \} to Auth of Shop/,
      'https://docs.aws.amazon.com/serverless-application-model/latest/developerguide/sam-property-api-apiusageplan.html',
    ],
    [
      at('cdk'),
      /addUsagePlan\('Plan', \{ apiStages: \[\{ stage: api\.deploymentStage \}\] \}\)/,
      'https://docs.aws.amazon.com/cdk/api/v2/docs/aws-cdk-lib.aws_apigateway-readme.html',
    ],
    [
      at('terraform', { logicalId: 'aws_api_gateway_rest_api.shop' }),
      /api_stages \{ api_id = aws_api_gateway_rest_api\.shop\.id, stage = "dev" \}/,
      'https://registry.terraform.io/providers/hashicorp/aws/latest/docs/resources/api_gateway_usage_plan',
    ],
    [
      at('cloudformation'),
      /ApiStages: \[\{ ApiId: !Ref Shop, Stage: dev \}\]/,
      'https://docs.aws.amazon.com/AWSCloudFormation/latest/TemplateReference/aws-resource-apigateway-usageplan.html',
    ],
    [
      undefined,
      /--api-stages apiId=API,stage=dev/,
      'https://docs.aws.amazon.com/cli/latest/reference/apigateway/create-usage-plan.html',
    ],
  ];
  for (const [definition, expected, source] of keys)
    it(`is a first key with its plan, as its owner writes them: ${definition?.form ?? 'calls'} (${source})`, () => {
      assert.match(nameSetting('firstKey', definition, 'dev'), expected);
    });

  const LINK =
    /^ with an AWS::ApiGateway::UsagePlanKey \{ KeyId: !Ref Key, KeyType: API_KEY, UsagePlanId: !Ref Plan \}/;
  const joined: readonly [form: Definition['form'] | undefined, expected: RegExp][] = [
    ['cloudformation', LINK],
    ['sam', LINK],
    ['sam-globals', LINK],
    ['serverless', new RegExp(`${LINK.source} in resources\\.Resources$`)],
    ['cdk', /^ with plan\.addApiKey\(key\), where plan is the UsagePlan construct \(Plan in the template\)$/],
    [
      'terraform',
      /^ with an aws_api_gateway_usage_plan_key \(key_id = Key\.id, key_type = "API_KEY", usage_plan_id = Plan\.id\)$/,
    ],
    [undefined, /create-usage-plan-key --usage-plan-id Plan --key-id KEY_ID --key-type API_KEY`$/],
  ];
  for (const [form, expected] of joined)
    it(`joins a key to the plan that the stage has: ${form ?? 'calls'}`, () => {
      const definition = form && at(form, { logicalId: 'Key' });
      assert.match(nameSetting('keyOfPlan', definition, 'Plan'), expected);
    });

  it('is named as in CloudFormation if calls created the API', () => {
    assert.equal(nameSetting('openPreflight', undefined), 'AuthorizationType: NONE');
  });

  it('refers to a stage that is a resource, because a plan with its name alone would not wait for it', () => {
    const definition = { form: 'cloudformation', logicalId: 'Api', stages: { prod: '!Ref Live' } } as const;
    assert.match(
      nameSetting('planOfStage', definition, 'prod'),
      /ApiStages: \[\{ ApiId: !Ref Api, Stage: !Ref Live \}\]/,
    );
    assert.match(nameSetting('planOfStage', definition, 'dev'), /Stage: dev \}/);
  });

  it('has the origin that a page needs', () => {
    assert.match(
      nameSetting('originOfRefusals', at('sam'), 'https://app.example'),
      /Access-Control-Allow-Origin: "'https:\/\/app\.example'".*in GatewayResponses of Shop$/,
    );
  });
});

describe('the advice about a refused preflight', () => {
  const advise = (definition: Definition | undefined, more: object = {}): string =>
    advisePreflight({
      protocol: 'rest',
      routeKey: 'OPTIONS /todos',
      path: '/todos',
      phase: 'authenticate',
      definition,
      ...more,
    } as never).join('\n');

  // https://docs.aws.amazon.com/serverless-application-model/latest/developerguide/sam-property-api-apiauth.html
  it('names the setting of SAM for an OPTIONS method that Cors adds', () => {
    assert.match(
      advise(at('sam', { addsPreflights: true })),
      /: set AddDefaultAuthorizerToCorsPreflight: false in Auth of Shop\. A change/,
    );
    assert.match(
      advise(at('sam-globals', { addsPreflights: true }), { needsKey: true }),
      /: set AddDefaultAuthorizerToCorsPreflight: false in Globals\.Api\.Auth and AddApiKeyRequiredToCorsPreflight: false in Globals\.Api\.Auth\./,
    );
  });

  // https://docs.aws.amazon.com/apigateway/latest/developerguide/http-api-cors.html
  it('does not advise CORS settings to an HTTP API that has them', () => {
    const http = { protocol: 'http', hasCors: true };
    assert.match(
      advise(at('serverless'), { ...http, routeKey: 'ANY /todos' }),
      /: ANY \/todos matches OPTIONS, too, .* Replace ANY \/todos with a route for each method .* such as GET \/todos, or add a route OPTIONS/,
    );
    // The page advises OPTIONS /{proxy+} for a catch-all; the path of one request would leave all other paths refused.
    for (const [routeKey, path, advised] of [
      ['$default', '/todos', '/{proxy+}'],
      ['$default', '/', '/'],
      ['ANY /todos/{id}', '/todos/1', '/todos/{id}'],
    ] as const)
      assert.ok(
        advise(at('serverless'), { ...http, routeKey, path }).includes(
          `such as GET ${advised}, or add a route OPTIONS ${advised} without an authorizer`,
        ),
        routeKey,
      );
    assert.match(advise(at('serverless'), http), /: remove the authorizer from OPTIONS \/todos, or remove/);
    assert.match(advise(at('serverless'), { protocol: 'http' }), /: give the API a CorsConfiguration/);
  });

  it('names the method itself if SAM does not add it', () => {
    assert.match(advise(at('sam')), /: set AuthorizationType: NONE on OPTIONS \/todos\./);
  });

  it('names only what the method has', () => {
    assert.doesNotMatch(advise(at('cloudformation')), /ApiKeyRequired/);
    assert.match(
      advise(at('cloudformation'), { needsKey: true }),
      /NONE and ApiKeyRequired: false on OPTIONS/,
    );
    assert.match(advise(at('terraform'), { phase: 'meter' }), /: set api_key_required = false on OPTIONS/);
  });
});
