/**
 * Creates snippets for the template of the stack that has created the API. Without these lines, the next deployment of
 * the stack would remove the attachment or fail.
 */
import { membersOf } from '@gatewright/aws/json-object';
import type { UnknownMembers } from '@gatewright/aws/json-object';
import { showControls } from '@gatewright/aws/text/visible-text';
import { textAt } from '../../terminal/aws-call.ts';
import { colorize } from '../../../base/terminal/output.ts';
import type { Plan } from './journal.ts';
import type { LiveApi } from './live-api.ts';

const STACK = 'aws:cloudformation:stack-name';

/** The tool that has created an API. Its next deployment restores the state that the tool knows. */
type Origin = { readonly kind: 'CloudFormation'; readonly stack: string } | { readonly kind: 'Terraform' };

/** Returns the tool that has created the API; undefined if the tags of the API do not show it. */
export function originOf({ api }: Pick<LiveApi, 'api'>): Origin | undefined {
  const tags = membersOf(api['tags']);
  const stack = textAt(tags, STACK);
  if (stack !== undefined) return { kind: 'CloudFormation', stack };
  const isTerraform = Object.entries(tags).some(([name, value]) =>
    /terraform/i.test(`${name} ${String(value)}`),
  );
  return isTerraform ? { kind: 'Terraform' } : undefined;
}

const FILES = {
  SAM: 'template.yaml (SAM)',
  CDK: 'CDK',
  Terraform: 'Terraform',
  'serverless.yml': 'serverless.yml',
};

/**
 * Returns the tool with which the stack was created. It is derived from the files in the folder, or from the tag that
 * SAM sets on HTTP APIs.
 */
function toolOf(files: readonly string[], { api }: Pick<LiveApi, 'api'>): Snippet['tool'] {
  const has = (name: RegExp): boolean => files.some((file) => name.test(file));
  if (has(/^serverless\./)) return 'serverless.yml';
  if (has(/^cdk\.json$/)) return 'CDK';
  const isSam =
    has(/^template\.(?:ya?ml|json)$/) || textAt(membersOf(api['tags']), 'httpapi:createdBy') === 'SAM';
  return isSam ? 'SAM' : 'serverless.yml';
}

/**
 * Explains that the plan causes drift, and what the user has to write into the API's template.
 * @param files names of the files in the user's folder
 */
export function describeOrigin(live: LiveApi, plan: Plan, files: readonly string[]): readonly string[] {
  const origin = originOf(live);
  if (origin === undefined) return [];
  const isStack = origin.kind === 'CloudFormation';
  const owner = isStack ? `the CloudFormation stack ${origin.stack}` : 'Terraform';
  const tool = isStack ? toolOf(files, live) : 'Terraform';
  const warning = `${colorize('yellow', 'warning:')} the API is managed by ${showControls(owner)}, so changes made here cause drift: the next deployment from there may undo them, or fail because of them`;
  if (plan.steps.length === 0) return [warning];
  return [
    warning,
    `  Make the same change in ${FILES[tool]}, as follows (gatewright attach snippets prints it for serverless.yml, SAM, CDK and Terraform):`,
    ...snippetsFor(plan)
      .filter((snippet) => snippet.tool === tool)
      .flatMap(({ text }) => text.split('\n').map((line) => `    ${showControls(line)}`)),
  ];
}

type Snippet = {
  readonly tool: 'serverless.yml' | 'SAM' | 'CDK' | 'Terraform';
  readonly text: string;
};

/** Returns the snippet for the first route of the plan, because all other routes use the same authorizer. */
export function snippetsFor({ steps, kind, functionArn }: Plan): readonly Snippet[] {
  const settings = steps.find(({ makes }) => makes === 'authorizer')?.after ?? {};
  const key =
    steps.find(({ part }) => part.startsWith('route '))?.part.slice('route '.length) ?? 'GET /orders';
  const [method = 'GET', path = '/orders'] = key.split(' ');
  const about = { settings, method, path, functionArn };
  if (kind === 'rest') return restSnippets(about);
  return kind === 'http' ? httpSnippets(about) : websocketSnippets(about);
}

