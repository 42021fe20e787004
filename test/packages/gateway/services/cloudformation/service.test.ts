import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { Faults } from '../../../../../packages/gateway/core/errors.ts';
import type { JsonObject } from '@gatewright/aws/json-object';
import type { ResolvedStack } from '../../../../../packages/gateway/core/stack/model.ts';
import * as cloudformation from '../../../../../packages/gateway/services/cloudformation/service.ts';
import { stackIdOf } from '../../../../../packages/gateway/templates/pseudo-parameters.ts';
import { aStack } from '../../../../support/a-stack.ts';
import { anEventEngine } from '../../../../support/an-event-engine.ts';
import type { EventBench } from '../../../../support/an-event-engine.ts';
import { EPOCH_MS } from '../../../../support/virtual-ports.ts';

const TEMPLATE: JsonObject = {
  Description: 'orders & more',
  Parameters: {
    Secret: { Type: 'String', NoEcho: true, Default: 'hush' },
    Text: { Type: 'String', NoEcho: 'true' },
    Colour: { Type: 'String', Default: 'green' },
  },
  Resources: { Queue: { Type: 'AWS::SQS::Queue', Metadata: { a: 1 } } },
  Outputs: {
    Url: { Description: 'the queue', Value: { Ref: 'Queue' }, Export: { Name: 'orders-url' } },
    Count: { Value: 3 },
  },
};

function orders(): ResolvedStack {
  return {
    ...aStack({ Queue: { type: 'AWS::SQS::Queue', id: 'https://sqs/jobs', properties: {} } }, 'orders'),
    outputs: new Map<string, string | number>([
      ['Url', 'https://sqs/jobs'],
      ['Count', 3],
    ]),
    exports: new Map([['orders-url', 'https://sqs/jobs']]),
    source: {
      template: TEMPLATE,
      parameters: { Colour: 'red', Text: 'given', other: 'x' },
      exportNames: new Map([['orders-url', 'Url']]),
      imports: new Set(),
    },
  };
}

function shop(): ResolvedStack {
  const source = { template: {}, parameters: {}, exportNames: new Map(), imports: new Set(['orders-url']) };
  return { ...aStack({}, 'shop'), source };
}

type Bench = EventBench<{ cloudformation: typeof cloudformation }>;

function aBench(): Bench {
  const bench = anEventEngine({ cloudformation }, { resources: '  Any: { Type: AWS::Logs::LogGroup }' });
  load(bench);
  return bench;
}

function load({ engine }: Bench, stacks = [orders(), shop()]): void {
  engine.read(stacks, new Faults(false)).apply();
}

/** The XML of the answer, without its envelope. */
async function ask(
  bench: Bench,
  Action: string,
  form: Readonly<Record<string, string>> = {},
  region = 'us-east-1',
): Promise<string> {
  const body = new URLSearchParams({ Action, Version: '2010-05-15', ...form }).toString();
  const headers = ['Content-Type', 'application/x-www-form-urlencoded'];
  const outcome = await bench.send({ service: 'cloudformation', headers, body, region });
  assert.equal(outcome.kind, 'answered', outcome.kind === 'unreachable' ? outcome.message : '');
  return outcome.body.toString();
}

const valuesOf = (name: string, xml: string): readonly string[] =>
  [...xml.matchAll(new RegExp(`<${name}>([^<]*)</${name}>`, 'g'))].map(([, value = '']) => value);

