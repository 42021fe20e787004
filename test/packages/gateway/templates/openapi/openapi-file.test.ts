import assert from 'node:assert/strict';
import { after, describe, it } from 'node:test';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import {
  parseValues,
  storedValues,
} from '../../../../../packages/gateway/services/values/value-definitions.ts';
import { loadStacks } from '../../../../../packages/gateway/templates/load.ts';
import type { ResolvedStack } from '../../../../../packages/gateway/core/stack/model.ts';
import { OPTIONS, aStack, refusal } from '../stack-builders.ts';

const FOLDER = fileURLToPath(new URL('../../../../fixtures/definition/openapi', import.meta.url));

async function methodsOf(api: string): Promise<string[]> {
  const [stack] = (await loadStacks([FOLDER], OPTIONS)) as [ResolvedStack];
  return [...stack.resources.values()]
    .filter(({ type, logicalId }) => type === 'AWS::ApiGateway::Method' && logicalId.startsWith(`${api} `))
    .map(({ logicalId }) => logicalId.slice(api.length + 1));
}

describe('a document in S3', () => {
  const folder = mkdtempSync(join(tmpdir(), 'gatewright-stored-'));
  after(() => rmSync(folder, { recursive: true }));

  it('is the file that gatewright.values.yml names for it: documents and archives of code', async () => {
    const file = join(folder, 'gatewright.values.yml');
    writeFileSync(file, 's3: { code: { f.zip: !file ./f.zip, api.yml: !file ./api.yml } }');
    writeFileSync(join(folder, 'f.zip'), 'PK');
    writeFileSync(
      join(folder, 'api.yml'),
      '{openapi: 3.0.1, info: {}, paths: {/a: {get: {x-amazon-apigateway-integration: {type: mock}}}}}',
    );
    writeFileSync(
      join(folder, 'template.yaml'),
      `Resources:
  Api: { Type: AWS::ApiGateway::RestApi, Properties: { BodyS3Location: { Bucket: code, Key: api.yml } } }
  F:
    Type: AWS::Lambda::Function
    Properties: { Runtime: nodejs24.x, Handler: a.b, Role: 'arn:aws:iam::1:role/a', Code: { S3Bucket: code, S3Key: f.zip } }
`,
    );
    const values = parseValues(readFileSync(file, 'utf8'), file, readFileSync);

    const [stack] = await loadStacks([folder], { ...OPTIONS, stored: storedValues(values, file) });

    assert.deepEqual(stack?.unsupported, []);
    assert.deepEqual(stack.functions[0]?.code.kind, 'archive');
    assert.ok([...stack.resources.keys()].includes('Api GET /a'));
  });
});

// Property `DefinitionUri` of the SAM specification; `DefinitionS3Location` as `aws cloudformation package` reads it
describe('the definition of a state machine in a file', () => {
  const folder = mkdtempSync(join(tmpdir(), 'gatewright-machine-'));
  after(() => rmSync(folder, { recursive: true }));

  for (const [transform, type, property] of [
    ['Transform: AWS::Serverless-2016-10-31', 'AWS::Serverless::StateMachine', 'DefinitionUri'],
    ['', 'AWS::StepFunctions::StateMachine', 'DefinitionS3Location'],
  ] as const)
    it(`is read where ${property} names it`, async () => {
      writeFileSync(join(folder, 'cook.asl.yaml'), 'StartAt: A\nStates: { A: { Type: Succeed } }\n');
      writeFileSync(
        join(folder, 'template.yaml'),
        `${transform}\nResources: { Cook: { Type: ${type}, Properties: { ${property}: cook.asl.yaml } } }\n`,
      );
      const [stack] = (await loadStacks([folder], OPTIONS)) as [ResolvedStack];

      assert.deepEqual(stack.resources.get('Cook')?.properties['Definition'], {
        StartAt: 'A',
        States: { A: { Type: 'Succeed' } },
      });
    });
});

