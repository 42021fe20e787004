/** What a plan does not keep is read from the files next to it. */
import assert from 'node:assert/strict';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, describe, it } from 'node:test';
import { Faults } from '../../../../../packages/gateway/core/errors.ts';
import { loadStacks } from '../../../../../packages/gateway/templates/load.ts';
import { aPlan, refs } from '../../../../support/a-terraform-plan.ts';
import type { Planned, PlannedModule } from '../../../../support/a-terraform-plan.ts';
import { OPTIONS } from '../stack-builders.ts';

const base = mkdtempSync(join(tmpdir(), 'gatewright-terraform-source-'));
after(() => rmSync(base, { recursive: true }));

let count = 0;

/** Properties of one resource of a plan beside these files. */
async function load(
  root: PlannedModule,
  files: Readonly<Record<string, string>>,
  address: string,
): Promise<{ properties: Readonly<Record<string, unknown>>; messages: string }> {
  const folder = join(base, `case${count++}`);
  mkdirSync(join(folder, 'inner'), { recursive: true });
  for (const [name, text] of Object.entries(files)) writeFileSync(join(folder, name), text);
  writeFileSync(join(folder, 'plan.json'), aPlan(root));
  const tolerance = new Faults(false);
  const stacks = await loadStacks([folder], { ...OPTIONS, tolerance });
  const properties = stacks[0]?.resources.get(address)?.properties ?? {};
  return { properties, messages: tolerance.all.map(({ error }) => error.describe()).join('\n') };
}

const QUEUE: Planned = { type: 'aws_sqs_queue', name: 'q', values: { name: 'q' } };
const TABLE: Planned = { type: 'aws_dynamodb_table', name: 't', values: { name: 'orders', hash_key: 'id' } };
const ARN = 'arn:aws:sqs:eu-west-1:123456789012:q';
const TABLE_ARN = 'arn:aws:dynamodb:eu-west-1:123456789012:table/orders';
const BOTH = refs('aws_sqs_queue.q.arn', 'aws_dynamodb_table.t.arn');

const aFunction: Planned = {
  type: 'aws_lambda_function',
  name: 'f',
  values: {
    function_name: 'f',
    handler: 'a.b',
    runtime: 'nodejs24.x',
    environment: [{ variables: { STAGE: 'dev' } }],
  },
  unknown: { environment: [{ variables: { QUEUE: true, TABLE: true } }] },
  expressions: { environment: [{ variables: BOTH }] },
};
const aFile = (variables: string): string =>
  `resource "aws_lambda_function" "f" {
  environment {
    variables = {
      STAGE = "dev" # known
      ${variables}
    }
  }
}`;

describe('variables that only the apply makes', () => {
  it('are distinguished by the files next to the plan, with the text around them', async () => {
    const files = {
      'main.tf': aFile('TABLE = "${aws_dynamodb_table.t.arn}/index/*"\n QUEUE = aws_sqs_queue.q.arn'),
    };
    const { properties, messages } = await load(
      { resources: [QUEUE, TABLE, aFunction] },
      files,
      'aws_lambda_function.f',
    );

    assert.deepEqual(properties['Environment'], {
      Variables: { STAGE: 'dev', QUEUE: ARN, TABLE: `${TABLE_ARN}/index/*` },
    });
    assert.equal(messages, '');
  });

  const unread: readonly (readonly [name: string, variables: string])[] = [
    ['the files are missing', ''],
    [
      'the files have other references than the plan',
      'TABLE = aws_sqs_queue.other.arn\n QUEUE = aws_sqs_queue.other.arn',
    ],
    [
      'an expression is more than a text with references',
      'TABLE = lower(aws_dynamodb_table.t.arn)\n QUEUE = upper(aws_sqs_queue.q.arn)',
    ],
  ];
  for (const [name, variables] of unread)
    it(`are not guessed if ${name}`, async () => {
      const files: Readonly<Record<string, string>> = variables === '' ? {} : { 'main.tf': aFile(variables) };
      const { messages } = await load(
        { resources: [QUEUE, TABLE, aFunction] },
        files,
        'aws_lambda_function.f',
      );

      assert.match(messages, /aws_lambda_function\.f\.Environment.*known only after apply/);
    });
});

describe('a document that the configuration writes', () => {
  const policy: Planned = {
    type: 'aws_iam_policy',
    name: 'p',
    values: { name: 'p' },
    expressions: { policy: BOTH },
  };

  it('is read from jsonencode', async () => {
    const files = {
      'iam.tf': `resource "aws_iam_policy" "p" {
  policy = jsonencode({
    Version = "2012-10-17"
    Statement = [
      { Effect = "Allow", Action = ["sqs:*"], Resource = aws_sqs_queue.q.arn },
      {
        Effect   = "Allow"
        Action   = "dynamodb:*"
        Resource = [aws_dynamodb_table.t.arn, "\${aws_dynamodb_table.t.arn}/index/*"]
      },
    ]
  })
}`,
    };
    const { properties } = await load({ resources: [QUEUE, TABLE, policy] }, files, 'aws_iam_policy.p');

    assert.deepEqual(properties['PolicyDocument'], {
      Version: '2012-10-17',
      Statement: [
        { Effect: 'Allow', Action: ['sqs:*'], Resource: ARN },
        { Effect: 'Allow', Action: 'dynamodb:*', Resource: [TABLE_ARN, `${TABLE_ARN}/index/*`] },
      ],
    });
  });
});

