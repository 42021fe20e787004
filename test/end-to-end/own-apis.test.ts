/** Functions and integrations call APIs of the same gateway at their addresses on AWS. */
import assert from 'node:assert/strict';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { after, before, describe, it } from 'node:test';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { signRequest } from '@gatewright/aws/sign-request';
import { aGateway, GATEWAY_ADMIN } from '../support/a-gateway.ts';
import type { StartedGateway } from '../support/a-gateway.ts';

const SIGN = pathToFileURL(join(import.meta.dirname, '../../packages/base/aws/sign-request.ts')).href;
const UNDICI = pathToFileURL(join(import.meta.dirname, '../../node_modules/undici/index.js')).href;
const DOMAIN = 'api.shop.example';
const PROGRAMS = mkdtempSync(join(tmpdir(), 'gatewright-own-apis-'));

/** A program in which each HTTP client of Node.js calls an address with headers, and prints `status body`. */
const NODE = `
import https from 'node:https';
import http2 from 'node:http2';
import { signRequest } from '${SIGN}';
const { env } = process;
const read = async (stream) => { let text = ''; for await (const part of stream) text += part; return text; };
const clients = {
  fetch: async (url, headers) => { const r = await fetch(url, { headers }); return r.status + ' ' + await r.text(); },
  https: (url, headers) => new Promise((done, fail) => https.get(url, { headers }, async (r) => done(r.statusCode + ' ' + await read(r))).on('error', fail)),
  agent: (url, headers) => new Promise((done, fail) => https.get(url, { headers, agent: new https.Agent({ keepAlive: true }) }, async (r) => done(r.statusCode + ' ' + await read(r))).on('error', fail)),
  undici: async (url, headers) => { const { request } = await import('${UNDICI}'); const r = await request(url, { headers }); return r.statusCode + ' ' + await r.body.text(); },
  http2: (url, headers) => new Promise((done, fail) => {
    const { origin, pathname } = new URL(url);
    const session = http2.connect(origin).on('error', fail);
    let status;
    const stream = session.request({ ':path': pathname, ...headers }).on('response', (head) => (status = head[':status'])).on('error', fail);
    read(stream).then((text) => { session.close(); done(status + ' ' + text); }, fail);
  }),
};
export const handler = async ({ client = 'fetch', url, isSigned }) => {
  const signed = signRequest({ accessKeyId: env.AWS_ACCESS_KEY_ID, secretAccessKey: env.AWS_SECRET_ACCESS_KEY, method: 'GET',
    url: new URL(url), headers: {}, body: '', service: 'execute-api', region: 'eu-west-1', nowEpochMs: Date.now() });
  return clients[client](url, isSigned ? signed : {}).catch((error) => String(error.cause ?? error));
};
export const pets = async (event) => 'pets for ' + (event.requestContext.identity?.userArn ?? event.requestContext.authorizer?.iam?.userArn ?? 'anyone') + ' at ' + event.requestContext.domainName;
export const rest = async (event) => ({ statusCode: 200, body: await pets(event) });
export const around = async ({ queryStringParameters: { url } }) => (await fetch(url)).text();
`;

const PYTHON = `
import asyncio, http.client, os, ssl, urllib.request
from urllib.parse import urlsplit

def by_urllib(url):
    with urllib.request.urlopen(url) as reply:
        return "%s %s" % (reply.status, reply.read().decode())

def by_connection(url):
    parts = urlsplit(url)
    connection = http.client.HTTPSConnection(parts.netloc, context=ssl.create_default_context())
    connection.request("GET", parts.path)
    reply = connection.getresponse()
    return "%s %s" % (reply.status, reply.read().decode())

async def by_streams(url):
    parts = urlsplit(url)
    reader, writer = await asyncio.open_connection(parts.netloc, 443, ssl=True)
    writer.write(("GET %s HTTP/1.1\\r\\nHost: %s\\r\\nConnection: close\\r\\n\\r\\n" % (parts.path, parts.netloc)).encode())
    text = (await reader.read()).decode()
    writer.close()
    return "%s %s" % (text.split(" ")[1], text.split("\\r\\n\\r\\n")[1])

def handler(event, context):
    assert not [name for name in os.environ if name.startswith("GATEWRIGHT_OWN")]
    client = event["client"]
    if client == "streams":
        return asyncio.run(by_streams(event["url"]))
    return {"urllib": by_urllib, "connection": by_connection}[client](event["url"])
`;

/**
 * A separate program that requires TLS, and uses the proxy and the certificate authorities that its environment names.
 */
