import assert from 'node:assert/strict';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { describe, it } from 'node:test';
import { checkHandlers } from '../../../../packages/gatewright/plugin/check-handlers.ts';

const arnOf = (logicalId: string) => ({ 'Fn::GetAtt': [logicalId, 'Arn'] });
const join2 = (...parts: readonly unknown[]) => ({ 'Fn::Join': ['', parts] });
const functionOf = (Handler: string) => ({ Type: 'AWS::Lambda::Function', Properties: { Handler } });
const ours = { 'Fn::ImportValue': 'gatewright-dev-TokenAuthorizerArn' };

/**
 * As osls compiles a REST and an HTTP API that use the toolkit's authorizers, together with a method behind Cognito.
 */
const RESOURCES = {
  Ours: {
    Type: 'AWS::ApiGateway::Authorizer',
    Properties: { AuthorizerUri: join2('arn:…/', ours, '/invocations') },
  },
  Pool: { Type: 'AWS::ApiGateway::Authorizer', Properties: { Type: 'COGNITO_USER_POOLS' } },
  OursV2: {
    Type: 'AWS::ApiGatewayV2::Authorizer',
    Properties: { AuthorizerUri: join2('arn:…/', ours, '/invocations') },
  },
  List: functionOf('src/bookings.list'),
  Old: functionOf('src/old.list'),
  Orders: functionOf('src/orders.list'),
  ListGet: {
    Type: 'AWS::ApiGateway::Method',
    Properties: {
      HttpMethod: 'GET',
      AuthorizerId: { Ref: 'Ours' },
      Integration: { Uri: join2('arn:…/', arnOf('List')) },
    },
  },
  OldGet: {
    Type: 'AWS::ApiGateway::Method',
    Properties: {
      HttpMethod: 'GET',
      AuthorizerId: { Ref: 'Pool' },
      Integration: { Uri: join2('arn:…/', arnOf('Old')) },
    },
  },
  OrdersRoute: {
    Type: 'AWS::ApiGatewayV2::Route',
    Properties: {
      RouteKey: 'GET /orders',
      AuthorizerId: { Ref: 'OursV2' },
      Target: join2('integrations/', { Ref: 'Run' }),
    },
  },
  Run: { Type: 'AWS::ApiGatewayV2::Integration', Properties: { IntegrationUri: arnOf('Orders') } },
};
const READ = 'const sub = (event) => event.requestContext.authorizer.claims.sub;\n';

async function check(files: Readonly<Record<string, string>>, resources: object = RESOURCES) {
  const inSrc = Object.entries(files).map(([name, text]) => [`src/${name}`, text] as const);
  return (await checkAll(Object.fromEntries(inSrc), resources)).complaints;
}

async function checkAll(files: Readonly<Record<string, string>>, resources: object) {
  const directory = mkdtempSync(join(tmpdir(), 'gatewright-handlers-'));
  try {
    for (const [name, text] of Object.entries(files)) {
      mkdirSync(dirname(join(directory, name)), { recursive: true });
      writeFileSync(join(directory, name), text);
    }
    return await checkHandlers({ directory, resources: resources as Record<string, unknown> });
  } finally {
    rmSync(directory, { recursive: true });
  }
}

