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
  const warning = `${colorize('yellow', 'warning:')} the API is managed by ${showControls(owner)}, so changes that attach makes cause drift: the next deployment of that configuration may undo these changes, or fail because of them`;
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
export function snippetsFor({ steps, kind, functionArn, stage }: Plan): readonly Snippet[] {
  const settings = steps.find(({ makes }) => makes === 'authorizer')?.after ?? {};
  const key =
    steps.find(({ part }) => part.startsWith('route '))?.part.slice('route '.length) ?? 'GET /orders';
  const [method = 'GET', path = '/orders'] = key.split(' ');
  const about = { settings, method, path, refer: referTo(functionArn, stage, settings) };
  if (kind === 'rest') return restSnippets(about);
  return kind === 'http' ? httpSnippets(about) : websocketSnippets(about);
}

type About = {
  readonly settings: UnknownMembers;
  readonly method: string;
  readonly path: string;
  readonly refer: Reference;
};

/** How each tool refers to the authorizer's function. */
type Reference = {
  readonly serverless: string;
  readonly sam: string;
  /** The URI of the function in a template. */
  readonly samUri: string;
  /** An expression for the ARN of the function. */
  readonly cdk: string;
  /** An expression for the URI of the function, and the data source that it needs. */
  readonly terraformUri: string;
  readonly terraformSource: string;
};

/**
 * Refers to a function of Gatewright's stack by the export of its ARN, because in another account or stage the function
 * has another ARN. Any other function is referred to by its ARN.
 */
function referTo(functionArn: string, stage: string, settings: UnknownMembers): Reference {
  const [, , , , , , name = '', ...qualifier] = functionArn.split(':');
  const [, stack, kind] = /^(.+)-(token|request)-authorizer$/.exec(name) ?? [];
  const uri = String(settings['authorizerUri']);
  if (stack === undefined || qualifier.length > 0)
    return {
      serverless: functionArn,
      sam: functionArn,
      samUri: uri,
      cdk: `'${functionArn}'`,
      terraformUri: `"${uri}"`,
      terraformSource: '',
    };
  const exported = `-${kind === 'token' ? 'Token' : 'Request'}AuthorizerArn`;
  const ofStage = stack.endsWith(`-${stage}`) ? `${stack.slice(0, -stage.length)}\${sls:stage}` : stack;
  return {
    serverless: `!ImportValue ${ofStage}${exported}`,
    sam: `!ImportValue ${stack}${exported}`,
    samUri: `!Sub
      - arn:\${AWS::Partition}:apigateway:\${AWS::Region}:lambda:path/2015-03-31/functions/\${Arn}/invocations
      - { Arn: !ImportValue ${stack}${exported} }`,
    cdk: `Fn.importValue('${stack}${exported}')`,
    terraformUri: 'data.aws_lambda_function.gatewright.invoke_arn',
    terraformSource: `data "aws_lambda_function" "gatewright" {
  function_name = "${name}"
}
`,
  };
}

function restSnippets({ settings, method, path, refer }: About): readonly Snippet[] {
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
      arn: ${refer.serverless}
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
      FunctionArn: ${refer.sam}
      FunctionPayloadType: ${isToken ? 'TOKEN' : 'REQUEST'}
      DisableFunctionDefaultPermissions: true
      Identity: { ${header === '' ? '' : isToken ? `Header: ${header}, ` : `Headers: [${header}], `}ReauthorizeEvery: ${String(ttl)} }`,
    },
    {
      tool: 'CDK',
      text: `const authorizer = new apigateway.${isToken ? 'TokenAuthorizer' : 'RequestAuthorizer'}(this, '${pascal(name)}', {
  handler: lambda.Function.fromFunctionAttributes(this, 'Gatewright', { functionArn: ${refer.cdk}, skipPermissions: true }),
  ${isToken ? `identitySource: '${String(identitySource)}'` : `identitySources: [${header === '' ? '' : `apigateway.IdentitySource.header('${header}')`}]`},
  resultsCacheTtl: Duration.seconds(${String(ttl)}),
});
resource.addMethod('${method}', integration, { authorizer });`,
    },
    {
      tool: 'Terraform',
      text: `${refer.terraformSource}resource "aws_api_gateway_authorizer" "${snake(name)}" {
  rest_api_id                      = aws_api_gateway_rest_api.this.id
  name                             = "${String(name)}"
  type                             = "${String(type)}"
  authorizer_uri                   = ${refer.terraformUri}${identitySource === '' ? '' : `\n  identity_source                  = "${String(identitySource)}"`}
  authorizer_result_ttl_in_seconds = ${String(ttl)}
}
# in each aws_api_gateway_method: authorization = "CUSTOM", authorizer_id = aws_api_gateway_authorizer.${snake(name)}.id`,
    },
  ];
}

