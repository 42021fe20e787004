import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import {
  copyVariablesFromStack,
  describeDeployed,
  outputsByReference,
  outputVariables,
  readDeployedStack,
} from '../../../../../packages/gatewright/command/start/env-from-stack.ts';
import { captureOutput } from '../../../../support/captured-output.ts';
import { UsageError } from '../../../../../packages/base/terminal/output.ts';
import { anAccount, type Answers, xml } from '../../../../support/an-aws-account.ts';

// In the form of the examples of DescribeStacks and ListStackResources, CloudFormation API Reference.
const STACK = xml(
  'DescribeStacks',
  `<Stacks><member>
    <StackName>shop-prod</StackName>
    <StackId>arn:aws:cloudformation:us-east-1:123456789012:stack/shop-prod/aaf549a0-a413-11df-adb3-5081b3858e83</StackId>
    <CreationTime>2010-07-27T22:28:28Z</CreationTime><StackStatus>CREATE_COMPLETE</StackStatus><DisableRollback>false</DisableRollback>
    <Outputs>
      <member><Description>URL</Description><OutputKey>StartPage</OutputKey><OutputValue>https://shop.example.com/start</OutputValue></member>
      <member><OutputKey>BankUrl</OutputKey><OutputValue>https://bank.example.com/?a=1&amp;b=2</OutputValue><ExportName>bank</ExportName></member>
    </Outputs>
  </member></Stacks>`,
);
const resource = (logicalId: string, physicalId: string, type: string): string =>
  `<member><ResourceStatus>CREATE_COMPLETE</ResourceStatus><LogicalResourceId>${logicalId}</LogicalResourceId><LastUpdatedTimestamp>2011-06-21T20:25:57Z</LastUpdatedTimestamp><PhysicalResourceId>${physicalId}</PhysicalResourceId><ResourceType>${type}</ResourceType></member>`;
const summaries = (members: string, next = ''): string =>
  `<StackResourceSummaries>${members}</StackResourceSummaries>${next === '' ? '' : `<NextToken>${next}</NextToken>`}`;

const ANSWERS: Answers = {
  'cloudformation DescribeStacks': ({ StackName }) =>
    StackName === 'shop-prod'
      ? STACK
      : {
          status: 400,
          body: `<ErrorResponse><Error><Type>Sender</Type><Code>ValidationError</Code><Message>Stack with id ${StackName} does not exist</Message></Error></ErrorResponse>`,
        },
  'cloudformation ListStackResources': ({ NextToken }) =>
    xml(
      'ListStackResources',
      NextToken === undefined
        ? summaries(resource('Pay', 'shop-prod-pay-1A2B', 'AWS::Lambda::Function'), 'second-page')
        : summaries(
            resource('Orders', 'shop-prod-Orders-3C4D', 'AWS::DynamoDB::Table') +
              resource('Ship', 'shop-prod-ship', 'AWS::Lambda::Function'),
          ),
    ),
  'lambda GET /2015-03-31/functions/shop-prod-pay-1A2B/configuration': {
    body: {
      FunctionName: 'shop-prod-pay-1A2B',
      Environment: { Variables: { BANK_KEY: 'a-secret-of-the-bank', TABLE: 'shop-prod-Orders-3C4D' } },
    },
  },
  'lambda GET /2015-03-31/functions/shop-prod-ship/configuration': {
    body: { FunctionName: 'shop-prod-ship' },
  },
};

