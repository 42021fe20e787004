import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import {
  REMEDIES_IN_WORDS,
  remedyInWords,
} from '../../../../../packages/gateway/core/deployability/remedies-in-words.ts';

const MAPPING = 'Invalid mapping expression specified: Validation Result: warnings : [], errors : ';

/** The sources of AWS's words are next to the code that reports them. */
const CASES = [
  [
    'event List: GET /pets is defined twice (also in the definition of the API)',
    '',
    'remove the event, or remove the operation from the definition of the API',
  ],
  [
    'event List: GET /pets is defined twice (also by event All of Pets)',
    '',
    'give one of the two events another Path or Method, or remove it',
  ],
  [
    'event E: the API has no authorizer J',
    '',
    'add J to Auth.Authorizers of the API of the event, or set RestApiId (Api) or ApiId (HttpApi) of the event to the API that has J',
  ],
  ['invalid YAML or JSON: Tabs are not allowed as indentation', '', 'indent with spaces instead of tabs'],
  [
    'invalid YAML or JSON: Unexpected flow-map-start at node end: put quotes around the whole value of path, because it contains a bracket',
    '',
    'put quotes around the whole value of path',
  ],
  ['invalid YAML or JSON: Flow map must end with a }', '', 'close the bracket with }'],
  [
    'invalid YAML or JSON: Anchors and tags must be after the ? indicator',
    '',
    'correct the syntax at this place',
  ],
  [
    'Invalid OpenAPI input. invalid YAML or JSON: Missing closing "quote',
    'Body',
    'close the string with the quotation mark that opens it',
  ],
  [
    'unknown alias */*',
    '',
    "put quotes around the value if */* is text, as in '*/*'; otherwise, define &/* earlier in the file",
  ],
  [
    'Invalid OpenAPI input. The reference #/components/parameters/page cannot be resolved',
    'Body.paths./x.get.parameters.0',
    'add page to components.parameters of the document, or correct $ref',
  ],
  [
    'Invalid OpenAPI input. The security scheme "token" is not defined',
    'Body.paths./x.get.security.0.token',
    'add token to components.securitySchemes (swagger 2.0: securityDefinitions), or remove it from "security"',
  ],
  [
    'Template error: Fn::Sub contains "${a b}", which is not a valid name',
    'Outputs.Out',
    'write a logical id, a parameter or LogicalId.Attribute inside of ${}; if ${a b} is text for another program, write ${!a b}',
  ],
  [
    "Invalid template resource property 'Foo'",
    'Foo',
    'move Foo into Properties of the resource, or remove it; apart from Type, a resource can have only Properties, DependsOn, Condition, Metadata, and policies such as DeletionPolicy',
  ],
  [
    'A route can have at most 10 authorization scopes, not 11',
    'AuthorizationScopes',
    'keep at most 10 scopes in AuthorizationScopes',
  ],
  [
    'SQS-SendMessage accepts only QueueUrl, MessageBody, DelaySeconds, Region, not Queue',
    'RequestParameters.Queue',
    'write QueueUrl instead of Queue',
  ],
  [
    'application/json:1:5: unexpected the end of the template; expected a value, a reference or "("',
    'Integration.RequestTemplates.application/json',
    'write a value, a reference or "(" at line 1, column 5 of the template application/json',
  ],
  [
    'Auth.DefaultAuthorizer names Nope, which is not in Auth.Authorizers',
    '',
    'add Nope to Auth.Authorizers, or set DefaultAuthorizer to the name of an authorizer in Auth.Authorizers',
  ],
  [
    'event E: RequestModel.Model must be the name of a model of the API, not "Order"',
    '',
    'correct RequestModel.Model: it must be the name of a model of the API',
  ],
  [
    'GET /pets streams its response, and a streamed response cannot be cached: omit CachingEnabled from the setting of this method',
    'MethodSettings',
    'omit CachingEnabled from the setting of this method',
  ],
  [
    'Invalid HTTP endpoint specified for URI',
    'Integration.Uri',
    'begin the address with https:// or http://, followed by a host: https://api.example.com/items',
  ],
  [
    'event Invited: Cognito trigger "PreSignUp" defined multiple times. (CheckDomain already has it.)',
    '',
    'leave PreSignUp to one function that does the work of both: remove the event Invited, or the trigger from CheckDomain',
  ],
  [
    'Access Log format must be single line, new line character is allowed only at end of the format.',
    'AccessLogSetting.Format',
    'write Format on one line; in YAML, >- joins only lines that are indented equally',
  ],
  [
    'cron(30 9 ? * 6#6 *): the number after # in "6#6" must be between 1 and 5',
    'ScheduleExpression',
    'write a number from 1 to 5 after the #: 1 is the first such weekday of the month, 5 the fifth',
  ],
  [
    "AutoPublishAlias name ('release/2026') must contain only alphanumeric characters, hyphens, or underscores matching (?!^[0-9]+$)([a-zA-Z0-9-_]+) pattern.",
    '',
    'use only letters, digits, hyphens and underscores in AutoPublishAlias, and not only digits',
  ],
  [
    'Template format error: Every Mappings object member must contain a String key and an object value. (Write it with two levels of keys: Days: { KEY: { NAME: VALUE } })',
    'Days',
    'write it with two levels of keys: Days: { KEY: { NAME: VALUE } }',
  ],
  [
    'AWS ARN for integration must contain path or action',
    'Integration.Uri',
    "for a function, set Uri to !Sub 'arn:${AWS::Partition}:apigateway:${AWS::Region}:lambda:path/2015-03-31/functions/${FUNCTION.Arn}/invocations', with the logical id of the function in place of FUNCTION; for another service, set it to !Sub 'arn:${AWS::Partition}:apigateway:${AWS::Region}:SERVICE:action/ACTION', or path/PATH",
  ],
  [
    'Enumeration value for HttpMethod must be non-empty',
    'Integration.IntegrationHttpMethod',
    'add IntegrationHttpMethod: POST for a function; for an HTTP backend or another service of AWS, add the method that it expects',
  ],
  [
    'Enumeration value for HttpMethod must be non-empty',
    'Body.paths./a.get.x-amazon-apigateway-integration.httpMethod',
    'add httpMethod: POST for a function; for an HTTP backend or another service of AWS, add the method that it expects',
  ],
  ['1000 must be a whole number from 1 to 900', 'Timeout', 'set Timeout to a whole number from 1 to 900'],
  [
    'ProtocolType must be HTTP or WEBSOCKET, not "GRPC"',
    'ProtocolType',
    'set ProtocolType to HTTP or WEBSOCKET',
  ],
  [
    "Parameter 'Size' must be one of AllowedValues: small, large",
    'Size',
    'set Size to one of AllowedValues: small, large',
  ],
  [
    'ProvisionedThroughput must be omitted when BillingMode is PAY_PER_REQUEST',
    'ProvisionedThroughput',
    'remove ProvisionedThroughput',
  ],
  ['Model name must be non-empty', 'Name', 'write a value for Name'],
  ['AWS must have at least 1 items, not 0', 'Statement.0.Principal.AWS', 'list 1 or more items in AWS'],
  [
    'A JWT authorizer must have 1 to 50 audiences, not 0',
    'JwtConfiguration.Audience',
    'list 1 to 50 audiences in Audience',
  ],
  [
    'A TOKEN authorizer must have exactly one identity source of the form method.request.header.<Name>, not "method.request.querystring.token"',
    'IdentitySource',
    'set IdentitySource to one header: method.request.header.NAME',
  ],
  [
    'An authorizer that checks tokens must have exactly one identity source, which is a header or querystring, not ["a","b"]',
    'IdentitySource',
    'keep one item in IdentitySource: $request.header.NAME or $request.querystring.NAME',
  ],
  [
    'the name must consist of two or more letters, digits and underscores, and begin with a letter',
    'Environment.Variables.MY-NAME',
    'rename MY-NAME to a name of two or more letters, digits and underscores that begins with a letter',
  ],
  [
    'Template format error: [/Resources/Topic] Every Resources object must contain a Type member.',
    '',
    'add Type to Topic, for example AWS::SNS::Topic',
  ],
  [
    'Invalid stage variable value: the value is empty',
    'Variables.admin_pass',
    'write a value, for example none, or remove the variable',
  ],
  [
    'Invalid model specified: Validation Result: warnings : [], errors : [Model reference must be in canonical form]',
    'Schema',
    "write the URL of a model of the same API: !Sub 'https://apigateway.amazonaws.com/restapis/${API}/models/NAME', with the logical id of the API and the Name of the model",
  ],
  [
    'rate(3 minute) must be like rate(1 minute) or rate(5 minutes)',
    'ScheduleExpression',
    'write rate(3 minutes)',
  ],
  ['rate(1 days) must be like rate(1 minute) or rate(5 minutes)', 'ScheduleExpression', 'write rate(1 day)'],
  [
    `${MAPPING}[Invalid mapping expression parameter specified: method.response.header.X]`,
    'Integration',
    'add method.response.header.X: true to ResponseParameters of the method response (MethodResponses) that has the same status code',
  ],
  // deliveryhero/serverless-aws-documentation#91
  [
    `${MAPPING}[Invalid mapping expression parameter specified: method.response.header.X-Page]`,
    'Body.paths./a.get.x-amazon-apigateway-integration.responses.default.responseParameters.method.response.header.X-Page',
    'add X-Page to the headers of the response that has the same status code, in responses of the operation',
  ],
  [
    `${MAPPING}[Invalid mapping expression parameter specified: method.request.path.page]`,
    'Body.paths./a.get.x-amazon-apigateway-integration.requestParameters.integration.request.path.page',
    'add page to the parameters of the operation',
  ],
  // serverless/serverless-graphql#67
  [
    `${MAPPING}[Invalid mapping expression specified: *]`,
    'Integration.IntegrationResponses.0.ResponseParameters.method.response.header.Access-Control-Allow-Origin',
    `write the constant in single quotes within the string: "'*'"`,
  ],
  [
    `${MAPPING}[Invalid mapping expression specified: X-Reason]`,
    'Integration.IntegrationResponses.0.ResponseParameters.X-Reason',
    "write method.response.header.NAME as the key; the value is a constant in single quotes ('…'), integration.response.header.NAME, integration.response.body.PATH, context.NAME or stageVariables.NAME",
  ],
  [
    `${MAPPING}[Invalid mapping expression parameter specified: method.request.path.page]`,
    'Integration',
    'add method.request.path.page: true to RequestParameters of the method',
  ],
  [
    "Resource's path part only allow a-zA-Z0-9._-: or a valid greedy path variable and curly braces at the beginning and the end.",
    'Body.paths./clients/{$clientId}.pathPart',
    'use only letters, digits and . _ - : in the path, and in the name of a variable, such as {clientId}',
  ],
  [
    'event Feed: StartingPosition is required',
    'Events',
    'add StartingPosition: TRIM_HORIZON (from the oldest record) or StartingPosition: LATEST',
  ],
  [
    'The provided route key "GET /a/{x}" has a conflicting variable on the same hierarchical level as "GET /a/{y}"',
    'RouteKey',
    'name the variables as in GET /a/{y}, and read them by these names in the handler',
  ],
  ['unknown property Authorizer in Auth', 'Auth', 'remove Authorizer from Auth, or correct its name'],
  ['event Tick: use State or Enabled, not both', '', 'remove State, or remove Enabled'],
  ['must be 1, 5 or a multiple of 60', 'Period', 'set Period to 1, 5 or a multiple of 60'],
  [
    "Template format error: [/Mappings/A/b] map keys must be strings; received numeric [30] instead (write it in quotes: '30')",
    '',
    "write the key in quotes: '30'",
  ],
  [
    'the name of a FIFO queue must end with .fifo, not "jobs"',
    'QueueName',
    'set FifoQueue: true and end the name with .fifo, or leave out both',
  ],
  [
    'Template format error: Unresolved resource dependencies [OrdersQueu] in the Resources block of the template',
    'Environment',
    'correct the spelling of OrdersQueu, or add a resource or a parameter with this name to this template',
  ],
  [
    'Template format error: Unresolved resource dependencies [Audit] in the Outputs block of the template; its Condition is false',
    '',
    'add the Condition of Audit to the resource or output that refers to Audit, or refer to Audit only inside of Fn::If with this condition',
  ],
  ["Invalid template parameter property 'DefaultValue'", 'Parameters.Stage', 'write Default'],
  [
    'is missing in a rule that uses a rule group',
    'Rules.0.OverrideAction',
    'add OverrideAction: { None: {} }',
  ],
  [
    'the name of the bucket logs must begin with aws-waf-logs-',
    'LogDestinationConfigs',
    'change BucketName of the bucket itself to a name that begins with aws-waf-logs-, such as aws-waf-logs-logs',
  ],
  ['Something else went wrong', 'Name', undefined],
] as const;

describe('remedyInWords', () => {
  for (const [message, property, remedy] of CASES)
    it(`says ${remedy ?? 'nothing'} for ${message}`, () => {
      assert.equal(remedyInWords(message, { type: 'AWS::ApiGateway::Method', property }), remedy);
    });

  it('names the forms of an HTTP API in a mapping of an HTTP API', () => {
    const at = { type: 'AWS::ApiGatewayV2::Integration', property: 'ResponseParameters.200' };

    assert.match(
      remedyInWords(`${MAPPING}[Invalid mapping expression specified: x]`, at) ?? '',
      /overwrite:statuscode/,
    );
  });

  for (const { words, remedy } of REMEDIES_IN_WORDS)
    it(`has a remedy for ${String(words)}`, () => {
      const match = Object.assign([''], { index: 0, input: '' }) as RegExpExecArray;

      assert.notEqual(remedy(match, { type: 'AWS::ApiGateway::Method', property: 'Name' }).trim(), '');
    });
});
