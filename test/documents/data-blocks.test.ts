/** YAML and JSON on the pages, read by what would read it: an unknown name or an invalid value fails. */
import assert from 'node:assert/strict';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, describe, it } from 'node:test';
import { parseInvalidation } from '#shared/cache/invalidation.ts';
import { compilePortal } from '../../packages/toolkit/authoring/portal/compile-portal.ts';
import { compileWebhooks } from '../../packages/toolkit/authoring/webhooks/webhooks-document.ts';
import { buildHttp2Event } from '../../packages/gateway/core/events/http-event.ts';
import { buildRestEvent } from '../../packages/gateway/core/events/rest-event.ts';
import { buildConnectEvent } from '../../packages/gateway/core/events/websocket-event.ts';
import { readFaults } from '../../packages/gateway/engine/faults/read-faults.ts';
import { stackFile } from '../../packages/gatewright/command/init/init-files.ts';
import { startCommand as startOptions } from '../../packages/gatewright/command/start/start.ts';
import { readGatewaySettings } from '../../packages/gatewright/plugin/gateway-settings.ts';
import { readOfflineOptions } from '../../packages/gatewright/plugin/offline-options.ts';
import { parsePlan } from '#shared/quota/plan/plan.ts';
import { parseValues } from '../../packages/gateway/services/values/value-definitions.ts';
import { parseSource } from '../../packages/gateway/templates/cloudformation/template-source.ts';
import { applySettings } from '../../packages/toolkit/terminal/settings-file.ts';
import { anHttpRequest, aRequest } from '../packages/gateway/core/events/a-request.ts';
import { aGateway } from '../support/a-gateway.ts';
import { anInventory, compile, documentText } from '../support/an-access-document.ts';
import { placeOf, takeBlocks } from '../support/code-blocks.ts';
import { runCommand } from '../support/command.ts';
import { makeSourcePackage } from '../support/source-package.ts';
import type { CodeBlock } from '../support/code-blocks.ts';

const taken = takeBlocks('test/documents/data-blocks.test.ts');
const CHECKOUT = join(import.meta.dirname, '../..');
/** Loads the text with the service that the guide names. */
async function readCloudMap(text: string): Promise<void> {
  const folder = mkdtempSync(join(tmpdir(), 'gatewright-cloud-map-'));
  const cloudMap = join(folder, 'instances.yml');
  writeFileSync(cloudMap, text);
  const namespace = { Type: 'AWS::ServiceDiscovery::HttpNamespace', Properties: { Name: 'shop.local' } };
  const Properties = { Name: 'orders', NamespaceId: { Ref: 'Shop' } };
  const orders = { Type: 'AWS::ServiceDiscovery::Service', Properties };
  const started = await aGateway({ Shop: namespace, Orders: orders }, { cloudMap });
  await started.close();
  rmSync(folder, { recursive: true });
}

const SERVERLESS = join(CHECKOUT, 'node_modules/serverless/bin/serverless.js');

/** Reads the text with the OpenAPI document that the guide names. */
function readPortalText(text: string): void {
  const bytes = Buffer.from('{"openapi":"3.1.0","paths":{}}');
  const build = compilePortal(text, 'portal.yml', { page: new Map(), open: (file) => ({ file, bytes }) });
  assert.equal(build.kind, 'compiled', JSON.stringify(build));
}

type Shown = Readonly<Record<string, unknown>>;
type Reader = {
  readonly name: string;
  /** Whether the block is for this reader, by its members. */
  readonly takes: (shown: Shown) => boolean;
  /** Throws if the reader would refuse; `page` has what the page shows for the same reader. */
  readonly read: (shown: Shown, page: readonly Shown[], text: string) => unknown;
};

const has =
  (...names: readonly string[]) =>
  (shown: Shown): boolean =>
    names.some((name) => name in shown);

/** The member under which a block that shows a list of statements is read. */
const LIST = 'statements';
const ROUTES = [
  'POST /mcp',
  'GET /orders',
  'GET /orders/export',
  'GET /orders/{id}',
  'GET /users/{id}',
  'PUT /users/{id}',
  'GET /admin/users',
];
const FUNCTION = {
  Type: 'AWS::Serverless::Function',
  Properties: { Handler: 'worker.handler', Runtime: 'nodejs24.x' },
};
const QUEUE = { Type: 'AWS::SQS::Queue' };
const API = { Type: 'AWS::ApiGatewayV2::Api', Properties: { Name: 'shop', ProtocolType: 'HTTP' } };

/** A file of faults also has `rules` and `seed`: it is known by its first rule. */
const isFaults = ({ rules }: Shown): boolean =>
  Array.isArray(rules) && has('latency', 'actionId')(rules[0] as Shown);

/** Names that pages take for granted. */
const KNOWN = {
  issuers: [
    { id: 'main', type: 'oidc', issuer: 'https://issuer.example/', audience: ['api'] },
    { id: 'keys', type: 'apiKey', prefix: 'shop_live' },
  ],
  sources: [
    { in: 'header', name: 'authorization', scheme: 'Bearer', issuers: ['main'] },
    { in: 'header', name: 'x-api-key', issuers: ['keys'] },
  ],
  roles: { editor: {}, reader: {}, support: { inherits: ['reader'] } },
};