describe('DescribeStacks', () => {
  it('shows outputs, exports and parameters, those with NoEcho as asterisks', async () => {
    const xml = await ask(aBench(), 'DescribeStacks', { StackName: 'orders' });

    assert.deepEqual(valuesOf('StackId', xml), [stackIdOf(orders())]);
    assert.deepEqual(valuesOf('Description', xml), ['orders &#38; more', 'the queue']);
    assert.deepEqual(valuesOf('ParameterKey', xml), ['Secret', 'Text', 'Colour']);
    assert.deepEqual(valuesOf('ParameterValue', xml), ['****', '****', 'red']);
    assert.deepEqual(valuesOf('OutputValue', xml), ['https://sqs/jobs', '3']);
    assert.deepEqual(valuesOf('ExportName', xml), ['orders-url']);
    assert.deepEqual(valuesOf('CreationTime', xml), [new Date(EPOCH_MS).toISOString()]);
  });

  it('finds all stacks of the region, or one by its id', async () => {
    const bench = aBench();

    assert.deepEqual(valuesOf('StackName', await ask(bench, 'DescribeStacks')), ['orders', 'shop']);
    assert.deepEqual(
      valuesOf('StackName', await ask(bench, 'DescribeStacks', { StackName: stackIdOf(shop()) })),
      ['shop'],
    );
    assert.deepEqual(valuesOf('StackName', await ask(bench, 'DescribeStacks', {}, 'eu-west-1')), []);
  });

  it('says UPDATE_COMPLETE after a reload', async () => {
    const bench = aBench();
    await bench.advance(1000);
    load(bench, [orders(), shop(), aStack({}, 'new')]);
    const xml = await ask(bench, 'DescribeStacks');

    assert.deepEqual(valuesOf('StackStatus', xml), ['UPDATE_COMPLETE', 'UPDATE_COMPLETE', 'CREATE_COMPLETE']);
    assert.equal(valuesOf('CreationTime', xml)[0], new Date(EPOCH_MS).toISOString());
    assert.equal(valuesOf('LastUpdatedTime', xml)[0], new Date(EPOCH_MS + 1000).toISOString());
  });
});

describe('resources of a stack', () => {
  for (const [action, form] of [
    ['DescribeStackResources', { StackName: 'orders' }],
    ['DescribeStackResources', { PhysicalResourceId: 'https://sqs/jobs' }],
    ['DescribeStackResource', { StackName: 'orders', LogicalResourceId: 'Queue' }],
    ['ListStackResources', { StackName: 'orders' }],
  ] as const)
    it(`are those that are loaded: ${action} ${JSON.stringify(form)}`, async () => {
      const xml = await ask(aBench(), action, form);

      assert.deepEqual(valuesOf('LogicalResourceId', xml), ['Queue']);
      assert.deepEqual(valuesOf('PhysicalResourceId', xml), ['https://sqs/jobs']);
      assert.deepEqual(valuesOf('ResourceType', xml), ['AWS::SQS::Queue']);
      assert.deepEqual(valuesOf('ResourceStatus', xml), ['CREATE_COMPLETE']);
    });

  it('come in pages', async () => {
    const bench = aBench();
    const many = Object.fromEntries(
      Array.from({ length: 101 }, (_, index) => [`R${index}`, { type: 'T', properties: {} }]),
    );
    load(bench, [aStack(many, 'large')]);
    const first = await ask(bench, 'ListStackResources', { StackName: 'large' });
    const second = await ask(bench, 'ListStackResources', {
      StackName: 'large',
      NextToken: valuesOf('NextToken', first)[0] ?? '',
    });

    assert.deepEqual(
      [first, second].map((xml) => valuesOf('LogicalResourceId', xml).length),
      [100, 1],
    );
    assert.deepEqual(valuesOf('NextToken', second), []);
  });
});

describe('other reads', () => {
  it('list stacks by status', async () => {
    const bench = aBench();

    assert.deepEqual(valuesOf('StackName', await ask(bench, 'ListStacks')), ['orders', 'shop']);
    assert.deepEqual(
      valuesOf(
        'StackName',
        await ask(bench, 'ListStacks', { 'StackStatusFilter.member.1': 'UPDATE_COMPLETE' }),
      ),
      [],
    );
  });

  it('list exports', async () => {
    const bench = aBench();
    const xml = await ask(bench, 'ListExports');

    assert.deepEqual([valuesOf('Name', xml), valuesOf('Value', xml)], [['orders-url'], ['https://sqs/jobs']]);
  });

  it('give the template as it was resolved from', async () => {
    const [body = ''] = valuesOf('TemplateBody', await ask(aBench(), 'GetTemplate', { StackName: 'orders' }));

    assert.deepEqual(JSON.parse(body.replaceAll('&#34;', '"').replaceAll('&#38;', '&')), TEMPLATE);
  });
});

