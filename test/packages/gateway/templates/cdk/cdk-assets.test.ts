import assert from 'node:assert/strict';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { after, describe, it } from 'node:test';
import { loadStacks } from '../../../../../packages/gateway/templates/load.ts';
import { noteAssets } from '../../../../../packages/gateway/templates/cdk/cdk-assets.ts';
import type { SourceTree } from '../../../../../packages/gateway/templates/cloudformation/template-source.ts';
import { OPTIONS } from '../stack-builders.ts';

const folder = mkdtempSync(join(tmpdir(), 'gatewright-assets-'));
after(() => rmSync(folder, { recursive: true }));

const CODE = 'a'.repeat(64);
const NESTED = 'b'.repeat(64);
const BUCKET = { 'Fn::Sub': 'cdk-hnb659fds-assets-${AWS::AccountId}-${AWS::Region}' };
const SOURCE = 'CDK 2, `cdk synth --no-asset-metadata`';

function aFunction(metadata?: object): object {
  return {
    Type: 'AWS::Lambda::Function',
    Properties: {
      Code: { S3Bucket: BUCKET, S3Key: `${CODE}.zip` },
      Runtime: 'nodejs24.x',
      Handler: 'index.handler',
      Role: 'arn:aws:iam::123456789012:role/a',
    },
    ...(metadata !== undefined && { Metadata: metadata }),
  };
}

/** A cloud assembly of one stack, with the manifest of its assets. */
function anAssembly(name: string, resources: object, more: Readonly<Record<string, object>> = {}): string {
  const asset = (path: string, objectKey: string): object => ({
    source: { path, packaging: 'zip' },
    destinations: { 'current_account-current_region': { bucketName: 'b', objectKey } },
  });
  const files: Readonly<Record<string, object>> = {
    'manifest.json': {
      version: '36.0.0',
      artifacts: { S: { type: 'aws:cloudformation:stack', properties: { templateFile: 'S.template.json' } } },
    },
    'S.template.json': { Resources: resources },
    'S.assets.json': {
      version: '36.0.0',
      files: {
        [CODE]: asset(`asset.${CODE}`, `${CODE}.zip`),
        [NESTED]: asset('Inner.nested.template.json', `${NESTED}.json`),
      },
    },
    ...more,
  };
  for (const [file, content] of Object.entries(files)) {
    const path = join(folder, name, file);
    mkdirSync(dirname(path), { recursive: true });
    writeFileSync(path, JSON.stringify(content));
  }
  return join(folder, name);
}

