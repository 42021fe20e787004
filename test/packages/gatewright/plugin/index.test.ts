import assert from 'node:assert/strict';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, describe, it } from 'node:test';
import {
  READS_TEMPLATE,
  READS_TO_CHECK,
} from '../../../../packages/gateway/templates/serverless/aws-stand-in.ts';
import { GatewrightPlugin } from '../../../../packages/gatewright/plugin/index.ts';
import type { CliOptions, Serverless } from '../../../../packages/gatewright/plugin/serverless.ts';

class OslsError extends Error {
  readonly code: string;
  constructor(message: string, code: string) {
    super(message);
    this.code = code;
  }
}

const folder = mkdtempSync(join(tmpdir(), 'gatewright-plugin-'));

/** The plug-in as osls makes it for these words of the command line. */
function thePlugin({
  words = ['offline', 'start'],
  cli = {},
  plugins = [],
  ...over
}: {
  readonly words?: readonly string[];
  readonly cli?: CliOptions;
  readonly plugins?: readonly object[];
  readonly configurationFilename?: string;
  readonly service?: Partial<Serverless['service']>;
  readonly resources?: Readonly<Record<string, unknown>>;
}) {
  const warnings: string[] = [];
  const service = {
    provider: { compiledCloudFormationTemplate: { Resources: over.resources ?? {} } },
    ...over.service,
  };
  const serverless: Serverless = {
    serviceDir: folder,
    configurationFilename: over.configurationFilename ?? 'serverless.yml',
    processedInput: { commands: words },
    service,
    pluginManager: { plugins },
    classes: { Error: OslsError },
    getProvider: () => ({
      getStage: () => 'dev',
      getRegion: () => 'us-east-1',
      naming: { getStackName: () => 'shop-dev' },
    }),
  };
  const log = { notice: () => undefined, warning: (message: string) => void warnings.push(message) };
  const { commands, hooks } = new GatewrightPlugin(serverless, cli, { log });
  const call = async (hook: string): Promise<void> => hooks[hook]?.();
  return { commands, hooks, warnings, service, call };
}

type Commands = Readonly<
  Record<string, { readonly lifecycleEvents?: readonly string[]; readonly commands?: Commands }>
>;

/** `offline:start:init`, as osls names the events of a command. */
function eventsOf(commands: Commands, above = ''): readonly string[] {
  return Object.entries(commands).flatMap(([name, { lifecycleEvents = [], commands: below = {} }]) => [
    ...lifecycleEvents.map((event) => `${above}${name}:${event}`),
    ...eventsOf(below, `${above}${name}:`),
  ]);
}

