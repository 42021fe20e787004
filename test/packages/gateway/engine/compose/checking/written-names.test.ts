import assert from 'node:assert/strict';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, it } from 'node:test';
import { inWordsOfAuthor } from '../../../../../../packages/gateway/engine/compose/checking/written-names.ts';
import { examineStacks } from '../../../../../../packages/gateway/engine/compose/checking/examine.ts';
import type { DeployFinding } from '../../../../../../packages/gateway/core/deployability/finding.ts';
import type { ResolvedStack } from '../../../../../../packages/gateway/core/stack/model.ts';

/** A stack that osls made: each generated path with the path in serverless.yml. */
const PATHS: Readonly<Record<string, string>> = {
  'GetUsersLambdaFunction.Timeout': 'functions.getUsers.timeout',
  GetUsersLambdaFunction: 'functions.getUsers',
  'GetUsersEventSourceMappingSQSQ.BatchSize': 'functions.getUsers.events.1.sqs.batchSize',
  'GetUsersEventSourceMappingSQSQ.FunctionName': 'functions.getUsers.events',
  'Own.DelaySeconds': 'resources.Resources.Own.Properties.DelaySeconds',
};
const RESOURCES = ['GetUsersLambdaFunction', 'GetUsersEventSourceMappingSQSQ', 'Own'];
const STACK = {
  stackName: 'shop',
  resources: new Map(RESOURCES.map((id) => [id, {}])),
  source: {
    template: {},
    pathOf: ([, id = '', , ...property]: readonly string[]) => PATHS[[id, ...property].join('.')]?.split('.'),
  },
} as unknown as ResolvedStack;

function aFinding(resource: string, property: string, message: string, remedy: string): DeployFinding {
  const common = { id: 'resource-value', severity: 'refused', source: '', stack: 'shop', type: '' } as const;
  return { ...common, resource, property, message, remedy, file: 'serverless.yml', line: 3 };
}

describe('a finding about what osls generates', () => {
  for (const { name, given, written, message, remedy } of [
    {
      name: 'names the setting of the function, and spells it as serverless.yml does',
      given: aFinding(
        'GetUsersLambdaFunction',
        'Timeout',
        'Timeout must be at most 900',
        'correct Timeout: at most 900',
      ),
      written: 'functions.getUsers.timeout',
      message: 'timeout must be at most 900',
      remedy: 'correct timeout: at most 900',
    },
    {
      name: 'names the setting of the event, also those that osls calls otherwise',
      given: aFinding(
        'GetUsersEventSourceMappingSQSQ',
        'BatchSize',
        'Maximum batch window in seconds must be greater than 0',
        'set MaximumBatchingWindowInSeconds to 1 or more, or BatchSize to at most 10',
      ),
      written: 'functions.getUsers.events.1.sqs.batchSize',
      message: 'Maximum batch window in seconds must be greater than 0',
      remedy: 'set maximumBatchingWindow to 1 or more, or batchSize to at most 10',
    },
    {
      name: 'keeps the name of the property if only the events as a whole are known',
      given: aFinding('GetUsersEventSourceMappingSQSQ', 'FunctionName', 'no function', 'name one'),
      written: 'functions.getUsers.events (GetUsersEventSourceMappingSQSQ.FunctionName)',
      message: 'no function',
      remedy: 'name one',
    },
    {
      name: 'explains other generated ids of the message once, and no part of an ARN',
      given: aFinding(
        'Own',
        'DelaySeconds',
        'GetUsersLambdaFunction and GetUsersLambdaFunction differ from arn:GetUsersLambdaFunction:1',
        'change Own',
      ),
      written: undefined,
      message:
        'GetUsersLambdaFunction (functions.getUsers) and GetUsersLambdaFunction differ from arn:GetUsersLambdaFunction:1',
      remedy: 'change Own',
    },
  ])
    it(name, () => {
      const said = inWordsOfAuthor(given, [STACK]);

      assert.deepEqual([said.written, said.message, said.remedy], [written, message, remedy]);
      assert.deepEqual([said.resource, said.property], [given.resource, given.property]);
    });
});

async function check(file: string, text: string): Promise<readonly (string | undefined)[]> {
  const folder = mkdtempSync(join(tmpdir(), 'gatewright-names-'));
  try {
    writeFileSync(join(folder, file), text);
    const { findings } = await examineStacks([join(folder, file)], {
      stage: 'dev',
      region: 'eu-west-1',
      accountId: '123456789012',
      parameters: {},
      environment: {},
      directory: folder,
    });
    return findings.filter(({ severity }) => severity === 'refused').map(({ written }) => written);
  } finally {
    rmSync(folder, { recursive: true });
  }
}

describe('a finding about what a transform or CDK makes', () => {
  it('names the event of SAM, but keeps the names of what the author wrote', async () => {
    assert.deepEqual(
      await check(
        'template.yaml',
        `Transform: AWS::Serverless-2016-10-31
Resources:
  GetUsers:
    Type: AWS::Serverless::Function
    Properties:
      Runtime: nodejs24.x
      Handler: index.handler
      InlineCode: exports.handler = async () => ({})
      Timeout: 901
      Role: arn:aws:iam::123456789012:role/r
      Events:
        Tick:
          Type: Schedule
          Properties: { Schedule: rate(1 minutes) }
`,
      ),
      [undefined, 'GetUsers.Events.Tick.Schedule'],
    );
  });

  it('names the construct of CDK', async () => {
    const Metadata = { 'aws:cdk:path': 'Shop/Jobs/Resource' };
    const JobsA1B2C3D4 = { Type: 'AWS::SQS::Queue', Properties: { DelaySeconds: 901 }, Metadata };

    assert.deepEqual(await check('Shop.template.json', JSON.stringify({ Resources: { JobsA1B2C3D4 } })), [
      'Shop/Jobs.DelaySeconds',
    ]);
  });
});
