import assert from 'node:assert/strict';
import { readFileSync, readdirSync } from 'node:fs';
import { describe, it } from 'node:test';
import { inOwnWords, NAMED_PROPERTIES } from '../../../../../packages/gateway/console/explain/own-words.ts';

type Owner = Parameters<typeof inOwnWords>[1];

const of = (form: NonNullable<Owner['definition']>['form'], protocol: Owner['protocol'] = 'rest'): Owner => ({
  definition: { form },
  protocol,
});

describe('the words of an explanation', () => {
  const rows: readonly [owner: Owner, text: string, expected: string, source: string][] = [
    [
      of('terraform'),
      'which the API takes from its authorizer (ApiKeySourceType AUTHORIZER)',
      'which the API takes from its authorizer (api_key_source = "AUTHORIZER")',
      'https://registry.terraform.io/providers/hashicorp/aws/latest/docs/resources/api_gateway_rest_api',
    ],
    [
      of('terraform', 'http'),
      'Set AuthorizationType: NONE of GET /orders.',
      'Set authorization_type = "NONE" of GET /orders.',
      'https://registry.terraform.io/providers/hashicorp/aws/latest/docs/resources/apigatewayv2_route',
    ],
    [
      of('terraform'),
      'Set AuthorizationType: NONE, and add an AWS::Lambda::Permission.',
      'Set authorization = "NONE", and add an aws_lambda_permission.',
      'https://registry.terraform.io/providers/hashicorp/aws/latest/docs/resources/api_gateway_method',
    ],
    [
      of('terraform'),
      'Set Enabled: true on the AWS::ApiGateway::ApiKey, with an AWS::ApiGateway::UsagePlanKey.',
      'Set enabled = true on the aws_api_gateway_api_key, with an aws_api_gateway_usage_plan_key.',
      'https://registry.terraform.io/providers/hashicorp/aws/latest/docs/resources/api_gateway_usage_plan_key',
    ],
    [
      of('terraform'),
      'Add a statement with Condition {"ArnEquals":{"aws:SourceArn":"arn"}}, or the SourceArn of a permission.',
      'Add a statement with Condition {"ArnEquals":{"aws:SourceArn":"arn"}}, or the source_arn of a permission.',
      'https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_condition-keys.html#condition-keys-sourcearn',
    ],
    [
      of('serverless'),
      'make them optional in the RequestParameters of GET /now',
      'make them optional in the request.parameters of GET /now',
      'https://www.serverless.com/framework/docs/providers/aws/events/apigateway#request-parameters',
    ],
    [
      of('serverless'),
      'Raise or remove ReservedConcurrentExecutions.',
      'Raise or remove reservedConcurrency.',
      'https://www.serverless.com/framework/docs/providers/aws/guide/functions',
    ],
    [
      of('serverless'),
      'Or make the endpoint regional: EndpointConfiguration with Types: [REGIONAL].',
      'Or make the endpoint regional: endpointType: REGIONAL in provider.',
      'https://www.serverless.com/framework/docs/providers/aws/events/apigateway#configuring-endpoint-types',
    ],
    [
      of('sam'),
      'Or make the endpoint regional: EndpointConfiguration with Types: [REGIONAL].',
      'Or make the endpoint regional: EndpointConfiguration: { Type: REGIONAL }.',
      'https://docs.aws.amazon.com/serverless-application-model/latest/developerguide/sam-property-api-endpointconfiguration.html',
    ],
    [
      of('cdk'),
      'Or make the endpoint regional: EndpointConfiguration with Types: [REGIONAL].',
      'Or make the endpoint regional: endpointTypes: [EndpointType.REGIONAL] of the RestApi.',
      'https://docs.aws.amazon.com/cdk/api/v2/docs/aws-cdk-lib.aws_apigateway.RestApi.html#endpointtypes',
    ],
    [
      of('terraform'),
      'Or make the endpoint regional: EndpointConfiguration with Types: [REGIONAL].',
      'Or make the endpoint regional: an endpoint_configuration block with types = ["REGIONAL"].',
      'https://registry.terraform.io/providers/hashicorp/aws/latest/docs/resources/api_gateway_rest_api#endpoint_configuration',
    ],
    [
      of('serverless'),
      'To wait for the function, remove X-Amz-Invocation-Type from RequestParameters of the integration of POST /a.',
      'To wait for the function, remove async: true (or request.parameters with X-Amz-Invocation-Type) from the http event of POST /a.',
      'https://www.serverless.com/framework/docs/providers/aws/events/apigateway#asynchronous-integration',
    ],
    [
      of('cdk'),
      'Raise Timeout of the function.',
      'Raise timeout of the function.',
      'https://docs.aws.amazon.com/cdk/api/v2/docs/aws-cdk-lib.aws_lambda.Function.html',
    ],
    [
      of('sam'),
      'The value does not match the IdentityValidationExpression.',
      'The value does not match the ValidationExpression (in Identity).',
      'https://docs.aws.amazon.com/serverless-application-model/latest/developerguide/sam-property-api-lambdatokenauthorizationidentity.html',
    ],
    [
      of('terraform'),
      'Add an AWS::Events::Rule with this EventBusName and an EventPattern, or send the event to the bus that has the rule.',
      'Add an aws_cloudwatch_event_rule with this event_bus_name and an event_pattern, or send the event to the bus that has the rule.',
      'https://registry.terraform.io/providers/hashicorp/aws/latest/docs/resources/cloudwatch_event_rule',
    ],
    [
      of('serverless'),
      'Add an AWS::Lambda::EventSourceMapping whose EventSourceArn is the ARN of the stream.',
      'Add a stream event of type kinesis with the stream to a function.',
      'https://www.serverless.com/framework/docs/providers/aws/events/streams',
    ],
    [
      of('sam'),
      'Add an AWS::SNS::Subscription for the topic.',
      'Add an event of type SNS with the topic to a function.',
      'https://docs.aws.amazon.com/serverless-application-model/latest/developerguide/sam-property-function-sns.html',
    ],
    [
      of('cloudformation'),
      'Raise Timeout.',
      'Raise Timeout.',
      'https://docs.aws.amazon.com/AWSCloudFormation/latest/TemplateReference/aws-resource-lambda-function.html',
    ],
  ];
  for (const [owner, text, expected, source] of rows)
    it(`are the owner’s: ${owner.definition?.form ?? ''}, ${text} (${source})`, () => {
      assert.equal(inOwnWords(text, owner, 'advice'), expected);
    });

  // A template of these tools has an event of a function or an own class, and not these resources.
  for (const form of ['terraform', 'serverless', 'cdk', 'sam', 'sam-globals'] as const)
    it(`name what ${form} writes for each source of events that nothing reads`, () => {
      const source = readFileSync(
        new URL('../../../../../packages/gateway/console/explain/explain-deliveries.ts', import.meta.url),
        'utf8',
      );
      const changes = [...source.matchAll(/^ +(?:change:)?\s*'(Add an AWS::[^']*)'/gm)].map(
        ([, text = '']) => text,
      );
      const inSns = /'(Add an AWS::SNS::[^']*)'/.exec(source)?.[1] ?? '';
      assert.ok(changes.length >= 3 && inSns !== '');
      for (const text of [...changes, inSns])
        assert.doesNotMatch(inOwnWords(text, of(form), 'advice'), /AWS::/, text);
    });

  it('stay as they are where a function or a service wrote them', () => {
    const printed = 'It printed: AuthorizationType is wrong.';
    const quoted = 'The service responded: Credentials are missing.';
    assert.equal(inOwnWords(printed, of('terraform'), 'because'), printed);
    assert.equal(inOwnWords(quoted, of('terraform'), 'because'), quoted);
  });

  it('are CloudFormation’s for an API that was created by calls', () => {
    assert.equal(
      inOwnWords('RequestParameters', { protocol: 'rest', definition: undefined }, 'advice'),
      'RequestParameters',
    );
  });
});

