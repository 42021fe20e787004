import assert from 'node:assert/strict';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { describe, it } from 'node:test';
import type { TestContext } from 'node:test';
import { loadStacks } from '../../../../../packages/gateway/templates/load.ts';
import type { ResolvedStack } from '../../../../../packages/gateway/core/stack/model.ts';
import { OPTIONS, refusalOf } from '../stack-builders.ts';

/** Loads `app/template.yaml` of these files. */
async function load(
  t: TestContext,
  files: Readonly<Record<string, string>>,
): Promise<readonly ResolvedStack[]> {
  const folder = mkdtempSync(join(tmpdir(), 'gatewright-nested-'));
  t.after(() => rmSync(folder, { recursive: true }));
  for (const [name, text] of Object.entries(files)) {
    mkdirSync(dirname(join(folder, name)), { recursive: true });
    writeFileSync(join(folder, name), text);
  }
  return loadStacks([join(folder, 'app/template.yaml')], OPTIONS);
}

const CHILD = `
Parameters: { Name: { Type: String }, Subnets: { Type: CommaDelimitedList, Default: 'none,none' } }
Resources: { Topic: { Type: AWS::SNS::Topic, Properties: { TopicName: !Ref Name } } }
Outputs:
  Arn: { Value: !Ref Topic }
  Second: { Value: !Select [1, !Ref Subnets] }`;

