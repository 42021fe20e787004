/**
 * The plug-ins that services name most, each as a stand-in with the name and a hook of the real one, all in one
 * service: what a start reports about each, and whether its additions to the template exist.
 */
import assert from 'node:assert/strict';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, describe, it } from 'node:test';
import { loadStacks } from '../../packages/gateway/templates/load.ts';
import { OPTIONS } from '../packages/gateway/templates/stack-builders.ts';
import type { ResolvedStack } from '../../packages/gateway/core/stack/model.ts';

type PluginRow = {
  readonly plugin: string;
  /** The hook in which the plug-in adds an output with its name; undefined = its code must not run. */
  readonly hook?: string;
  /** More of the constructor. */
  readonly source?: string;
  /** Undefined = nothing is said. */
  readonly says?: string;
};

const DEFINE_CACHING = `
  serverless.configSchemaHandler.defineFunctionEventProperties('aws', 'http', { type: 'object', properties: { caching: {} } });`;
const DEFINE_LOCAL_AUTHORIZER = DEFINE_CACHING.replace('caching', 'localAuthorizer');

const ROWS: readonly PluginRow[] = [
  // These plug-ins are not run, because they build, serve or deploy.
  { plugin: 'serverless-offline', says: 'is omitted: it does not change the template' },
  { plugin: 'serverless-prune-plugin', says: 'is omitted: it does not change the template' },
  {
    plugin: 'serverless-plugin-split-stacks',
    says: 'is omitted: the gateway serves the service as one stack',
  },
  {
    plugin: 'serverless-plugin-typescript',
    says: 'is omitted: it does not change the template; functions are bundled from source',
  },
  {
    plugin: 'serverless-webpack',
    says: 'is used only to bundle the functions with its own webpack',
  },
  {
    plugin: 'serverless-bundle',
    says: 'is used only to bundle the functions with its own webpack',
  },
  {
    plugin: 'serverless-domain-manager',
    says: 'is omitted: its domains are not served; to call them on this machine, declare AWS::ApiGatewayV2::DomainName and ApiMapping in resources',
  },
  // One service has seeds in its settings, and the other has none.
  {
    plugin: 'serverless-dynamodb-local',
    says: "is omitted: the gateway has the tables itself, and starts no DynamoDB at localhost:8123; an SDK's client reaches the tables if the code gives it no endpoint; the gateway does not load its seed data into tables; pass the data with --seed",
  },
  {
    plugin: 'serverless-dynamodb',
    says: "is omitted: the gateway has the tables itself, and starts no DynamoDB at localhost:8000; an SDK's client reaches the tables if the code gives it no endpoint",
  },
  {
    plugin: 'serverless-stack-output',
    says: 'is omitted: it writes the outputs of the stack to cf-output.json after a deployment, and the gateway does not; if a function reads this file, write it for this machine, with the values that aws cloudformation describe-stacks prints in a shell after: eval "$(npx gatewright env)"',
  },
  // Run; what they do after a deployment, or in serverless-offline, is missing.
  {
    plugin: 'serverless-api-gateway-caching',
    hook: 'before:package:finalize',
    source: DEFINE_CACHING,
    says: 'sets the cache after a deployment, so the gateway does not cache responses',
  },
  {
    plugin: 'serverless-associate-waf',
    hook: 'package:initialize',
    says: 'attaches the web ACL after a deployment, so the gateway does not filter requests',
  },
  {
    plugin: 'serverless-offline-local-authorizers-plugin',
    hook: 'before:package:finalize',
    source: DEFINE_LOCAL_AUTHORIZER,
    says: 'replaces authorizers only in serverless-offline; the gateway calls the authorizers that the events name. If an authorizer is in another stack, also start that stack',
  },
  // Run.
  { plugin: 'serverless-wsgi', hook: 'package:initialize' },
  { plugin: 'serverless-esbuild', hook: 'before:package:finalize' },
  { plugin: 'serverless-dotenv-plugin', hook: 'package:compileEvents' },
  { plugin: 'serverless-iam-roles-per-function', hook: 'before:package:finalize' },
  { plugin: 'serverless-step-functions', hook: 'package:compileEvents' },
  { plugin: 'serverless-appsync-plugin', hook: 'package:compileEvents' },
  { plugin: 'serverless-apigateway-service-proxy', hook: 'package:compileEvents' },
  { plugin: 'serverless-aws-documentation', hook: 'before:package:finalize' },
  { plugin: 'serverless-openapi-documenter', hook: 'before:package:finalize' },
  { plugin: 'serverless-plugin-warmup', hook: 'package:compileEvents' },
  { plugin: 'serverless-plugin-canary-deployments', hook: 'before:package:finalize' },
  {
    plugin: 'serverless-python-requirements',
    hook: 'before:package:finalize',
    source:
      "this.hooks['after:package:createDeploymentArtifacts'] = () => { throw new Error('pip would be run'); };",
  },
];