function httpSnippets({ settings, method, path, refer }: About): readonly Snippet[] {
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
        functionArn: ${refer.serverless}
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
      FunctionArn: ${refer.sam}
      AuthorizerPayloadFormatVersion: '${payload}'
      EnableSimpleResponses: ${String(isSimple)}
      EnableFunctionDefaultPermissions: false
      Identity: { Headers: [${sources.map((one) => one.split('.').at(-1)).join(', ')}], ReauthorizeEvery: ${String(ttl)} }`,
    },
    {
      tool: 'CDK',
      text: `const authorizer = new HttpLambdaAuthorizer('${pascal(name)}',
  lambda.Function.fromFunctionAttributes(this, 'Gatewright', { functionArn: ${refer.cdk}, skipPermissions: true }), {
    authorizerName: '${String(name)}',
    responseTypes: [HttpLambdaResponseType.${isSimple ? 'SIMPLE' : 'IAM'}],
    identitySource: [${sources.map((one) => `'${one}'`).join(', ')}],
    resultsCacheTtl: Duration.seconds(${String(ttl)}),
  });
httpApi.addRoutes({ path: '${path}', methods: [HttpMethod.${method}], integration, authorizer });`,
    },
    {
      tool: 'Terraform',
      text: `${refer.terraformSource}resource "aws_apigatewayv2_authorizer" "${snake(name)}" {
  api_id                            = aws_apigatewayv2_api.this.id
  name                              = "${String(name)}"
  authorizer_type                   = "REQUEST"
  authorizer_uri                    = ${refer.terraformUri}
  authorizer_payload_format_version = "${payload}"
  enable_simple_responses           = ${String(isSimple)}
  identity_sources                  = [${sources.map((one) => `"${one}"`).join(', ')}]
  authorizer_result_ttl_in_seconds  = ${String(ttl)}
}
# in each aws_apigatewayv2_route: authorization_type = "CUSTOM", authorizer_id = aws_apigatewayv2_authorizer.${snake(name)}.id`,
    },
  ];
}

function websocketSnippets({ settings, refer }: About): readonly Snippet[] {
  const { name } = settings;
  return [
    {
      tool: 'serverless.yml',
      text: `- websocket:
    route: $connect
    authorizer:
      arn: ${refer.serverless}
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
    AuthorizerUri: ${refer.samUri}
    IdentitySource: []
# in the AWS::ApiGatewayV2::Route for $connect: AuthorizationType: CUSTOM, AuthorizerId: !Ref ${pascal(name)}`,
    },
    {
      tool: 'CDK',
      text: `const authorizer = new WebSocketLambdaAuthorizer('${pascal(name)}',
  lambda.Function.fromFunctionAttributes(this, 'Gatewright', { functionArn: ${refer.cdk}, skipPermissions: true }),
  { authorizerName: '${String(name)}', identitySource: [] });
// in the API: connectRouteOptions: { integration, authorizer }`,
    },
    {
      tool: 'Terraform',
      text: `${refer.terraformSource}resource "aws_apigatewayv2_authorizer" "${snake(name)}" {
  api_id          = aws_apigatewayv2_api.this.id
  name            = "${String(name)}"
  authorizer_type = "REQUEST"
  authorizer_uri  = ${refer.terraformUri}
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