type About = {
  readonly settings: UnknownMembers;
  readonly method: string;
  readonly path: string;
  readonly functionArn: string;
};

function restSnippets({ settings, method, path, functionArn }: About): readonly Snippet[] {
  const { name, type, identitySource = '', authorizerResultTtlInSeconds: ttl } = settings;
  const isToken = type === 'TOKEN';
  const header = String(identitySource).split(',')[0]?.split('.').at(-1) ?? '';
  return [
    {
      tool: 'serverless.yml',
      text: `- http:
    method: ${method.toLowerCase()}
    path: ${path}
    authorizer:
      arn: ${functionArn}
      name: ${String(name)}
      type: ${isToken ? 'token' : 'request'}
      managedExternally: true${identitySource === '' ? '' : `\n      identitySource: ${String(identitySource)}`}
      resultTtlInSeconds: ${String(ttl)}`,
    },
    {
      tool: 'SAM',
      text: `Auth: # of AWS::Serverless::Api
  DefaultAuthorizer: ${pascal(name)}
  AddDefaultAuthorizerToCorsPreflight: false
  Authorizers:
    ${pascal(name)}:
      FunctionArn: ${functionArn}
      FunctionPayloadType: ${isToken ? 'TOKEN' : 'REQUEST'}
      DisableFunctionDefaultPermissions: true
      Identity: { ${header === '' ? '' : isToken ? `Header: ${header}, ` : `Headers: [${header}], `}ReauthorizeEvery: ${String(ttl)} }`,
    },
    {
      tool: 'CDK',
      text: `const authorizer = new apigateway.${isToken ? 'TokenAuthorizer' : 'RequestAuthorizer'}(this, '${pascal(name)}', {
  handler: lambda.Function.fromFunctionAttributes(this, 'Gatewright', { functionArn: '${functionArn}', skipPermissions: true }),
  ${isToken ? `identitySource: '${String(identitySource)}'` : `identitySources: [${header === '' ? '' : `apigateway.IdentitySource.header('${header}')`}]`},
  resultsCacheTtl: Duration.seconds(${String(ttl)}),
});
resource.addMethod('${method}', integration, { authorizer });`,
    },
    {
      tool: 'Terraform',
      text: `resource "aws_api_gateway_authorizer" "${snake(name)}" {
  rest_api_id                      = aws_api_gateway_rest_api.this.id
  name                             = "${String(name)}"
  type                             = "${String(type)}"
  authorizer_uri                   = "${String(settings['authorizerUri'])}"${identitySource === '' ? '' : `\n  identity_source                  = "${String(identitySource)}"`}
  authorizer_result_ttl_in_seconds = ${String(ttl)}
}
# in each aws_api_gateway_method: authorization = "CUSTOM", authorizer_id = aws_api_gateway_authorizer.${snake(name)}.id`,
    },
  ];
}