let folder = '';
before(() => {
  folder = mkdtempSync(join(tmpdir(), 'gatewright-blocks-'));
});
after(() => rmSync(folder, { recursive: true }));

/**
 * What a page shows of a document is inserted into a complete one; blocks without issuers are combined with those that
 * have some.
 */
function readAccess(shown: Shown, page: readonly Shown[]): void {
  const isWhole = 'version' in shown;
  const others = page.filter((other) => !('version' in other));
  const { issuers, sources } = others.find(has('issuers')) ?? {};
  const isOfPage = issuers !== undefined && !has('issuers')(shown) && has('result')(shown);
  const document = isWhole ? shown : { ...documentText(isOfPage ? { issuers, sources } : KNOWN), ...shown };
  const isLive = 'channels' in shown || JSON.stringify(shown).includes('"ticket"');
  const inventory = isLive ? anInventory(['CONNECT /'], 'websocket') : anInventory(ROUTES);
  const rules = [{ id: 'all', effect: 'allow', connect: true }];
  const compiled = compile(isLive ? { ...document, rules } : document, inventory);
  assert.equal(compiled.kind, 'compiled', JSON.stringify(compiled));
}

function readSettings(text: string): void {
  const service = mkdtempSync(join(folder, 'settings-'));
  writeFileSync(join(service, 'gatewright.yml'), text);
  const command = startOptions().exitOverride();
  command.action(() => undefined);
  command.hook('preAction', () =>
    applySettings(command, { warn: (sentence) => assert.equal(sentence, ''), isPart: false }),
  );
  command.parse([service], { from: 'user' });
}

/** Imports from another stack, which is not loaded. */
const EXPORTS = /\{"Fn::ImportValue":"[^"]*Arn"\}/g;

/** Beside what the page takes for granted: the function, the queue for failures, the API with its log. */
async function readTemplate(shown: Shown): Promise<void> {
  const { Resources = {}, AccessLogSettings, ...others } = shown as Record<string, object>;
  const stage = { ApiId: { Ref: 'Api' }, StageName: '$default', AutoDeploy: true, AccessLogSettings };
  const logged =
    AccessLogSettings === undefined
      ? {}
      : {
          Api: API,
          AccessLog: { Type: 'AWS::Logs::LogGroup' },
          Stage: { Type: 'AWS::ApiGatewayV2::Stage', Properties: stage },
        };
  const all = {
    Worker: FUNCTION,
    Counter: FUNCTION,
    Dead: QUEUE,
    Orders: QUEUE,
    ...logged,
    ...others,
    ...Resources,
  };
  const own = JSON.stringify(all).replaceAll(EXPORTS, '{"Fn::GetAtt":["Worker","Arn"]}');
  const gateway = await aGateway(
    JSON.parse(own) as object,
    { strict: true },
    { 'worker.mjs': 'export const handler = () => {};' },
    { Transform: 'AWS::Serverless-2016-10-31' },
  );
  const { lines } = gateway;
  await gateway.close();
  assert.deepEqual(lines, []);
}

function readValues(text: string): void {
  const { faults } = parseValues(text, 'gatewright.values.yml', () => Buffer.from('x'));
  assert.deepEqual(faults, []);
}

/** Pieces of a service, which osls checks against its schema, all at once. */
const pieces: Shown[] = [];

function readServerless(shown: Shown): void {
  const { custom = {} } = shown as { custom?: Record<string, unknown> };
  // Read by packaging.
  const settings = { ...(custom['gatewright'] as Shown | undefined), access: undefined };
  const keys = { AWS_ACCESS_KEY_ID: 'AKIAEXAMPLE', AWS_SECRET_ACCESS_KEY: 'secret' };
  readGatewaySettings(settings, keys);
  assert.deepEqual(readOfflineOptions({}, custom['serverless-offline'] ?? {}).warnings, []);
  pieces.push(shown);
}

/** Checks the pieces of the guide, joined into one service, as `serverless package` does. */
async function packageService(): Promise<void> {
  const merged = { provider: { name: 'aws', runtime: 'nodejs24.x' }, custom: {} };
  for (const { environment, iam, statements, custom } of pieces as readonly Readonly<
    Record<string, object>
  >[]) {
    Object.assign(merged.custom, custom);
    const given = statements === undefined ? iam : { role: { statements } };
    Object.assign(merged.provider, environment && { environment }, given && { iam: given });
  }
  const service = mkdtempSync(join(folder, 'service-'));
  makeSourcePackage(service);
  const plugins = [...new Set(pieces.flatMap((piece) => (piece['plugins'] ?? []) as readonly string[]))];
  const shown = { service: 'shop', configValidationMode: 'error', plugins, ...merged };
  writeFileSync(
    join(service, 'serverless.yml'),
    JSON.stringify({ ...shown, functions: { a: { handler: 'a.handler' } } }),
  );
  writeFileSync(join(service, 'a.mjs'), 'export const handler = () => {};');
  const environment = { AWS_ACCESS_KEY_ID: 'none', AWS_SECRET_ACCESS_KEY: 'none' };
  const ended = await runCommand(['package'], { cwd: service, program: [SERVERLESS], environment });
  assert.equal(ended.code, 0, ended.stdout + ended.stderr);
}

