import assert from 'node:assert/strict';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { describe, it } from 'node:test';
import { UsageError } from '@gatewright/aws/usage-error';
import { aGateway } from '../../../../../support/a-gateway.ts';
import type { ReloadNotice } from '../../../../../../packages/gateway/engine/gateway.ts';

const RESOURCES = {
  Api: { Type: 'AWS::ApiGateway::RestApi', Properties: { Name: 'reloaded' } },
  Root: {
    Type: 'AWS::ApiGateway::Method',
    Properties: {
      RestApiId: { Ref: 'Api' },
      ResourceId: { 'Fn::GetAtt': ['Api', 'RootResourceId'] },
      HttpMethod: 'GET',
      AuthorizationType: 'NONE',
      Integration: { Type: 'MOCK' },
    },
  },
};

/** How each reload has ended, one after the other. */
function reloads(): {
  readonly onReload: (event: ReloadNotice) => void;
  readonly next: () => Promise<string>;
} {
  const ended: string[] = [];
  const waiting: ((kind: string) => void)[] = [];
  return {
    onReload({ kind }) {
      if (kind === 'begun') return;
      const first = waiting.shift();
      if (first === undefined) ended.push(kind);
      else first(kind);
    },
    next: () => {
      const kind = ended.shift();
      return kind === undefined ? new Promise((resolve) => waiting.push(resolve)) : Promise.resolve(kind);
    },
  };
}

describe('a reload', () => {
  it('follows a change to samconfig, even if the file is created after startup', async () => {
    const { onReload, next } = reloads();
    const parameters = { Word: { Type: 'String', Default: 'of the template' } };
    const started = await aGateway(
      { ...RESOURCES, Api: { ...RESOURCES.Api, Properties: { Name: { Ref: 'Word' } } } },
      { reload: true, onReload },
      {},
      { Parameters: parameters, Outputs: { Word: { Value: { Ref: 'Word' } } } },
    );
    try {
      const [template = ''] = started.gateway.stacks.map(({ file }) => file);
      const names = (): readonly unknown[] =>
        started.gateway.stacks.map(({ outputs }) => outputs.get('Word'));
      assert.deepEqual(names(), ['of the template']);

      writeFileSync(
        join(dirname(template), 'samconfig.toml'),
        '[default.local_start_api.parameters]\nparameter_overrides = "Word=changed"\n',
      );

      assert.equal(await next(), 'reloaded');
      assert.deepEqual(names(), ['changed']);
    } finally {
      await started.close();
    }
  });
});

describe('a gateway that is closed while it reloads', () => {
  it('watches no file afterwards, even if the reload has read other files', { timeout: 10_000 }, async () => {
    const watchers = (): number =>
      process.getActiveResourcesInfo().filter((name) => name === 'FSEvent').length;
    const before = watchers();
    const begun = Promise.withResolvers<unknown>();
    const ended = Promise.withResolvers<unknown>();
    const started = await aGateway(
      RESOURCES,
      { reload: true, onReload: ({ kind }) => (kind === 'begun' ? begun : ended).resolve(kind) },
      {},
    );
    const [template = ''] = started.gateway.stacks.map(({ file }) => file);
    writeFileSync(join(dirname(template), 'other.json'), JSON.stringify({ Resources: RESOURCES }));
    const Part = {
      Type: 'AWS::CloudFormation::Stack',
      Properties: { TemplateURL: './other.json' },
    };
    writeFileSync(template, JSON.stringify({ Resources: { ...RESOURCES, Part } }));
    await begun.promise;
    await started.close();
    await ended.promise;
    await new Promise((resolve) => setImmediate(resolve));
    assert.equal(watchers(), before);
  });
});

describe('a reload of a stack that imports', () => {
  // A walk in which `gatewright init` made the stack while the gateway ran: every reload kept the stacks as before.
  it('finds a stack that was created after startup, also where its documents appear after the import', async () => {
    const { onReload, next } = reloads();
    const directory = mkdtempSync(join(tmpdir(), 'gatewright-reload-'));
    const base = join(directory, 'base.json');
    const found: string[] = [];
    const started = await aGateway(
      RESOURCES,
      {
        reload: true,
        onReload,
        companions: () => Promise.resolve(found),
        documentFolders: [join(directory, 'access')],
      },
      {},
      { Outputs: { Name: { Value: { 'Fn::ImportValue': 'base-Name' } } } },
    );
    const imported = (): unknown => started.gateway.stacks.at(-1)?.outputs.get('Name');
    try {
      assert.notEqual(imported(), 'of the base');
      writeFileSync(
        base,
        JSON.stringify({
          Resources: { Topic: { Type: 'AWS::SNS::Topic' } },
          Outputs: { Name: { Value: 'of the base', Export: { Name: 'base-Name' } } },
        }),
      );
      found.push(base);
      mkdirSync(join(directory, 'access'));

      assert.equal(await next(), 'reloaded');
      assert.equal(imported(), 'of the base');
    } finally {
      await started.close();
      rmSync(directory, { recursive: true });
    }
  });
});

