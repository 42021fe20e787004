import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { loadStacks } from '../../../../gateway/definition/load.ts';
import type { ResolvedStack } from '../../../../gateway/definition/model.ts';
import { OPTIONS, aStack, refusal } from '../stack-builders.ts';

const FOLDER = fileURLToPath(new URL('../../../fixtures/definition/openapi', import.meta.url));

async function methodsOf(api: string): Promise<string[]> {
  const [stack] = (await loadStacks([FOLDER], OPTIONS)) as [ResolvedStack];
  return [...stack.resources.values()]
    .filter(({ type, logicalId }) => type === 'AWS::ApiGateway::Method' && logicalId.startsWith(`${api} `))
    .map(({ logicalId }) => logicalId.slice(api.length + 1));
}

describe('a document beside the template', () => {
  it('makes the methods of a SAM API, whose events then make none', async () => {
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

  it('is looked for when the template is read', () => {
    const body = `{Fn::Transform: {Name: AWS::Include, Parameters: {Location: none.yml}}}`;
    const text = `Resources: { A: { Type: AWS::ApiGateway::RestApi, Properties: { Body: ${body} } } }`;

    assert.match(
      refusal(() => aStack(text)),
      /A\.Body: the document \/app\/none\.yml cannot be read/,
    );
  });

  for (const { bytes, says } of [
    { bytes: 6 * 1024 * 1024, says: undefined },
    { bytes: 6 * 1024 * 1024 + 1, says: /^\/app\/shop\.yml.*A\.Body: .*it is over 6 MB/ },
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

  it('is found where CDK and the SAM CLI note the file behind an address in S3', (t) => {
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

  it('stays where it is when it lies in S3', () => {
    const text = `Resources: { A: { Type: AWS::ApiGateway::RestApi, Properties: { BodyS3Location: { Bucket: b, Key: k } } } }`;
    const api = aStack(text).resolveResources().get('A');

    assert.deepEqual(api?.properties['BodyS3Location'], { Bucket: 'b', Key: 'k' });
  });
});
