import assert from 'node:assert/strict';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, describe, it } from 'node:test';
import { loadStacks } from '../../../../../packages/gateway/templates/load.ts';
import { OPTIONS } from '../stack-builders.ts';

const folder = mkdtempSync(join(tmpdir(), 'gatewright-cdk-out-'));
after(() => rmSync(folder, { recursive: true }));

const HASH = 'e'.repeat(64);
const [BUCKET, KEY, CONTENT] = ['S3Bucket7A3B', 'S3VersionKeyCD16', 'ArtifactHashE5DC'].map(
  (part) => `AssetParameters${HASH}${part}`,
);
const SOURCE = 'AWS CDK 1.134.0, `cdk synth` with the legacy synthesizer';

/** A part of the object's name, which CDK 1 hands over as `prefix||name`. */
function partOfKey(index: number): object {
  return { 'Fn::Select': [index, { 'Fn::Split': ['||', { Ref: KEY }] }] };
}

describe('a cloud assembly of CDK 1', () => {
  it('gives its assets to the template as parameters, as `cdk deploy` does', async () => {
    const asset = {
      path: `asset.${HASH}`,
      id: HASH,
      packaging: 'zip',
      sourceHash: HASH,
      s3BucketParameter: BUCKET,
      s3KeyParameter: KEY,
      artifactHashParameter: CONTENT,
    };
    const artifact = {
      type: 'aws:cloudformation:stack',
      properties: { templateFile: 'S.template.json' },
      metadata: { '/S': [{ type: 'aws:cdk:asset', data: asset }] },
    };
    const text = { Type: 'String', Description: 'of an asset' };
    const template = {
      Parameters: Object.fromEntries([BUCKET, KEY, CONTENT].map((name) => [name, text])),
      Resources: {
        F: {
          Type: 'AWS::Lambda::Function',
          Properties: {
            Code: {
              S3Bucket: { Ref: BUCKET },
              S3Key: { 'Fn::Join': ['', [partOfKey(0), partOfKey(1)]] },
            },
            Runtime: 'nodejs14.x',
            Handler: 'index.handler',
            Role: 'arn:aws:iam::123456789012:role/a',
          },
          Metadata: { 'aws:asset:path': asset.path, 'aws:asset:property': 'Code' },
        },
      },
    };
    writeFileSync(
      join(folder, 'manifest.json'),
      JSON.stringify({ version: '15.0.0', artifacts: { S: artifact } }),
    );
    writeFileSync(join(folder, 'S.template.json'), JSON.stringify(template));

    const [stack] = await loadStacks([folder], OPTIONS);

    const code = stack?.functions[0]?.code;
    assert.deepEqual(code?.kind === 'directory' && code.directory, join(folder, asset.path), SOURCE);
  });
});