describe('a reload that the program refuses', () => {
  const withApi = (api: string): Readonly<Record<string, object>> => ({
    [api]: RESOURCES.Api,
    Root: {
      ...RESOURCES.Root,
      Properties: {
        ...RESOURCES.Root.Properties,
        RestApiId: { Ref: api },
        ResourceId: { 'Fn::GetAtt': [api, 'RootResourceId'] },
      },
    },
    Deployment: {
      Type: 'AWS::ApiGateway::Deployment',
      DependsOn: 'Root',
      Properties: { RestApiId: { Ref: api }, StageName: 'dev' },
    },
  });

  // A walk in which `init` made an unsafe document while the gateway ran: only a start checked documents.
  it('leaves the previous stacks in service, and tells the reason without a stack trace', async () => {
    const judged: (readonly string[])[] = [];
    const messages: string[] = [];
    const reason = 'access/shop.yml: authorizer tokens: caches results for too long';
    const { onReload, next } = reloads();
    const started = await aGateway(withApi('Api'), {
      reload: true,
      onReload: (notice) => {
        if (notice.kind === 'kept') messages.push(notice.message);
        onReload(notice);
      },
      judge: (apis) => {
        judged.push(apis.map(({ logicalId }) => logicalId));
        return judged.length === 1 ? Promise.resolve() : Promise.reject(new UsageError(reason));
      },
    });
    try {
      const [template = ''] = started.gateway.stacks.map(({ file }) => file);
      writeFileSync(template, JSON.stringify({ Resources: withApi('Other') }));

      assert.equal(await next(), 'kept');
      const served = started.gateway.inspect().map(({ logicalId }) => logicalId);
      assert.deepEqual([judged, messages, served], [[['Api'], ['Other']], [reason], ['Api']]);
    } finally {
      await started.close();
    }
  });
});

describe('a reload that failed', () => {
  it('is tried again when an access document changes, since a plug-in may have refused the service for it', async () => {
    const directory = mkdtempSync(join(tmpdir(), 'gatewright-reload-'));
    const values = join(directory, 'values.yml');
    writeFileSync(values, 'ssm: { /a: b }');
    const documents = mkdtempSync(join(directory, 'access-'));
    const { onReload, next } = reloads();
    const started = await aGateway(RESOURCES, {
      values,
      reload: true,
      onReload,
      documentFolders: [documents],
    });
    try {
      writeFileSync(values, 'ssm: [');
      assert.equal(await next(), 'kept');

      writeFileSync(join(documents, 'shop.yml'), 'version: 1\n');
      assert.equal(await next(), 'kept');

      writeFileSync(values, 'ssm: { /a: c }');
      assert.equal(await next(), 'reloaded');
    } finally {
      await started.close();
      rmSync(directory, { recursive: true });
    }
  });

  // clients.md 2: a compiler makes the handler after the template names it.
  for (const { name, at, file } of [
    { name: 'where it was missed', at: 'src', file: 'src/made.js' },
    { name: 'in folders that were not there either', at: 'dist/deep', file: 'dist/deep/made.js' },
    { name: 'of Python', at: 'py', file: 'py/made.py' },
  ])
    it(`is tried again when the missing handler appears ${name}`, { timeout: 20_000 }, async () => {
      const { onReload, next } = reloads();
      const started = await aGateway(RESOURCES, { reload: true, onReload }, { 'src/old.js': '' });
      const [template = ''] = started.gateway.stacks.map((stack) => stack.file);
      const folder = dirname(template);
      mkdirSync(join(folder, 'py'));
      const isPython = file.endsWith('.py');
      const Made = {
        Type: 'AWS::Lambda::Function',
        Properties: {
          FunctionName: 'made',
          Runtime: isPython ? 'python3.12' : 'nodejs24.x',
          Handler: isPython ? 'made.handler' : `${at}/made.handler`,
          Code: isPython ? 'py' : '.',
        },
      };
      try {
        writeFileSync(template, JSON.stringify({ Resources: { ...RESOURCES, Made } }));
        assert.equal(await next(), 'kept');

        mkdirSync(join(folder, at), { recursive: true });
        const source = isPython
          ? 'def handler(event, context): return 1'
          : 'exports.handler = async () => 1;';
        writeFileSync(join(folder, file), source);
        assert.equal(await next(), 'reloaded');
      } finally {
        await started.close();
      }
    });
});

