import { RESOURCE_TYPES } from '../../../../../packages/gateway/engine/compose/services/catalogue.ts';
import assert from 'node:assert/strict';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { basename, dirname, join } from 'node:path';
import { after, describe, it } from 'node:test';
import { expandIncludes } from '../../../../../packages/gateway/templates/cloudformation/includes.ts';
import { loadTemplate } from '../../../../../packages/gateway/templates/cloudformation/template-stack.ts';
import { parseSource } from '../../../../../packages/gateway/templates/cloudformation/template-source.ts';
import { Faults } from '../../../../../packages/gateway/core/errors.ts';
import { StackSet } from '../../../../../packages/gateway/templates/stacks.ts';
import type { JsonObject } from '@gatewright/aws/json-object';
import { OPTIONS } from '../stack-builders.ts';

const root = mkdtempSync(join(tmpdir(), 'gatewright-include-'));
after(() => rmSync(root, { recursive: true }));
let count = 0;

function aFolder(files: Readonly<Record<string, string>>): string {
  count += 1;
  const folder = join(root, String(count));
  for (const [name, text] of Object.entries(files)) {
    mkdirSync(dirname(join(folder, name)), { recursive: true });
    writeFileSync(join(folder, name), text);
  }
  return folder;
}

const OBJECTS: Readonly<Record<string, string>> = { 'bucket/topic.yml': 'Topic: { Type: AWS::SNS::Topic }' };

/** The template with its snippets in place, and the findings. */
function expand(
  template: string,
  files: Readonly<Record<string, string>> = {},
): { value: JsonObject; files: readonly string[]; messages: readonly string[] } {
  const file = join(aFolder(files), 'shop.yml');
  mkdirSync(dirname(file), { recursive: true });
  const faults = new Faults(false);
  const stored = {
    file: 'gatewright.values.yml',
    parameter: () => undefined,
    secret: () => undefined,
    fileOf: () => undefined,
    object: (address: string) => OBJECTS[address],
  };
  const { tree, files: read } = expandIncludes(parseSource(template, file), 'shop', {
    ...OPTIONS,
    parameters: { Bucket: 'bucket' },
    stored,
    tolerance: faults,
  });
  return { value: tree.value, files: read, messages: faults.all.map(({ error }) => error.describe()) };
}

const INCLUDE = (location: string): string =>
  `Fn::Transform: { Name: AWS::Include, Parameters: { Location: ${location} } }`;
const DOCUMENTED = 'AWS CloudFormation user guide, AWS::Include transform';