describe('a cloud assembly', () => {
  const assembly = async (templates: Readonly<Record<string, object>>) => {
    const own = mkdtempSync(join(folder, 'assembly-'));
    const artifacts = Object.keys(templates).map((name) => [
      name,
      { type: 'aws:cloudformation:stack', properties: { templateFile: `${name}.template.json` } },
    ]);
    writeFileSync(
      join(own, 'manifest.json'),
      JSON.stringify({ version: '36.0.0', artifacts: Object.fromEntries(artifacts) }),
    );
    for (const [name, template] of Object.entries(templates))
      writeFileSync(join(own, `${name}.template.json`), JSON.stringify(template));
    const said: string[] = [];
    const stacks = await loadStacks([own], { ...OPTIONS, onProgress: (message) => said.push(message) });
    return { names: stacks.map(({ stackName }) => stackName), said };
  };
  it('has its template in the file that the manifest names, by default in that of the stack', async () => {
    const own = mkdtempSync(join(folder, 'named-'));
    const type = 'aws:cloudformation:stack';
    const artifacts = {
      Own: { type, properties: { templateFile: 'elsewhere.json' } },
      Default: { type },
    };
    writeFileSync(join(own, 'manifest.json'), JSON.stringify({ version: '36.0.0', artifacts }));
    const made = (logicalId: string): string =>
      JSON.stringify({ Resources: { [logicalId]: { Type: 'AWS::SNS::Topic' } } });
    writeFileSync(join(own, 'elsewhere.json'), made('OfOwn'));
    writeFileSync(join(own, 'Own.template.json'), made('OfAnother'));
    writeFileSync(join(own, 'Default.template.json'), made('OfDefault'));

    const stacks = await loadStacks([own], OPTIONS);

    assert.deepEqual(
      stacks.map(({ stackName, resources }) => [stackName, ...resources.keys()]),
      [
        ['Own', 'OfOwn'],
        ['Default', 'OfDefault'],
      ],
    );
  });

  const topic = { Resources: { T: { Type: 'AWS::SNS::Topic' } } };
  const metadata = { Resources: { CDKMetadata: { Type: 'AWS::CDK::Metadata', Properties: {} } } };
  const parameters = { Parameters: { BootstrapVersion: { Type: 'String', Default: '1' } } };

  it('is served without its stacks that have no resources, which `cdk deploy` passes over', async () => {
    const { names, said } = await assembly({ Bare: parameters, Empty: { Resources: {} }, Topics: topic });

    assert.deepEqual(names, ['Topics']);
    assert.match(said[0] ?? '', /^stack Bare has no resources and is not served: \S+\/Bare\.template\.json$/);
    assert.match(said[1] ?? '', /^stack Empty has no resources/);
  });

  it('is served even if one stack has only metadata', async () => {
    assert.deepEqual((await assembly({ Only: metadata, Topics: topic })).names, ['Only', 'Topics']);
  });

  it('is served without entries that are not stacks, and with the usual names of templates', async () => {
    const own = mkdtempSync(join(folder, 'assembly-'));
    const artifacts = {
      'Topics.assets': { type: 'cdk:asset-manifest', properties: { file: 'Topics.assets.json' } },
      Topics: { type: 'aws:cloudformation:stack' },
    };
    writeFileSync(join(own, 'manifest.json'), JSON.stringify({ version: '36.0.0', artifacts }));
    writeFileSync(join(own, 'Topics.template.json'), JSON.stringify(topic));
    writeFileSync(join(own, 'Topics.assets.json'), JSON.stringify({ version: '36.0.0', files: {} }));

    const stacks = await loadStacks([own], OPTIONS);

    assert.deepEqual(
      stacks.map(({ stackName }) => stackName),
      ['Topics'],
    );
  });

  // CDK's cloud assembly schema: `environment` is aws://ACCOUNT/REGION, with "unknown-…" where the app names none.
  for (const [environment, account, region] of [
    ['aws://111122223333/us-east-2', '111122223333', 'us-east-2'],
    ['aws://111122223333/unknown-region', '111122223333', 'eu-west-1'],
    ['aws://unknown-account/us-east-2', '123456789012', 'us-east-2'],
    ['aws://unknown-account/unknown-region', '123456789012', 'eu-west-1'],
    ['aws://111122223333', '111122223333', 'eu-west-1'],
    [undefined, '123456789012', 'eu-west-1'],
  ] as const)
    it(`of the environment ${environment ?? 'that it does not name'} has a stack in ${account}, ${region}`, async () => {
      const own = mkdtempSync(join(folder, 'assembly-'));
      const artifacts = { S: { type: 'aws:cloudformation:stack', environment } };
      writeFileSync(join(own, 'manifest.json'), JSON.stringify({ version: '36.0.0', artifacts }));
      writeFileSync(join(own, 'S.template.json'), JSON.stringify(topic));

      const [stack] = await loadStacks([own], OPTIONS);

      assert.deepEqual([stack?.accountId, stack?.region], [account, region]);
    });

  it('gives an asset that has no hash by its id', async () => {
    const own = mkdtempSync(join(folder, 'assembly-'));
    const metadata = { '/S': [{ type: 'aws:cdk:asset', data: { id: HASH, s3KeyParameter: 'Key' } }] };
    const artifacts = { S: { type: 'aws:cloudformation:stack', metadata } };
    writeFileSync(join(own, 'manifest.json'), JSON.stringify({ version: '1.0.0', artifacts }));
    const Parameters = { Key: { Type: 'String' } };
    const Outputs = { Out: { Value: { Ref: 'Key' } } };
    writeFileSync(join(own, 'S.template.json'), JSON.stringify({ ...topic, Parameters, Outputs }));

    const [stack] = await loadStacks([own], OPTIONS);

    assert.equal(stack?.outputs.get('Out'), `||${HASH}.zip`);
  });

  it('is refused if no stack has resources', async () => {
    await assert.rejects(assembly({ Bare: parameters }), {
      message: 'the cloud assembly has no stack with resources; run "cdk synth" first',
    });
  });
});

describe('the environment of a stack in a cloud assembly', () => {
  const rows: readonly (readonly [environment: string, expected: readonly RegExp[]])[] = [
    ['aws://123456789012/eu-west-1', []],
    ['aws://unknown-account/unknown-region', []],
    ['aws://123/eu-west-1', [/names account 123, for which .*: write 12 digits as `account`/]],
    ['aws://123456789012/europe', [/names region europe, for which .*: write a region such as/]],
  ];
  for (const [environment, expected] of rows)
    it(`is reported if it names no account or region of AWS: ${environment}`, async () => {
      const own = mkdtempSync(join(folder, 'environment-'));
      const artifact = {
        type: 'aws:cloudformation:stack',
        environment,
        properties: { templateFile: 'S.template.json' },
      };
      const template = { Resources: { T: { Type: 'AWS::SNS::Topic' } } };
      writeFileSync(join(own, 'manifest.json'), JSON.stringify({ artifacts: { S: artifact } }));
      writeFileSync(join(own, 'S.template.json'), JSON.stringify(template));
      const [stack] = await loadStacks([own], OPTIONS);
      const messages =
        stack?.unsupported.map(({ message = '', remedy = '' }) => `${message}: ${remedy}`) ?? [];

      assert.equal(messages.length, expected.length, messages.join());
      for (const [index, pattern] of expected.entries()) assert.match(messages[index] ?? '', pattern);
    });
});
