/** Each obstacle of a first deployment is planted into the answers of an account that is otherwise fresh. */
import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { examineStack } from '../../../../packages/toolkit/operate/doctor.ts';
import { exitCodeOf } from '../../../../packages/toolkit/operate/doctor/print-findings.ts';
import type { StackView } from '../../../../packages/toolkit/operate/doctor/views.ts';
import { aStack, aStackWith } from '../../../support/a-packaged-stack.ts';
import { anAccount, FRESH, xml, xmlError } from '../../../support/an-aws-account.ts';
import type { Answers } from '../../../support/an-aws-account.ts';

const RESERVED = aStackWith({
  OrdersFunction: {
    Type: 'AWS::Lambda::Function',
    Properties: { FunctionName: 'menu-prod-orders', ReservedConcurrentExecutions: 30 },
  },
});
const LOGGED = aStackWith({
  SocketStage: {
    Type: 'AWS::ApiGatewayV2::Stage',
    Properties: { ApiId: { Ref: 'Socket' }, AccessLogSettings: { DestinationArn: 'arn' } },
  },
});
const lambda = (concurrency: number, unreserved: number, used = 0): Answers => ({
  'lambda GET /2016-08-19/account-settings': {
    body: {
      AccountLimit: {
        ConcurrentExecutions: concurrency,
        UnreservedConcurrentExecutions: unreserved,
        TotalCodeSize: 1_000_000,
      },
      AccountUsage: { TotalCodeSize: used },
    },
  },
});
const stackIn = (status: string): Answers => ({
  'cloudformation DescribeStacks': xml(
    'DescribeStacks',
    `<Stacks><member><StackName>menu-prod</StackName><StackStatus>${status}</StackStatus></member></Stacks>`,
  ),
  'cloudformation ListStackResources': xml('ListStackResources', '<StackResourceSummaries/>'),
});
const made = (
  ...resources: readonly (readonly [type: string, logical: string, physical: string])[]
): Answers => ({
  ...stackIn('UPDATE_COMPLETE'),
  'cloudformation ListStackResources': xml(
    'ListStackResources',
    `<StackResourceSummaries>${resources
      .map(
        ([type, logical, physical]) =>
          `<member><ResourceType>${type}</ResourceType><LogicalResourceId>${logical}</LogicalResourceId><PhysicalResourceId>${physical}</PhysicalResourceId><ResourceStatus>CREATE_COMPLETE</ResourceStatus></member>`,
      )
      .join('')}</StackResourceSummaries>`,
  ),
});
const exported = (name: string, by: string): Answers => ({
  'cloudformation ListExports': xml(
    'ListExports',
    `<Exports><member><ExportingStackId>arn:aws:cloudformation:us-east-1:123456789012:stack/${by}/51af3dc0-da77-11e4-872e-1234567db123</ExportingStackId><Name>${name}</Name><Value>v</Value></member></Exports>`,
  ),
});
const table = (more: object = {}, schema?: string): Answers => ({
  'dynamodb ListTagsOfResource': {
    body: { Tags: schema === undefined ? [] : [{ Key: 'gatewright:schema', Value: schema }] },
  },
  'dynamodb DescribeTable': { body: { Table: { TableName: 'menu-prod-orders', ...more } } },
});

async function look(answers: Answers, stack: StackView = aStack()) {
  await using account = await anAccount({ ...FRESH, ...answers });
  const report = await examineStack(stack, account.aws);
  return { report, calls: account.calls };
}

const REPLICAS = { Replicas: [{ RegionName: 'us-east-1' }, { RegionName: 'eu-west-1' }] };