const CURL = `#!/bin/bash
api="http://$AWS_LAMBDA_RUNTIME_API/2018-06-01/runtime/invocation"
while :; do
  head="$(mktemp)"; event="$(curl -sS --noproxy '*' -D "$head" "$api/next")" || exit 1
  id="$(tr -d '\\r' < "$head" | sed -n 's/^lambda-runtime-aws-request-id: //Ip')"
  url="$(sed 's/.*"url":"\\([^"]*\\)".*/\\1/' <<< "$event")"
  reply="$(curl -sS -w ' %{http_code}' "$url" 2>&1)"
  curl -sS --noproxy '*' -o /dev/null "$api/$id/response" -d "\\"$reply\\""
done
`;

const aFunction = (name: string, properties: object) => ({
  Type: 'AWS::Serverless::Function',
  Properties: {
    FunctionName: name,
    CodeUri: '.',
    Handler: 'app.handler',
    Runtime: 'nodejs24.x',
    Timeout: 20,
    ...properties,
  },
});
const role = (statement: object) => ({
  Type: 'AWS::IAM::Role',
  Properties: { Policies: [{ PolicyName: 'own', PolicyDocument: { Statement: [statement] } }] },
});
const route = (ApiId: string, Path: string, more: object = {}, Type = 'HttpApi') => ({
  Type,
  Properties: {
    ...(Type === 'Api' ? { RestApiId: { Ref: ApiId } } : { ApiId: { Ref: ApiId } }),
    Path,
    Method: 'GET',
    ...more,
  },
});

const RESOURCES = {
  Shop: { Type: 'AWS::Serverless::HttpApi', Properties: { Name: 'shop' } },
  Store: { Type: 'AWS::Serverless::Api', Properties: { Name: 'store', StageName: 'v1' } },
  Pets: aFunction('pets', {
    Handler: 'app.pets',
    FunctionUrlConfig: { AuthType: 'NONE' },
    Events: { Get: route('Shop', '/pets') },
  }),
  Rest: aFunction('rest', {
    Handler: 'app.rest',
    Events: {
      Get: route('Store', '/pets', {}, 'Api'),
      Signed: route('Store', '/signed', { Auth: { Authorizer: 'AWS_IAM' } }, 'Api'),
    },
  }),
  Around: aFunction('around', {
    Handler: 'app.around',
    ReservedConcurrentExecutions: 1,
    Events: { Get: route('Shop', '/around') },
  }),
  Node: aFunction('node', { Role: { 'Fn::GetAtt': ['May', 'Arn'] } }),
  Denied: aFunction('denied', { Role: { 'Fn::GetAtt': ['MayNot', 'Arn'] } }),
  May: role({
    Effect: 'Allow',
    Action: 'execute-api:Invoke',
    Resource: 'arn:aws:execute-api:eu-west-1:123456789012:*',
  }),
  MayNot: role({ Effect: 'Allow', Action: 's3:GetObject', Resource: '*' }),
  Python: aFunction('python', { Handler: 'app.handler', Runtime: 'python3.12' }),
  Curl: aFunction('curl', { CodeUri: join(PROGRAMS, 'curl'), Handler: 'any', Runtime: 'provided.al2023' }),
  Domain: {
    Type: 'AWS::ApiGatewayV2::DomainName',
    Properties: {
      DomainName: DOMAIN,
      DomainNameConfigurations: [{ CertificateArn: 'arn:aws:acm:eu-west-1:123456789012:certificate/c' }],
    },
  },
  Mapping: {
    Type: 'AWS::ApiGatewayV2::ApiMapping',
    DependsOn: 'Domain',
    Properties: { ApiId: { Ref: 'Shop' }, DomainName: DOMAIN, Stage: '$default' },
  },
  ...Object.fromEntries(
    ['address', 'domain', 'url'].flatMap((name) => [
      [
        `Proxy${name}`,
        {
          Type: 'AWS::ApiGatewayV2::Integration',
          Properties: {
            ApiId: { Ref: 'Shop' },
            IntegrationType: 'HTTP_PROXY',
            IntegrationMethod: 'GET',
            PayloadFormatVersion: '1.0',
            IntegrationUri: {
              address: { 'Fn::Sub': 'https://${Shop}.execute-api.${AWS::Region}.amazonaws.com/pets' },
              domain: `https://${DOMAIN}/pets`,
              url: { 'Fn::GetAtt': ['PetsUrl', 'FunctionUrl'] },
            }[name],
          },
        },
      ],
      [
        `Route${name}`,
        {
          Type: 'AWS::ApiGatewayV2::Route',
          Properties: {
            ApiId: { Ref: 'Shop' },
            RouteKey: `GET /by-${name}`,
            Target: { 'Fn::Sub': `integrations/\${Proxy${name}}` },
          },
        },
      ],
    ]),
  ),
};

