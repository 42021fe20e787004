import assert from 'node:assert/strict';
import { existsSync, mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join, relative } from 'node:path';
import { describe, it } from 'node:test';
import { fileURLToPath } from 'node:url';
import { hasDefinition, loadStacks, requireSources } from '../../../../packages/gateway/templates/load.ts';
import { DefinitionFaults, Faults } from '../../../../packages/gateway/core/errors.ts';
import type { ResolvedStack } from '../../../../packages/gateway/core/stack/model.ts';
import { OPTIONS, refusal, refusalOf } from './stack-builders.ts';

const FIXTURES = fileURLToPath(new URL('../../../fixtures/definition', import.meta.url));
const fixture = (name: string): string => join(FIXTURES, name);

describe('loadStacks', () => {
  it("loads two osls services that need each other's exports and outputs, the exporting stack first", async () => {
    process.env['AWS_SESSION_TOKEN'] = 'of the developer';
    const progress: string[] = [];
    const stacks = await loadStacks([fixture('shop'), fixture('toolkit')], {
      ...OPTIONS,
      environment: { FROM_FILE: 'given' },
      onProgress: (message) => progress.push(message),
    }).finally(() => delete process.env['AWS_SESSION_TOKEN']);

    assert.deepEqual(
      stacks.map(({ stackName, region, stage }) => [stackName, region, stage]),
      [
        ['toolkit-dev', 'eu-west-1', 'dev'],
        ['shop-dev', 'eu-west-1', 'dev'],
      ],
    );
    assert.deepEqual(
      progress.filter((message) => message.startsWith('loaded')),
      ['loaded toolkit-dev', 'loaded shop-dev'],
    );
    const [toolkit, shop] = stacks as [ResolvedStack, ResolvedStack];
    checkToolkit(toolkit);
    checkShop(shop, toolkit);
  });

  function checkToolkit(toolkit: ResolvedStack): void {
    const [authorizer] = toolkit.functions;
    const arn = 'arn:aws:lambda:eu-west-1:123456789012:function:toolkit-dev-requestAuthorizer';
    assert.equal(authorizer?.arn, arn);
    assert.equal(toolkit.exports.get('toolkit-dev-RequestAuthorizerArn'), arn);
    assert.deepEqual(authorizer.code, {
      kind: 'directory',
      directory: fixture('toolkit'),
      esbuild: { format: 'esm', external: ['left-pad'] },
      bundler: 'serverless-esbuild',
    });
    assert.deepEqual(authorizer.layers, [
      {
        arn: 'arn:aws:lambda:eu-west-1:123456789012:layer:deps:1',
        directory: fixture('toolkit/layers/deps'),
      },
    ]);
    assert.deepEqual(authorizer.environment, {
      ACCOUNT: '123456789012',
      TTL: '60',
      DEVELOPER: 'nothing',
      FROM_FILE: 'given',
    });
    assert.equal(authorizer.place.file, fixture('toolkit/serverless.yml'));
    assert.equal(authorizer.place.line, 21);
    assert.equal(toolkit.resources.get('Usage')?.place('BillingMode').line, 36);
    assert.deepEqual(toolkit.unsupported, []);
  }

  function checkShop(shop: ResolvedStack, toolkit: ResolvedStack): void {
    assert.deepEqual(shop.functions[0]?.environment, {
      USAGE_TABLE: toolkit.outputs.get('UsageTable'),
      BUCKET: 'bucket-dev',
      SECRET: 'open sesame',
    });
    const uri = shop.resources.get('HttpApiAuthorizerToolkit')?.properties['AuthorizerUri'];
    assert.match(uri as string, /function:toolkit-dev-requestAuthorizer\/invocations$/);
    const [deployment] = [...shop.resources.values()].filter(
      ({ type }) => type === 'AWS::ApiGateway::Deployment',
    );
    assert.equal(deployment?.properties['StageName'], 'dev');
    assert.deepEqual(deployment.properties['StageDescription'], {
      AccessLogSetting: {
        DestinationArn: 'arn:aws:logs:eu-west-1:123456789012:log-group:/aws/api-gateway/shop-dev',
        Format: '$context.requestId',
      },
      MethodSettings: [{ HttpMethod: '*', ResourcePath: '/*', LoggingLevel: 'INFO', DataTraceEnabled: true }],
    });
  }

  it('does not change the folder of an osls service', () => {
    for (const name of ['shop', 'toolkit']) {
      assert.equal(existsSync(fixture(`${name}/.serverless`)), false);
      assert.equal(existsSync(fixture(`${name}/.esbuild`)), false);
    }
  });

  it('says once which variable has no value, if, and what to write', async () => {
    const said = await refusalOf(loadStacks([fixture('missing')], OPTIONS));

    assert.equal(
      said,
      `${fixture('missing/serverless.yml')}:7: provider.environment.TABLE: ` +
        '${cf(eu-west-1):elsewhere-dev.Table} has no value: also start the stack that has this output, ' +
        "or write the value to custom.gatewright.variables as 'cf:elsewhere-dev.Table'",
    );
  });

  const refusals = [
    {
      name: 'a stage that params does not have',
      source: 'toolkit',
      stage: 'tset',
      says: /toolkit\/serverless\.yml:2: params: unknown stage "tset": params has dev, prod/,
    },
    { name: 'a folder that is not there', source: 'nope', stage: 'dev', says: /nope: template not found/ },
    {
      name: 'a folder without a definition',
      source: 'plain',
      stage: 'dev',
      says: /plain: template not found: the folder has no serverless\.yml/,
    },
    {
      name: 'a file that is not a template',
      source: 'sam/src/guard.js',
      stage: 'dev',
      says: /guard\.js:1: /,
    },
  ];
  const unreadable: readonly {
    readonly name: string;
    readonly file: string;
    readonly make: (path: string) => void;
    readonly says: RegExp;
  }[] = [
    {
      name: 'a template of 0 bytes',
      file: 'template.yaml',
      make: (path) => writeFileSync(path, ''),
      says: /template\.yaml:1: the file is empty; a template needs a Resources section$/,
    },
    {
      name: 'a service of 0 bytes',
      file: 'serverless.yml',
      make: (path) => writeFileSync(path, '# nothing yet\n'),
      says: /serverless\.yml:1: the file is empty; a service needs a name, a provider and functions$/,
    },
    {
      name: 'a template that is a folder',
      file: 'template.yaml',
      make: (path) => mkdirSync(path),
      says: /template\.yaml: this path is a folder, not a template$/,
    },
    {
      name: 'a template that is a link to nowhere',
      file: 'template.yaml',
      make: (path) => symlinkSync('gone.yaml', path),
      says: /template\.yaml: this path is a symbolic link to gone\.yaml, which does not exist$/,
    },
    {
      name: 'a template that is a link to itself',
      file: 'template.yaml',
      make: (path) => symlinkSync('template.yaml', path),
      says: /template\.yaml: this path is a symbolic link to template\.yaml, which does not exist$/,
    },
  ];
  for (const { name, file, make, says } of unreadable)
    it(`refuses ${name}`, async () => {
      const folder = mkdtempSync(join(tmpdir(), 'gatewright-unreadable-'));
      try {
        make(join(folder, file));

        assert.match(await refusalOf(loadStacks([folder], OPTIONS)), says);
      } finally {
        rmSync(folder, { recursive: true });
      }
    });

  for (const { name, source, stage, says } of refusals) {
    it(`refuses ${name}`, async () => {
      assert.match(await refusalOf(loadStacks([fixture(source)], { ...OPTIONS, stage })), says);
    });
  }

  const written = [
    {
      name: 'broken YAML with its line',
      text: 'service: broken\nfunctions:\n  - [\n',
      says: /serverless\.yml:4: invalid YAML or JSON/,
    },
    {
      name: "osls's own refusal without a stack trace",
      text:
        'service: odd\nprovider: { name: aws, runtime: nodejs24.x }\n' +
        'functions: { a: { handler: a.b, events: [{ http: { path: a, method: get, authorise: x } }] } }\n',
      says: /^\S+serverless\.yml:3: functions\.a\.events\.0\.http: Configuration error at 'functions\.a\.events\.0\.http': unrecognized property 'authorise'\n.*$/,
    },
  ];
  for (const { name, text, says } of written) {
    it(`refuses ${name}`, async (test) => {
      const folder = await mkdtemp(join(tmpdir(), 'gatewright-test-'));
      test.after(() => rm(folder, { recursive: true }));
      await writeFile(join(folder, 'serverless.yml'), text);

      assert.match(await refusalOf(loadStacks([folder], OPTIONS)), says);
    });
  }

  // The stack that the service imports from was served alone, without a reason in the log.
  it('does not serve the stack that is imported from in the place of a service that is refused', async () => {
    const toolkit = fixture('cdk');
    const given = { ...OPTIONS, tolerance: new Faults(false) };
    const sources = [toolkit, fixture('sam/src/guard.js')];

    const said = await refusalOf(loadStacks(sources, { ...given, companions: [toolkit] }));

    assert.match(said, /guard\.js:1: /);
    assert.equal((await loadStacks(sources, given)).length, 1);
  });

  // The service was checked without the authorizers of that stack, and the message named the service.
  it('says why the exporting stack is refused, and serves nothing that imports from it', async () => {
    const toolkit = fixture('sam/src/guard.js');
    const given = { ...OPTIONS, tolerance: new Faults(false) };
    const sources = [fixture('cdk'), toolkit];

    const said = await refusalOf(loadStacks(sources, { ...given, companions: [toolkit] }));

    assert.match(said, /guard\.js:1: /);
    assert.equal((await loadStacks(sources, given)).length, 1);
  });

  it('does not also report the outputs of a stack that is refused as missing', async () => {
    const toolkit = fixture('sam/src/guard.js');
    const given = { ...OPTIONS, tolerance: new Faults(false) };
    const error: unknown = await loadStacks([fixture('missing'), toolkit], given).catch(
      (reason: unknown) => reason,
    );

    assert.ok(error instanceof DefinitionFaults);
    assert.match(error.describe(), /guard\.js/);
    assert.doesNotMatch(error.describe(), /has no value/);
    // Alone, it is reported.
    assert.match(await refusalOf(loadStacks([fixture('missing')], given)), /\$\{cf.* has no value/);
  });

  it('loads the stacks of a cdk.out with their own account, region, parameters and assets', async () => {
    const [stack] = await loadStacks([fixture('cdk')], OPTIONS);

    assert.equal(stack?.stackName, 'ShopProd');
    assert.equal(stack.region, 'eu-north-1');
    assert.equal(stack.accountId, '210987654321');
    const [hello] = stack.functions;
    assert.deepEqual(hello?.code, {
      kind: 'directory',
      directory: fixture('cdk/cdk.out/asset.1234'),
      esbuild: undefined,
    });
    assert.deepEqual(hello.environment, { GREETING: 'hej' });
    assert.deepEqual(
      stack.noEffect.map(({ type }) => type),
      ['AWS::CDK::Metadata'],
    );
  });

  it('uses the region and account of the command line for stacks that name others', async () => {
    const chosen = { region: 'ap-south-1', accountId: '111122223333' };

    const stacks = await loadStacks([fixture('cdk'), fixture('toolkit')], {
      ...OPTIONS,
      chosen,
      environment: { FROM_FILE: 'given' },
    });

    for (const { stackName, region, accountId } of stacks)
      assert.deepEqual({ region, accountId }, chosen, stackName);
    const toolkit = stacks.find(({ stackName }) => stackName === 'toolkit-dev');
    assert.equal(
      toolkit?.functions[0]?.arn,
      'arn:aws:lambda:ap-south-1:111122223333:function:toolkit-dev-requestAuthorizer',
    );
    assert.equal(toolkit.functions[0].environment['ACCOUNT'], '111122223333');
  });

  it('loads stacks of nested assemblies, and refuses an assembly without any', async (test) => {
    const folder = await mkdtemp(join(tmpdir(), 'gatewright-test-'));
    test.after(() => rm(folder, { recursive: true }));
    const nest = (directoryName: string): string =>
      JSON.stringify({ artifacts: { Prod: { type: 'cdk:cloud-assembly', properties: { directoryName } } } });
    await writeFile(join(folder, 'manifest.json'), nest(relative(folder, fixture('cdk/cdk.out'))));

    const [stack] = await loadStacks([folder], OPTIONS);
    await writeFile(join(folder, 'manifest.json'), '{}');

    assert.equal(stack?.stackName, 'ShopProd');
    assert.match(await refusalOf(loadStacks([folder], OPTIONS)), /the cloud assembly has no stack/);
  });

  it('takes the cdk.out folder itself too', async () => {
    const [stack] = await loadStacks([fixture('cdk/cdk.out')], {
      ...OPTIONS,
      parameters: { Greeting: 'hello' },
    });

    assert.deepEqual(stack?.functions[0]?.environment, { GREETING: 'hello' });
  });
});

describe('hasDefinition', () => {
  it('is true only for a folder with a service, and false for a path that cannot be resolved', () => {
    const folder = mkdtempSync(join(tmpdir(), 'gatewright-none-'));
    try {
      assert.deepEqual([fixture('toolkit'), folder, join(folder, 'nope')].map(hasDefinition), [
        true,
        false,
        false,
      ]);
    } finally {
      rmSync(folder, { recursive: true });
    }
  });
});

describe('requireSources', () => {
  it('refuses if none of the sources exists, and names all of them', () => {
    const both = refusal(() => {
      requireSources([fixture('nope'), fixture('plain')]);
    });

    assert.match(
      both,
      /nope: template not found: there is no such file or folder\n.*plain: template not found/,
    );
  });

  it('accepts sources if one of them exists, and reports the missing ones', () => {
    requireSources([fixture('nope'), fixture('toolkit')]);
  });
});
