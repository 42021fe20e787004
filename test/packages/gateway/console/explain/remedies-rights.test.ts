/**
 * If a role lacks a right, the suggested change is written into the project exactly as suggested, and the request
 * passes.
 */
import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { parseSource } from '../../../../../packages/gateway/templates/cloudformation/template-source.ts';
import { addItem, anAdvisedProject, advisedText } from '../../../../support/an-advised-project.ts';
import type { Asked } from '../../../../support/an-advised-project.ts';

/** Amazon S3 user guide, "Actions, resources, and condition keys": object operations take the ARN of objects. */
const OF_BUCKET = `
Transform: AWS::Serverless-2016-10-31
Resources:
  Files: { Type: AWS::S3::Bucket }
  Put:
    Type: AWS::Serverless::Function
    Properties:
      Runtime: nodejs22.x
      CodeUri: .
      Handler: index.put
      Environment: { Variables: { BUCKET: !Ref Files } }
      Policies:
        - Statement: [{ Effect: Allow, Action: s3:PutObject, Resource: !GetAtt Files.Arn }]
      Events:
        Root: { Type: HttpApi, Properties: { Path: /, Method: GET } }
`;
const PUTS = `
const { S3Client, PutObjectCommand } = require('@aws-sdk/client-s3');
exports.put = async () => {
  await new S3Client().send(new PutObjectCommand({ Bucket: process.env.BUCKET, Key: 'a.txt', Body: 'a' }));
  return { statusCode: 202 };
};`;

describe('a statement for a bucket in the place of its objects', () => {
  it('is explained, and gets the ARN of the objects as advised', async () => {
    using project = anAdvisedProject('template.yaml', { 'template.yaml': OF_BUCKET, 'index.js': PUTS });
    const refused = await project.ask();
    const resource = advisedText(
      refused.changes,
      /^A statement of \S+ allows s3:PutObject on the bucket itself/,
    );
    project.write('template.yaml', OF_BUCKET.replace('Resource: !GetAtt Files.Arn', `Resource: ${resource}`));
    const asked = await project.ask();
    assert.equal(asked.status, 202, asked.sentences.join('\n'));
  });
});

const HANDLER = `
const { SQSClient, SendMessageCommand } = require('@aws-sdk/client-sqs');
exports.send = async () => {
  await new SQSClient().send(new SendMessageCommand({ QueueUrl: process.env.QUEUE_URL, MessageBody: 'hello' }));
  return { statusCode: 202 };
};`;

const SERVERLESS = `
service: shop
provider:
  name: aws
  runtime: nodejs22.x
  iam:
    role:
      statements:
        - { Effect: Allow, Action: sqs:ReceiveMessage, Resource: !GetAtt Mail.Arn }
functions:
  send:
    handler: index.send
    environment: { QUEUE_URL: !Ref Mail }
    events: [{ httpApi: GET / }]
resources:
  Resources:
    Mail: { Type: AWS::SQS::Queue }
`;

const SAM = `
Transform: AWS::Serverless-2016-10-31
Resources:
  Mail: { Type: AWS::SQS::Queue }
  Send:
    Type: AWS::Serverless::Function
    Properties:
      Runtime: nodejs22.x
      CodeUri: .
      Handler: index.send
      Environment: { Variables: { QUEUE_URL: !Ref Mail } }
      Policies:
        - AWSLambdaBasicExecutionRole
      Events:
        Root: { Type: HttpApi, Properties: { Path: /, Method: GET } }
`;

const CLOUDFORMATION = (policies: string): string => `
Resources:
  Mail: { Type: AWS::SQS::Queue }
  SendRole:
    Type: AWS::IAM::Role
    Properties:
      AssumeRolePolicyDocument:
        Statement: [{ Effect: Allow, Principal: { Service: lambda.amazonaws.com }, Action: sts:AssumeRole }]
      Policies:${policies}
  Send:
    Type: AWS::Lambda::Function
    Properties:
      Runtime: nodejs22.x
      Code: .
      Handler: index.send
      Role: !GetAtt SendRole.Arn
      Environment: { Variables: { QUEUE_URL: !Ref Mail } }
  Permission:
    Type: AWS::Lambda::Permission
    Properties: { FunctionName: !Ref Send, Action: lambda:InvokeFunction, Principal: apigateway.amazonaws.com }
  Api:
    Type: AWS::ApiGatewayV2::Api
    Properties: { Name: shop, ProtocolType: HTTP, Target: !GetAtt Send.Arn }
`;

const WITH_STATEMENTS = `
        - PolicyName: own
          PolicyDocument:
            Statement:
              - { Effect: Allow, Action: sqs:ReceiveMessage, Resource: !GetAtt Mail.Arn }`;

type Case = {
  readonly title: string;
  readonly file: string;
  readonly text: string;
  /** The line of the list that the advice names. */
  readonly list: string;
  readonly advised: RegExp;
  readonly item: string;
};