describe('readDeployedStack', () => {
  it('takes outputs and the variables of functions, page by page, and reads only', async () => {
    await using account = await anAccount(ANSWERS);
    const stack = await readDeployedStack('shop-prod', account.aws);

    assert.deepEqual(stack.outputs, {
      StartPage: 'https://shop.example.com/start',
      BankUrl: 'https://bank.example.com/?a=1&b=2',
    });
    assert.deepEqual(
      [...stack.functions],
      [
        ['Pay', { BANK_KEY: 'a-secret-of-the-bank', TABLE: 'shop-prod-Orders-3C4D' }],
        ['Ship', {}],
      ],
    );
    assert.deepEqual(account.calls, [
      'cloudformation DescribeStacks',
      'cloudformation ListStackResources',
      'cloudformation ListStackResources',
      'lambda GET /2015-03-31/functions/shop-prod-pay-1A2B/configuration',
      'lambda GET /2015-03-31/functions/shop-prod-ship/configuration',
    ]);
    assert.deepEqual(outputVariables(stack), {
      GATEWRIGHT_OUTPUT_START_PAGE: 'https://shop.example.com/start',
      GATEWRIGHT_OUTPUT_BANK_URL: 'https://bank.example.com/?a=1&b=2',
    });
    assert.equal(outputsByReference(stack)['cf:shop-prod.StartPage'], 'https://shop.example.com/start');
  });

  it('shows names, and no value', async () => {
    await using account = await anAccount(ANSWERS);
    const text = describeDeployed(await readDeployedStack('shop-prod', account.aws));

    assert.equal(
      text,
      'from the stack shop-prod:\n  outputs: BankUrl, StartPage\n  variables of Pay: BANK_KEY, TABLE\n',
    );
  });

  it('says which stack does not exist, and which right is missing', async () => {
    await using account = await anAccount(ANSWERS);
    await assert.rejects(
      readDeployedStack('shop-test', account.aws),
      (error) =>
        error instanceof UsageError && /there is no stack shop-test in us-east-1/.test(error.message),
    );
    const less = Object.entries(ANSWERS).filter(([name]) => name !== 'cloudformation ListStackResources');
    await using poor = await anAccount(Object.fromEntries(less));
    await assert.rejects(
      readDeployedStack('shop-prod', poor.aws),
      /AWS refused cloudformation:ListStackResources with .*AccessDenied/,
    );
  });

  // CloudFormation lists at most 500 resources of a stack, a hundred on a page (quotas, "Resources").
  it('refuses a list that continues after more pages than a stack can have', async () => {
    let pages = 0;
    const endless = () => {
      pages += 1;
      return xml('ListStackResources', summaries('', `page-${pages}`));
    };
    await using account = await anAccount({ ...ANSWERS, 'cloudformation ListStackResources': endless });

    await assert.rejects(
      readDeployedStack('shop-prod', account.aws),
      (error) =>
        error instanceof UsageError &&
        /shop-prod has more resources than a stack can have/.test(error.message),
    );
    assert.ok(pages >= 5, `${pages} pages`);
  });
});

describe('copyVariablesFromStack', () => {
  const gateway = { environment: () => ({ AWS_REGION: 'us-east-1', GATEWRIGHT_OUTPUT_BANK_URL: 'here' }) };

  it("asks with the credentials of the environment, and the gateway's own variables take precedence", async () => {
    await using account = await anAccount(ANSWERS);
    const usual = process.env;
    process.env = {
      AWS_ACCESS_KEY_ID: 'AKIAEXAMPLE',
      AWS_SECRET_ACCESS_KEY: 's',
      AWS_ENDPOINT_URL: account.url,
    };
    const output = { stdout: '', stderr: '' };
    const taken = await captureOutput(output, () => copyVariablesFromStack('shop-prod', 'eu-west-1')).finally(
      () => (process.env = usual),
    );

    assert.match(output.stderr, /^from the stack shop-prod:\n/);
    assert.deepEqual([...(taken.options.deployedVariables?.keys() ?? [])], ['Pay', 'Ship']);
    assert.equal(taken.options.deployedOutputs?.['cf:shop-prod.StartPage'], 'https://shop.example.com/start');
    assert.deepEqual(taken.around(gateway), {
      AWS_REGION: 'us-east-1',
      GATEWRIGHT_OUTPUT_START_PAGE: 'https://shop.example.com/start',
      GATEWRIGHT_OUTPUT_BANK_URL: 'here',
    });
  });

  it('asks nothing if no stack is named', async () => {
    const { options, around } = await copyVariablesFromStack(undefined, undefined);

    assert.deepEqual(options, {});
    assert.deepEqual(around(gateway), gateway.environment());
  });
});