// Cognito exchanged, handlers untouched: every caller became `C#undefined`.
describe('checkHandlers', () => {
  it('names file and line of every read behind an authorizer of ours, through what the handler imports', async () => {
    const complaints = await check({
      'bookings.ts':
        "import { who } from './caller.js';\nexport const list = (event: object) => who(event);\n",
      'caller.ts': '\nexport const who = (event: any) => event.requestContext.authorizer.claims.sub;\n',
      'old.js': `${READ}exports.list = sub;\n`,
      'orders.mjs': 'export const list = (event) => event.requestContext.authorizer.jwt.claims.sub;\n',
    });

    assert.equal(complaints.length, 2, complaints.join('\n'));
    assert.match(
      complaints[0] ?? '',
      /^src\/caller\.ts:2: reads authorizer\.claims, .* of GET \(ListGet\), .*claimsOf\(event\)/,
    );
    assert.match(complaints[1] ?? '', /^src\/orders\.mjs:1: reads authorizer\.jwt, .* of GET \/orders,/);
  });

  it('ignores code that is acknowledged, does not read claims, or does not exist', async () => {
    assert.deepEqual(
      await check({
        'bookings.js': `// gatewright: claims acknowledged: only behind Cognito\n${READ}exports.list = sub;\n`,
        'orders.mjs':
          "import { claimsOf } from 'gatewright/access';\nexport const list = (event) => claimsOf(event).sub;\n",
      }),
      [],
    );
    assert.deepEqual(await check({ 'old.js': READ }), []);
  });

  const inLanguage: readonly {
    readonly name: string;
    readonly runtime: string;
    readonly handler: string;
    readonly files: Readonly<Record<string, string>>;
    readonly warns: RegExp | undefined;
  }[] = [
    {
      name: 'Go of which only the program is there',
      runtime: 'provided.al2023',
      handler: 'bin/list',
      files: { 'bin/list': '\x7fELF' },
      warns: /^bin\/list: bin\/list behind the authorizer of GET \(ListGet\) is compiled or bundled/,
    },
    {
      name: 'such a program that a person has looked into',
      runtime: 'provided.al2023',
      handler: 'bin/list',
      files: { 'bin/list': '\x7fELF', 'gatewright.yml': 'claimsChecked: [bin/list]\n' },
      warns: undefined,
    },
    {
      name: 'Go with its source',
      runtime: 'provided.al2023',
      handler: 'bin/list',
      files: { 'bin/list': '\x7fELF', 'main.go': 'package main\n' },
      warns: undefined,
    },
    {
      name: 'Java of which only the archive is there',
      runtime: 'java21',
      handler: 'shop.List::handleRequest',
      files: { 'list.jar': 'PK' },
      warns: /^\.: shop\.List::handleRequest behind the authorizer of GET \(ListGet\) is compiled or bundled/,
    },
    {
      name: 'Python with its source',
      runtime: 'python3.13',
      handler: 'src/list.handler',
      files: { 'src/list.py': 'def handler(event, context):\n  return {}\n' },
      warns: undefined,
    },
    {
      name: 'JavaScript that is missing',
      runtime: 'nodejs24.x',
      handler: 'src/gone.handler',
      files: {},
      warns: undefined,
    },
  ];
  for (const { name, runtime, handler, files, warns } of inLanguage)
    it(`${warns === undefined ? 'has no warning of' : 'warns of'} ${name}`, async () => {
      const List = { Type: 'AWS::Lambda::Function', Properties: { Handler: handler, Runtime: runtime } };
      const { complaints, warnings } = await checkAll(files, {
        Ours: RESOURCES.Ours,
        List,
        ListGet: RESOURCES.ListGet,
      });

      assert.deepEqual(complaints, []);
      assert.equal(warnings.length, warns === undefined ? 0 : 1, warnings.join());
      if (warns !== undefined) assert.match(warnings[0] ?? '', warns);
    });

  it('names the method whose mapping template reads the claims, unless a comment in it acknowledges that', async () => {
    const templateOf = (text: string) => ({
      ...RESOURCES,
      Put: {
        Type: 'AWS::ApiGateway::Method',
        Properties: {
          HttpMethod: 'PUT',
          AuthorizerId: { Ref: 'Ours' },
          Integration: { RequestTemplates: { 'application/json': { 'Fn::Sub': text } } },
        },
      },
    });
    const read = '{"owner": "$context.authorizer.claims.email"}';

    const [complaint, ...more] = await check({}, templateOf(read));

    assert.deepEqual(more, []);
    assert.match(
      complaint ?? '',
      /^Put: the mapping reads \$context\.authorizer\.claims, .* of PUT \(Put\), .*\$context\.authorizer\.email/,
    );
    assert.deepEqual(await check({}, templateOf(`## gatewright: claims acknowledged\n${read}`)), []);
    assert.deepEqual(await check({}, templateOf(read.replace('.claims', ''))), []);
  });

  // As `Body` defines it, which has no resources for methods and routes.
  const scheme = (uri: object) => ({
    type: 'apiKey',
    name: 'Authorization',
    in: 'header',
    'x-amazon-apigateway-authorizer': { type: 'token', authorizerUri: uri },
  });
  const invoked = (name: string) => ({ 'Fn::Sub': `arn:…/\${${name}.Arn}/invocations` });
  const schemes = { ours: scheme(join2('arn:…/', ours, '/invocations')), theirs: scheme(arnOf('Guard')) };
  const integration = (uri: object) => ({ 'x-amazon-apigateway-integration': { type: 'aws_proxy', uri } });
  const bodies = [
    { version: 'OpenAPI 3', head: { openapi: '3.0.1', components: { securitySchemes: schemes } } },
    { version: 'OpenAPI 2', head: { swagger: '2.0', securityDefinitions: schemes } },
  ];
  for (const { version, head } of bodies)
    it(`looks behind authorizers of ours in a document of ${version}`, async () => {
      const paths = {
        '/bookings': { get: { security: [{ ours: [] }], ...integration(invoked('List')) } },
        '/old': { get: { security: [{ theirs: [] }], ...integration(invoked('Old')) } },
        '/any': {
          'x-amazon-apigateway-any-method': { ...integration({ 'Fn::Sub': ['${Orders.Arn}', {}] }) },
        },
        '/open': { get: { security: [], ...integration(arnOf('Old')) } },
      };
      const Body = { ...head, security: [{ ours: [] }], paths };
      const { List, Old, Orders } = RESOURCES;
      const api = { Type: 'AWS::ApiGateway::RestApi', Properties: { Body } };
      const files = { 'bookings.js': `${READ}exports.list = sub;\n`, 'old.js': READ, 'orders.js': READ };

      const complaints = await check(files, { Api: api, List, Old, Orders });

      assert.deepEqual(
        complaints.map((text) => text.replace(/^(\S+:\d+): .* of (.*), so .*$/, '$1 $2')),
        ['src/bookings.js:1 GET /bookings', 'src/orders.js:1 ANY /any'],
      );
    });
});
