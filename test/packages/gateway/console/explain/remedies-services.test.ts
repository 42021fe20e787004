/**
 * Calls of AWS services that the service refuses: the explanation names the member of the integration that is missing
 * or wrong, and the call passes once exactly that is changed.
 */
import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { anAdvisedProject } from '../../../../support/an-advised-project.ts';

const roleOf = (action: string, resource: string): string => `
  Caller:
    Type: AWS::IAM::Role
    Properties:
      AssumeRolePolicyDocument: { Version: '2012-10-17', Statement: [{ Effect: Allow, Principal: { Service: apigateway.amazonaws.com }, Action: 'sts:AssumeRole' }] }
      Policies: [{ PolicyName: own, PolicyDocument: { Version: '2012-10-17', Statement: [{ Effect: Allow, Action: ${action}, Resource: ${resource} }] } }]`;

const http = (subtype: string, parameters: string, more: string): string =>
  `
Resources:
  Api: { Type: AWS::ApiGatewayV2::Api, Properties: { Name: shop, ProtocolType: HTTP } }
  Call:
    Type: AWS::ApiGatewayV2::Integration
    Properties:
      ApiId: !Ref Api
      IntegrationType: AWS_PROXY
      IntegrationSubtype: ${subtype}
      PayloadFormatVersion: '1.0'
      CredentialsArn: !GetAtt Caller.Arn
      RequestParameters: { ${parameters} }
  Route: { Type: AWS::ApiGatewayV2::Route, Properties: { ApiId: !Ref Api, RouteKey: POST /jobs, Target: !Sub 'integrations/\${Call}' } }
  Stage: { Type: AWS::ApiGatewayV2::Stage, Properties: { ApiId: !Ref Api, StageName: $default, AutoDeploy: true } }
${more}`.replaceAll('\\${', '${');

const rest = (verb: string, uri: string, integration: string, more: string): string =>
  `
Resources:
  Api: { Type: AWS::ApiGateway::RestApi, Properties: { Name: shop } }
  Method:
    Type: AWS::ApiGateway::Method
    Properties:
      RestApiId: !Ref Api
      ResourceId: !GetAtt Api.RootResourceId
      HttpMethod: POST
      MethodResponses: [{ StatusCode: '200' }, { StatusCode: '400' }]
      Integration:
        Type: AWS
        IntegrationHttpMethod: ${verb}
        Credentials: !GetAtt Caller.Arn
        Uri: !Sub 'arn:aws:apigateway:\${AWS::Region}:${uri}'
        IntegrationResponses: [{ StatusCode: '200', SelectionPattern: '2\\d{2}' }, { StatusCode: '400' }]
        ${integration}
  Deployment: { Type: AWS::ApiGateway::Deployment, DependsOn: Method, Properties: { RestApiId: !Ref Api } }
  Stage: { Type: AWS::ApiGateway::Stage, Properties: { RestApiId: !Ref Api, DeploymentId: !Ref Deployment, StageName: dev } }
${more}`.replaceAll('\\${', '${');

const FIFO = `  Jobs: { Type: AWS::SQS::Queue, Properties: { QueueName: jobs.fifo, FifoQueue: true, ContentBasedDeduplication: true } }${roleOf('sqs:SendMessage', '!GetAtt Jobs.Arn')}`;
const QUEUE = `  Jobs: { Type: AWS::SQS::Queue, Properties: { QueueName: jobs } }${roleOf('sqs:SendMessage', '!GetAtt Jobs.Arn')}`;
const BUCKET = `  Files: { Type: AWS::S3::Bucket, Properties: { BucketName: files-of-shop } }${roleOf('s3:PutObject', "!Sub '${Files.Arn}/*'")}`;
const machine = (type: string, resource = "'*'"): string =>
  `  Flow: { Type: AWS::StepFunctions::StateMachine, Properties: { StateMachineName: flow, StateMachineType: ${type}, RoleArn: !GetAtt Caller.Arn, DefinitionString: '{"StartAt":"A","States":{"A":{"Type":"Pass","End":true}}}' } }${roleOf("'states:*'", resource)}`;
const JSON_BODY = { 'content-type': 'application/json' };
const FORM = { 'content-type': 'application/x-www-form-urlencoded' };
const SENDING = `RequestParameters: { integration.request.header.Content-Type: "'application/x-www-form-urlencoded'" }`;
const TEMPLATE = `Action=SendMessage&MessageBody=$util.urlEncode($input.body)`;
const send = (templates: string): string =>
  rest(
    'POST',
    'sqs:path/${AWS::AccountId}/jobs',
    `${SENDING}\n        RequestTemplates: { ${templates} }`,
    QUEUE,
  );