describe('nested stacks on this machine', () => {
  it('get their parameters from the stack that nests them, and give it their outputs', async (t) => {
    const stacks = await load(t, {
      'app/template.yaml': `
Resources:
  First: { Type: AWS::CloudFormation::Stack, Properties: { TemplateURL: ../child.yaml, Parameters: { Name: !Sub '\${Queue.QueueName}-a', Subnets: [x, y] } } }
  Next: { Type: AWS::CloudFormation::Stack, Properties: { TemplateURL: ../child.yaml, Parameters: { Name: !GetAtt First.Outputs.Second, Subnets: 'p,q' } } }
  Queue: { Type: AWS::SQS::Queue, Properties: { QueueName: q } }
Outputs: { Out: { Value: !Sub '\${First.Outputs.Arn} \${Next.Outputs.Arn}' } }`,
      'child.yaml': CHILD,
    });
    const topic = 'arn:aws:sns:eu-west-1:123456789012:';

    assert.deepEqual(
      stacks.map(({ stackName }) => stackName.replace(/-[A-Z0-9]{12}$/, '')),
      ['app', 'app-First', 'app-Next'],
      'CloudFormation user guide, nested stacks',
    );
    assert.equal(stacks[0]?.outputs.get('Out'), `${topic}q-a ${topic}y`);
    assert.deepEqual(
      stacks[0].unsupported.filter(({ type }) => type.endsWith('::Stack')),
      [],
    );
    const templates = stacks[0].includes.filter((file) => !file.includes('samconfig'));
    assert.equal(templates.length, 2);
  });

  // A public project: root.yaml names data.yaml and api.yaml in S3, and both lie next to it. The first screen had no
  // API and no reason.
  const addresses: readonly string[] = [
    'https://bucket.s3.amazonaws.com/v1/nested/child.yaml',
    '!Sub https://${AWS::AccountId}-x.s3.amazonaws.com/nested/child.yaml',
    "!Join ['', ['https://', !Ref AWS::Region, '.s3.amazonaws.com/nested/child.yaml']]",
    's3://bucket/nested/child.yaml',
  ];
  const nestedAt = (address: string, parameters: string) => `
Resources:
  First:
    Type: AWS::CloudFormation::Stack
    Properties:
      TemplateURL: ${address}
      Parameters: ${parameters}`;
  for (const address of addresses)
    it(`are read from the file of the project that is uploaded there: ${address}`, async (t) => {
      const files = { 'app/template.yaml': nestedAt(address, '{ Name: a }'), 'app/nested/child.yaml': CHILD };
      const [parent, nested] = await load(t, files);

      assert.ok(nested?.resources.has('Topic'));
      assert.deepEqual(
        parent?.unsupported.map(({ line, consequence }) => [line, consequence]),
        [[6, 'the nested stack is read from nested/child.yaml']],
      );
    });

  for (const [name, parameters, file, address] of [
    ['if the project has no such file', '{ Name: a }', 'app/other/child.yaml', addresses[0]!],
    [
      'if that file does not declare what the parent passes',
      '{ Name: a, Colour: red }',
      'app/nested/child.yaml',
      addresses[0]!,
    ],
    [
      'if the only file with this path is the parent',
      '{}',
      'child.yaml',
      'https://bucket.s3.amazonaws.com/v1/template.yaml',
    ],
  ] as const)
    it(`are not read from an address, and a finding says what to do, ${name}`, async (t) => {
      const files = { 'app/template.yaml': nestedAt(address, parameters), [file]: CHILD };
      const stacks = await load(t, files);

      assert.equal(stacks.length, 1);
      assert.deepEqual(
        stacks[0]?.unsupported.map(({ line, consequence }) => [line, consequence]),
        [[6, 'resources of the nested stack do not exist']],
      );
      assert.match(stacks[0].unsupported[0]?.remedy ?? '', /^write the path of the template/);
    });

  it('can also be SAM applications and CDK assets', async (t) => {
    const stacks = await load(t, {
      'app/template.yaml': `
Transform: AWS::Serverless-2016-10-31
Resources:
  App: { Type: AWS::Serverless::Application, Properties: { Location: child/template.yaml, Parameters: { Path: /x } } }
  Cdk: { Type: AWS::CloudFormation::Stack, Metadata: { 'aws:asset:path': ../child.yaml, 'aws:asset:property': TemplateURL }, Properties: { TemplateURL: 'https://s3.x/y', Parameters: { Name: n } } }`,
      'app/child/template.yaml': `
Transform: AWS::Serverless-2016-10-31
Parameters: { Path: { Type: String } }
Resources: { F: { Type: AWS::Serverless::Function, Properties: { Runtime: nodejs24.x, Handler: a.b, CodeUri: src, Events: { A: { Type: Api, Properties: { Path: !Ref Path, Method: get } } } } } }`,
      'child.yaml': CHILD,
    });
    const app = stacks.find(({ stackName }) => stackName.startsWith('app-App-'));

    assert.ok(app?.resources.has('ServerlessRestApi GET /x'));
    assert.match(JSON.stringify(app?.functions[0]?.code), /app\/child\/src/);
    assert.ok(stacks.some(({ stackName }) => stackName.startsWith('app-Cdk-')));
  });

  // aws-samples/amazon-ec2-image-builder-samples#18, dougmoscrop/serverless-plugin-split-stacks#92.
  for (const [what, given, says] of [
    [
      'that the template does not declare',
      '{ Name: n, Nmae: n }',
      /Parameters: \[Nmae\] do not exist in the template/,
    ],
    ['that have no default, and no value', '{ Subnets: x }', /Parameters: \[Name\] must have values/],
  ] as const)
    it(`are refused for parameters ${what}`, async (t) => {
      const files = {
        'app/template.yaml': `
Resources:
  Child: { Type: AWS::CloudFormation::Stack, Properties: { TemplateURL: ../child.yaml, Parameters: ${given} } }`,
        'child.yaml': CHILD,
      };

      assert.match(await refusalOf(load(t, files)), says);
    });

  it('are created only under their condition', async (t) => {
    const stacks = await load(t, {
      'app/template.yaml': `
Conditions: { No: !Equals [a, b] }
Resources:
  Not: { Type: AWS::CloudFormation::Stack, Condition: No, Properties: { TemplateURL: ../child.yaml } }
  Queue: { Type: AWS::SQS::Queue }`,
      'child.yaml': CHILD,
    });

    assert.equal(stacks.length, 1);
  });

  // AKS-V02/sam-api-lam-ddb-strm-sqs-ddb was written on Windows; its template served nothing, and said so on demand
  // only.
  for (const { location, message } of [
    { location: 'gone.yaml', message: 'the template gone.yaml of the nested stack does not exist' },
    {
      location: 'parts\\gone.yaml',
      message:
        'the template parts\\gone.yaml of the nested stack does not exist; write parts/gone.yaml, because only Windows uses backslashes as path separators',
    },
  ])
    it(`are a missing file if there is no ${location}`, async (t) => {
      const [stack] = await load(t, {
        'app/template.yaml': `
Resources:
  Gone: { Type: AWS::CloudFormation::Stack, Properties: { TemplateURL: '${location}' } }`,
      });

      assert.deepEqual(
        stack?.unsupported
          .filter(({ property }) => property !== undefined)
          .map(({ logicalId, message, rule, line }) => ({ logicalId, message, rule, line })),
        [{ logicalId: 'Gone', message, rule: 'missing-file', line: 3 }],
      );
    });

  it('are reported if they cannot be read, and everything else is served', async (t) => {
    const [stack] = await load(t, {
      'app/template.yaml': `
Resources:
  Gone: { Type: AWS::CloudFormation::Stack, Properties: { TemplateURL: gone.yaml } }
  Itself: { Type: AWS::CloudFormation::Stack, Properties: { TemplateURL: template.yaml } }
  Far: { Type: AWS::CloudFormation::Stack, Properties: { TemplateURL: 'https://s3.amazonaws.com/b/k' } }
Outputs: { Out: { Value: !GetAtt Far.Outputs.Name } }`,
    });
    const said = stack?.unsupported.map(({ logicalId, consequence }) => `${logicalId}: ${consequence}`) ?? [];

    assert.ok(said.includes('Gone: resources of the nested stack do not exist'));
    assert.ok(said.some((text) => /^Itself: .* includes itself/.test(text)));
    assert.ok(said.includes('Far: resources of the nested stack do not exist'));
    assert.match(JSON.stringify(stack?.outputs.get('Out')), /app-Far-.*-Outputs\.Name/);
  });

  it('cannot return outputs that they do not have, or refer to each other in a circle', async (t) => {
    const template = (second: string): Record<string, string> => ({
      'app/template.yaml': `
Resources:
  A: { Type: AWS::CloudFormation::Stack, Properties: { TemplateURL: ../child.yaml, Parameters: { Name: !GetAtt B.Outputs.Arn } } }
  B: { Type: AWS::CloudFormation::Stack, Properties: { TemplateURL: ../child.yaml, Parameters: { Name: !GetAtt ${second} } } }`,
      'child.yaml': CHILD,
    });

    assert.match(await refusalOf(load(t, template('A.Outputs.Arn'))), /Circular dependency/);
    assert.match(await refusalOf(load(t, template('A.Outputs.None'))), /Circular dependency/);
  });
});
