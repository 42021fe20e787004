'use strict';
// A CDK construct that contains the packaged stack. It is CommonJS, because most CDK apps are, and uses the app's own
// aws-cdk-lib.
const { execFileSync } = require('node:child_process');
const { readFileSync } = require('node:fs');
const { join, resolve } = require('node:path');
const { Token } = require('aws-cdk-lib');
const { Asset } = require('aws-cdk-lib/aws-s3-assets');
const { CfnInclude } = require('aws-cdk-lib/cloudformation-include');
const { Construct } = require('constructs');

const COMMAND = join(__dirname, '../../../bin/gatewright.cjs');
const PREFIX = '${CodePrefix}';
// For each resource type, the name of the code's property in the template and in the construct.
const CODE = {
  'AWS::Lambda::Function': ['Code', 'code'],
  'AWS::Lambda::LayerVersion': ['Content', 'content'],
};

class Gatewright extends Construct {
  constructor(scope, id, { stage, parts, folder = 'gatewright', packaged, parameters = {} }) {
    super(scope, id);
    const from = packaged === undefined ? packageStack({ stage, parts, folder }) : resolve(packaged);
    const templateFile = join(from, 'template.json');
    const template = JSON.parse(readFileSync(templateFile, 'utf8'));
    this.template = new CfnInclude(this, 'Stack', {
      templateFile,
      parameters: valuesOf(template.Parameters, parameters),
    });
    for (const [logicalId, { Type, Properties }] of Object.entries(template.Resources)) {
      const [property, member] = CODE[Type] ?? [];
      const key = Properties?.[property]?.S3Key?.['Fn::Sub'];
      if (key === undefined) continue;
      const asset = new Asset(this, `${logicalId}Code`, {
        path: join(from, 'code', key.replace(PREFIX, '')),
      });
      const place = { s3Bucket: asset.s3BucketName, s3Key: asset.s3ObjectKey };
      this.template.getResource(logicalId)[member] = place;
    }
  }

  output(name) {
    return Token.asString(this.template.getOutput(name).value);
  }
}

/**
 * Returns the values of all parameters, because at `cdk deploy` a parameter without a given value keeps its last value,
 * even if its default has changed. The bucket's parameters stay empty, because each archive is a separate asset.
 */
function valuesOf(declared, given) {
  const unknown = Object.keys(given).find((name) => !(name in declared));
  if (unknown !== undefined)
    throw new Error(
      `Gatewright: the stack has no parameter ${unknown}; it has ${Object.keys(declared).join(', ')}`,
    );
  const values = Object.entries(declared).map(([name, { Type, Default }]) => {
    const value = given[name] ?? Default ?? '';
    const isList = Type === 'CommaDelimitedList' && typeof value === 'string';
    return [name, isList ? value.split(',').filter((item) => item !== '') : value];
  });
  return Object.fromEntries(values);
}

/** Packages the stack synchronously, because CDK creates constructs synchronously. */
function packageStack({ stage, parts, folder }) {
  if (stage === undefined) throw new Error('Gatewright: name the stage of the stack, such as prod');
  const output = resolve(folder, '.gatewright/package', `${stage}-cdk`);
  const chosen = parts === undefined ? [] : ['--parts', parts.join(',')];
  const given = ['package', folder, '--form', 'cdk', '--stage', stage, '--output', output, ...chosen];
  try {
    execFileSync(process.execPath, [COMMAND, ...given], { stdio: ['ignore', 'ignore', 'pipe'] });
  } catch (error) {
    const said = String(error.stderr ?? '').trim();
    throw new Error(`Gatewright: the stack in ${folder} was not packaged: ${said || error.message}`, {
      cause: error,
    });
  }
  return output;
}

module.exports = { Gatewright };