/** What `gatewright init` writes for the stack contains everything that the page shows of it. */
function readStack(shown: Shown): void {
  const written = parseSource(stackFile({ up: '', region: 'us-east-1' }), 'serverless.yml').value;
  assert.partialDeepStrictEqual(written, shown);
}

const member = (name: string) => (shown: Shown) => (shown[name] ?? {}) as Shown;

/**
 * Reads an event and compares its shape with the shape of the event that the engine builds. Members that only some
 * requests have may be missing.
 */
const readEvent =
  (build: () => string, more: readonly string[] = []) =>
  (shown: Shown) => {
    const built = JSON.parse(build()) as Shown;
    for (const part of [(event: Shown) => event, member('requestContext')]) {
      const [page, engine] = [Object.keys(part(shown)), Object.keys(part(built))];
      assert.deepEqual(
        engine.filter((name) => !page.includes(name)),
        [],
      );
      assert.deepEqual(
        page.filter((name) => !engine.includes(name) && !more.includes(name)),
        [],
      );
    }
  };

const READERS: readonly Reader[] = [
  {
    name: 'an access document',
    takes: (shown) =>
      has('issuers', 'rules', 'result', 'context', 'channels', 'quota')(shown) &&
      !has('id')(shown) &&
      !isFaults(shown),
    read: readAccess,
  },
  {
    name: 'webhooks.yml',
    takes: ({ version, sources }) => version === 1 && !Array.isArray(sources) && sources !== undefined,
    read: (_, __, text) => assert.equal(compileWebhooks(text, 'webhooks.yml').kind, 'compiled'),
  },
  { name: 'portal.yml', takes: has('colour'), read: (_, __, text) => readPortalText(text) },
  {
    name: 'gatewright.yml',
    takes: (shown) => has('stage', 'seed')(shown) && !isFaults(shown),
    read: (_, __, text) => readSettings(text),
  },
  { name: 'a file of faults', takes: isFaults, read: (_, __, text) => readFaults('faults.yml', text) },
  {
    name: 'a --cloud-map file',
    takes: has('orders.shop.local'),
    read: (_, __, text) => readCloudMap(text),
  },
  { name: 'gatewright.values.yml', takes: has('ssm', 's3'), read: (_, __, text) => readValues(text) },
  { name: 'a plan', takes: has('limits'), read: (shown) => parsePlan(shown) },
  { name: 'a template', takes: has('Resources', 'AccessLogSettings'), read: readTemplate },
  { name: 'the service of the stack', takes: has('params'), read: readStack },
  {
    name: 'a piece of a service',
    takes: (shown) => has('plugins', 'custom', 'environment', LIST)(shown) && !has('params')(shown),
    read: readServerless,
  },
  { name: 'an invalidation', takes: has('namespace'), read: (shown) => parseInvalidation(shown) },
  {
    name: 'an event of a REST API',
    takes: has('httpMethod'),
    read: readEvent(
      () => buildRestEvent(aRequest(), { kind: 'anonymous' }, undefined, []),
      ['operationName'],
    ),
  },
  {
    name: 'an event of an HTTP API',
    takes: has('rawPath'),
    read: readEvent(
      () =>
        buildHttp2Event(anHttpRequest({ rawQuery: 'a=b', text: 'x', rawHeaders: ['cookie', 'a=b'] }), {
          kind: 'anonymous',
        }),
      ['stageVariables'],
    ),
  },
  {
    name: 'an event of a WebSocket API',
    takes: ({ requestContext }) => has('connectionId')((requestContext ?? {}) as Shown),
    read: readEvent(
      () =>
        buildConnectEvent(aRequest({ rawQuery: 't=1' }), {
          caller: { kind: 'anonymous' },
          connectionId: 'XfGLwdkQtjMCJzQ=',
          connectedAtEpochMs: 1_607_854_667_185,
        }),
      ['stageVariables'],
    ),
  },
];

/** Intrinsic functions as objects; a list as the member of a map. */
function readShown({ page, text }: CodeBlock): Shown {
  const isList = text.startsWith('- ');
  return parseSource(isList ? `${LIST}:\n${text}` : text.replaceAll('!file ', ''), page).value;
}

describe('YAML and JSON of the pages', () => {
  for (const block of taken.blocks)
    it(`are read by what they are for: ${placeOf(block)}`, async () => {
      const shown = readShown(block);
      const readers = READERS.filter(({ takes }) => takes(shown));
      const [reader] = readers;
      assert.deepEqual(
        [readers.length, reader?.name],
        [1, reader?.name],
        readers.map(({ name }) => name).join(', '),
      );
      const page = taken
        .of(block.page)
        .map(readShown)
        .filter((other) => reader?.takes(other));
      await reader?.read(shown, page, block.text);
      taken.executed(block);
    });

  it('are pieces of services that osls takes', packageService);

  it('have all been read', taken.assertAll);
});
