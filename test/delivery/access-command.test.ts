import assert from 'node:assert/strict';
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, describe, it } from 'node:test';
import { runCommand } from '../support/command.ts';

const DOCUMENT = `version: 1
api:
  dev: { stack: orders-dev, logicalId: Api, stage: dev }
routes: ../template.yaml
issuers:
  - { id: main, type: oidc, issuer: https://issuer.example/, audience: [api] }
sources:
  - { in: header, name: authorization, scheme: Bearer, issuers: [main] }
roles: { support: {} }
rules:
  - { id: list, effect: allow, methods: [GET], paths: [/orders], when: { roles: { any: [support] } } }
  - { id: own, effect: allow, methods: [GET], paths: ['/orders/{id}'], bind: { id: { claim: sub } } }
`;

/** A plain template: an API with two routes behind an authorizer that caches answers for `ttl` seconds. */
const template = (ttlSeconds: number, more = '') => `
Resources:
  Api: { Type: AWS::ApiGateway::RestApi, Properties: { Name: orders } }
  Orders: { Type: AWS::ApiGateway::Resource, Properties: { RestApiId: !Ref Api, ParentId: !GetAtt Api.RootResourceId, PathPart: orders } }
  Order: { Type: AWS::ApiGateway::Resource, Properties: { RestApiId: !Ref Api, ParentId: !Ref Orders, PathPart: '{id}' } }
  Auth:
    Type: AWS::ApiGateway::Authorizer
    Properties:
      RestApiId: !Ref Api
      Name: tokens
      Type: TOKEN
      IdentitySource: method.request.header.Authorization
      AuthorizerResultTtlInSeconds: ${ttlSeconds}
      AuthorizerUri: !Sub arn:aws:apigateway:us-east-1:lambda:path/2015-03-31/functions/\${TokenAuthorizer.Arn}/invocations
  OrdersGet: &get
    Type: AWS::ApiGateway::Method
    Properties: &properties
      RestApiId: !Ref Api
      ResourceId: !Ref Orders
      HttpMethod: GET
      AuthorizationType: CUSTOM
      AuthorizerId: !Ref Auth
      Integration:
        Type: AWS_PROXY
        IntegrationHttpMethod: POST
        Uri: !Sub arn:aws:apigateway:us-east-1:lambda:path/2015-03-31/functions/\${TokenAuthorizer.Arn}/invocations
  OrderGet: { <<: *get, Properties: { <<: *properties, ResourceId: !Ref Order } }
${more}
  Deployment: { Type: AWS::ApiGateway::Deployment, DependsOn: [OrdersGet, OrderGet], Properties: { RestApiId: !Ref Api, StageName: dev } }
  TokenAuthorizer:
    Type: AWS::Lambda::Function
    Properties:
      FunctionName: gatewright-dev-token-authorizer
      Runtime: nodejs24.x
      Handler: index.handler
      Role: arn:aws:iam::123456789012:role/x
      Code: { ZipFile: 'exports.handler = async () => ({ statusCode: 200 })' }
`;

