import assert from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';
import { SFNClient, StartSyncExecutionCommand } from '@aws-sdk/client-sfn';
import { aGateway, GATEWAY_ADMIN } from '../../../../support/a-gateway.ts';
import type { StartedGateway } from '../../../../support/a-gateway.ts';

const FUNCTION = 'arn:aws:lambda:us-east-1:123456789012:function:cook';
const ALL = { Effect: 'Allow', Action: '*', Resource: '*' };

const aRole = (principal: string, ...statements: readonly object[]) => ({
  Type: 'AWS::IAM::Role',
  Properties: {
    AssumeRolePolicyDocument: {
      Version: '2012-10-17',
      Statement: [{ Effect: 'Allow', Principal: { Service: principal }, Action: 'sts:AssumeRole' }],
    },
    Policies:
      statements.length === 0
        ? []
        : [{ PolicyName: 'own', PolicyDocument: { Version: '2012-10-17', Statement: statements } }],
  },
});

const ROLES = {
  Bare: aRole('states.amazonaws.com'),
  Regional: aRole('states.us-east-1.amazonaws.com', ALL),
  Closed: aRole('lambda.amazonaws.com', ALL),
};

const QUEUE = { QueueUrl: 'http://localhost/123456789012/orders', MessageBody: 'soup' };
const TASKS = {
  Function: { Resource: FUNCTION },
  Invoke: { Resource: 'arn:aws:states:::lambda:invoke', Parameters: { FunctionName: 'cook' } },
  Send: { Resource: 'arn:aws:states:::sqs:sendMessage', Parameters: QUEUE },
  Sdk: { Resource: 'arn:aws:states:::aws-sdk:sqs:sendMessage', Parameters: QUEUE },
};

const aMachine = (name: string, role: string, task: object) => ({
  Type: 'AWS::StepFunctions::StateMachine',
  Properties: {
    StateMachineName: name,
    StateMachineType: 'EXPRESS',
    RoleArn: { 'Fn::GetAtt': [role, 'Arn'] },
    Definition: { StartAt: 'Task', States: { Task: { Type: 'Task', ...task, End: true } } },
  },
});

const RESOURCES = {
  ...ROLES,
  Orders: { Type: 'AWS::SQS::Queue', Properties: { QueueName: 'orders' } },
  Cook: {
    Type: 'AWS::Lambda::Function',
    Properties: {
      FunctionName: 'cook',
      Runtime: 'nodejs22.x',
      Handler: 'index.handler',
      Role: 'arn:aws:iam::123456789012:role/cook',
      Code: { ZipFile: 'exports.handler = async () => ({ dish: "soup" })' },
    },
  },
  ...Object.fromEntries(
    Object.keys(ROLES).flatMap((role) =>
      Object.entries(TASKS).map(([name, task]) => [`${role}${name}`, aMachine(`${role}${name}`, role, task)]),
    ),
  ),
};

describe('the role of a state machine', () => {
  let started: StartedGateway;
  let client: SFNClient;
  before(async () => {
    started = await aGateway(RESOURCES, { region: 'us-east-1', roles: true });
    client = new SFNClient({
      endpoint: started.listening.control,
      region: 'us-east-1',
      credentials: GATEWAY_ADMIN,
      disableHostPrefix: true,
      maxAttempts: 1,
    });
  });
  after(() => {
    client.destroy();
    return started.close();
  });

  const run = (name: string) =>
    client.send(
      new StartSyncExecutionCommand({
        stateMachineArn: `arn:aws:states:us-east-1:123456789012:stateMachine:${name}`,
      }),
    );

  // awslabs/aws-deployment-framework#460, aws-samples/lambda-refarch-imagerecognition#19
  for (const name of ['BareFunction', 'BareInvoke'])
    it(`that lacks the right to a function fails the task with Lambda's error (${name})`, async () => {
      const { status, error, cause } = await run(name);

      assert.deepEqual([status, error], ['FAILED', 'Lambda.AWSLambdaException']);
      assert.match(
        cause ?? '',
        /^User: \S+ is not authorized to perform: lambda:InvokeFunction on resource: arn:aws:lambda:us-east-1:123456789012:function:cook because no identity-based policy allows the lambda:InvokeFunction action \(Service: AWSLambda; Status Code: 403; Error Code: AccessDeniedException; Request ID: \S+; Proxy: null\)$/,
      );
    });

  for (const [name, expected] of [
    ['BareSend', 'SQS.AmazonSQSException'],
    ['BareSdk', 'Sqs.SqsException'],
  ] as const)
    it(`that lacks the right to a queue fails the task with the error of SQS (${name})`, async () => {
      const { status, error, cause } = await run(name);

      assert.deepEqual([status, error], ['FAILED', expected]);
      assert.match(cause ?? '', /is not authorized to perform: sqs:sendmessage on resource: \S+:orders/);
    });

  // lumigo-io/lumigo-CLI#83; the error: LocalStack's snapshot v2/assign/test_assign_reference_variables, recorded
  for (const name of ['ClosedFunction', 'ClosedInvoke', 'ClosedSend', 'ClosedSdk'])
    it(`that Step Functions may not assume fails the task (${name})`, async () => {
      assert.partialDeepStrictEqual(await run(name), {
        status: 'FAILED',
        error: 'States.TaskFailed',
        cause:
          'Neither the global service principal states.amazonaws.com, nor the regional one is authorized to assume the provided role.',
      });
    });

  for (const name of ['RegionalFunction', 'RegionalInvoke', 'RegionalSend', 'RegionalSdk'])
    it(`that trusts the principal of Step Functions in one region is assumed (${name})`, async () => {
      const { status, cause } = await run(name);

      assert.equal(status, 'SUCCEEDED', cause);
    });
});