describe('AWS::Include', () => {
  it('adds a snippet to the members that exist', () => {
    const { value, messages, files } = expand(
      `Resources:\n  T:\n    Type: AWS::SNS::Topic\n    Properties: { TopicName: a, ${INCLUDE('p.yml')} }`,
      { 'p.yml': 'DisplayName: hello' },
    );

    assert.deepEqual(messages, []);
    assert.deepEqual(
      value,
      { Resources: { T: { Type: 'AWS::SNS::Topic', Properties: { DisplayName: 'hello', TopicName: 'a' } } } },
      DOCUMENTED,
    );
    assert.equal(files.length, 1);
  });

  it('includes several at one place, and snippets of snippets, each relative to the folder of its own file', () => {
    const twice = ['a.yml', 'sub/b.json'].map(
      (location) => `{ Name: AWS::Include, Parameters: { Location: ${location} } }`,
    );
    const { value, messages } = expand(`Mappings:\n  Fn::Transform: [${twice.join(', ')}]\nResources: {}`, {
      'a.yml': 'A: { x: { y: 1 } }',
      'sub/b.json': `{ "B": { "Fn::Transform": { "Name": "AWS::Include", "Parameters": { "Location": "c.yml" } } } }`,
      'sub/c.yml': 'x: { y: 2 }',
    });

    assert.deepEqual(messages, []);
    assert.deepEqual(value['Mappings'], { A: { x: { y: 1 } }, B: { x: { y: 2 } } });
  });

  it('adds sections at the top level, and keeps other transforms', () => {
    const { value, messages } = expand(
      `Transform: [AWS::LanguageExtensions, { Name: AWS::Include, Parameters: { Location: all.yml } }]
Resources: { A: { Type: AWS::SNS::Topic } }`,
      { 'all.yml': 'Resources: { B: { Type: AWS::SQS::Queue } }\nOutputs: { O: { Value: 1 } }' },
    );

    assert.deepEqual(messages, []);
    assert.deepEqual(value, {
      Transform: ['AWS::LanguageExtensions'],
      Resources: { A: { Type: 'AWS::SNS::Topic' }, B: { Type: 'AWS::SQS::Queue' } },
      Outputs: { O: { Value: 1 } },
    });
  });

  for (const location of [
    's3://bucket/topic.yml',
    '!Sub "s3://${Bucket}/topic.yml"',
    "!Join ['', ['s3://', !Ref Bucket, '/topic.yml']]",
    'https://bucket.s3.eu-west-1.amazonaws.com/topic.yml',
    'https://s3-eu-west-1.amazonaws.com/bucket/topic.yml',
    'https://s3.amazonaws.com/bucket/topic.yml',
  ])
    it(`reads ${location} if it is written down`, () => {
      const { value, messages } = expand(
        `Parameters: { Bucket: { Type: String } }\nResources:\n  Fn::Transform:\n    Name: AWS::Include\n    Parameters: { Location: ${location} }`,
      );

      assert.deepEqual(messages, []);
      assert.deepEqual(value['Resources'], { Topic: { Type: 'AWS::SNS::Topic' } });
    });

  const broken: readonly [location: string, says: RegExp][] = [
    ['none.yml', /shop\.yml:\d+: A\.Body: the document .*none\.yml cannot be read/],
    [
      's3://bucket/none.yml',
      /s3:\/\/bucket\/none\.yml is not on this machine: write it to gatewright\.values\.yml as s3: \{ bucket: \{ none\.yml: !file … \} \}/,
    ],
    ['ftp://bucket/none.yml', /supports only S3 objects/],
    ['!Ref Nobody', /can refer only to parameters, and Nobody is not a parameter with a value/],
    ['!GetAtt A.B', /can refer only to parameters/],
    ["''", /requires the parameter Location/],
    ['self.yml', /more than 10 levels deep/],
    ['list.yml', /must be a mapping of sections/],
  ];
  for (const [location, says] of broken)
    it(`puts a resource at fault that needs ${location}`, () => {
      const { value, messages } = expand(
        `Resources:\n  A:\n    Type: AWS::ApiGateway::RestApi\n    Properties:\n      Body: { ${INCLUDE(location)} }`,
        { 'self.yml': `paths: { ${INCLUDE('self.yml')} }`, 'list.yml': '- 1' },
      );

      assert.match(messages[0] ?? '', says);
      assert.ok(JSON.stringify(value).includes('Fn::Transform'));
    });

  it('keeps a section without the missing snippet', () => {
    const { value, messages } = expand(
      `Resources:\n  A: { Type: AWS::SNS::Topic }\n  ${INCLUDE('none.yml')}\nOutputs: { ${INCLUDE('none.yml')} }`,
    );

    assert.equal(messages.length, 2);
    assert.deepEqual(value, { Resources: { A: { Type: 'AWS::SNS::Topic' } }, Outputs: {} });
  });

  it('reports properties that template and snippet both have', () => {
    const { value, messages } = expand(
      `Resources:\n  A:\n    Type: AWS::SNS::Topic\n    Properties: { TopicName: own, ${INCLUDE('p.yml')} }`,
      { 'p.yml': 'TopicName: other' },
    );

    assert.match(messages.join(), /an included snippet repeats keys of the template: TopicName/);
    assert.match(JSON.stringify(value), /"TopicName":"own"/);
  });

  it('is watched as a part of the stack; if it cannot be read, the resources that use it are closed', async () => {
    const folder = aFolder({
      'template.yml': `Resources:
  A:
    Type: AWS::ApiGateway::RestApi
    Properties: { Name: a, Policy: { ${INCLUDE('none.yml')} } }
  ${INCLUDE('q.yml')}`,
      'q.yml': 'Q: { Type: AWS::SQS::Queue }',
    });
    const faults = new Faults(false);
    const raw = await loadTemplate(join(folder, 'template.yml'), { ...OPTIONS, tolerance: faults });
    const set = new StackSet(RESOURCE_TYPES, faults);
    set.add(raw);
    const [stack] = set.complete([raw.stackName]);
    const resources = stack?.resolveResources();

    assert.ok(raw.includes?.includes(join(folder, 'q.yml')));
    assert.equal(resources?.get('Q')?.type, 'AWS::SQS::Queue');
    assert.ok(resources.get('A')?.fault !== undefined, 'a policy that is not known lets nobody in');
  });

  // The types' pages in the SAM and CloudFormation references.
  for (const [type, property] of [
    ['AWS::Serverless::Api', 'StageName: v, DefinitionUri: api.yml'],
    ['AWS::Serverless::HttpApi', 'DefinitionUri: api.yml'],
    ['AWS::ApiGateway::RestApi', 'BodyS3Location: api.yml'],
    ['AWS::ApiGatewayV2::Api', 'BodyS3Location: api.yml'],
    ['AWS::Serverless::StateMachine', "DefinitionUri: api.yml, Role: 'arn:aws:iam::123456789012:role/r'"],
  ] as const)
    it(`lists the file of ${property.split(': api')[0] ?? ''} of ${type}, so that it is watched`, async () => {
      const folder = aFolder({
        'template.yml': `Transform: AWS::Serverless-2016-10-31\nResources:\n  A: { Type: ${type}, Properties: { ${property} } }`,
        'api.yml':
          "openapi: 3.0.1\ninfo: { title: a, version: '1' }\npaths: { /a: { get: { responses: {} } } }",
      });

      const raw = await loadTemplate(join(folder, 'template.yml'), {
        ...OPTIONS,
        tolerance: new Faults(false),
      });

      assert.ok(raw.includes?.includes(join(folder, 'api.yml')));
    });

  // knakayama/aws-sam-crud: its API document is at s3://…, and a second message called the transform a macro.
  for (const [where, properties] of [
    ['a property', `Body: { ${INCLUDE('none.yml')} }`],
    ['the properties', INCLUDE('none.yml')],
  ] as const)
    it(`is the one fault of a resource that needs it for ${where}`, async () => {
      const folder = aFolder({
        'template.yml': `Resources:\n  A: { Type: AWS::ApiGateway::RestApi, Properties: { Name: a, ${properties} } }`,
      });
      const faults = new Faults(false);
      const set = new StackSet(RESOURCE_TYPES, faults);
      const raw = await loadTemplate(join(folder, 'template.yml'), { ...OPTIONS, tolerance: faults });
      set.add(raw);
      const [stack] = set.complete([raw.stackName]);
      const fault = stack?.resolveResources().get('A')?.fault;

      assert.match(fault?.message ?? '', /none\.yml cannot be read/);
      assert.equal(fault?.rule, 'missing-file');
      assert.deepEqual(
        faults.all.map(({ error }) => error.describe()),
        [fault.describe()],
      );
    });

  it('is a macro if it is another transform, for all properties, too', async () => {
    const folder = aFolder({
      'template.yml':
        'Resources:\n  A: { Type: AWS::SQS::Queue, Properties: { Fn::Transform: { Name: Other } } }',
    });
    const faults = new Faults(false);
    const set = new StackSet(RESOURCE_TYPES, faults);
    const raw = await loadTemplate(join(folder, 'template.yml'), { ...OPTIONS, tolerance: faults });
    set.add(raw);
    const [stack] = set.complete([raw.stackName]);

    assert.equal(stack?.resolveResources().get('A')?.fault?.rule, 'macro');
  });

  const QUEUE = 'Type: AWS::SQS::Queue\nProperties:\n  QueueName: a\n';
  const SAM = 'Transform: AWS::Serverless-2016-10-31\n';
  for (const [what, template, path, expected] of [
    ['a resource', `Resources:\n  Q:\n    ${INCLUDE('q.yml')}`, 'Q.Properties.QueueName', 'q.yml:3'],
    [
      'a member that the template has itself',
      `Resources:\n  Q:\n    ${INCLUDE('q.yml')}\n    Properties: { QueueName: b }`,
      'Q.Properties.QueueName',
      'template.yml:4',
    ],
    [
      'a snippet of a snippet',
      `Resources:\n  Q:\n    ${INCLUDE('deep/outer.yml')}`,
      'Q.Properties.DelaySeconds',
      'inner.yml:1',
    ],
    [
      'sections',
      'Transform:\n  - Name: AWS::Include\n    Parameters: { Location: sections.yml }\nResources: {}',
      'Q.Type',
      'sections.yml:2',
    ],
    [
      'a document that SAM passes on',
      `${SAM}Resources:\n  A:\n    Type: AWS::Serverless::Api\n    Properties: { StageName: a, DefinitionBody: { ${INCLUDE('api.yml')} } }`,
      'A.Properties.Body.paths./a',
      'api.yml:3',
    ],
    [
      'a part that no snippet has',
      `Resources:\n  Q:\n    ${INCLUDE('q.yml')}\n  R: { Type: AWS::SQS::Queue }`,
      'R.Type',
      'template.yml:4',
    ],
  ] as const)
    it(`has the places of its file: ${what}`, async () => {
      const folder = aFolder({
        'template.yml': template,
        'q.yml': QUEUE,
        'deep/outer.yml': `Type: AWS::SQS::Queue\nProperties: { ${INCLUDE('inner.yml')} }`,
        'deep/inner.yml': 'DelaySeconds: 1\n',
        'sections.yml': 'Resources:\n  Q: { Type: AWS::SQS::Queue }\n',
        'api.yml': 'swagger: "2.0"\npaths:\n  /a: { get: {} }\n',
      });
      const raw = await loadTemplate(join(folder, 'template.yml'), {
        ...OPTIONS,
        tolerance: new Faults(false),
      });
      const place = raw.placeIn?.(['Resources', ...path.split('.')]);

      assert.equal(`${basename(place?.file ?? '')}:${place?.line ?? ''}`, expected);
    });
});