describe('a local', () => {
  it('is traced to what it is made of, also in a module', async () => {
    const inner = {
      expressions: {},
      resources: [
        QUEUE,
        {
          type: 'aws_sns_topic_subscription',
          name: 's',
          values: { protocol: 'sqs', topic_arn: 'arn:aws:sns:eu-west-1:123456789012:t' },
          expressions: { endpoint: refs('local.target') },
        },
      ],
    };
    const files = {
      'inner/main.tf':
        'locals {\n  target = aws_sqs_queue.q.arn\n}\nresource "aws_sns_topic_subscription" "s" {\n  endpoint = local.target\n}',
    };
    const { properties } = await load(
      { resources: [], calls: { inner } },
      files,
      'module.inner.aws_sns_topic_subscription.s',
    );

    assert.equal(properties['Endpoint'], ARN);
  });

  type Part = {
    readonly name: string;
    readonly locals: string;
    readonly target: string;
    /** Makes instances of the subscription; `for_each = local.routes` with the key a if it is absent. */
    readonly repeat?: string;
    readonly index?: string | number;
    readonly endpoint?: unknown;
  };
  // The first three forms stand in public projects, with integrations of a method per key.
  const PARTS: readonly Part[] = [
    {
      name: 'an element of an object by each.key, in a template',
      locals: 'targets = {\n    other = aws_sqs_queue.missing.arn\n    a = "${aws_sqs_queue.q.arn}"\n  }',
      target: 'local.targets[each.key]',
    },
    {
      name: 'a member of an element of an object',
      locals: 'routes = { a = { method = "GET", target = aws_sqs_queue.q.arn } }',
      target: 'local.routes[each.key].target',
    },
    {
      name: 'an attribute of each instance of a resource',
      locals: 'targets = { for k, q in aws_sqs_queue.each : k => q.arn }',
      target: 'local.targets[each.key]',
    },
    {
      name: 'an element by its name',
      locals: 'targets = { a = aws_sqs_queue.q.arn }',
      target: 'local.targets["a"]',
    },
    { name: 'an element of a list', locals: 'targets = [aws_sqs_queue.q.arn]', target: 'local.targets[0]' },
    {
      name: 'the value of for_each',
      locals: 'routes = { a = { target = aws_sqs_queue.q.arn } }',
      target: 'each.value.target',
    },
    {
      name: 'an element of a list by count.index',
      locals: 'targets = [aws_sqs_queue.missing.arn, aws_sqs_queue.q.arn]',
      target: 'local.targets[count.index]',
      repeat: 'count = 2',
      index: 1,
    },
    {
      name: 'an element of an object by count.index',
      locals: 'targets = { "0" = aws_sqs_queue.missing.arn, "1" = aws_sqs_queue.q.arn }',
      target: 'local.targets[count.index]',
      repeat: 'count = 2',
      index: 1,
    },
    {
      name: 'an attribute of an instance whose key has quotes',
      locals: 'targets = { for k, q in aws_sqs_queue.each : k => q.arn }',
      target: 'local.targets[each.key]',
      index: 'a"b',
    },
    {
      // https://developer.hashicorp.com/terraform/language/meta-arguments#the-each-object
      name: 'the value of for_each, which is the key for a set',
      locals: 'names = ["a"]',
      target: '"${aws_sqs_queue.q.arn}-${each.value}"',
      repeat: 'for_each = toset(local.names)',
      endpoint: `${ARN}-a`,
    },
  ];
  for (const {
    name,
    locals,
    target,
    repeat = 'for_each = local.routes',
    index = 'a',
    endpoint = ARN,
  } of PARTS)
    it(`is followed through ${name}`, async () => {
      const forEach = refs('local.routes');
      const each: Planned = {
        type: 'aws_sqs_queue',
        name: 'each',
        index,
        values: { name: 'q' },
        forEach,
      };
      const subscription: Planned = {
        type: 'aws_sns_topic_subscription',
        name: 's',
        index,
        values: { protocol: 'sqs', topic_arn: 'arn:aws:sns:eu-west-1:123456789012:t' },
        expressions: { endpoint: refs(...(target.match(/[a-z]\w*(?:\.\w+)+/g) ?? [])) },
        forEach,
      };
      const files = {
        'main.tf': `locals {\n  ${locals}\n}\nresource "aws_sns_topic_subscription" "s" {\n  ${repeat}\n  endpoint = ${target}\n}`,
      };
      const { properties } = await load(
        { resources: [QUEUE, each, subscription] },
        files,
        `aws_sns_topic_subscription.s[${JSON.stringify(index)}]`,
      );

      assert.equal(properties['Endpoint'], endpoint);
    });
});