it('leaves the messages of functions and services as they are, in the words of Terraform', () => {
  // https://github.com/awslabs/amazon-sqs-java-messaging-lib/issues/97
  const message = 'The queue should either have ContentBasedDeduplication enabled';
  assert.equal(
    inOwnWords(
      `The queue refused it: ${message} (ContentBasedDeduplication, main.tf:12).`,
      { ...of('terraform'), quotes: [message] },
      'because',
    ),
    `The queue refused it: ${message} (content_based_deduplication, main.tf:12).`,
  );
});

/** Names in capitals that stand in explanations and are no settings of a template, or are chosen by `nameSetting`. */
const NO_SETTINGS =
  `  MappingDefect PutObject ServerSideEncryption StringNotEquals NotImplementedException OutcomeOf ReadonlySet BehaviorCircumstances RecursiveLoop QueryStringBehavior HeaderBehavior CookieBehavior AccessDenied AccessOutcome AddApiKeyRequiredToCorsPreflight AddDefaultAuthorizerToCorsPreflight
  AdminAddUserToGroup AdminConfirmSignUp AdminCreateUser AdminCreateUserConfig AdminGetUser
  AdminSetUserPassword AdminUpdateUserAttributes AgentCall AllViewerExceptHostHeader
  AllowAdminCreateUserOnly AllowCredentials AllowHeaders AllowMethods AllowOrigin AllowOrigins
  AllowedHeaders AllowedMethods AllowedOrigins AnyStep ApiGatewayDeployment ApiGatewayRestApi ApiId
  ApiKey ApiMappingKey AssumeRole AssumeRolePolicyDocument AttributeDefinitions AuthenticationResult
  AuthorizerId BadRequestException BasePath BigInt BisectBatchOnFunctionError CachingDisabled
  CallbackHandlerDeprecated CancellationReasons ChallengeName ChallengeResponses CloudFormation CloudFront CodeUri VpcId
  ConditionCheck ConditionExpression ConditionalCheckFailed ConfirmForgotPassword ConfirmSignUp
  ConsistentRead ContentBasedDeduplication CorsRules CreateUsagePlan CustomErrorResponses
  DeadLetterConfig DecidedAccess DefaultAuthorizer DefinitionBody DefinitionUri DelaySeconds DependsOn
  DeploymentStage DestinationConfig DistributionConfig DomainName EdgeAnswer ErrorCode ErrorMessage EventBridge
  EventBridgeConfiguration EventBusName EventInvokeConfig EventPattern EventSourceArn EventStep
  ExclusiveStartKey ExitError ExpiresIn ExposeHeaders ExpressionAttributeNames
  ExpressionAttributeValues FailedEntryCount FailedPutCount FailedRecordCount FilterCriteria
  FilterExpression FilterPolicy ForbiddenException ForgotPassword FunctionName FunctionResponseTypes
  FunctionUrlAuthType FunctionUrlConfig GatewayResponses GetAtt GetObject GlobalSecondaryIndexes
  GoneException GreaterThan GuardCircumstances GuardPolicy HandlerNotFound HttpApi
  HttpLambdaAuthorizer HttpLambdaResponseType HttpMethod HttpOnly HttpResponseStream HttpStage IdentitySource
  ImportModuleError IndexName InputTemplate InstanceId IntegrationCircumstances InvalidateCache
  InvocationType InvokeFunction InvokeFunctionUrl InvokedViaFunctionUrl IpAddress IpRange
  IpRangeBlacklist IpRangeWhitelist JavaScript KeyConditionExpression KeyId KeySchema KeyType
  LastEvaluatedKey LessThan LimitCircumstances ListBucket MalformedDetail MaxAge MessageBody
  MessageDeduplicationId MessageGroupId MessageId MessageStructure MeterCircumstances NatGatewayId
  NetworkInterfaceId NoSuchKey NonExistentQueue NonNullable NotAuthorizedForSourceException NotFound
  NotFoundException OnFailure OriginCustomHeaders OriginPath OriginProtocolPolicy
  OriginRequestPolicyId OutOfMemory PayloadTooLargeException PolicyDocument PostAuthentication
  PostToConnection PreTokenGeneration ProxyFault PutEvents QueryStrings ReadOfRequest ReauthorizeEvery
  ReceiptHandle RedrivePolicy RegExp ReportBatchItemFailures RequestModel RequestResponses
  ResendConfirmationCode ResourceId ResourcePath ResourcePolicy RespondToAuthChallenge ResponseCode
  ResponseSizeTooLarge ResponseType RestApi RestApiId ResultForm ReturnType RouteKey RouteTableId
  SendMessage ServerlessHttpApi ServerlessRestApi SignUp SignedHeaders SimpleQueueService SourceVpce
  StageName StartExecution
  StampedStep StateMachineTypeNotSupported StartSyncExecution StateMachineType StatusCode StreamArn SubnetId
  SurpriseFacts SurpriseKind ToldStep TooLarge TransactItems TransactionConflict TransitGatewayId
  UnescapeMappingTemplate UnknownSource UpdateUsage UsagePlan UsagePlanId UsagePlanKey UserAttributes UserCodeSyntaxError ValidateBody
  ViewerProtocolPolicy VisibilityTimeout VpcPeeringConnectionId WebSocket WebsocketsApi ZipFile OpenApiVersion`.split(
    /\s+/,
  );

