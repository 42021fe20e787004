/** What a plan says about names, home and code, in addition to the properties of its resources. */
import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { textOf } from '@gatewright/aws/json-object';
import { aPlan, refs } from '../../../../support/a-terraform-plan.ts';
import type { Planned } from '../../../../support/a-terraform-plan.ts';
import { TABLE } from './terraform-rows.ts';
import { loadPlan } from './load-plan.ts';

describe('the name of the stack of a plan', () => {
  // Stack names: [a-zA-Z][-a-zA-Z0-9]{0,127} (CloudFormation API reference, CreateStack).
  for (const [folder, expected] of [
    ['shop', 'shop'],
    ['my shop_2', 'my-shop-2'],
    ['2-shop-', 'shop'],
    ['42', 'terraform'],
    ['a'.repeat(128), 'a'.repeat(128)],
    ['a'.repeat(129), 'a'.repeat(128)],
  ] as const)
    it(`is ${expected.slice(0, 20)} in the folder ${folder.slice(0, 20)} (${folder.length} characters)`, async () => {
      const { stack } = await loadPlan(aPlan({ resources: [TABLE] }), [], folder);

      assert.equal(stack.stackName, expected);
    });
});

describe('the region of a resource', () => {
  // A deployed project: CloudFront needs the certificate in us-east-1, and the other provider has an alias.
  it('is, for a certificate, that of the provider that the resource names', async () => {
    const region = (name: string) => ({ name: 'aws', expressions: { region: { constant_value: name } } });
    const certificate = { type: 'aws_acm_certificate', name: 'c', values: { domain_name: 'a.example' } };
    const root = JSON.parse(aPlan({ resources: [TABLE, certificate] })) as {
      configuration: { root_module: { resources: { type: string; provider_config_key?: string }[] } };
    };
    for (const one of root.configuration.root_module.resources)
      if (one.type === 'aws_acm_certificate') one.provider_config_key = 'aws.us';
    const provider_config = { aws: region('ap-southeast-2'), 'aws.us': region('us-east-1') };
    const { stack } = await loadPlan(
      JSON.stringify({ ...root, configuration: { ...root.configuration, provider_config } }),
    );

    assert.match(
      stack.resources.get('aws_acm_certificate.c')?.physicalId ?? '',
      /^arn:aws:acm:us-east-1:\d{12}:certificate\//,
    );
    assert.equal(stack.region, 'ap-southeast-2');
  });
});

describe('a name that only the apply makes', () => {
  // The provider's page of aws_sqs_queue: a name of a FIFO queue ends with .fifo; name_prefix begins it.
  for (const [what, values, expected] of [
    ['begins with the prefix', { name_prefix: 'orders-' }, /^orders-shop-aws-sqs-queue-q/],
    ['is made of stack and address', {}, /^shop-aws-sqs-queue-q-\w+$/],
    ['ends as a FIFO queue must', { fifo_queue: true }, /^shop-aws-sqs-queue-q.*\.fifo$/],
    ['does not end so for another queue', { fifo_queue: false }, /(?<!\.fifo)$/],
  ] as const)
    it(what, async () => {
      const queue = { type: 'aws_sqs_queue', name: 'q', values, unknown: { name: true } };
      const { stack, messages } = await loadPlan(aPlan({ resources: [queue] }));

      assert.match(textOf(stack.resources.get('aws_sqs_queue.q')?.properties ?? {}, 'QueueName'), expected);
      assert.deepEqual(messages, []);
    });
});

describe('the name of a bucket that only the apply makes', () => {
  // https://docs.aws.amazon.com/AmazonS3/latest/userguide/bucketnamingrules.html
  for (const [what, values, expected] of [
    ['is made of stack and address', {}, /^shop-aws-s3-bucket-b-/],
    ['begins with the prefix', { bucket_prefix: 'adjudication-documents-' }, /^adjudication-documents-/],
    ['stays short enough', { bucket_prefix: 'p'.repeat(37) }, /^p{37}/],
  ] as const)
    it(`${what}, and is a valid name`, async () => {
      const bucket = { type: 'aws_s3_bucket', name: 'b', values, unknown: { bucket: true } };
      const { stack } = await loadPlan(aPlan({ resources: [bucket] }));

      const name = textOf(stack.resources.get('aws_s3_bucket.b')?.properties ?? {}, 'BucketName');
      assert.match(name, expected);
      assert.match(name, /^[a-z0-9][a-z0-9.-]{1,61}[a-z0-9]$/);
    });
});

describe('the region and account of a plan', () => {
  const noProvider = { configuration: { root_module: { resources: [] } } };
  const arn = (region: string, account: string): Planned => ({
    type: 'aws_sns_topic_subscription',
    name: 's',
    values: { protocol: 'sqs', topic_arn: `arn:aws:sns:${region}:${account}:t` },
  });
  const caller: Planned = {
    type: 'aws_caller_identity',
    name: 'me',
    isData: true,
    values: { account_id: '111122223333' },
  };
  for (const [what, resources, expected] of [
    ['are those of the first ARN', [arn('ap-south-1', '444455556666')], ['ap-south-1', '444455556666']],
    ['are not those of an ARN without them', [arn('', '')], ['eu-west-1', '123456789012']],
    [
      'are those of the caller, before those of an ARN',
      [arn('ap-south-1', '444455556666'), caller],
      ['ap-south-1', '111122223333'],
    ],
  ] as const)
    it(what, async () => {
      const { stack } = await loadPlan(aPlan({ resources: [...resources] }, noProvider));

      assert.deepEqual([stack.region, stack.accountId], expected);
    });

  it('may be a variable of the plan', async () => {
    const aws = { name: 'aws', expressions: { region: refs('var.region') } };
    const configuration = { provider_config: { aws }, root_module: { resources: [] } };
    const more = { configuration, variables: { region: { value: 'sa-east-1' } } };

    assert.equal((await loadPlan(aPlan({ resources: [TABLE] }, more))).stack.region, 'sa-east-1');
  });
});