describe('a template of CDK without asset metadata', () => {
  it('has the code of its functions if the manifest of the assets says', async () => {
    const [stack] = await loadStacks([anAssembly('plain', { F: aFunction() })], OPTIONS);

    const code = stack?.functions[0]?.code;
    assert.ok(code?.kind === 'directory', SOURCE);
    assert.equal(code.directory, join(folder, 'plain', `asset.${CODE}`));
  });

  it('has its nested stacks there, too, and their code', async () => {
    const url = {
      'Fn::Join': ['', ['https://s3.', { Ref: 'AWS::Region' }, `.amazonaws.com/bucket/${NESTED}.json`]],
    };
    const resources = { N: { Type: 'AWS::CloudFormation::Stack', Properties: { TemplateURL: url } } };
    const inner = { 'Inner.nested.template.json': { Resources: { F: aFunction() } } };
    const stacks = await loadStacks([anAssembly('nested', resources, inner)], OPTIONS);

    const directories = stacks.flatMap(({ functions }) =>
      functions.map(({ code }) => (code.kind === 'directory' ? code.directory : code.kind)),
    );
    assert.deepEqual(directories, [join(folder, 'nested', `asset.${CODE}`)], SOURCE);
  });

  it('skips assets that are not files, such as images', async () => {
    const image = { packaging: 'container-image', id: CODE, sourceHash: CODE };
    const artifact = {
      type: 'aws:cloudformation:stack',
      properties: { templateFile: 'S.template.json' },
      metadata: { '/S': [{ type: 'aws:cdk:asset', data: image }] },
    };
    const [stack] = await loadStacks(
      [
        anAssembly(
          'images',
          { F: aFunction() },
          {
            'manifest.json': { version: '12.0.0', artifacts: { S: artifact } },
            'S.assets.json': { version: '12.0.0', files: {} },
          },
        ),
      ],
      OPTIONS,
    );

    assert.match(stack?.unsupported[0]?.consequence ?? '', /^the code is stored in s3:/);
  });

  it('passes over entries of the manifest that name no file or no object', async () => {
    const source = { path: `asset.${CODE}`, packaging: 'zip' };
    const at = (objectKey: unknown): { readonly destinations: object } => ({
      destinations: { d: { bucketName: 'b', objectKey } },
    });
    const files = {
      noKey: { source, ...at(undefined) },
      noTextAsKey: { source, ...at(1) },
      noDestinations: { source },
      noPath: { source: { packaging: 'zip' }, ...at(`${CODE}.zip`) },
      noEntry: 'text',
      several: { source, destinations: { none: {}, text: 'text', ...at(`folder/${CODE}.zip`).destinations } },
    };
    const [stack] = await loadStacks(
      [anAssembly('partial', { F: aFunction() }, { 'S.assets.json': { version: '36.0.0', files } })],
      OPTIONS,
    );

    const code = stack?.functions[0]?.code;
    assert.ok(code?.kind === 'directory', SOURCE);
    assert.equal(code.directory, join(folder, 'partial', `asset.${CODE}`));
  });

  it('is refused by name if a function has no properties', async () => {
    await assert.rejects(
      loadStacks([anAssembly('bare', { F: { Type: 'AWS::Lambda::Function' } })], OPTIONS),
      {
        code: 'DEFINITION_INVALID',
      },
    );
  });

  it('is believed if it has the metadata', async () => {
    const metadata = { 'aws:asset:path': 'elsewhere', 'aws:asset:property': 'Code' };
    const [stack] = await loadStacks([anAssembly('noted', { F: aFunction(metadata) })], OPTIONS);

    const code = stack?.functions[0]?.code;
    assert.ok(code?.kind === 'directory');
    assert.equal(code.directory, join(folder, 'noted', 'elsewhere'));
  });

  it('has the parameters that CDK 1 passes to the template, if the manifest of the assembly contains them', async () => {
    const parameter = (part: string) => `AssetParameters${CODE}${part}1A2B3C4D`;
    const [bucket, key] = [parameter('S3Bucket'), parameter('S3VersionKey')];
    const half = (index: number) => ({ 'Fn::Select': [index, { 'Fn::Split': ['||', { Ref: key }] }] });
    const data = {
      path: `asset.${CODE}`,
      id: CODE,
      packaging: 'zip',
      sourceHash: CODE,
      s3BucketParameter: bucket,
      s3KeyParameter: key,
    };
    const source = anAssembly(
      'legacy',
      {},
      {
        'S.template.json': {
          Parameters: { [bucket]: { Type: 'String' }, [key]: { Type: 'String' } },
          Resources: {
            F: {
              Type: 'AWS::Lambda::Function',
              Properties: {
                Code: { S3Bucket: { Ref: bucket }, S3Key: { 'Fn::Join': ['', [half(0), half(1)]] } },
                Runtime: 'nodejs24.x',
                Handler: 'index.handler',
                Role: 'arn:aws:iam::1:role/a',
              },
            },
          },
        },
        'manifest.json': {
          version: '12.0.0',
          artifacts: {
            S: {
              type: 'aws:cloudformation:stack',
              properties: { templateFile: 'S.template.json' },
              metadata: { '/S': [{ type: 'aws:cdk:asset', data }] },
            },
          },
        },
        [`asset.${CODE}/index.js`]: {},
      },
    );

    const [stack] = await loadStacks([source], OPTIONS);

    assert.deepEqual(stack?.unsupported, []);
    assert.equal(stack.functions[0]?.code.kind, 'directory', 'CDK 1.102, LegacyStackSynthesizer');
  });
});

describe('noteAssets', () => {
  // The types whose constructs have assets: https://docs.aws.amazon.com/cdk/v2/guide/assets.html
  for (const [type, property, location, isNoted] of [
    ['AWS::Lambda::Function', 'Code', { S3Key: `${CODE}.zip` }, true],
    ['AWS::Lambda::LayerVersion', 'Content', { S3Key: `${CODE}.zip` }, true],
    ['AWS::ApiGateway::RestApi', 'BodyS3Location', { Key: `${CODE}.zip` }, true],
    ['AWS::ApiGatewayV2::Api', 'BodyS3Location', { Key: `${CODE}.zip` }, true],
    ['AWS::CloudFormation::Stack', 'TemplateURL', { 'Fn::Sub': `https://b/${CODE}.zip` }, true],
    ['AWS::Lambda::Function', 'Content', { S3Key: `${CODE}.zip` }, false],
    ['AWS::Lambda::Function', 'Code', { S3Key: `${'c'.repeat(64)}.zip` }, false],
    ['AWS::S3::Bucket', 'Code', { S3Key: `${CODE}.zip` }, false],
  ] as const)
    it(`${isNoted ? 'notes' : 'does not note'} ${JSON.stringify(location).slice(0, 20)}… in ${property} of ${type}`, async () => {
      const own = anAssembly(`noted-${type.replaceAll(':', '')}-${property}-${String(isNoted)}`, {});
      const tree = {
        file: join(own, 'S.template.json'),
        value: { Resources: { R: { Type: type, Properties: { [property]: location } } } },
      } as unknown as SourceTree;

      const { value } = await noteAssets(tree);

      const { R: resource } = value['Resources'] as Record<string, { Metadata?: Record<string, string> }>;
      const { 'aws:asset:path': path, 'aws:asset:property': noted } = resource?.Metadata ?? {};
      assert.deepEqual(
        [path?.endsWith(`asset.${CODE}`), noted],
        isNoted ? [true, property] : [undefined, undefined],
      );
    });
});