/** The API of a template whose routes are in an OpenAPI document. */
const ofDocument = (
  form: NonNullable<Owner['definition']>['form'],
  besideDocument: readonly string[] = [],
): Owner => ({ definition: { form, isDocument: true, besideDocument }, protocol: 'rest' });

const EXTENSIONS =
  'https://docs.aws.amazon.com/apigateway/latest/developerguide/api-gateway-swagger-extensions-';

describe('the words of an explanation about an OpenAPI document', () => {
  const rows: readonly [owner: Owner, text: string, expected: string, source: string][] = [
    [
      ofDocument('cloudformation'),
      'Set ContentHandling of OPTIONS /files to CONVERT_TO_TEXT, or replace */* in BinaryMediaTypes of the API.',
      'Set contentHandling of OPTIONS /files to CONVERT_TO_TEXT, or replace */* in x-amazon-apigateway-binary-media-types of the API.',
      `${EXTENSIONS}integration.html`,
    ],
    [
      ofDocument('cloudformation'),
      'Add */* to the binary media types of the API.\nIn template.yaml:\nResources:\n  Api:\n    Properties:\n      BinaryMediaTypes:',
      'Add */* to the binary media types of the API.\nIn template.yaml:\nResources:\n  Api:\n    Properties:\n      BinaryMediaTypes:',
      'https://docs.aws.amazon.com/AWSCloudFormation/latest/TemplateReference/aws-resource-apigateway-restapi.html#cfn-apigateway-restapi-binarymediatypes',
    ],
    [
      ofDocument('sam', ['DefinitionBody', 'BinaryMediaTypes']),
      'Set ContentHandling of OPTIONS /files to CONVERT_TO_TEXT, or replace */* in BinaryMediaTypes of the API.',
      'Set contentHandling of OPTIONS /files to CONVERT_TO_TEXT, or replace */* in BinaryMediaTypes of the API.',
      'https://docs.aws.amazon.com/serverless-application-model/latest/developerguide/sam-resource-api.html#sam-api-binarymediatypes',
    ],
    [
      ofDocument('cloudformation'),
      "Add an integration response without SelectionPattern, the default, to GET /report: { StatusCode: '200' }, or another status that has a method response.",
      "Add the integration response default (in responses of x-amazon-apigateway-integration) to GET /report: default: { statusCode: '200' }, or another status that has a method response.",
      `${EXTENSIONS}integration-responses.html`,
    ],
    [
      ofDocument('cloudformation'),
      'Add an integration response with the status 200 and without SelectionPattern, the default, to GET /report, and a method response for 200, unless it has one.',
      "Add the integration response default: { statusCode: '200' } (in responses of x-amazon-apigateway-integration) to GET /report, and a method response for 200, unless it has one.",
      `${EXTENSIONS}integration-responses.html`,
    ],
    [
      ofDocument('cloudformation'),
      'Add an integration response to GET /report whose SelectionPattern matches “No”, or one without SelectionPattern, the default.',
      'Add an integration response to GET /report (in responses of x-amazon-apigateway-integration) whose key matches “No”, or one with the key default.',
      `${EXTENSIONS}integration-responses.html`,
    ],
    [
      ofDocument('cloudformation'),
      'Add an integration response with SelectionPattern .*No.* and StatusCode 404, and a method response for 404, and deploy the API again.',
      'Add to responses of x-amazon-apigateway-integration an entry with the key .*No.* and statusCode 404, and a method response for 404, and deploy the API again.',
      `${EXTENSIONS}integration-responses.html`,
    ],
    [
      ofDocument('sam'),
      'Send the missing parameters, or make them optional in the RequestParameters of GET /search.',
      'Send the missing parameters, or set required: false in the parameters of GET /search.',
      'https://spec.openapis.org/oas/v3.0.3#parameter-object',
    ],
    [
      ofDocument('sam'),
      'Add text/csv (or $default) to RequestModels of the method.',
      'Add text/csv (or $default) to content of the requestBody of the operation.',
      'https://spec.openapis.org/oas/v3.0.3#request-body-object',
    ],
    [
      ofDocument('cloudformation'),
      'To keep the values apart, add method.request.querystring.a to CacheKeyParameters of the integration and to RequestParameters of the method.',
      'To keep the values apart, add method.request.querystring.a to cacheKeyParameters of the integration and to parameters of the operation.',
      `${EXTENSIONS}integration.html`,
    ],
    [
      ofDocument('cloudformation'),
      'Map it in ResponseParameters of the integration response, or set DisableExecuteApiEndpoint: false.',
      'Map it in responseParameters of the integration response, or set disableExecuteApiEndpoint: false.',
      `${EXTENSIONS}endpoint-configuration.html`,
    ],
    [
      ofDocument('sam', ['Auth']),
      'Set AuthorizerResultTtlInSeconds: 0 of the authorizer.',
      'Set ReauthorizeEvery (in Identity): 0 of the authorizer.',
      'https://docs.aws.amazon.com/serverless-application-model/latest/developerguide/sam-property-api-lambdarequestauthorizationidentity.html',
    ],
    [
      ofDocument('cloudformation'),
      'Set AuthorizerResultTtlInSeconds: 0 of the authorizer.',
      'Set authorizerResultTtlInSeconds: 0 of the authorizer.',
      `${EXTENSIONS}authorizer.html`,
    ],
    [
      ofDocument('cloudformation'),
      'Or make the endpoint regional: EndpointConfiguration with Types: [REGIONAL].',
      'Or make the endpoint regional: EndpointConfiguration with Types: [REGIONAL].',
      `${EXTENSIONS}endpoint-configuration.html`,
    ],
  ];

  for (const [owner, text, expected, source] of rows)
    it(`are those of the document: ${text.slice(0, 60)} (${owner.definition?.form}; ${source})`, () => {
      assert.equal(inOwnWords(text, owner, 'advice'), expected);
    });
});