const STATEMENT = '{ Effect: Allow, Action: sqs:SendMessage, Resource: !GetAtt Mail.Arn }';
const CASES: readonly Case[] = [
  {
    title: 'the service’s role of a Serverless service',
    file: 'serverless.yml',
    text: SERVERLESS,
    list: 'statements:',
    advised: /^Add to provider\.iam\.role\.statements in serverless\.yml:8: /,
    item: `- ${STATEMENT}`,
  },
  {
    title: 'the policies of a SAM function',
    file: 'template.yaml',
    text: SAM,
    list: 'Policies:',
    advised: /^Add to the list Policies of Send \(template\.yaml:12\): /,
    item: `- Statement: [${STATEMENT}]`,
  },
  {
    title: 'the statements of a CloudFormation role',
    file: 'template.yaml',
    text: CLOUDFORMATION(WITH_STATEMENTS),
    list: 'Statement:',
    advised: /^Add to Policies\.0\.PolicyDocument\.Statement of the role SendRole \(template\.yaml:12\): /,
    item: `- ${STATEMENT}`,
  },
  {
    title: 'a CloudFormation role without policies',
    file: 'template.yaml',
    text: CLOUDFORMATION(' []'),
    list: 'Policies: []',
    advised: /^Add to the list Policies of the role SendRole \(template\.yaml:9\): /,
    item: `- { PolicyName: sqs-SendMessage, PolicyDocument: { Version: '2012-10-17', Statement: [${STATEMENT}] } }`,
  },
];

/** https://docs.aws.amazon.com/IAM/latest/UserGuide/troubleshoot_access-denied.html, the message of a denied call */
const CAUGHT = `
const { SQSClient, SendMessageCommand } = require('@aws-sdk/client-sqs');
exports.put = async () => {
  try {
    await new SQSClient().send(new SendMessageCommand({ QueueUrl: process.env.QUEUE_URL, MessageBody: 'hello' }));
    return { statusCode: 202 };
  } catch (error) {
    return { statusCode: 400, body: JSON.stringify({ error: error.name, message: error.message }) };
  }
};`;

it('tells of a right that the role lacks if the function caught the error and returned its message', async () => {
  const template = OF_BUCKET.replace('AWS::S3::Bucket', 'AWS::SQS::Queue')
    .replace('BUCKET: !Ref', 'QUEUE_URL: !Ref')
    .replace('Action: s3:PutObject', 'Action: sqs:ReceiveMessage');
  using project = anAdvisedProject('template.yaml', { 'template.yaml': template, 'index.js': CAUGHT });
  const { status, sentences, changes } = await project.ask();
  assert.equal(status, 400);
  assert.match(sentences.join('\n'), /No policy of the role \S+ allows sqs:SendMessage on arn:aws:sqs:/);
  assert.match(changes.join('\n'), /^Add to .*template\.yaml:\d+\): `.*sqs:SendMessage/m);
  assert.doesNotMatch(changes.join('\n'), /Check the function/);
});

describe('the advice on a right that a role lacks', () => {
  for (const { title, file, text, list, advised, item } of CASES)
    it(`lets the request pass once it is written to ${title}`, async () => {
      using project = anAdvisedProject(file, { [file]: text, 'index.js': HANDLER });

      const refused = await project.ask();
      const advice = advisedText(refused.changes, advised);
      const line = text.split('\n').findIndex((one) => one.trim() === list) + 1;
      project.write(file, addItem(text, line, advice));
      const passed = await project.ask();

      assert.equal(refused.status, 500, refused.body);
      assert.equal(advice, item);
      assertLogged(refused, advice);
      assert.equal(passed.status, 202, passed.sentences.join('\n'));
    });

  it('is written as JSON if the template is JSON', async () => {
    const { value } = parseSource(CLOUDFORMATION(WITH_STATEMENTS), 'template.yaml');
    const own = '{"Effect":"Allow","Action":"sqs:ReceiveMessage"';
    const text = JSON.stringify(value);
    using project = anAdvisedProject('template.json', { 'template.json': text, 'index.js': HANDLER });

    const refused = await project.ask();
    const advice = advisedText(refused.changes, /^Add to Policies\.0\./);
    project.write('template.json', text.replace(own, `${advice},${own}`));
    const passed = await project.ask();

    assert.equal(
      advice,
      '{ "Effect": "Allow", "Action": "sqs:SendMessage", "Resource": {"Fn::GetAtt":["Mail","Arn"]} }',
    );
    assert.equal(passed.status, 202, passed.sentences.join('\n'));
  });
});

function assertLogged({ lines }: Asked, advice: string): void {
  assert.ok(
    lines.some((line) => line.includes('is not allowed to perform sqs:SendMessage') && line.includes(advice)),
    `the start's own line must give the same advice: ${lines.join('\n')}`,
  );
}

