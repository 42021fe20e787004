/** The construct with a stand-in for aws-cdk-lib, which records what it is given. */
import assert from 'node:assert/strict';
import { cpSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { after, before, describe, it } from 'node:test';
import { printBucketTemplate } from '../../layers/forms/bucket-template.ts';

const SOURCE = join(import.meta.dirname, '../../packages/gatewright/cdk');
const STAND_INS: Readonly<Record<string, string>> = {
  constructs: 'exports.Construct = class {};',
  'aws-cdk-lib': 'exports.Token = { asString: String };',
  'aws-cdk-lib/aws-s3-assets':
    "exports.Asset = class { constructor(scope, id, { path }) { this.s3BucketName = 'assets'; this.s3ObjectKey = path; } };",
  'aws-cdk-lib/cloudformation-include': `exports.CfnInclude = class {
    constructor(scope, id, props) { this.props = props; this.resources = {}; }
    getResource(id) { return (this.resources[id] ??= {}); }
    getOutput(name) { return { value: 'value of ' + name }; }
  };`,
};
const PLACE = { S3Bucket: { Ref: 'ServerlessDeploymentBucket' } };

type Construct = {
  readonly template: {
    readonly props: { readonly templateFile: string; readonly parameters: unknown };
    readonly resources: unknown;
  };
  output(name: string): string;
};
type Construction = new (scope: object, id: string, props: object) => Construct;

describe('gatewright/cdk', () => {
  let folder = '';
  let packaged = '';
  let Gatewright: Construction;
  before(() => {
    folder = mkdtempSync(join(tmpdir(), 'gatewright-cdk-'));
    for (const [name, text] of Object.entries(STAND_INS)) write(`node_modules/${name}/index.js`, text);
    cpSync(SOURCE, join(folder, 'node_modules/gatewright/packages/gatewright/cdk'), { recursive: true });
    packaged = join(folder, 'packaged');
    write('packaged/template.json', aTemplate());
    const file = join(folder, 'node_modules/gatewright/packages/gatewright/cdk/gatewright.cjs');
    ({ Gatewright } = createRequire(import.meta.url)(file) as { Gatewright: Construction });
  });
  after(() => {
    rmSync(folder, { recursive: true });
  });

  function write(path: string, text: string): void {
    mkdirSync(dirname(join(folder, path)), { recursive: true });
    writeFileSync(join(folder, path), text);
  }

  const aTemplate = (): string =>
    printBucketTemplate(
      {
        Parameters: {
          WafMode: { Type: 'String', Default: 'count' },
          Networks: { Type: 'CommaDelimitedList', Default: '' },
        },
        Resources: {
          Ask: { Type: 'AWS::Lambda::Function', Properties: { Code: { ...PLACE, S3Key: 'x/ask.zip' } } },
          Layer: {
            Type: 'AWS::Lambda::LayerVersion',
            Properties: { Content: { ...PLACE, S3Key: 'x/l.zip' } },
          },
          Topic: { Type: 'AWS::SNS::Topic' },
        },
      },
      (archive) => `1-${archive}`,
    );

  it('includes the template, with an asset for each archive', () => {
    const access = new Gatewright({}, 'Access', { packaged });
    const { template } = access;
    const asset = (name: string) => ({ s3Bucket: 'assets', s3Key: join(packaged, 'code', name) });

    assert.equal(template.props.templateFile, join(packaged, 'template.json'));
    assert.deepEqual(template.resources, {
      Ask: { code: asset('1-ask.zip') },
      Layer: { content: asset('1-l.zip') },
    });
    assert.equal(access.output('AdminApiUrl'), 'value of AdminApiUrl');
  });

  it('passes every parameter, so that none keeps the value of an earlier deployment', () => {
    const parametersOf = (parameters: object): unknown =>
      new Gatewright({}, 'Access', { packaged, parameters }).template.props.parameters;
    const places = { CodeBucket: '', CodePrefix: '' };

    assert.deepEqual(parametersOf({}), { ...places, WafMode: 'count', Networks: [] });
    assert.deepEqual(parametersOf({ WafMode: 'block', Networks: '10.0.0.0/8,11.0.0.0/8' }), {
      ...places,
      WafMode: 'block',
      Networks: ['10.0.0.0/8', '11.0.0.0/8'],
    });
    assert.throws(() => parametersOf({ WafMod: 'block' }), /no parameter WafMod; it has .*WafMode/);
  });

  it('says which stage is missing, and why a stack was not packaged', () => {
    assert.throws(() => new Gatewright({}, 'Access', {}), /name the stage of the stack, such as prod/);
    assert.throws(
      () => new Gatewright({}, 'Access', { stage: 'prod', folder: join(folder, 'nowhere') }),
      /the stack in .*nowhere was not packaged: /,
    );
  });
});