const outputOf = (plugin: string): string =>
  plugin.replace(/-(\w)/g, (_, letter: string) => letter.toUpperCase());

function constructorOf({ plugin, hook, source = '' }: PluginRow): string {
  if (hook === undefined) return "throw new Error('it is not to be run');";
  return `this.hooks = { '${hook}': () => {
    const { compiledCloudFormationTemplate: template } = serverless.service.provider;
    template.Outputs = { ...template.Outputs, ${outputOf(plugin)}: { Value: 'x' } };
  } };${source}`;
}

/** A service with a plug-in that does not load. */
const SERVICE = `service: plugins
provider: { name: aws, runtime: nodejs24.x }
plugins: [${ROWS.map(({ plugin }) => plugin).join(', ')}, serverless-failing]
custom:
  output: { file: cf-output.json }
  pythonRequirements: { layer: true }
  dynamodb: { start: { port: 8123 }, seed: { first: { sources: [] } } }
  serverless-dynamodb: { start: { inMemory: true } }
functions:
  a:
    handler: a.handler
    events: [{ http: { path: /a, method: get, caching: { enabled: true }, localAuthorizer: { name: own } } }]
  b:
    handler: b.handler
    runtime: python3.12
    layers: [{ Ref: PythonRequirementsLambdaLayer }]
`;

describe('a plug-in', () => {
  const folder = mkdtempSync(join(tmpdir(), 'gatewright-plugins-'));
  const informed: string[] = [];
  let stack: ResolvedStack | undefined;

  before(async () => {
    const install = (name: string, text: string): void => {
      mkdirSync(join(folder, 'node_modules', name), { recursive: true });
      writeFileSync(join(folder, 'node_modules', name, 'index.js'), text);
    };
    writeFileSync(join(folder, 'serverless.yml'), SERVICE);
    writeFileSync(join(folder, 'a.js'), 'exports.handler = async () => ({ statusCode: 200 });');
    writeFileSync(join(folder, 'b.py'), 'def handler(event, context): pass');
    for (const row of ROWS) {
      const name = outputOf(row.plugin);
      install(
        row.plugin,
        `module.exports = class ${name} { constructor(serverless) { ${constructorOf(row)} } };`,
      );
    }
    install('serverless-failing', "require('serverless-not-there');");
    [stack] = await loadStacks([folder], {
      ...OPTIONS,
      onProgress: (message) => void informed.push(message.replace(/^[^:]+: /, '')),
    });
  });
  after(() => rmSync(folder, { recursive: true }));

  for (const { plugin, hook, says } of ROWS)
    it(`named ${plugin} ${says ?? 'works, and nothing is reported about it'}`, () => {
      const told = informed.filter((line) => line.startsWith(`plug-in ${plugin} `));

      assert.deepEqual(told, says === undefined ? [] : [`plug-in ${plugin} ${says}`]);
      assert.equal(stack?.outputs.has(outputOf(plugin)), hook !== undefined);
    });

  const needs =
    'plug-in serverless-failing needs the module serverless-not-there, which is not installed, so osls refuses to package the service; run npm install --save-dev serverless-not-there';

  it('that fails is reported at startup, with what is missing', () => {
    const [line] = informed.filter((text) => text.includes('serverless-failing'));
    assert.equal(line, `${needs}: the plug-in is omitted: its additions to the template are missing`);
  });

  it('leaves nothing else to report', () => {
    assert.deepEqual(
      stack?.unsupported.map(({ message, consequence }) => message ?? consequence),
      [needs],
    );
  });
});