describe('examineStack', () => {
  it('finds nothing in a fresh account', async () => {
    const { report } = await look({});

    assert.deepEqual([report.findings, report.unread, exitCodeOf(report)], [[], [], 0]);
    assert.equal(report.account, '123456789012');
  });

  it('finds nothing if the stack itself has what it names', async () => {
    const { report } = await look({
      ...table(),
      ...made(['AWS::DynamoDB::Table', 'OrdersTable', 'menu-prod-orders']),
    });

    assert.deepEqual(report.findings, []);
  });

  it('asks only what changes nothing', async () => {
    const { calls } = await look(
      {
        ...stackIn('UPDATE_COMPLETE'),
        ...exported('menu-prod-Old', 'menu-prod'),
        'cloudformation ListImports': xml('ListImports', '<Imports/>'),
      },
      RESERVED,
    );

    assert.ok(calls.length > 12);
    assert.deepEqual(
      calls.filter((name) => !/ (Describe|List|Get)| GET /.test(name)),
      [],
    );
  });

  const rows: readonly {
    readonly name: string;
    readonly answers: Answers;
    readonly stack?: StackView;
    readonly expected: readonly string[];
  }[] = [
    {
      name: 'credentials that are too old',
      answers: { 'sts GetCallerIdentity': xmlError('ExpiredToken', 'The security token is expired', 403) },
      expected: ['credentials'],
    },
    { name: 'a table that is there', answers: table(), expected: ['name-taken OrdersTable'] },
    {
      name: 'a log group that is there, and not one whose name continues',
      answers: {
        'logs DescribeLogGroups': {
          body: {
            logGroups: [
              { logGroupName: '/aws/lambda/menu-prod-orders' },
              { logGroupName: '/aws/lambda/menu-prod-orders-2' },
            ],
          },
        },
      },
      expected: ['name-taken OrdersLogGroup'],
    },
    {
      name: 'a function that is there',
      answers: {
        'lambda GET /2015-03-31/functions/menu-prod-orders/configuration': { body: { FunctionName: 'x' } },
      },
      expected: ['name-taken OrdersFunction'],
    },
    {
      name: 'a queue that is there',
      answers: { 'sqs GetQueueUrl': { body: { QueueUrl: 'https://sqs/1/menu-prod-failures' } } },
      expected: ['name-taken Failures'],
    },
    {
      name: 'a topic that is there',
      answers: {
        'sns GetTopicAttributes': ({ TopicArn }) =>
          TopicArn === 'arn:aws:sns:us-east-1:123456789012:menu-prod-alarms'
            ? xml('GetTopicAttributes', '<Attributes/>')
            : xmlError('NotFound', 'x', 404),
      },
      expected: ['name-taken Topic'],
    },
    {
      name: 'an event bus that is there',
      answers: { 'events DescribeEventBus': { body: { Name: 'menu-prod-bus' } } },
      expected: ['name-taken Bus'],
    },
    {
      name: 'a dashboard that is there',
      answers: { 'monitoring GetDashboard': xml('GetDashboard', '<DashboardBody>{}</DashboardBody>') },
      expected: ['name-taken Page'],
    },
    {
      name: 'a table of another stack, by the stack’s own list',
      answers: { ...table(), ...made(['AWS::DynamoDB::Table', 'OrdersTable', 'other-menu-prod-orders']) },
      expected: ['name-taken OrdersTable'],
    },
    {
      name: 'an export of another stack',
      answers: exported('menu-prod-OrdersArn', 'old-menu'),
      expected: ['export-taken output OrdersArn'],
    },
    {
      name: 'an export that would go while it is imported',
      answers: {
        ...stackIn('UPDATE_COMPLETE'),
        ...exported('menu-prod-Old', 'menu-prod'),
        'cloudformation ListImports': xml('ListImports', '<Imports><member>shop-prod</member></Imports>'),
      },
      expected: ['export-in-use export menu-prod-Old of stack menu-prod'],
    },
    {
      name: 'a stack that failed at first',
      answers: stackIn('ROLLBACK_COMPLETE'),
      expected: ['stack-state'],
    },
    { name: 'a stack that is stuck', answers: stackIn('UPDATE_ROLLBACK_FAILED'), expected: ['stack-state'] },
    { name: 'a deployment that runs', answers: stackIn('UPDATE_IN_PROGRESS'), expected: ['stack-state'] },
    {
      name: 'no stack at all in one that is only reviewed',
      answers: stackIn('REVIEW_IN_PROGRESS'),
      expected: [],
    },
    {
      name: 'a table of a newer layout',
      answers: { ...table({}, '2'), ...made(['AWS::DynamoDB::Table', 'OrdersTable', 'menu-prod-orders']) },
      expected: ['schema-newer OrdersTable'],
    },
    {
      name: 'nothing in a table of the same layout, or of one before tags',
      answers: { ...table({}, '1'), ...made(['AWS::DynamoDB::Table', 'OrdersTable', 'menu-prod-orders']) },
      expected: [],
    },
    {
      name: 'a table that has become global',
      answers: { ...table(REPLICAS), ...made(['AWS::DynamoDB::Table', 'OrdersTable', 'menu-prod-orders']) },
      expected: ['global-table OrdersTable'],
    },
    {
      name: 'a stage with logs in an account without a role for them',
      answers: {},
      stack: LOGGED,
      expected: ['log-role SocketStage of the compiled template'],
    },
    {
      name: 'nothing if the account has that role',
      answers: { 'apigateway GET /account': { body: { cloudwatchRoleArn: 'arn:aws:iam::1:role/logs' } } },
      stack: LOGGED,
      expected: [],
    },
    {
      name: 'a reservation that leaves too little',
      answers: lambda(129, 129),
      stack: RESERVED,
      expected: ['concurrency OrdersFunction: 30'],
    },
    { name: 'nothing if 100 are left', answers: lambda(130, 130), stack: RESERVED, expected: [] },
    {
      name: 'nothing if the reservation is there already',
      answers: {
        ...lambda(130, 100),
        'lambda GET /2019-09-30/functions/menu-prod-orders/concurrency': {
          body: { ReservedConcurrentExecutions: 30 },
        },
      },
      stack: RESERVED,
      expected: [],
    },
    {
      name: 'no small account as long as nothing is reserved',
      answers: lambda(10, 10),
      expected: [],
    },
    {
      name: 'an account whose code storage is full',
      answers: lambda(1000, 1000, 950_000),
      expected: ['code-storage'],
    },
    {
      name: 'an account that has all its APIs',
      answers: {
        'apigateway GET /v2/apis': {
          body: { items: Array.from({ length: 600 }, () => ({ protocolType: 'WEBSOCKET' })) },
        },
      },
      expected: ['api-count Socket'],
    },
    {
      name: 'a stage of a developer’s machine',
      answers: {},
      stack: aStack({ localStages: ['prod'] }),
      expected: ['local-stage'],
    },
    {
      name: 'an unknown issuer',
      answers: {},
      stack: aStack({ issuers: [{ document: 'menu', url: 'https://login.menu.example/' }] }),
      expected: ['nobodys-issuer access/menu.yml'],
    },
    {
      name: 'a stage without documents',
      answers: {},
      stack: aStack({ documents: [] }),
      expected: ['no-documents'],
    },
  ];
  for (const { name, answers, stack, expected } of rows)
    it(`finds ${name}`, async () => {
      const { report } = await look(answers, stack);
      const found = report.findings.map(({ id, where }) => `${id} ${where}`);

      assert.equal(found.length, expected.length, found.join('\n'));
      for (const [index, text] of expected.entries()) assert.ok(found[index]?.startsWith(text), found[index]);
      assert.deepEqual(report.unread, []);
    });

  it('names what it may not read, and by which right it could', async () => {
    const { report } = await look({
      'cloudformation ListExports': xmlError('AccessDenied', 'not authorized to perform', 403),
      'lambda GET /2016-08-19/account-settings': { status: 403, body: { message: 'no' } },
    });

    assert.deepEqual(
      report.unread.map(({ permission }) => permission),
      ['lambda:GetAccountSettings', 'cloudformation:ListExports'],
    );
    assert.equal(exitCodeOf(report), 3);
  });

  it('looks at the template even without a caller', async () => {
    const report = await examineStack(aStack({ templateBytes: 2_000_000 }), { refused: 'no profile' });

    assert.deepEqual(
      report.findings.map(({ id }) => id),
      ['credentials', 'template-limits'],
    );
    assert.equal(exitCodeOf(report), 2);
  });
});