// https://docs.aws.amazon.com/secretsmanager/latest/userguide/auth-and-access_iam-policies.html
describe('a statement that allows the action on another resource', () => {
  const TEMPLATE = `
Transform: AWS::Serverless-2016-10-31
Resources:
  Mail: { Type: AWS::SQS::Queue }
  Dead: { Type: AWS::SQS::Queue }
  Send:
    Type: AWS::Serverless::Function
    Properties:
      Runtime: nodejs22.x
      CodeUri: .
      Handler: index.send
      Environment: { Variables: { QUEUE_URL: !Ref Mail } }
      Policies:
        - Statement: [{ Effect: Allow, Action: sqs:SendMessage, Resource: !GetAtt Dead.Arn }]
      Events:
        Root: { Type: HttpApi, Properties: { Path: /, Method: GET } }
`;

  it('is named, and lets the call pass once its Resource is written as advised', async () => {
    using project = anAdvisedProject('template.yaml', { 'template.yaml': TEMPLATE, 'index.js': HANDLER });
    const refused = await project.ask();
    const resource = advisedText(
      refused.changes,
      /^A statement of SendRole \(\S+\) allows sqs:SendMessage on arn:\S+Dead\S+ only\. .*write its Resource as/,
    );
    project.write('template.yaml', TEMPLATE.replace('Resource: !GetAtt Dead.Arn', `Resource: ${resource}`));
    const asked = await project.ask();
    assert.equal(asked.status, 202, asked.sentences.join('\n'));
  });
});

// https://github.com/aws/aws-cdk/issues/19273
describe('a statement for a function in the place of its alias', () => {
  const TEMPLATE = `
Transform: AWS::Serverless-2016-10-31
Resources:
  Price:
    Type: AWS::Serverless::Function
    Properties:
      FunctionName: price
      Runtime: nodejs22.x
      CodeUri: .
      Handler: index.price
      AutoPublishAlias: live
  Quote:
    Type: AWS::Serverless::Function
    Properties:
      Runtime: nodejs22.x
      CodeUri: .
      Handler: index.quote
      Policies:
        - Statement: [{ Effect: Allow, Action: lambda:InvokeFunction, Resource: !GetAtt Price.Arn }]
      Events:
        Root: { Type: HttpApi, Properties: { Path: /, Method: GET } }
`;
  const CALLS = `
const { LambdaClient, InvokeCommand } = require('@aws-sdk/client-lambda');
exports.price = async () => 12;
exports.quote = async () => {
  await new LambdaClient().send(new InvokeCommand({ FunctionName: 'price', Qualifier: 'live' }));
  return { statusCode: 202 };
};`;

  it('is explained, and gets the ARN of the alias as advised', async () => {
    using project = anAdvisedProject('template.yaml', { 'template.yaml': TEMPLATE, 'index.js': CALLS });
    const refused = await project.ask();
    assert.equal(refused.status, 500);
    const resource = advisedText(
      refused.changes,
      /^A statement of QuoteRole \(\S+\) allows \S+ on \S+:price only, and the ARN of a function does not cover its versions and aliases\. .*write its Resource as/,
    );
    project.write('template.yaml', TEMPLATE.replace('Resource: !GetAtt Price.Arn', `Resource: ${resource}`));
    const asked = await project.ask();
    assert.equal(asked.status, 202, asked.sentences.join('\n'));
  });
});

/**
 * A role that refers to a function with this role is refused as a circular dependency (CloudFormation user guide,
 * "Troubleshooting CloudFormation").
 */
const OWN_ROLE = CLOUDFORMATION(WITH_STATEMENTS).replace(
  'Environment: { Variables: { QUEUE_URL: !Ref Mail } }',
  'Timeout: 20',
);
const CALLS_ITSELF = `
const { LambdaClient, InvokeCommand } = require('@aws-sdk/client-lambda');
exports.send = async (event) => {
  if (event.again) return 'done';
  await new LambdaClient().send(new InvokeCommand({ FunctionName: process.env.AWS_LAMBDA_FUNCTION_NAME, Payload: '{"again":true}' }));
  return { statusCode: 202 };
};`;

describe('a right on a resource that waits for the role', () => {
  for (const [format, text, id] of [
    ['CloudFormation', OWN_ROLE, 'SendRole'],
    ['SAM', SAM.replace('Environment: { Variables: { QUEUE_URL: !Ref Mail } }', 'Timeout: 20'), 'SendRole'],
  ] as const)
    it(`is given by a policy of its own in ${format}, which closes no circle`, async () => {
      using project = anAdvisedProject('template.yaml', { 'template.yaml': text, 'index.js': CALLS_ITSELF });
      const refused = await project.ask();
      const added = advisedText(refused.changes, /^Add to Resources in template.yaml: /);
      assert.match(added, new RegExp(`^${id}Calls: .*Resource: !GetAtt Send.Arn`));
      project.write('template.yaml', text.replace('\nResources:', `\nResources:\n  ${added}`));
      const asked = await project.ask();
      assert.equal(asked.status, 202, asked.sentences.join('\n'));
    });
});