const start = (input: string, more = machine('STANDARD')): string =>
  rest(
    'POST',
    'states:action/StartExecution',
    `RequestTemplates: { application/json: !Sub '{"stateMachineArn": "\${Flow}", "input": ${input}}' }`.replaceAll(
      '\\${',
      '${',
    ),
    more,
  );
const FLOW = "!Sub 'arn:aws:states:${AWS::Region}:${AWS::AccountId}:stateMachine:flow'";
const ESCAPED = "\"$util.escapeJavaScript($input.json(''$''))\"";
const UNESCAPED = ESCAPED.replace('))"', ')).replaceAll("\\\\\'\'", "\'\'")"');
const APOSTROPHE = `{"name":"O'Hara"}`;
const put = (verb: string): string =>
  rest(verb, 's3:path/files-of-shop/a.txt', `RequestParameters: {}`, BUCKET);

const TABLE = `  Items: { Type: AWS::DynamoDB::Table, Properties: { TableName: items, BillingMode: PAY_PER_REQUEST, AttributeDefinitions: [{ AttributeName: id, AttributeType: S }], KeySchema: [{ AttributeName: id, KeyType: HASH }] } }${roleOf("'dynamodb:*'", "'*'")}`;
const item = (action: string, input: object | undefined): string =>
  rest(
    'POST',
    `dynamodb:action/${action}`,
    input === undefined ? '' : `RequestTemplates: { application/json: '${JSON.stringify(input)}' }`,
    TABLE,
  );
const NAMED = {
  TableName: 'items',
  Key: { id: { S: '1' } },
  ExpressionAttributeValues: { ':n': { S: 'a' } },
};
const ID = { id: { S: '1' } };
const OF_DYNAMODB =
  'https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/Programming.Errors.html';

type State = {
  readonly template: string;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: string;
};
type Row = {
  readonly name: string;
  readonly source: string;
  readonly path: string;
  readonly refused: State;
  readonly because: RegExp;
  readonly change: RegExp;
  readonly never: RegExp;
  readonly mended: State;
};