describe('gatewright access', () => {
  let folder = '';
  const access = (...args: readonly string[]) => runCommand(['access', ...args], { cwd: folder });
  before(() => {
    folder = mkdtempSync(join(tmpdir(), 'orders-'));
    mkdirSync(join(folder, 'access'));
    writeFileSync(join(folder, 'access/orders.yml'), DOCUMENT.replace('orders-dev', stackName()));
    writeFileSync(join(folder, 'template.yaml'), template(60));
  });
  after(() => rmSync(folder, { recursive: true }));

  /** Plain templates are stacks by the name of their folder. */
  const stackName = () => folder.split('/').at(-1) ?? '';

  it('says that the routes have not been read, until they have been', async () => {
    const unread = await access('check');
    const synced = await access('sync');
    const read = await access('check', '.');

    assert.match(
      unread.stderr,
      /access\/orders\.yml:4:9: routes: the routes have not been read: run gatewright access sync/,
    );
    assert.equal(unread.code, 1);
    assert.match(synced.stdout, /orders: 2 routes of REST API Api/, synced.stderr);
    assert.equal(read.code, 0, read.stderr);
    assert.match(readFileSync(join(folder, 'access/compiled.json'), 'utf8'), /"path":"\/orders\/\{id\}"/);
  });

  it('shows who may call what', async () => {
    const { stdout } = await access('matrix');

    assert.match(stdout, /GET \/orders +- +yes +list: allow if role support/);
    assert.match(stdout, /GET \/orders\/\{id\} +own +own +own: allow if \{id\} is claim sub/);
  });

  it('says which rule decides, and what a token may do', async () => {
    const token = `x.${Buffer.from('{"iss":"https://issuer.example/","sub":"7","exp":1,"roles":["support"]}').toString('base64url')}.x`;
    const one = await access('explain', 'orders', 'GET', '/orders/8', '--token', token);
    const all = await access('explain', 'orders', '--token', token, '--policy');
    const foreign = await access('explain', 'orders', '--token', token.replace('x.', 'x.e30'));

    assert.match(
      one.stdout,
      /^DENY {2}GET \/orders\/8 {2}the rule own allows the request only to the owner of the resource\ncaller sub=7 .*roles: support.*\nroute {2}GET \/orders\/\{id\}/,
    );
    assert.match(all.stdout, /GET \/orders +ALLOW {2}by rule list/);
    assert.match(all.stdout, /GET\/orders\/7"/);
    assert.equal(foreign.code, 1);
    assert.match(foreign.stderr, /--token is not a JWT|trusts no such issuer/);
  });

  it('names an API that asks the authorizers though no document protects it', async () => {
    const file = join(folder, 'access/orders.yml');
    const text = readFileSync(file, 'utf8');
    writeFileSync(file, text.replace('stage: dev }', 'stage: v1 }'));

    const { code, stderr } = await access('check', '.');
    writeFileSync(file, text);

    assert.equal(code, 1);
    assert.ok(
      stderr.includes(
        `error: API Api of stack ${stackName()}, stage dev, uses Gatewright’s authorizers, but no access document protects it, so every call is ` +
          `answered with 500: add this API under api in a document, as dev: { stack: ${stackName()}, logicalId: Api, stage: dev }`,
      ),
      stderr,
    );
  });

  it('finds routes that came since, and an authorizer that caches answers for too long', async () => {
    const more = '  OrdersPost: { <<: *get, Properties: { <<: *properties, HttpMethod: POST } }';
    writeFileSync(join(folder, 'template.yaml'), template(3600, more));

    const { code, stderr } = await access('check', '.');
    // new-user 8: without a path it said "0 problems".
    const without = await access('check');

    assert.equal(code, 1);
    assert.deepEqual([without.code, without.stderr], [1, stderr]);
    assert.match(
      stderr,
      /access\/orders\.yml: authorizer tokens: caches results for 3600 s, but the document allows 60 s/,
    );
    assert.match(stderr, /access\/orders\.yml: the API now has POST \/orders; run gatewright access sync/);
  });

  it('is checked when the gateway starts: nothing listens if an authorizer is used unsafely', async () => {
    const { code, stderr } = await runCommand(['start', '.', '--port', '0', '--control-port', '0'], {
      cwd: folder,
    });

    assert.equal(code, 1);
    assert.match(stderr, /error: access\/orders\.yml: authorizer tokens: caches results for 3600 s/);
  });

  it('reports the line and column of every problem, and compiles nothing', async () => {
    const before = readFileSync(join(folder, 'access/compiled.json'), 'utf8');
    const broken = DOCUMENT.replace('effect: allow', 'effect: alow').replace('[/orders]', '[/order]');
    writeFileSync(join(folder, 'access/orders.yml'), broken);

    const { code, stderr } = await access('build');

    assert.equal(code, 1);
    assert.match(
      stderr,
      /error: access\/orders\.yml:11:25: rules\[0\]\.effect: must be one of allow, deny, not "alow"/,
    );
    assert.equal(readFileSync(join(folder, 'access/compiled.json'), 'utf8'), before);
  });

  it('reads the routes of an OpenAPI file, once it knows what kind of API it is', async () => {
    const api =
      'openapi: 3.0.1\nsecurity: [{ tokens: [] }]\npaths: { /orders: { get: {} }, "/orders/{id}": { get: {} } }\n';
    writeFileSync(join(folder, 'api.yaml'), api);
    const text = DOCUMENT.replace('../template.yaml', '../api.yaml');
    writeFileSync(join(folder, 'access/orders.yml'), text);

    const unknown = await access('sync');
    writeFileSync(join(folder, 'access/orders.yml'), `kind: rest\n${text}`);
    const known = await access('sync');

    assert.match(unknown.stderr, /add kind: rest or kind: http/);
    assert.match(known.stdout, /orders: 2 routes of REST API in \.\.\/api\.yaml/);
  });

  it('says which document needs routes if there are none', async () => {
    const file = join(folder, 'access/orders.yml');
    const text = readFileSync(file, 'utf8');
    writeFileSync(file, DOCUMENT.replace('../template.yaml', '../../shoop'));

    const { code, stderr } = await access('sync');
    writeFileSync(file, text);

    assert.equal(code, 1);
    assert.match(
      stderr,
      /error: access\/orders\.yml:4:9: routes: .*\/shoop does not exist; the path is relative to the folder of the document/,
    );
  });

  it('says where it looked in vain, and which file is not a document because of its name', async () => {
    const nowhere = await access('check', '--folder', 'acess');
    mkdirSync(join(folder, 'access/old.yml'));
    writeFileSync(join(folder, 'access/My Orders.yml'), DOCUMENT);
    const strange = await access('build');
    rmSync(join(folder, 'access/My Orders.yml'));

    assert.equal(nowhere.code, 1);
    assert.match(
      nowhere.stderr,
      /error: there is no folder acess: run gatewright init, or name the folder of the documents with --folder/,
    );
    assert.match(
      strange.stderr,
      /warning: access\/My Orders\.yml:1:1: is ignored, because its name cannot be the name of an access document: use lower-case letters, digits and -/,
    );
    assert.equal(strange.code, 0, strange.stderr);
  });

  it('lists the existing documents', async () => {
    const { code, stderr } = await runCommand(['access', 'matrix', 'nope']);

    assert.equal(code, 1);
    assert.match(
      stderr,
      /no access document has the name "nope"; expected one of .*food-delivery-http, food-delivery-rest/,
    );
  });
});

describe("the documents of this repository's own stack", () => {
  it('fit the APIs that they protect, and are what the authorizers ship', async () => {
    const { code, stderr } = await runCommand(['access', 'check', '.', 'examples/food-delivery']);

    assert.equal(code, 0, stderr);
  });
});