describe('the plug-in for osls', () => {
  after(() => rmSync(folder, { recursive: true }));

  // osls ignores a hook that it does not know, and a hook without an event is never called.
  it('acts on each event of its commands, and has no other hooks than those of osls itself', () => {
    const { commands, hooks } = thePlugin({});
    const ofOsls = /^(initialize|before:(aws:)?package:.*)$/;

    assert.deepEqual(
      Object.keys(hooks)
        .filter((hook) => !ofOsls.test(hook))
        .toSorted(),
      eventsOf(commands).toSorted(),
    );
  });

  for (const hook of ['offline:start', 'offline:start:init'])
    it(`refuses ${hook} if another command calls it, since its options have not been read`, async () => {
      const { call } = thePlugin({ words: ['deploy'] });
      await call('initialize');

      await assert.rejects(call(hook), {
        code: 'GATEWRIGHT',
        message: 'the hooks of the command offline run only if you call this command: run serverless offline',
      });
    });

  it('reports an unknown option in one message, before anything is loaded', async () => {
    await assert.rejects(thePlugin({ cli: { httpPort: 'x' } }).call('initialize'), {
      code: 'GATEWRIGHT',
      message: /^httpPort: "x"/,
    });
    await assert.rejects(
      thePlugin({ words: ['gateway', 'start'], cli: { port: 'x' } }).call('gateway:start:start'),
      { code: 'GATEWRIGHT', message: /^--port: "x"/ },
    );
  });

  it('does not start together with serverless-offline, which has the same commands', async () => {
    class ServerlessOffline {
      readonly hooks = {};
    }
    const both = { plugins: [new ServerlessOffline()] };

    await assert.rejects(thePlugin(both).call('initialize'), /remove serverless-offline from plugins/);
    await thePlugin({ ...both, words: ['package'] }).call('initialize');
  });

  it('reads a configuration with the usual name, and reports another name', async () => {
    for (const hook of ['gateway:start:start', 'offline:start:init']) {
      const { call } = thePlugin({ configurationFilename: 'other.yml' });
      await call('initialize');

      await assert.rejects(call(hook), {
        message: 'the service file must be called serverless.yml, .yaml, .json, .js or .ts, not other.yml',
      });
    }
  });

  it('warns of options without effect, and once functions are built again that it does not load again', async () => {
    const quiet = thePlugin({});
    await quiet.call('initialize');
    await quiet.call('offline:functionsUpdated:cleanup');
    assert.deepEqual(quiet.warnings, []);

    const custom = { 'serverless-offline': { reloadHandler: false, resourceRoutes: true } };
    const { call, warnings } = thePlugin({ service: { custom } });
    await call('initialize');
    assert.match(warnings.join(), /^serverless-offline's resourceRoutes has no effect in Gatewright/);
    await call('offline:functionsUpdated:cleanup');
    assert.deepEqual(warnings.slice(1), [
      'functions were rebuilt, but with reloadHandler: false, the old functions keep running; remove this option to run the new functions',
    ]);
  });

  it('keeps the state of starts out of packages, with the patterns of the service', async () => {
    const { call, service } = thePlugin({ service: { package: { patterns: ['src/**'] } } });
    await call('before:package:createDeploymentArtifacts');

    assert.deepEqual(service.package?.patterns, ['src/**', '!**/.gatewright/**']);
    await thePlugin({}).call('before:package:createDeploymentArtifacts');
  });

  it('refuses a package with an unknown setting, and is content with one without', async () => {
    const custom = { gatewright: { acess: 'access' } };
    const hook = 'before:aws:package:finalize:saveServiceState';

    await assert.rejects(thePlugin({ service: { custom } }).call(hook), {
      code: 'GATEWRIGHT',
      message: /^custom\.gatewright\.acess is not a setting/,
    });
    await thePlugin({}).call(hook);
  });
});

describe('a charged route without an authorizer', () => {
  const DOCUMENT = `version: 1
api: { dev: { stack: shop-dev, logicalId: Api, stage: dev } }
routes: ../shop
issuers: [{ id: main, type: oidc, issuer: https://issuer.example/, audience: [api] }]
sources: [{ in: header, name: authorization, scheme: Bearer, issuers: [main] }]
rules: [{ id: read, effect: allow, methods: [GET], paths: [/orders] }]
quota: { tenant: shop, plan: daily, routes: [GET /orders], plans: [{ id: daily, version: 1, limits: [] }] }
`;
  const routes = [{ method: 'GET', path: '/orders', isProtected: true }];
  const resources = {
    Api: { Type: 'AWS::ApiGateway::RestApi', Properties: { Name: 'shop' } },
    Orders: {
      Type: 'AWS::ApiGateway::Resource',
      Properties: {
        RestApiId: { Ref: 'Api' },
        ParentId: { 'Fn::GetAtt': ['Api', 'RootResourceId'] },
        PathPart: 'orders',
      },
    },
    Get: {
      Type: 'AWS::ApiGateway::Method',
      Properties: {
        RestApiId: { Ref: 'Api' },
        ResourceId: { Ref: 'Orders' },
        HttpMethod: 'GET',
        AuthorizationType: 'NONE',
      },
    },
  };
  before(() => {
    mkdirSync(join(folder, 'access'), { recursive: true });
    writeFileSync(join(folder, 'access/shop.yml'), DOCUMENT);
    writeFileSync(
      join(folder, 'access/shop.routes.json'),
      JSON.stringify({ kind: 'rest', apiIds: {}, routes }),
    );
    writeFileSync(join(folder, 'access/compiled.json'), '{}');
  });
  after(() => {
    Reflect.deleteProperty(process.env, READS_TEMPLATE);
    rmSync(folder, { recursive: true });
  });

  for (const [what, value, isRefused] of [
    ['is refused at a deployment', undefined, true],
    ['is refused by gatewright check', READS_TO_CHECK, true],
    ['is reported where the service is served', '1', false],
  ] as const)
    it(what, async () => {
      Reflect.deleteProperty(process.env, READS_TEMPLATE);
      if (value !== undefined) process.env[READS_TEMPLATE] = value;
      const { call, warnings } = thePlugin({ resources });

      const ended = await call('before:aws:package:finalize:saveServiceState').then(() => '', String);

      const reported = isRefused ? ended : warnings.join();
      assert.match(reported, /GET \/orders is charged but has no authorizer of the toolkit/);
      assert.equal(ended !== '', isRefused);
    });
});
