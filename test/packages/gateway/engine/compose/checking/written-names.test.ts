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
  'GetUsersEventSourceMappingSQSQ.MaximumBatchingWindowInSeconds':
    'functions.getUsers.events.1.sqs.maximumBatchingWindow',
  'GetUsersEventSourceMappingSQSQ.FunctionResponseTypes':
    'functions.getUsers.events.1.sqs.functionResponseType',
  'GetUsersEventsRuleSchedule1.EventPattern': 'functions.getUsers.events.0.eventBridge.pattern',
  'GetUsersLambdaFunction.Role': 'functions.getUsers.handler',
  'GetUsersSnsSubscription.FilterPolicy': 'functions.getUsers.events.2.sns.filterPolicy',
  'Own.DelaySeconds': 'resources.Resources.Own.Properties.DelaySeconds',
};
const RESOURCES = [
  'GetUsersLambdaFunction',
  'GetUsersEventSourceMappingSQSQ',
  'GetUsersEventsRuleSchedule1',
  'ApiGatewayDeployment1795946384934',
  'GetUsersSnsSubscription',
  'Own',
  'OwnMethod',
];
const TYPES: Readonly<Record<string, string>> = { OwnMethod: 'AWS::ApiGateway::Method' };
const STACK = {
  file: '/app/serverless.yml',
  stackName: 'shop',
  resources: new Map(RESOURCES.map((id) => [id, { type: TYPES[id] }])),
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
      name: 'spells another setting of the event as serverless.yml does',
      given: aFinding(
        'GetUsersSnsSubscription',
        'FilterPolicy',
        'Invalid parameter: Attributes Reason: nested',
        'set FilterPolicyScope: MessageBody, or name attributes without nesting',
      ),
      written: 'functions.getUsers.events.2.sns.filterPolicy',
      message: 'Invalid parameter: Attributes Reason: nested',
      remedy: 'set filterPolicyScope: MessageBody, or name attributes without nesting',
    },
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
    ...[
      ['MaximumBatchingWindowInSeconds', 'maximumBatchingWindow'],
      ['FunctionResponseTypes', 'functionResponseType'],
    ].map(([own = '', spelt = '']) => ({
      name: `spells ${own} as the event does, which has a shorter name`,
      given: aFinding(
        'GetUsersEventSourceMappingSQSQ',
        own,
        'Not supported',
        `remove ${own}, or set ${own}: 0`,
      ),
      written: `functions.getUsers.events.1.sqs.${spelt}`,
      message: 'Not supported',
      remedy: `remove ${spelt}, or set ${spelt}: 0`,
    })),
    {
      name: 'spells the pattern of a rule as the event does',
      given: aFinding(
        'GetUsersEventsRuleSchedule1',
        'EventPattern',
        'EventPattern is empty',
        'add a field to EventPattern',
      ),
      written: 'functions.getUsers.events.0.eventBridge.pattern',
      message: 'pattern is empty',
      remedy: 'add a field to pattern',
    },
    {
      name: 'keeps the name of a property that is made from a setting of another meaning',
      given: aFinding('GetUsersLambdaFunction', 'Role', 'Role is wrong', 'correct Role'),
      written: 'functions.getUsers.handler',
      message: 'Role is wrong',
      remedy: 'correct Role',
    },
    {
      name: 'writes the deployment of osls, whose id changes with each compilation, with the variable in it',
      given: aFinding(
        'Own',
        'DelaySeconds',
        'ApiGatewayDeployment1795946384934 is created later',
        'add DependsOn: ApiGatewayDeployment1795946384934 to Own',
      ),
      written: undefined,
      message: 'ApiGatewayDeployment${sls:instanceId} is created later',
      remedy: 'add DependsOn: ApiGatewayDeployment${sls:instanceId} to Own',
    },
    {
      name: 'does not name the deployment of osls as a key, in which osls resolves no variables',
      given: aFinding(
        'ApiGatewayDeployment1795946384934',
        '',
        'ApiGatewayDeployment1795946384934 does not depend on Own',
        'add OwnMethod, Own to DependsOn of ApiGatewayDeployment1795946384934',
      ),
      written: undefined,
      message: 'ApiGatewayDeployment${sls:instanceId} does not depend on Own',
      remedy:
        'replace OwnMethod with an http event of a function, because osls adds only the parts of events to DependsOn of its deployment, and deploy a second time with --force, so that a new deployment contains Own',
    },
    {
      name: 'offers no condition for a function, because the resources of its events would refer to it without one',
      given: aFinding(
        'GetUsersLambdaFunction',
        'Role',
        'its Condition is false',
        'add the Condition of Topic to the resource or output that refers to Topic, or refer to Topic only inside of Fn::If with this condition',
      ),
      written: 'functions.getUsers.handler',
      message: 'its Condition is false',
      remedy: 'refer to Topic only inside of Fn::If with the condition of Topic',
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

it('a consequence names what osls generates as serverless.yml does', () => {
  const given = {
    ...aFinding('Own', 'DelaySeconds', '', ''),
    consequence: 'GetUsersLambdaFunction may fail',
  };

  assert.equal(inWordsOfAuthor(given, [STACK]).consequence, 'functions.getUsers may fail');
});

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

// https://docs.aws.amazon.com/cdk/v2/guide/resources.html, "Specifying dependencies"
describe('a finding about a CDK app', () => {
  const IDS = { ClientA1B2C3D4: 'Idp/Client/Resource', GoogleA1B2C3D4: 'Idp/Google/Resource' };
  const stack = {
    file: '/app/cdk.out/Idp.template.json',
    stackName: 'shop',
    resources: new Map(Object.keys(IDS).map((id) => [id, {}])),
    source: {
      template: {
        Resources: Object.fromEntries(
          Object.entries(IDS).map(([id, path]) => [id, { Metadata: { 'aws:cdk:path': path } }]),
        ),
      },
    },
  } as unknown as ResolvedStack;

  for (const [given, said] of [
    [
      'add DependsOn: GoogleA1B2C3D4 to ClientA1B2C3D4',
      'call node.addDependency(…) of the construct Idp/Client with Idp/Google',
    ],
    [
      'add ClientA1B2C3D4, GoogleA1B2C3D4 to DependsOn of Deployment',
      'call node.addDependency(…) of the construct Deployment with Idp/Client, Idp/Google',
    ],
    [
      'remove ClientA1B2C3D4 from DependsOn of GoogleA1B2C3D4, and add DependsOn: GoogleA1B2C3D4 to ClientA1B2C3D4',
      'remove the dependency of Idp/Google on Idp/Client, and call node.addDependency(…) of the construct Idp/Client with Idp/Google',
    ],
    [
      'add a server, and list it in DependsOn of ClientA1B2C3D4',
      'add a server, and pass the new construct to node.addDependency(…) of the construct Idp/Client',
    ],
    [
      'add a server, and list it in DependsOn of the client',
      'add a server, and pass the new construct to node.addDependency(…) of the construct Idp/Client',
    ],
  ] as const)
    it(`says for “${given}” what to call`, () => {
      const finding = aFinding('ClientA1B2C3D4', 'SupportedIdentityProviders.0', 'The provider …', given);
      assert.equal(inWordsOfAuthor(finding, [stack]).remedy, said);
    });
});