const PARAMETERS = 'QueueUrl: !Ref Jobs, MessageBody: $request.body';
const ROWS: readonly Row[] = [
  {
    name: 'a FIFO queue without the group of the message',
    source: 'https://github.com/anomalyco/sst/issues/2414',
    path: '/jobs',
    refused: { template: http('SQS-SendMessage', PARAMETERS, FIFO) },
    because: /must contain the parameter MessageGroupId\. Its code is MissingParameter/,
    change: /^Add MessageGroupId to RequestParameters of the integration of POST \/jobs: a fixed text/m,
    never: /Correct what|Deduplication/,
    mended: { template: http('SQS-SendMessage', `${PARAMETERS}, MessageGroupId: orders`, FIFO) },
  },
  {
    name: 'a template that the type of the body misses',
    source: 'https://github.com/DanielDaCosta/apiGateway-sqs-lambda/issues/1',
    path: '/',
    refused: { template: send(`application/json: '${TEMPLATE}'`), headers: FORM },
    because: /Access to the resource https:\/\/sqs\.\S+ is denied.*\n.*PassthroughBehavior is WHEN_NO_MATCH/s,
    change: /^Send Content-Type: application\/json, or add a template for this type/m,
    never: /policies of|Correct what/,
    mended: { template: send(`application/json: '${TEMPLATE}'`), headers: JSON_BODY },
  },
  {
    name: 'a POST for an object of S3',
    source: 'https://docs.aws.amazon.com/AmazonS3/latest/API/ErrorResponses.html',
    path: '/',
    refused: { template: put('POST') },
    because: /Its code is MethodNotAllowed/,
    change:
      /^Set IntegrationHttpMethod of the integration of POST \/ to the method of the S3 operation: PUT puts/m,
    never: /policies of|--aws/,
    mended: { template: put('PUT') },
  },
  {
    name: 'an input of an execution that is not a string',
    source: 'https://docs.aws.amazon.com/step-functions/latest/dg/tutorial-api-gateway.html',
    path: '/',
    refused: { template: start("$input.json(''$'')") },
    because: /Its code is \w+/,
    change: /^Write input as a string in the request template, not as an object/m,
    never: /Correct what/,
    mended: { template: start("\"$util.escapeJavaScript($input.json(''$''))\"") },
  },
  ...([FLOW, "'*'"] as const).map((resource) => ({
    // The role is not at fault, whichever machines it may start.
    name: `an apostrophe that the template escapes as JavaScript does, with a role for ${resource}`,
    source: 'https://github.com/serverless-operations/serverless-step-functions/issues/140',
    path: '/',
    refused: { template: start(ESCAPED, machine('STANDARD', resource)), body: APOSTROPHE },
    because:
      /refused the call, because its input is not JSON\. The request template of POST \/ printed the input\. It stops being JSON at line 1, column \d+: .*\n.*writes \\' for an apostrophe/,
    change: /append \.replaceAll\("\\\\'", "'"\) to \$util\.escapeJavaScript/,
    never: /Resource|Allow|Correct what/,
    mended: { template: start(UNESCAPED, machine('STANDARD', resource)), body: APOSTROPHE },
  })),
  {
    name: 'a reserved word of DynamoDB',
    source: OF_DYNAMODB,
    path: '/',
    refused: { template: item('UpdateItem', { ...NAMED, UpdateExpression: 'SET name = :n' }) },
    because: /reserved keyword: name\. Its code is ValidationException/,
    change:
      /^Write #name for name in the expression .* add "ExpressionAttributeNames": \{"#name": "name"\}\.$/m,
    never: /Correct what/,
    mended: {
      template: item('UpdateItem', {
        ...NAMED,
        UpdateExpression: 'SET #name = :n',
        ExpressionAttributeNames: { '#name': 'name' },
      }),
    },
  },
  {
    name: 'a key of another type',
    source: OF_DYNAMODB,
    path: '/',
    refused: { template: item('GetItem', { TableName: 'items', Key: { id: { N: '1' } } }) },
    because: /key element does not match the schema/,
    change: /^Give the key in the request template of the integration of POST \/ exactly the attributes/m,
    never: /Correct what/,
    mended: { template: item('GetItem', { TableName: 'items', Key: ID }) },
  },
  {
    name: 'a key of another table',
    // https://github.com/boto/boto3/issues/1270
    source: OF_DYNAMODB,
    path: '/',
    refused: { template: item('GetItem', { TableName: 'items', Key: { orderId: { S: '1' } } }) },
    because: /key element does not match the schema/,
    change: /AttributeDefinitions: \{"id": \{"S": "…"\}\}\.$/m,
    never: /Correct what/,
    mended: { template: item('GetItem', { TableName: 'items', Key: ID }) },
  },
  {
    name: 'a call without a request template',
    source: OF_DYNAMODB,
    path: '/',
    refused: { template: item('PutItem', undefined) },
    because: /Value null at 'tableName'/,
    change: /^Add a request template to the integration of POST \/ that prints the input of the operation/m,
    never: /Correct what/,
    mended: { template: item('PutItem', { TableName: 'items', Item: ID }) },
  },
  {
    name: 'the logical id of a table instead of its name',
    source: OF_DYNAMODB,
    path: '/',
    refused: { template: item('PutItem', { TableName: 'Items', Item: ID }) },
    because: /Its code is ResourceNotFoundException/,
    change: /^Name an existing table, stream or resource in the request template .* \(!Ref\)/m,
    never: /Correct what/,
    mended: { template: item('PutItem', { TableName: 'items', Item: ID }) },
  },
  {
    name: 'a synchronous execution of a STANDARD state machine',
    source: 'https://docs.aws.amazon.com/step-functions/latest/apireference/API_StartSyncExecution.html',
    path: '/jobs',
    refused: {
      template: http(
        'StepFunctions-StartSyncExecution',
        'StateMachineArn: !Ref Flow, Input: $request.body',
        machine('STANDARD'),
      ),
    },
    because: /Its code is StateMachineTypeNotSupported/,
    change:
      /^Set StateMachineType: EXPRESS on the state machine Flow \(template\.yaml:\d+\): StartSyncExecution/m,
    never: /Correct what/,
    mended: {
      template: http(
        'StepFunctions-StartSyncExecution',
        'StateMachineArn: !Ref Flow, Input: $request.body',
        machine('EXPRESS'),
      ),
    },
  },
];

describe('a call that an AWS service refuses', () => {
  for (const { name, source, path, refused, because, change, never, mended } of ROWS)
    it(`succeeds after the change that the explanation suggests: ${name} (${source})`, async () => {
      using project = anAdvisedProject('template.yaml', { 'template.yaml': refused.template });
      const ask = ({ headers = JSON_BODY, body = '{"n":1}' }: State) =>
        project.ask(
          { path, method: 'POST', headers, body },
          { dynamodb: { kind: 'embedded', dataDirectory: undefined } },
        );
      const asked = await ask(refused);
      const story = [...asked.sentences, ...asked.changes].join('\n');

      assert.ok(asked.status >= 400, `${asked.status} ${asked.body}`);
      assert.match(asked.sentences.join('\n'), because);
      assert.match(asked.changes.join('\n'), change, story);
      assert.doesNotMatch(asked.changes.join('\n'), never);

      project.write('template.yaml', mended.template);
      const passed = await ask(mended);
      assert.equal(passed.status, 200, `${passed.body}\n${passed.sentences.join('\n')}`);
    });
});
