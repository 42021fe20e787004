import assert from 'node:assert/strict';
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, describe, it } from 'node:test';
import { Faults } from '../../packages/gateway/core/errors.ts';
import { loadStacks } from '../../packages/gateway/templates/load.ts';
import { OPTIONS, refusalOf } from '../packages/gateway/templates/stack-builders.ts';
import type { LoadOptions } from '../../packages/gateway/templates/load-options.ts';
import type { ResolvedStack } from '../../packages/gateway/core/stack/model.ts';

const folder = mkdtempSync(join(tmpdir(), 'gatewright-lenient-'));
after(() => rmSync(folder, { recursive: true }));
let count = 0;

/** The folder of a service with one function `a`; lines begin with 1. */
function aService(lines: readonly string[], events = '[{ http: GET /a }]'): string {
  count += 1;
  const service = join(folder, `service${count}`);
  mkdirSync(service);
  const functions = ['functions:', '  a:', '    handler: a.handler', `    events: ${events}`];
  writeFileSync(join(service, 'serverless.yml'), [`service: s${count}`, ...lines, ...functions].join('\n'));
  writeFileSync(join(service, 'a.js'), 'exports.handler = async () => ({ statusCode: 200 });');
  return service;
}

async function load(
  service: string,
  options: Partial<LoadOptions> = {},
): Promise<{ readonly stack: ResolvedStack; readonly informed: readonly string[] }> {
  const informed: string[] = [];
  const onProgress = (message: string): void => void informed.push(message);
  const [stack] = await loadStacks([service], { ...OPTIONS, ...options, onProgress });
  assert.ok(stack !== undefined);
  return { stack, informed };
}

const messages = ({ unsupported }: ResolvedStack): string[] =>
  unsupported
    .filter(({ message }) => message !== undefined)
    .map(({ line, property = '', message = '' }) => `${line ?? '-'} ${property}: ${message}`);

describe('a service with variables', () => {
  it('names the option that a program leaves to the command line', async () => {
    const service = mkdtempSync(join(folder, 'program-'));
    writeFileSync(
      join(service, 'serverless.js'),
      "module.exports = { service: 'p', provider: { name: 'aws', runtime: 'nodejs24.x', stage: '${opt:stage}' } };",
    );

    assert.match(
      await refusalOf(loadStacks([service], OPTIONS)),
      /provider\.stage: \$\{opt:stage\} has no value: pass --stage$/,
    );
  });

  it('gets an SSM parameter of a stack of the same start', async () => {
    const service = aService([
      'provider: { name: aws, runtime: nodejs24.x, environment: { HOST: "${ssm:/shop/host}" } }',
    ]);
    const beside = join(folder, 'beside.yml');
    writeFileSync(
      beside,
      'Resources: { P: { Type: AWS::SSM::Parameter, Properties: { Name: /shop/host, Type: String, Value: a.example } } }',
    );

    const stacks = await loadStacks([service, beside], OPTIONS);

    assert.equal(stacks[0]?.functions[0]?.environment['HOST'], 'a.example');
  });

  it('reports where it reads IS_OFFLINE, which is not set', async () => {
    const service = aService([
      'provider: { name: aws, runtime: nodejs24.x }',
      'custom: { a: "${env:IS_OFFLINE, \'false\'}" }',
    ]);
    const { informed } = await load(service);

    assert.match(informed.join('\n'), /IS_OFFLINE is read in \S+serverless\.yml:3 but is not set/);
  });
});

