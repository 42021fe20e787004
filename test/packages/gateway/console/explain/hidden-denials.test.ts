/**
 * A function whose code catches AWS’s refusal of a call, and responds itself: the explanation names the right that the
 * role lacks, whatever the status is, and the call passes once exactly that is written.
 */
import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { addItem, anAdvisedProject, advisedText } from '../../../../support/an-advised-project.ts';

const CALLS = [
  {
    right: 'sqs:SendMessage',
    resource: 'Mail: { Type: AWS::SQS::Queue }',
    code: "const { SQSClient: Client, SendMessageCommand: Command } = require('@aws-sdk/client-sqs'); const input = { QueueUrl: process.env.TARGET, MessageBody: 'a' };",
  },
  {
    right: 'sns:Publish',
    resource: 'Mail: { Type: AWS::SNS::Topic }',
    code: "const { SNSClient: Client, PublishCommand: Command } = require('@aws-sdk/client-sns'); const input = { TopicArn: process.env.TARGET, Message: 'a' };",
  },
  {
    right: 's3:PutObject',
    resource: 'Mail: { Type: AWS::S3::Bucket }',
    code: "const { S3Client: Client, PutObjectCommand: Command } = require('@aws-sdk/client-s3'); const input = { Bucket: process.env.TARGET, Key: 'a', Body: 'a' };",
  },
];

const template = (resource: string): string => `
Transform: AWS::Serverless-2016-10-31
Resources:
  ${resource}
  Send:
    Type: AWS::Serverless::Function
    Properties:
      Runtime: nodejs22.x
      CodeUri: .
      Handler: index.send
      Environment: { Variables: { TARGET: !Ref Mail } }
      Policies:
        - Statement: [{ Effect: Allow, Action: sqs:ReceiveMessage, Resource: '*' }]
      Events:
        Root: { Type: Api, Properties: { Path: /, Method: GET } }
`;

const handler = (code: string, status: number, caught: string): string => `${code}
exports.send = async () => {
  try {
    await new Client().send(new Command(input));
    return { statusCode: 202, headers: { 'content-type': 'text/plain' }, body: 'sent' };
  } catch (error) {
    ${caught}
    return { statusCode: ${status}, headers: { 'content-type': 'text/plain' }, body: 'sorry' };
  }
};`;

describe('a denied call whose error the function hides', () => {
  for (const { right, resource, code } of CALLS)
    for (const status of [200, 403, 500])
      it(`is told if the function responds with ${status}: ${right}`, async () => {
        const text = template(resource);
        using project = anAdvisedProject('template.yaml', {
          'template.yaml': text,
          'index.js': handler(code, status, ''),
        });

        const refused = await project.ask();

        assert.equal(refused.status, status);
        assert.match(
          refused.sentences.join('\n'),
          new RegExp(`No policy of the role \\S+ allows ${right} on `),
        );
        const [, line = ''] =
          /^Add to the list Policies of Send \(template\.yaml:(\d+)\)/.exec(refused.changes[0] ?? '') ?? [];
        assert.match(text.split('\n')[Number(line) - 1] ?? '', /Policies:$/);
        project.write(
          'template.yaml',
          addItem(text, Number(line), advisedText(refused.changes, /^Add to the list Policies/)),
        );
        const allowed = await project.ask();
        assert.equal(allowed.status, 202, allowed.sentences.join('\n'));
        assert.doesNotMatch(allowed.sentences.join('\n'), /No policy of the role/);
      });

  it('is told once if the function prints the error', async () => {
    const { resource, code } = CALLS[0] ?? { resource: '', code: '' };
    using project = anAdvisedProject('template.yaml', {
      'template.yaml': template(resource),
      'index.js': handler(code, 500, 'console.error(error);'),
    });

    const { sentences, changes } = await project.ask();

    assert.equal(sentences.filter((sentence) => sentence.includes('No policy of the role')).length, 1);
    assert.equal(changes.filter((change) => change.startsWith('Add to the list Policies')).length, 1);
  });
});
