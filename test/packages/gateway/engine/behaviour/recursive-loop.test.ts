/**
 * A function that its own events invoke again and again is stopped after 16 invocations, as Lambda stops it, and the
 * log and the explanation say why.
 * @see https://docs.aws.amazon.com/lambda/latest/dg/invocation-recursion.html
 */
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, it } from 'node:test';
import { anAdvisedProject } from '../../../../support/an-advised-project.ts';

type Row = {
  readonly through: string;
  /** The events of the function that loops. */
  readonly event: string;
  readonly resource: string;
  readonly client: string;
  readonly command: string;
  readonly input: string;
  readonly advice: RegExp;
};

const ROWS: readonly Row[] = [
  {
    through: 'SQS',
    event: 'Type: SQS, Properties: { Queue: !GetAtt Target.Arn, BatchSize: 1 }',
    resource: 'Target: { Type: AWS::SQS::Queue }',
    client: 'sqs SQS',
    command: 'SendMessage',
    input: "{ QueueUrl: process.env.TARGET, MessageBody: 'a' }",
    advice:
      /^If the messages of the queue \S+ \(template\.yaml:4\) are meant to wait, use a state machine or a schedule for that; otherwise do not send messages to it from a function that they invoke\./m,
  },
  {
    through: 'SNS',
    event: 'Type: SNS, Properties: { Topic: !Ref Target }',
    resource: 'Target: { Type: AWS::SNS::Topic }',
    client: 'sns SNS',
    command: 'Publish',
    input: "{ TopicArn: process.env.TARGET, Message: 'a' }",
    advice:
      /^If the messages of the topic \S+ \(template\.yaml:4\) are meant to wait, use a state machine or a schedule for that; otherwise do not send messages to it from a function that they invoke\./m,
  },
  {
    through: 'S3',
    event: "Type: S3, Properties: { Bucket: !Ref Target, Events: 's3:ObjectCreated:*' }",
    resource: 'Target: { Type: AWS::S3::Bucket, Properties: { BucketName: pictures-of-loops } }',
    client: 's3 S3',
    command: 'PutObject',
    input: "{ Bucket: 'pictures-of-loops', Key: String(Math.random()), Body: 'a' }",
    advice:
      /^Write to another bucket than pictures-of-loops \(template\.yaml:4\), or to a prefix that the notification of the bucket leaves out\./m,
  },
  {
    through: 'asynchronous invocations',
    event: '',
    resource: 'Target: { Type: AWS::SNS::Topic }',
    client: 'lambda Lambda',
    command: 'Invoke',
    input: "{ FunctionName: 'looper', InvocationType: 'Event', Payload: '{}' }",
    advice:
      /^If looper calls itself in order to wait, use a state machine or a schedule for that; otherwise remove the asynchronous invocations that lead back to it\./m,
  },
];

const template = ({ event, resource, through }: Row, more: string): string => `
Transform: AWS::Serverless-2016-10-31
Resources:
  ${resource}
  Begin:
    Type: AWS::Serverless::Function
    Properties:
      Runtime: nodejs22.x
      CodeUri: .
      Handler: index.begin
      ${through === 'S3' ? '' : 'Environment: { Variables: { TARGET: !Ref Target } }'}
      Policies: [{ Statement: [{ Effect: Allow, Action: '*', Resource: '*' }] }]
      Events: { Root: { Type: Api, Properties: { Path: /, Method: GET } } }
  Loop:
    Type: AWS::Serverless::Function
    Properties:
      FunctionName: looper
      Runtime: nodejs22.x
      CodeUri: .
      Handler: index.loop
      ${through === 'S3' ? '' : 'Environment: { Variables: { TARGET: !Ref Target } }'}
      Policies: [{ Statement: [{ Effect: Allow, Action: '*', Resource: '*' }] }]
      ${more}
      ${event === '' ? '' : `Events: { Own: { ${event} } }`}
`;

/** A loop that is allowed ends by itself after some more runs. */
const ENDS_AFTER = 20;

const handler = ({ client, command, input }: Row): string => {
  const [name = '', service = ''] = client.split(' ');
  return `const { appendFileSync, readFileSync } = require('node:fs');
const { ${service}Client: Client, ${command}Command: Command } = require('@aws-sdk/client-${name}');
const send = () => new Client().send(new Command(${input}));
exports.begin = async () => { await send(); return { statusCode: 202, body: 'sent' }; };
exports.loop = async () => {
  appendFileSync(__dirname + '/runs', 'x');
  if (readFileSync(__dirname + '/runs').length === ${ENDS_AFTER}) throw new Error('the loop ended by itself');
  await send();
};`;
};

/** Each run causes one event, so that no run follows an event that was refused, or a run that failed. */
function countRuns(folder: string): number {
  return readFileSync(join(folder, 'runs'), 'utf8').length;
}

describe('a function that its own events invoke', () => {
  for (const row of ROWS)
    it(`is stopped after 16 invocations through ${row.through}`, async () => {
      using project = anAdvisedProject('template.yaml', {
        'template.yaml': template(row, ''),
        'index.js': handler(row),
      });
      await using served = await project.serve({ readOnly: false });
      const { sentences, changes, lines } = await served.ask({ tells: /Lambda stopped a recursive loop/ });

      assert.equal(countRuns(project.folder), 16);
      assert.match(
        sentences.join('\n'),
        /Lambda stopped a recursive loop: looper was invoked 16 times in one chain of events, and AWS stops a function after about 16\. (?!If the loop is intended)/,
      );
      assert.match(
        lines.join('\n'),
        /stopped a recursive loop: looper .* set RecursiveLoop: Allow on the function/,
      );
      assert.match(changes.join('\n'), row.advice);
      assert.match(
        changes.join('\n'),
        /set RecursiveLoop: Allow on the function looper \(template\.yaml:\d+\)\./,
      );
    });

  it('is not stopped if RecursiveLoop of the function is Allow', async () => {
    const [row] = ROWS;
    assert.ok(row !== undefined);
    using project = anAdvisedProject('template.yaml', {
      'template.yaml': template(row, 'RecursiveLoop: Allow'),
      'index.js': handler(row),
    });
    await using served = await project.serve({ readOnly: false });
    await served.ask({ tells: /the loop ended by itself/ });

    assert.equal(countRuns(project.folder), ENDS_AFTER);
  });
});