describe('a service of another time', () => {
  it('is read with any pinned version, runtime and dashboard', async () => {
    const service = aService([
      "frameworkVersion: '3'",
      'app: mine',
      'tenant: me',
      'provider: { name: aws, runtime: nodejs12.x }',
    ]);
    const { stack, informed } = await load(service);

    assert.equal(stack.functions[0]?.runtime, 'nodejs12.x');
    assert.deepEqual(messages(stack), []);
    assert.match(
      informed[0] ?? '',
      /frameworkVersion is 3, but the gateway reads this service with osls 4\.\S+/,
    );
  });

  it('reports its unknown properties, each with its line', async () => {
    const service = aService([
      'provider:',
      '  name: aws',
      '  runtime: nodejs24.x',
      '  lambdaHashingVersion: 20201221',
      '  colour: red',
    ]);
    const { stack } = await load(service);

    assert.deepEqual(messages(stack), [
      "2 provider: unrecognized property 'lambdaHashingVersion'",
      "2 provider: unrecognized property 'colour'",
    ]);
    assert.deepEqual(
      stack.unsupported.map(({ consequence }) => consequence),
      Array.from(
        { length: 2 },
        () =>
          'osls 4 stops when it packages or deploys the service, unless configValidationMode: warn is set (Serverless 3 only warns); the gateway reads the service nevertheless',
      ),
      'osls 4.3.1: "Configuration error at \'provider\'"',
    );
  });

  it('is read without plug-ins that change no template, and without those that are missing or fail', async () => {
    const service = aService([
      'provider: { name: aws, runtime: nodejs24.x }',
      'plugins: [serverless-offline, serverless-not-there, ./old.js]',
    ]);
    writeFileSync(
      join(service, 'old.js'),
      'module.exports = class { constructor() { throw new Error("too old"); } };',
    );
    const { stack, informed } = await load(service);

    assert.deepEqual(messages(stack), [
      '3 plugins: plug-in serverless-not-there: it is not installed, so osls refuses to package the service; run npm install, with --save-dev serverless-not-there if package.json does not list it',
      '3 plugins: plug-in ./old.js: too old',
    ]);
    assert.match(
      informed.join('\n'),
      /plug-in serverless-offline is omitted: it does not change the template/,
    );
  });

  // am368a/serverless-websockets: `- websocket:` and `route: $connect` in one column
  it('is told which settings of an event are not indented', async () => {
    const service = aService(
      ['provider: { name: aws, runtime: nodejs24.x }'],
      '[{ websocket: null, route: $connect }]',
    );
    const { stack } = await load(service);

    assert.deepEqual(
      messages(stack).map((text) => text.replace(/^\S+ /, '')),
      [
        'functions.a.events.0: unsupported function event: websocket has no value, and route must be indented more than websocket',
      ],
    );
  });

  // osls refuses the whole service if a plug-in such as serverless-certificate-creator 1.5 defines any.
  it('is read without the variables that a plug-in defines in the form of Serverless 2', async () => {
    const service = aService([
      'provider: { name: aws, runtime: nodejs24.x, environment: { A: "${env:NO_SUCH_NAME, null}" } }',
      'plugins: [./old.js]',
    ]);
    writeFileSync(
      join(service, 'old.js'),
      'module.exports = class { constructor() { this.variableResolvers = { own: () => 1 }; } };',
    );
    const { stack } = await load(service);

    assert.deepEqual(messages(stack), [
      '3 plugins: plug-in ./old.js defines variables in the form of Serverless 2',
    ]);
  });

  it('is read although hooks of plug-ins fail, unless they refuse on purpose', async () => {
    const service = aService(['provider: { name: aws, runtime: nodejs24.x }', 'plugins: [./asks.js]']);
    const write = (guards: string): void => {
      const hooks = "{ 'package:initialize': async () => { throw new Error('no bucket\\nat AWS'); } }";
      writeFileSync(
        join(service, 'asks.js'),
        `module.exports = class { static guards = ${guards}; constructor() { this.hooks = ${hooks}; } };`,
      );
    };
    write('false');
    const { stack } = await load(service);
    write('true');

    assert.deepEqual(messages(stack), ['3 plugins: plug-in ./asks.js: no bucket (in package:initialize)']);
    await assert.rejects(load(service), /no bucket/);
  });

  // serverless-plugin-warmup 5 describes its options so, and osls refuses the service.
  it('is read with plug-ins whose options have no type or no valid schema', async () => {
    const service = aService([
      'provider: { name: aws, runtime: nodejs24.x }',
      'plugins: [./untyped.js]',
      'custom: { warm: { up: true } }',
    ]);
    writeFileSync(
      join(service, 'untyped.js'),
      `module.exports = class { constructor({ configSchemaHandler }) {
        configSchemaHandler.defineCustomProperties({ properties: { warm: { '.*': { type: 'object' } } } });
        const options = { output: { usage: 'file', shortcut: 'o' } };
        this.commands = { openapi: { commands: { generate: { lifecycleEvents: ['serverless'], options } } } };
      } };`,
    );

    assert.deepEqual(messages((await load(service)).stack), [
      '3 plugins: plug-in ./untyped.js has commands whose options have no type, so osls refuses every command for the service, including package and deploy; give each option a type, such as string or boolean',
      '3 plugins: a plug-in describes its options by an invalid schema',
    ]);
  });

  it('is read without the images of its functions, which osls would build or look up in a registry', async () => {
    const service = aService(
      [
        'provider:',
        '  name: aws',
        '  runtime: nodejs24.x',
        '  ecr: { images: { own: { path: ./image }, kept: "1.dkr.ecr.eu-west-1.amazonaws.com/shop:1" } }',
      ],
      '[]\n  b: { image: { name: own, command: [b.handler] }, events: [{ http: GET /b }] }\n  c: { image: kept }',
    );

    const { stack } = await load(service);

    assert.deepEqual(
      stack.functions.map(({ handler }) => handler),
      ['a.handler'],
    );
    assert.match(
      JSON.stringify(stack.unsupported),
      /the gateway cannot run container images|the gateway cannot run the function/,
    );
  });

  it('is read without the handler of a function, which then fails with all that it guards', async () => {
    const service = aService(
      [
        'provider:',
        '  name: aws',
        '  runtime: nodejs24.x',
        '  httpApi: { authorizers: { own: { type: request, functionName: b } } }',
      ],
      "[{ httpApi: 'GET /open' }, { httpApi: { path: /guarded, method: get, authorizer: { name: own } } }]\n  b:\n    handler:\n    events: []",
    );

    const tolerance = new Faults(false);
    const { stack, informed } = await load(service, { tolerance });

    const said =
      'neither handler nor image is set, so osls would not deploy this service: invocations of b fail';
    assert.ok(informed.includes(`service${count}: functions.b: ${said}`), informed.join('\n'));
    assert.deepEqual(
      stack.functions.map(({ logicalId }) => logicalId),
      ['ALambdaFunction'],
    );
    assert.deepEqual(
      tolerance.all.map(({ error }) => error.message),
      ['Handler and Runtime are mandatory for functions created with deployment packages'],
    );
    assert.match(messages(stack)[0] ?? '', /^11 functions\.b\.handler: neither handler nor image/);
  });

  it("is refused with osls's own message if osls stops at an invalid value", async () => {
    const service = aService(['provider: { name: aws, runtime: nodejs24.x }'], "[{ httpApi: '$default' }]");

    assert.match(
      await refusalOf(loadStacks([service], OPTIONS)),
      /serverless\.yml:6: functions\.a\.events\.0\.httpApi: Configuration error at 'functions\.a\.events\.0\.httpApi': value '\$default' does not satisfy pattern/,
    );
  });

  it('has one role with the statements of all its functions if serverless-iam-roles-per-function is missing', async () => {
    const statement = (action: string): string => `[{ Effect: Allow, Action: '${action}', Resource: '*' }]`;
    const service = aService(
      [
        `provider: { name: aws, runtime: nodejs24.x, iamRoleStatements: ${statement('s3:GetObject')} }`,
        'plugins: [serverless-iam-roles-per-function]',
      ],
      `[{ http: GET /a }]\n    iamRoleStatements: ${statement('dynamodb:GetItem')}`,
    );
    const { stack } = await load(service);

    assert.deepEqual(messages(stack), [
      '3 plugins: plug-in serverless-iam-roles-per-function: it is not installed',
    ]);
    const role = [...stack.resources.values()].find(({ type }) => type === 'AWS::IAM::Role');
    for (const action of ['s3:GetObject', 'dynamodb:GetItem'])
      assert.ok(JSON.stringify(role?.properties).includes(action), action);
  });

  it('may write its service as an object, and call itself by the name in it', async () => {
    const service = aService([
      'provider:',
      '  name: aws',
      '  runtime: nodejs24.x',
      "  environment: { NAME: '${self:service.name}-${self:service}' }",
    ]);
    const path = join(service, 'serverless.yml');
    const object =
      'service: { name: shop, awsKmsKeyArn: arn:aws:kms:us-east-1:123456789012:key/a, colour: red }';
    writeFileSync(path, readFileSync(path, 'utf8').replace(/^service: .*/, object));
    const { stack } = await load(service);

    assert.equal(stack.stackName, 'shop-dev');
    assert.equal(stack.functions[0]?.environment['NAME'], 'shop-shop');
    assert.deepEqual(messages(stack), [
      '1 service: this object notation is from before Serverless 3',
      '1 service.colour: osls has no such property',
    ]);
  });

  // Serverless 2, deprecation AWS_API_GATEWAY_SPECIFIC_KEYS: these three are in provider.apiGateway since version 3.
  it('has the keys, the plan and the policy of its API if they were defined before Serverless 3', async () => {
    const service = aService(
      [
        'provider:',
        '  name: aws',
        '  runtime: nodejs24.x',
        '  apiKeys: [first]',
        '  usagePlan: { quota: { limit: 5, period: DAY } }',
        "  resourcePolicy: [{ Effect: Allow, Principal: '*', Action: execute-api:Invoke, Resource: '*' }]",
      ],
      '[{ http: { path: a, method: get, private: true } }]',
    );
    const { stack, informed } = await load(service);

    const ofType = (wanted: string) => [...stack.resources.values()].find(({ type }) => type === wanted);
    assert.equal(ofType('AWS::ApiGateway::ApiKey')?.properties['Name'], 'first');
    assert.deepEqual(ofType('AWS::ApiGateway::UsagePlan')?.properties['Quota'], { Limit: 5, Period: 'DAY' });
    assert.notEqual(ofType('AWS::ApiGateway::RestApi')?.properties['Policy'], undefined);
    assert.deepEqual(messages(stack), []);
    assert.match(
      informed.join('\n'),
      /apiKeys, resourcePolicy, usagePlan of provider are read as settings of provider\.apiGateway/,
    );
  });

  // Serverless 2, deprecation AWS_API_GATEWAY_NON_APPLICABLE_SETTINGS: both are ignored with an API of another service.
  it('may trace and log an API that another service has', async () => {
    const service = aService([
      'provider:',
      '  name: aws',
      '  runtime: nodejs24.x',
      '  tracing: { apiGateway: true, lambda: true }',
      '  logs: { restApi: true }',
      '  apiGateway: { restApiId: abc123, restApiRootResourceId: root }',
    ]);
    const { stack, informed } = await load(service);

    assert.equal(stack.functions.length, 1);
    assert.match(
      informed.join('\n'),
      /tracing\.apiGateway, logs\.restApi of provider have no effect on the API of another service/,
    );
  });

  // Serverless 1 and 2, compileRequestValidators: `schema`; "Request Schema Validators" of version 2 and later:
  // `schemas`.
  it('has bodies checked by the schema of a request as Serverless 1 named it', async () => {
    const service = aService(
      ['provider: { name: aws, runtime: nodejs24.x }'],
      '[{ http: { path: a, method: post, request: { schema: { application/json: { type: object, required: [name] } } } } }]',
    );
    const { stack, informed } = await load(service);

    const resources = [...stack.resources.values()];
    const method = resources.find(({ type }) => type === 'AWS::ApiGateway::Method');
    const model = resources.find(({ type }) => type === 'AWS::ApiGateway::Model');
    assert.ok('RequestValidatorId' in (method?.properties ?? {}));
    assert.deepEqual(model?.properties['Schema'], { type: 'object', required: ['name'] });
    assert.deepEqual(messages(stack), []);
    assert.match(
      informed.join('\n'),
      /request\.schema of a is read as request\.schemas, its name since Serverless 2/,
    );
  });

  it('is refused with both places of one key', async () => {
    const service = aService([
      'provider: { name: aws, runtime: nodejs24.x, apiKeys: [a], apiGateway: { apiKeys: [b] } }',
    ]);

    assert.match(await refusalOf(loadStacks([service], OPTIONS)), /unrecognized property 'apiKeys'/);
  });

  // Without an identity source it is the header Authorization.
  it('is read with a misspelt lifetime or source of an authorizer, without which routes are guarded all the same', async () => {
    const service = aService(
      ['provider: { name: aws, runtime: nodejs24.x }'],
      `[{ http: { path: a, method: get, authorizer: { name: a, reultTtlInSeconds: 3600 } } },
        { http: { path: b, method: get, authorizer: { name: a, identifySource: method.request.header.Key } } }]`,
    );
    const { stack } = await load(service);

    const methods = [...stack.resources.values()].filter(({ type }) => type === 'AWS::ApiGateway::Method');
    assert.deepEqual(
      methods.map(({ properties }) => properties['AuthorizationType']),
      ['CUSTOM', 'CUSTOM'],
    );
    assert.deepEqual(messages(stack), [
      "6 functions.a.events.0.http.authorizer: unrecognized property 'reultTtlInSeconds'",
      "7 functions.a.events.1.http.authorizer: unrecognized property 'identifySource'",
    ]);
  });

  it('is refused with every line of osls if a misspelt name would leave a route open', async () => {
    const events =
      '[{ http: { path: a, method: get, authorizor: x } }, { httpApi: { path: /a, method: get, authorize: x } }]';
    const message = await refusalOf(
      loadStacks([aService(['provider: { name: aws, runtime: nodejs24.x }'], events)], OPTIONS),
    );

    assert.match(message, /at 'functions\.a\.events\.0\.http': unrecognized property 'authorizor'/);
    assert.match(message, /at 'functions\.a\.events\.1\.httpApi': unrecognized property 'authorize'/);
  });

  it('sets its stage itself, unless the command line names another', async () => {
    const service = aService(['provider: { name: aws, runtime: nodejs24.x, stage: prod }']);

    assert.equal((await load(service)).stack.stage, 'prod');
    assert.equal((await load(service, { stage: 'qa', chosen: { stage: 'qa' } })).stack.stage, 'qa');
  });

  it('has the variable named that has no value, of several in one text', async () => {
    const service = aService([
      'provider: { name: aws, runtime: nodejs24.x }',
      "custom: { name: '${self:service}-${self:custom.nothing}' }",
    ]);
    const message = await refusalOf(loadStacks([service], OPTIONS));

    assert.match(message, /\$\{self:custom\.nothing\} has no value: define it in the service$/);
  });

  it('is read with sections that have nothing below them', async () => {
    const sections = ['plugins:', '#  - serverless-offline', 'custom:', 'package:', 'resources:', 'params:'];
    const { stack } = await load(aService(['provider: { name: aws, runtime: nodejs24.x }', ...sections]));

    assert.deepEqual(
      stack.functions.map(({ handler }) => handler),
      ['a.handler'],
    );
  });

  for (const provider of ['provider: { name: google, runtime: nodejs20 }', 'provider: google'])
    it(`is refused with its line if it is not for AWS: ${provider}`, async () => {
      const message = await refusalOf(loadStacks([aService([provider])], OPTIONS));

      assert.match(message, /serverless\.yml:2: provider(?:\.name)?: provider "google" is not aws: /);
    });

  it('is refused if a plug-in ends osls before a template exists', async () => {
    const service = aService(['provider: { name: aws, runtime: nodejs24.x }', 'plugins: [./ends.js]']);
    writeFileSync(join(service, 'ends.js'), 'process.exit(0);');

    assert.match(
      await refusalOf(loadStacks([service], OPTIONS)),
      /serverless\.yml: osls ended without a template/,
    );
  });
});