describe('a start with a stack that cannot be read', () => {
  it(
    'loads the stack when it is corrected, and says that its API has no stage',
    { timeout: 20_000 },
    async () => {
      const said = Promise.withResolvers<string>();
      const write = (line: string): void => (line.startsWith('mended ') ? said.resolve(line) : undefined);
      const others = { 'other.json': '{' };
      const started = await aGateway(RESOURCES, { reload: true, log: { write } }, others, {}, ['other.json']);
      const [template = ''] = started.gateway.stacks.map((stack) => stack.file);
      const Resources = { ...RESOURCES, Api: { ...RESOURCES.Api, Properties: { Name: 'mended' } } };
      try {
        writeFileSync(join(dirname(template), 'other.json'), JSON.stringify({ Resources }));

        assert.match(
          await said.promise,
          /^mended is a new API, which has no stage and therefore no address; restart the gateway to give the API a port of its own$/,
        );
      } finally {
        await started.close();
      }
    },
  );
});

describe('a reload that adds a WebSocket API', () => {
  it('names the address of its stage, to which a client can connect', { timeout: 20_000 }, async () => {
    const said = Promise.withResolvers<string>();
    const write = (line: string): void => (line.includes(' is a new API') ? said.resolve(line) : undefined);
    const started = await aGateway(RESOURCES, { reload: true, log: { write } });
    const [template = ''] = started.gateway.stacks.map((stack) => stack.file);
    const ApiId = { Ref: 'Sockets' };
    const Sockets = {
      Type: 'AWS::ApiGatewayV2::Api',
      Properties: {
        Name: 'live',
        ProtocolType: 'WEBSOCKET',
        RouteSelectionExpression: '$request.body.action',
      },
    };
    const Live = {
      Type: 'AWS::ApiGatewayV2::Stage',
      Properties: { ApiId, StageName: 'live', AutoDeploy: true },
    };
    const Mock = {
      Type: 'AWS::ApiGatewayV2::Integration',
      Properties: {
        ApiId,
        IntegrationType: 'MOCK',
        RequestTemplates: { '200': '{"statusCode":200}' },
        TemplateSelectionExpression: '200',
      },
    };
    const Default = {
      Type: 'AWS::ApiGatewayV2::Route',
      Properties: {
        ApiId,
        RouteKey: '$default',
        Target: { 'Fn::Join': ['/', ['integrations', { Ref: 'Mock' }]] },
      },
    };
    try {
      writeFileSync(template, JSON.stringify({ Resources: { ...RESOURCES, Sockets, Live, Mock, Default } }));
      const [, url = ''] =
        /^live is a new API, served at (ws:\/\/127\.0\.0\.1:\d+\/_api\/\w+\/live); restart/.exec(
          await said.promise,
        ) ?? [];
      const socket = new WebSocket(url);
      await new Promise((resolve, reject) => {
        socket.addEventListener('open', resolve);
        socket.addEventListener('error', () => reject(new Error(`no connection to ${url}`)));
      });
      socket.close();
    } finally {
      await started.close();
    }
  });
});

describe('a requested reload', () => {
  it('reads the stacks and builds functions that have run, also if nothing is watched', async () => {
    const notices: string[] = [];
    const Answer = {
      Type: 'AWS::Lambda::Function',
      Properties: { FunctionName: 'answer', Runtime: 'nodejs24.x', Handler: 'answer.handler', Code: '.' },
    };
    const Url = { Type: 'AWS::Lambda::Url', Properties: { TargetFunctionArn: 'answer', AuthType: 'NONE' } };
    const source = (body: string) => `exports.handler = async () => '${body}';`;
    const started = await aGateway(
      { Answer, Url },
      {
        onReload({ kind, what }) {
          if (kind !== 'begun') notices.push(`${kind} ${what}`);
        },
      },
      { 'answer.js': source('before') },
    );
    const [template = ''] = started.gateway.stacks.map((stack) => stack.file);
    const [{ url } = { url: '' }] = started.listening.apis;
    const ask = async (): Promise<string> => (await fetch(url)).text();
    try {
      assert.equal(await ask(), 'before');
      writeFileSync(join(dirname(template), 'answer.js'), source('after'));
      assert.equal(await ask(), 'before');

      await started.gateway.reload();

      assert.deepEqual(notices, ['reloaded the stacks', 'reloaded answer']);
      assert.equal(await ask(), 'after');
      writeFileSync(template, '{');
      await started.gateway.reload();
      assert.deepEqual(notices.slice(2), ['kept the stacks', 'reloaded answer']);
      assert.equal(await ask(), 'after');
    } finally {
      await started.close();
    }
  });
});