describe('the code of a function', () => {
  const aFunction = (values: object, expressions: Planned['expressions'] = {}): Planned => ({
    type: 'aws_lambda_function',
    name: 'f',
    values: { function_name: 'f', handler: 'app.run', runtime: 'nodejs24.x', ...values },
    expressions,
  });
  const anArchive = (values: object): Planned => ({
    type: 'archive_file',
    name: 'c',
    isData: true,
    values: { type: 'zip', output_path: './out.zip', ...values },
  });
  const OF_ARCHIVE = { filename: refs('data.archive_file.c.output_path') };
  const rows: readonly {
    readonly what: string;
    readonly resources: readonly Planned[];
    readonly files: readonly string[];
    readonly ends: string;
  }[] = [
    {
      what: 'is the folder of its archive',
      resources: [aFunction({}, OF_ARCHIVE), anArchive({ source_dir: './src' })],
      files: ['src/app.js'],
      ends: '/src"',
    },
    {
      what: 'is the folder of the only file of its archive',
      resources: [aFunction({}, OF_ARCHIVE), anArchive({ source_file: './lib/app.js' })],
      files: ['lib/app.js'],
      ends: '/lib"',
    },
    {
      what: 'is found by the path of the archive',
      resources: [aFunction({ filename: './out.zip' }), anArchive({ source_dir: './src' })],
      files: ['src/app.js'],
      ends: '/src"',
    },
    {
      what: 'is found by the hash of the archive',
      resources: [
        aFunction({}, { source_code_hash: refs('data.archive_file.c.output_base64sha256') }),
        anArchive({ source_dir: './src' }),
      ],
      files: ['src/app.js'],
      ends: '/src"',
    },
    {
      what: 'is the archive, if its folder is not there',
      resources: [aFunction({}, OF_ARCHIVE), anArchive({ source_dir: './gone' })],
      files: [],
      ends: '/out.zip"',
    },
    {
      what: 'is the archive that is written',
      resources: [aFunction({ filename: 'build/code.zip' })],
      files: [],
      ends: '/build/code.zip"',
    },
    ...['aws_s3_object', 'aws_s3_bucket_object'].map((type) => ({
      what: `is what is uploaded by ${type}`,
      resources: [
        aFunction({ s3_bucket: 'b', s3_key: 'x.zip' }),
        { type, name: 'o', values: { key: 'x.zip', source: 'build/up.zip' } },
      ],
      files: [],
      ends: '/build/up.zip"',
    })),
  ];
  for (const { what, resources, files, ends } of rows)
    it(what, async () => {
      const { stack } = await loadPlan(aPlan({ resources }), files);
      const code = JSON.stringify([stack.functions[0]?.code, stack.unsupported]);

      assert.ok(code.includes(ends), code);
    });

  // Source: provider hashicorp/archive, data source archive_file: `source_file` and `excludes`.
  for (const [archive, taken] of [
    [{ source_dir: './src' }, undefined],
    [{ source_dir: './src', excludes: ['node_modules'] }, 'part'],
    [{ source_file: './src/app.js' }, 'part'],
  ] as const)
    it(`is ${taken ?? 'the whole'} of the folder with ${Object.keys(archive).join(', ')}`, async () => {
      const resources = [aFunction({}, OF_ARCHIVE), anArchive(archive)];
      const { stack } = await loadPlan(aPlan({ resources }), ['src/app.js']);
      const code = stack.functions[0]?.code;

      assert.equal(code?.kind === 'directory' ? code.taken : 'no folder', taken);
    });

  for (const [what, source, expected] of [
    [
      'in the handler under its own name keeps its function',
      { source: [{ filename: 'app.mjs', content: 'x' }] },
      ['index.run', { ZipFile: 'x' }],
    ],
    [
      'in a file of another name keeps its handler',
      { source: [{ filename: 'other.mjs', content: 'x' }] },
      ['app.run', { ZipFile: 'x' }],
    ],
    [
      'may be the content of an archive',
      { source_content: 'y', source_content_filename: 'app.js' },
      ['index.run', { ZipFile: 'y' }],
    ],
    [
      'of several files is not inline',
      {
        source: [
          { filename: 'app.mjs', content: 'x' },
          { filename: 'b.mjs', content: 'y' },
        ],
      },
      ['app.run', undefined],
    ],
  ] as const)
    it(what, async () => {
      const { stack } = await loadPlan(aPlan({ resources: [aFunction({}, OF_ARCHIVE), anArchive(source)] }));
      const { Handler, Code } = stack.resources.get('aws_lambda_function.f')?.properties ?? {};

      assert.deepEqual([Handler, Code], expected);
    });
});

describe('a public function URL', () => {
  for (const [qualifier, name] of [
    [undefined, 'f'],
    ['live', 'f:live'],
  ] as const)
    it(`is permitted on ${name}`, async () => {
      const values = { function_name: 'f', authorization_type: 'NONE', ...(qualifier && { qualifier }) };
      const { stack } = await loadPlan(
        aPlan({ resources: [{ type: 'aws_lambda_function_url', name: 'u', values }] }),
      );
      const permissions = [...stack.resources.values()].filter(({ type }) => type.endsWith('::Permission'));

      assert.deepEqual(
        permissions.map(({ logicalId, properties }) => [logicalId, properties['FunctionName']]),
        ['PublicAccess', 'InvokeAction'].map((right) => [
          `aws_lambda_function_url.u.FunctionURLAllow${right}`,
          name,
        ]),
      );
    });
});