describe('the names of settings in explanations', () => {
  const found = new Map<string, string>();
  for (const folder of ['explain', 'surprises']) {
    const root = new URL(`../../../../../packages/gateway/console/${folder}/`, import.meta.url);
    for (const file of readdirSync(root).filter((name) => !/^(?:own-words|circumstances)\.ts$/.test(name))) {
      const lines = readFileSync(new URL(file, root), 'utf8').split('\n');
      for (const line of lines.filter((one) => /['"`]/.test(one) && !/^import |^\s*(?:\/\/|\/?\*)/.test(one)))
        for (const [name] of line.matchAll(/(?<![:.])\b[A-Z][a-z]+(?:[A-Z][a-z]+)+\b(?!\()/g))
          found.set(name, file);
    }
  }

  it('have the owner’s words, or are known to need none', () => {
    const unknown = [...found].filter(
      ([name]) => !Object.hasOwn(NAMED_PROPERTIES, name) && !NO_SETTINGS.includes(name),
    );
    assert.deepEqual(unknown, [], 'add these names to own-words.ts, or to the list above');
  });

  it('stand in an explanation', () => {
    // The notes about events are written where their facts are found.
    const notes = [
      'console/records/run-notes',
      'console/records/describe-deliveries',
      'kernel/delivery/filter-policy',
    ]
      .map((path) =>
        readFileSync(new URL(`../../../../../packages/gateway/${path}.ts`, import.meta.url), 'utf8'),
      )
      .join('\n');
    const generic = ['Credentials', 'Enabled', 'Handler', 'Timeout', 'Uri'];
    const unused = Object.keys(NAMED_PROPERTIES).filter(
      (name) => !found.has(name) && !generic.includes(name) && !notes.includes(name),
    );
    assert.deepEqual(unused, []);
  });
});