/** The other stack. A function of this stack calls its API, which calls an API of this stack. */
const OTHER = {
  Transform: 'AWS::Serverless-2016-10-31',
  Resources: {
    Depot: { Type: 'AWS::Serverless::HttpApi', Properties: { Name: 'depot' } },
    Forward: aFunction('forward', { Handler: 'app.around', Events: { Get: route('Depot', '/forward') } }),
  },
};

describe('an API of this gateway at its address on AWS', () => {
  let started: StartedGateway;
  let addresses: Readonly<Record<'depot' | 'http' | 'rest' | 'signed' | 'domain' | 'url', string>>;

  before(async () => {
    mkdirSync(join(PROGRAMS, 'curl'));
    writeFileSync(join(PROGRAMS, 'curl', 'bootstrap'), CURL, { mode: 0o755 });
    started = await aGateway(
      RESOURCES,
      { roles: true },
      { 'app.mjs': NODE, 'app.py': PYTHON, 'other.json': JSON.stringify(OTHER) },
      { Transform: 'AWS::Serverless-2016-10-31' },
      ['other.json'],
    );
    const idOf = (name: string): string =>
      started.gateway.routes().find((api) => api.name === name)?.id ?? '';
    const at = (id: string) => `https://${id}.execute-api.eu-west-1.amazonaws.com`;
    addresses = {
      depot: `${at(idOf('depot'))}/forward`,
      http: `${at(idOf('shop'))}/pets`,
      rest: `${at(idOf('store'))}/v1/pets`,
      signed: `${at(idOf('store'))}/v1/signed`,
      domain: `https://${DOMAIN}/pets`,
      url: `https://${idOf('pets')}.lambda-url.eu-west-1.on.aws/`,
    };
  });
  after(async () => {
    await started.close();
    rmSync(PROGRAMS, { recursive: true });
  });

  /** Invokes a function, and returns its answer. */
  async function run(name: string, event: object): Promise<unknown> {
    const url = new URL(`${started.listening.control}/2015-03-31/functions/${name}/invocations`);
    const body = JSON.stringify(event);
    const call = { method: 'POST', url, headers: {}, body, service: 'lambda', region: 'eu-west-1' };
    const headers = signRequest({ ...GATEWAY_ADMIN, ...call, nowEpochMs: Date.now() });
    return (await fetch(url, { method: 'POST', body, headers })).json();
  }

  for (const client of ['fetch', 'https', 'agent', 'undici', 'http2'])
    for (const kind of ['http', 'rest', 'domain', 'url'] as const)
      it(`answers a function in Node.js that calls its ${kind} address with ${client}`, async () => {
        const url = addresses[kind];
        assert.equal(await run('node', { client, url }), `200 pets for anyone at ${new URL(url).host}`);
      });

  it('evaluates the role of a function that signs its call', async () => {
    const url = addresses.signed;
    const answer = String(await run('node', { url, isSigned: true }));
    assert.match(answer, /^200 pets for arn:aws:sts::123456789012:assumed-role\//);
    assert.match(
      String(await run('denied', { url, isSigned: true })),
      /^403 .*is not authorized to perform: execute-api:Invoke/,
    );
    assert.match(String(await run('node', { url })), /^403 .*Missing Authentication Token/);
  });

  for (const client of ['urllib', 'connection', 'streams'])
    for (const kind of ['http', 'rest', 'domain', 'url'] as const)
      it(`answers a function in Python that calls its ${kind} address with ${client}`, async () => {
        const url = addresses[kind];
        assert.equal(await run('python', { client, url }), `200 pets for anyone at ${new URL(url).host}`);
      });

  it('answers a program with its own TLS', async () => {
    const url = addresses.http;
    assert.equal(await run('curl', { url }), `pets for anyone at ${new URL(url).host} 200`);
  });

  for (const kind of ['address', 'domain', 'url'])
    it(`answers an integration with its ${kind} address`, async () => {
      const reply = await fetch(`${started.urlOf('http')}/by-${kind}`);
      assert.deepEqual([reply.status, (await reply.text()).slice(0, 15)], [200, 'pets for anyone']);
    });

  it('answers a function of another stack, which in turn answers a function of this stack', async () => {
    const url = `${addresses.depot}?url=${addresses.http}`;
    assert.match(String(await run('node', { url })), /^200 pets for anyone at /);
  });

  it('throttles a function that calls itself and has a concurrency of one, as AWS does', async () => {
    const own = addresses.http.replace('/pets', '/around');
    const reply = await fetch(
      `${started.urlOf('http')}/around?url=${encodeURIComponent(`${own}?url=${addresses.http}`)}`,
    );
    assert.deepEqual([reply.status, await reply.text()], [200, '{"message":"Service Unavailable"}']);
  });
});
