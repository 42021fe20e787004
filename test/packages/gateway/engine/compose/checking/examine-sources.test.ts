import assert from 'node:assert/strict';
import { mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join, resolve } from 'node:path';
import { after, describe, it } from 'node:test';
import { examineStacks } from '../../../../../../packages/gateway/engine/compose/checking/examine.ts';

const folder = mkdtempSync(join(tmpdir(), 'gatewright-check-'));
const OPTIONS = {
  stage: 'dev',
  region: 'us-east-1',
  accountId: '123456789012',
  parameters: {},
  environment: {},
  directory: folder,
};

let written = 0;
function write(files: Readonly<Record<string, string>>): (name: string) => string {
  const own = join(folder, `project${(written += 1)}`);
  for (const [name, text] of Object.entries(files)) {
    mkdirSync(dirname(join(own, name)), { recursive: true });
    writeFileSync(join(own, name), text);
  }
  return (name) => join(own, name);
}

async function examine(text: string, more: Readonly<Record<string, string>> = {}) {
  const at = write({ 'template.yaml': text, ...more });
  const { findings } = await examineStacks([at('template.yaml')], OPTIONS);
  return findings.map(({ id, severity, resource, property, line }) => ({
    id,
    severity,
    resource,
    property,
    line,
  }));
}

describe('the role that osls makes for the functions of a service', () => {
  const SERVICE = 'customer-notification-preferences-application-with-a-long-name';
  for (const [what, iam, line] of [
    ['of the service', '', 1],
    ['of the role', `\n  iam: { role: { name: ${SERVICE}-role } }`, 5],
  ] as const)
    it(`is too long in the line of the name ${what}`, async () => {
      const at = write({
        'serverless.yml': `service: ${SERVICE}\nprovider:\n  name: aws\n  runtime: nodejs22.x${iam}\nfunctions:\n  a: { handler: index.handler }\n`,
        'index.js': 'exports.handler = async () => ({});\n',
      });
      mkdirSync(at('node_modules'));
      symlinkSync(resolve('node_modules/serverless'), at('node_modules/osls'));

      const { findings } = await examineStacks([at('serverless.yml')], { ...OPTIONS, directory: at('.') });

      assert.deepEqual(
        findings.filter(({ property }) => property === 'RoleName').map((one) => one.line),
        [line],
      );
    });
});

describe('a service that is compiled first', () => {
  for (const [name, version, program] of [
    ['serverless', '3.22.0', 'Serverless 3'],
    ['osls', '3.9.0', 'osls 3'],
  ] as const)
    it(`is reported with ${program}, which the project has`, async () => {
      const at = write({
        'serverless.yml': 'service: shop\nprovider: { name: aws }\n',
        [`node_modules/${name}/package.json`]: JSON.stringify({ name, version, bin: { [name]: 'bin.js' } }),
      });
      const said: string[] = [];
      const options = { ...OPTIONS, directory: at('.'), onProgress: (text: string) => void said.push(text) };
      // The package has no code, so the service cannot be compiled.
      await examineStacks([at('serverless.yml')], options).catch(() => undefined);

      assert.match(
        said[0] ?? '',
        new RegExp(`serverless\\.yml: ${program} compiles it first, and runs the plug-ins of the service`),
      );
    });
});

describe('a statement of the role of a service', () => {
  it('is refused in the line of its faulty part', async () => {
    const at = write({
      'serverless.yml': `service: shop
provider:
  name: aws
  runtime: nodejs22.x
  iam:
    role:
      statements:
        - { Effect: Allow, Action: 's3:GetObject', Resource: '*' }
        - Effect: Allow
          Sid: read-orders
          Action: dynamodb:GetItem
          Resource: '*'
functions:
  a: { handler: index.handler }
`,
      'index.js': 'exports.handler = async () => ({});\n',
    });
    mkdirSync(at('node_modules'));
    symlinkSync(resolve('node_modules/serverless'), at('node_modules/osls'));

    const { findings } = await examineStacks([at('serverless.yml')], { ...OPTIONS, directory: at('.') });

    assert.deepEqual(
      findings.filter(({ severity }) => severity === 'refused').map(({ line }) => line),
      [10],
    );
  });
});

describe('settings of an API of SAM whose document is a file next to the template', () => {
  after(() => {
    rmSync(folder, { recursive: true });
  });

  // aws/serverless-application-model, error_http_api_with_cors_def_uri.json, error_cors_on_external_swagger.json
  for (const [type, setting] of [
    ['HttpApi', 'CorsConfiguration: true'],
    ['Api', 'Cors: "\'*\'"'],
  ] as const)
    it(`are refused for ${type}, because the file is in S3 when SAM reads the template`, async () => {
      const findings = await examine(
        `Transform: AWS::Serverless-2016-10-31\nResources:\n  Shop:\n    Type: AWS::Serverless::${type}\n    Properties:\n      StageName: live\n      DefinitionUri: api.yaml\n      ${setting}\n`,
        {
          'api.yaml':
            'openapi: 3.0.1\ninfo: { title: shop, version: "1" }\npaths: { /a: { get: { x-amazon-apigateway-integration: { type: http_proxy, httpMethod: GET, uri: "https://example.com", payloadFormatVersion: "1.0" } } } }\n',
        },
      );

      assert.deepEqual(
        findings.filter(({ severity }) => severity === 'refused').map(({ line }) => line),
        [8],
      );
    });
});

// cdk deploy and sam deploy upload every template; 51,200 bytes are the limit of a template inside a call.
// https://docs.aws.amazon.com/AWSCloudFormation/latest/UserGuide/cloudformation-limits.html
describe('a template over 51,200 bytes', () => {
  const resources = (transform: string): string =>
    `${transform}Metadata: { Note: ${'x'.repeat(52_000)} }\nResources: { T: { Type: AWS::SNS::Topic } }\n`;
  for (const [name, transform, ids] of [
    ['differs if CloudFormation gets it in a call', '', ['inline-size']],
    ['is uploaded by sam deploy', 'Transform: AWS::Serverless-2016-10-31\n', []],
  ] as const)
    it(name, async () => {
      assert.deepEqual(
        (await examine(resources(transform))).map(({ id }) => id),
        ids,
      );
    });
});