describe('a CloudFormation call', () => {
  for (const [action, form, why] of [
    [
      'CreateStack',
      { StackName: 'x' },
      /CreateStack is refused, because the gateway serves the stacks that are on disk/,
    ],
    ['DeleteStack', { StackName: 'orders' }, /DeleteStack is refused/],
    ['ExecuteChangeSet', { ChangeSetName: 'x' }, /ExecuteChangeSet is refused/],
    ['DescribeStacks', { StackName: 'none' }, /<Message>Stack with id none does not exist</],
    ['GetTemplate', { StackName: 'none' }, /<Message>Stack with id none does not exist</],
    // LocalStack, test_resources.py, recorded on AWS: test_describe_non_existent_stack; boto/boto3#2352
    [
      'DescribeStackResource',
      { StackName: 'none', LogicalResourceId: 'Queue' },
      /<Message>Stack &#39;none&#39; does not exist</,
    ],
    // cloudquery/cq-provider-aws#824
    ['ListStackResources', { StackName: 'none' }, /<Message>Stack with id none does not exist</],
    ['DescribeStacks', { NextToken: 'x' }, /NextToken is invalid/],
    // LocalStack, test_templates.py, recorded on AWS: test_get_template_no_arguments, test_get_template_missing_resources_…
    ['GetTemplate', {}, /<Message>StackName is required if ChangeSetName is not specified\.</],
    ['GetTemplate', { ChangeSetName: 'x' }, /<Message>StackName is a required parameter\.</],
    ['DescribeStackResource', { StackName: 'orders' }, /Value null at &#39;logicalResourceId&#39; failed/],
    [
      'ListStacks',
      { 'StackStatusFilter.member.1': 'GONE' },
      /Value &#39;\[GONE\]&#39; at &#39;stackStatusFilter&#39;/,
    ],
    [
      'GetTemplate',
      { StackName: 'orders', TemplateStage: 'Raw' },
      /at &#39;templateStage&#39; failed to satisfy constraint: Member must satisfy enum value set: \[(?:Original, Processed|Processed, Original)\]/,
    ],
    [
      'DescribeStackResource',
      { StackName: 'orders', LogicalResourceId: 'None' },
      /Resource None does not exist for stack orders/,
    ],
    ['DescribeStackResources', { PhysicalResourceId: 'none' }, /Stack for none does not exist/],
    ['DescribeStackResources', { StackName: 'orders', PhysicalResourceId: 'x' }, /are mutually exclusive/],
  ] as const)
    it(`is refused: ${action} ${JSON.stringify(form)}`, async () => {
      const xml = await ask(aBench(), action, form);

      assert.deepEqual(valuesOf('Code', xml), ['ValidationError']);
      assert.match(xml, why);
    });

  for (const form of [
    { ChangeSetName: 'arn:aws:cloudformation:us-east-1:123456789012:changeSet/x/1' },
    { ChangeSetName: 'x', StackName: 'orders' },
  ])
    it(`does not find a change set: ${JSON.stringify(form)}`, async () => {
      const xml = await ask(aBench(), 'GetTemplate', form);

      assert.deepEqual(valuesOf('Code', xml), ['ChangeSetNotFound']);
      assert.deepEqual(valuesOf('Message', xml), [`ChangeSet [${form.ChangeSetName}] does not exist`]);
    });

  it('that is not done is refused by name', async () => {
    await assert.rejects(
      ask(aBench(), 'DescribeStackEvents'),
      /DescribeStackEvents of CloudFormation \(stack events\) is not supported by this gateway/,
    );
  });
});
