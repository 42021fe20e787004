/**
 * The npm package in a project that has its own ajv 6, as `npm install --legacy-peer-deps` and Yarn 1 leave it: the
 * project's ajv is next to `gatewright`, and the package must find its own inside of itself.
 */
import assert from 'node:assert/strict';
import { mkdtemp, mkdir, rm, writeFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, describe, it } from 'node:test';
import { READY, readyOf, runCommand, startCommand } from '../support/command.ts';
import { anInstalledCopy } from '../support/npm-service.ts';

const TEMPLATE = `Resources:
  Api: { Type: AWS::ApiGateway::RestApi, Properties: { Name: shop } }
  Order: { Type: AWS::ApiGateway::Model, Properties: { RestApiId: !Ref Api, Name: Order, ContentType: application/json, Schema: { $schema: 'http://json-schema.org/draft-04/schema#', type: object, required: [id] } } }
  Validator: { Type: AWS::ApiGateway::RequestValidator, Properties: { RestApiId: !Ref Api, ValidateRequestBody: true } }
  Post:
    Type: AWS::ApiGateway::Method
    Properties:
      RestApiId: !Ref Api
      ResourceId: !GetAtt Api.RootResourceId
      HttpMethod: POST
      AuthorizationType: NONE
      RequestValidatorId: !Ref Validator
      RequestModels: { application/json: !Ref Order }
      Integration: { Type: MOCK, RequestTemplates: { application/json: '{"statusCode":200}' }, IntegrationResponses: [{ StatusCode: '200' }] }
      MethodResponses: [{ StatusCode: '200' }]
  Deployment: { Type: AWS::ApiGateway::Deployment, DependsOn: Post, Properties: { RestApiId: !Ref Api } }
  Stage: { Type: AWS::ApiGateway::Stage, Properties: { RestApiId: !Ref Api, DeploymentId: !Ref Deployment, StageName: dev } }
  Table: { Type: AWS::DynamoDB::Table, Properties: { BillingMode: SOMETIMES, AttributeDefinitions: [{ AttributeName: id, AttributeType: S }], KeySchema: [{ AttributeName: id, KeyType: HASH }] } }
`;
/** ajv 6 exports one class, and no member `Ajv`. */
const AJV_6 = `module.exports = class Ajv { constructor() { throw new Error('ajv 6 was loaded'); } };\n`;

describe('the package next to an ajv 6 of the project', () => {
  let project = '';
  let copy: Awaited<ReturnType<typeof anInstalledCopy>>;
  let where: { readonly cwd: string; readonly program: readonly string[] };

  before(async () => {
    project = await mkdtemp(join(tmpdir(), 'gatewright-ajv-'));
    await writeFile(
      join(project, 'package.json'),
      JSON.stringify({ name: 'shop', version: '1.0.0', devDependencies: { gatewright: '*' } }),
    );
    await writeFile(join(project, 'template.yaml'), TEMPLATE);
    copy = await anInstalledCopy(project);
    const ajv = join(copy.directory, 'node_modules/ajv');
    // The copy has links to the packages of the checkout in their places.
    for (const name of ['ajv', 'ajv-draft-04'])
      await rm(join(copy.directory, 'node_modules', name), { force: true });
    await mkdir(ajv);
    await writeFile(join(ajv, 'package.json'), JSON.stringify({ name: 'ajv', version: '6.12.6' }));
    await writeFile(join(ajv, 'index.js'), AJV_6);
    where = {
      cwd: copy.directory,
      program: [join(copy.directory, 'node_modules/gatewright/bin/gatewright.cjs')],
    };
  });
  after(async () => {
    await copy.remove();
    await rm(project, { recursive: true });
  });

  it('contains its own ajv, which its files find first', () => {
    const own = createRequire(join(copy.directory, 'node_modules/gatewright/package.json'));

    assert.match(
      own.resolve('ajv/package.json'),
      /node_modules[\\/]gatewright[\\/]node_modules[\\/]ajv[\\/]/,
    );
    assert.match(String((own('ajv/package.json') as { version: unknown }).version), /^8\./);
  });

  it('checks a template by the schemas of its types', async () => {
    const { code, stdout, stderr } = await runCommand(['check', '--json', 'template.yaml'], where);

    assert.equal(code, 1, stderr);
    assert.match(stdout, /ProvisionedThroughput is required/, 'words of the schema checker');
  });

  it('validates requests by a model of draft 4', async (t) => {
    const started = await startCommand(
      ['start', 'template.yaml', '--port', '0', '--control-port', '0', '--json'],
      READY,
      where,
    );
    t.after(() => started.stop());
    const { apis } = readyOf(started) as { readonly apis: readonly { readonly url: string }[] };
    const post = async (body: string): Promise<number> => {
      const headers = { 'Content-Type': 'application/json' };
      return (await fetch(`${apis[0]?.url ?? ''}/`, { method: 'POST', headers, body })).status;
    };

    assert.deepEqual([await post('{"id":1}'), await post('{}')], [200, 400]);
  });
});