describe('a document next to the template', () => {
  it('defines the methods of a SAM API, whose events then define none', async () => {
    assert.deepEqual(
      await methodsOf('Shop'),
      ['GET /pets', 'POST /pets', 'ANY /pets/{petId}', 'GET /files/{proxy+}'],
      'AWS SAM specification, DefinitionUri',
    );
  });

  it('is included into a plain API, below the base path that its import asks for', async () => {
    assert.deepEqual(await methodsOf('Plain'), [
      'GET /v1/pets',
      'POST /v1/pets',
      'ANY /v1/pets/{petId}',
      'GET /v1/files/{proxy+}',
    ]);
  });

  it('is read together with the template', () => {
    const body = `{Fn::Transform: {Name: AWS::Include, Parameters: {Location: none.yml}}}`;
    const text = `Resources: { A: { Type: AWS::ApiGateway::RestApi, Properties: { Body: ${body} } } }`;

    assert.match(
      refusal(() => aStack(text)),
      /A\.Body: the document \/app\/none\.yml cannot be read/,
    );
  });

  for (const { bytes, says } of [
    { bytes: 6 * 1024 * 1024, says: undefined },
    { bytes: 6 * 1024 * 1024 + 1, says: /^\/app\/shop\.yml.*A\.Body: .*the file is larger than 6 MB/ },
  ])
    it(`${says === undefined ? 'may have' : 'is refused with'} ${bytes} bytes (docs/aws §13)`, (t) => {
      const folder = mkdtempSync(join(tmpdir(), 'gatewright-import-'));
      t.after(() => rmSync(folder, { recursive: true }));
      const path = join(folder, 'api.json');
      const empty = JSON.stringify({ openapi: '3.0.1', info: { description: '' }, paths: {} });
      writeFileSync(path, empty.replace('""', `"${'a'.repeat(bytes - empty.length)}"`));
      const body = `{Fn::Transform: {Name: AWS::Include, Parameters: {Location: '${path}'}}}`;
      const read = () =>
        aStack(`Resources: { A: { Type: AWS::ApiGateway::RestApi, Properties: { Body: ${body} } } }`);

      if (says === undefined) assert.doesNotThrow(read);
      else assert.match(refusal(read), says);
    });

  it('is found if CDK and the SAM CLI note the file behind an address in S3', (t) => {
    const folder = mkdtempSync(join(tmpdir(), 'gatewright-asset-'));
    t.after(() => rmSync(folder, { recursive: true }));
    const path = join(folder, 'api.json');
    writeFileSync(path, JSON.stringify({ openapi: '3.0.1', paths: {} }));
    const template = (property: string): string =>
      `Resources: { A: { Type: AWS::ApiGateway::RestApi, Metadata: { 'aws:asset:path': '${path}', 'aws:asset:property': ${property} }, Properties: { BodyS3Location: { Bucket: b, Key: k } } } }`;
    const propertiesOf = (text: string) => aStack(text).resolveResources().get('A')?.properties;

    assert.deepEqual(propertiesOf(template('BodyS3Location')), { Body: { openapi: '3.0.1', paths: {} } });
    assert.deepEqual(Object.keys(propertiesOf(template('Other')) ?? {}), ['BodyS3Location']);
  });

  it('stays if it is when it is in S3', () => {
    const text = `Resources: { A: { Type: AWS::ApiGateway::RestApi, Properties: { BodyS3Location: { Bucket: b, Key: k } } } }`;
    const api = aStack(text).resolveResources().get('A');

    assert.deepEqual(api?.properties['BodyS3Location'], { Bucket: 'b', Key: 'k' });
  });
});

// The package command uploads the file to S3, so that CloudFormation does not read it.
describe('null in a document in a file of its own', () => {
  const folder = mkdtempSync(join(tmpdir(), 'gatewright-nulls-'));
  after(() => rmSync(folder, { recursive: true }));
  const write = (operations: string): void => {
    const get = 'get: {summary: null, x-amazon-apigateway-integration: {type: mock, requestTemplates: null}}';
    const info = '{title: a, description: null}';
    writeFileSync(
      join(folder, 'api.yml'),
      `{openapi: 3.0.1, info: ${info}, paths: {/a: {${get}${operations}}}}`,
    );
  };
  const load = async (text: string): Promise<ResolvedStack> => {
    writeFileSync(join(folder, 'template.yaml'), text);
    const [stack] = (await loadStacks([folder], OPTIONS)) as [ResolvedStack];
    return stack;
  };
  for (const [type, template] of [
    [
      'AWS::ApiGateway::RestApi',
      'Resources: { Api: { Type: AWS::ApiGateway::RestApi, Properties: { BodyS3Location: api.yml } } }',
    ],
    [
      'AWS::Serverless::Api',
      `Transform: AWS::Serverless-2016-10-31
Resources: { Api: { Type: AWS::Serverless::Api, Properties: { StageName: dev, DefinitionUri: api.yml } } }`,
    ],
  ] as const) {
    it(`is read as in a document without it: ${type}`, async () => {
      write('');
      const stack = await load(template);

      assert.deepEqual(stack.unsupported, []);
      const found = [...stack.resources.keys()].filter((id) => /^Api [A-Z]+ /.test(id));
      assert.deepEqual(found.toSorted(), ['Api GET /a']);
    });

    it(`is refused in place of an operation: ${type}`, async () => {
      write(', post: null');
      await assert.rejects(load(template), /Invalid OpenAPI input\. An object is expected here/);
    });
  }

  it('cannot be written in a template with a function of the gateway', async () => {
    const name =
      'Resources: { T: { Type: AWS::SNS::Topic, Properties: { TopicName: { Fn::NullOfFile: "" } } } }';
    await assert.rejects(load(name), /unknown function Fn::NullOfFile/);
  });
});