function httpSnippets({ settings, method, path, functionArn }: About): readonly Snippet[] {
  const { name, identitySource, authorizerResultTtlInSeconds: ttl, enableSimpleResponses } = settings;
  const sources = Array.isArray(identitySource) ? identitySource.map(String) : [];
  const payload = String(settings['authorizerPayloadFormatVersion']);
  const isSimple = enableSimpleResponses === true;
  return [
    {
      tool: 'serverless.yml',
      text: `provider:
  httpApi:
    authorizers:
      ${snake(name)}:
        type: request
        functionArn: ${functionArn}
        managedExternally: true
        name: ${String(name)}
        payloadVersion: '${payload}'
        enableSimpleResponses: ${String(isSimple)}
        resultTtlInSeconds: ${String(ttl)}${sources.length === 0 ? '' : `\n        identitySource: [${sources.map((one) => `'${one}'`).join(', ')}]`}
# in each event: httpApi: { method: ${method.toLowerCase()}, path: '${path}', authorizer: { name: ${snake(name)} } }`,
    },
    {
      tool: 'SAM',
      text: `Auth: # of AWS::Serverless::HttpApi
  DefaultAuthorizer: ${pascal(name)}
  Authorizers:
    ${pascal(name)}:
      FunctionArn: ${functionArn}
      AuthorizerPayloadFormatVersion: '${payload}'
      EnableSimpleResponses: ${String(isSimple)}
      EnableFunctionDefaultPermissions: false
      Identity: { Headers: [${sources.map((one) => one.split('.').at(-1)).join(', ')}], ReauthorizeEvery: ${String(ttl)} }`,
    },
    {
      tool: 'CDK',
      text: `const authorizer = new HttpLambdaAuthorizer('${pascal(name)}',
  lambda.Function.fromFunctionAttributes(this, 'Gatewright', { functionArn: '${functionArn}', skipPermissions: true }), {
    authorizerName: '${String(name)}',
    responseTypes: [HttpLambdaResponseType.${isSimple ? 'SIMPLE' : 'IAM'}],
    identitySource: [${sources.map((one) => `'${one}'`).join(', ')}],
    resultsCacheTtl: Duration.seconds(${String(ttl)}),
  });
httpApi.addRoutes({ path: '${path}', methods: [HttpMethod.${method}], integration, authorizer });`,
    },
    {
      tool: 'Terraform',
      text: `resource "aws_apigatewayv2_authorizer" "${snake(name)}" {
  api_id                            = aws_apigatewayv2_api.this.id
  name                              = "${String(name)}"
  authorizer_type                   = "REQUEST"
  authorizer_uri                    = "${String(settings['authorizerUri'])}"
  authorizer_payload_format_version = "${payload}"
  enable_simple_responses           = ${String(isSimple)}
  identity_sources                  = [${sources.map((one) => `"${one}"`).join(', ')}]
  authorizer_result_ttl_in_seconds  = ${String(ttl)}
}
# in each aws_apigatewayv2_route: authorization_type = "CUSTOM", authorizer_id = aws_apigatewayv2_authorizer.${snake(name)}.id`,
    },
  ];
}

function websocketSnippets({ settings, functionArn }: About): readonly Snippet[] {
  const { name, authorizerUri } = settings;
  return [
    {
      tool: 'serverless.yml',
      text: `- websocket:
    route: $connect
    authorizer:
      arn: ${functionArn}
      name: ${String(name)}
      identitySource: []`,
    },
    {
      tool: 'SAM',
      text: `${pascal(name)}:
  Type: AWS::ApiGatewayV2::Authorizer
  Properties:
    ApiId: !Ref WebSocketApi
    Name: ${String(name)}
    AuthorizerType: REQUEST
    AuthorizerUri: ${String(authorizerUri)}
    IdentitySource: []
# in the AWS::ApiGatewayV2::Route for $connect: AuthorizationType: CUSTOM, AuthorizerId: !Ref ${pascal(name)}`,
    },
    {
      tool: 'CDK',
      text: `const authorizer = new WebSocketLambdaAuthorizer('${pascal(name)}',
  lambda.Function.fromFunctionAttributes(this, 'Gatewright', { functionArn: '${functionArn}', skipPermissions: true }),
  { authorizerName: '${String(name)}', identitySource: [] });
// in the API: connectRouteOptions: { integration, authorizer }`,
    },
    {
      tool: 'Terraform',
      text: `resource "aws_apigatewayv2_authorizer" "${snake(name)}" {
  api_id          = aws_apigatewayv2_api.this.id
  name            = "${String(name)}"
  authorizer_type = "REQUEST"
  authorizer_uri  = "${String(authorizerUri)}"
}
# in the aws_apigatewayv2_route for $connect: authorization_type = "CUSTOM", authorizer_id = aws_apigatewayv2_authorizer.${snake(name)}.id`,
    },
  ];
}

function pascal(name: unknown): string {
  return String(name).replace(/(^|[^A-Za-z0-9]+)([A-Za-z0-9])/g, (_, __, letter: string) =>
    letter.toUpperCase(),
  );
}

function snake(name: unknown): string {
  return String(name)
    .replaceAll(/[^A-Za-z0-9]+/g, '_')
    .toLowerCase();
}
