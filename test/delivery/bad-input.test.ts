import assert from 'node:assert/strict';
import { createServer } from 'node:http';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, describe, it } from 'node:test';
import { runCommand } from '../support/command.ts';
import type { AddressInfo } from 'node:net';

const folder = mkdtempSync(join(tmpdir(), 'gatewright-bad-'));
after(() => rmSync(folder, { recursive: true }));

function file(name: string, text: string): string {
  const path = join(folder, name);
  mkdirSync(join(path, '..'), { recursive: true });
  writeFileSync(path, text);
  return path;
}

const SERVICE = 'service: shop\nframeworkVersion: "4"\nprovider: { name: aws, runtime: nodejs24.x }\n';
const FUNCTION = (handler: string): string =>
  `functions:\n  list:\n    handler: ${handler}\n    events: [{ httpApi: GET /list }]\n`;

file('missing-handler/serverless.yml', SERVICE + FUNCTION('src/nowhere.handler'));
file('unresolved/serverless.yml', `${SERVICE}custom: { key: '\${env:NOT_THERE}' }\n${FUNCTION('a.handler')}`);
file(
  'staged/serverless.yml',
  `${SERVICE}params: { dev: { a: 1 }, prod: { a: 2 } }\n${FUNCTION('a.handler')}`,
);
const broken = file('broken.yaml', 'Resources:\n  Api:\n    - { Type: [\n');
const wrong = file(
  'wrong.yaml',
  'Resources:\n  Api: { Type: AWS::ApiGatewayV2::Api, Properties: { Name: a, ProtocolType: SOAP } }\n',
);
const tables = file(
  'tables.json',
  JSON.stringify({ Resources: { Queue: { Type: 'AWS::MSK::Cluster', Properties: {} } } }),
);
file('damaged/issuer-keys.json', '{}');
file('torn/dynamodb/CURRENT', 'MANIFEST-000001');
const accessFolder = join(folder, 'access');
file(
  'access/orders.yml',
  `version: 1
api:
  dev: { stack: orders-dev, logicalId: Api, stage: dev }
  prod: { apiId: a1b2c3d4e5, stage: prod }
routes: live
issuers: [{ id: main, type: oidc, issuer: https://issuer.example/, audience: [api] }]
sources: [{ in: header, name: authorization, scheme: Bearer, issuers: [main] }]
rules: [{ id: list, effect: allow, methods: [GET], paths: [/orders] }]
`,
);
const settled = file('settled/template.json', '{"Resources":{}}');
file('settled/gatewright.yml', 'stage: dev\nprot: 4000\n');
const PORTS = ['--port', '0', '--control-port', '0'];

/** One row per kind of fault: what is given, and what the one message must say. */
const rows: { name: string; args: readonly string[]; says: RegExp }[] = [
  {
    name: 'a template that is not there',
    args: ['start', join(folder, 'no.yaml'), ...PORTS],
    says: /no\.yaml: template not found/,
  },
  { name: 'a broken template', args: ['start', broken, ...PORTS], says: /broken\.yaml:\d+: invalid YAML/ },
  {
    name: 'a template that AWS would refuse',
    args: ['start', wrong, ...PORTS],
    says: /wrong\.yaml:2: Api\.ProtocolType: ProtocolType must be HTTP or WEBSOCKET/,
  },
  {
    name: 'an invalid setting next to the template',
    args: ['start', settled, ...PORTS],
    says: /settled\/gatewright\.yml:2: unknown setting "prot"; known settings: sources, parts, without, claimsChecked, check, account, /,
  },
  {
    name: 'an unknown stage',
    args: ['start', join(folder, 'staged'), '--stage', 'qa', ...PORTS],
    says: /unknown stage "qa": params has dev, prod/,
  },
  {
    name: 'a handler file that is missing, with --strict',
    args: ['start', join(folder, 'missing-handler'), '--strict', ...PORTS],
    says: /src\/nowhere/,
  },
  {
    name: 'an unresolved variable',
    args: ['start', join(folder, 'unresolved'), ...PORTS],
    says: /unresolved\/serverless\.yml.*\$\{env:NOT_THERE\}/,
  },
  { name: 'an unknown option', args: ['start', '--colour'], says: /unknown option '--colour'/ },
  { name: 'an unknown command', args: ['strat'], says: /unknown command 'strat'\n\(Did you mean start\?\)/ },
  {
    name: 'an invalid port',
    args: ['start', '--port', '70000'],
    says: /A port is a number from 0 to 65535/,
  },
  {
    name: 'what cannot be enforced, with --strict',
    args: ['start', tables, '--strict', ...PORTS],
    says: /--strict: these parts .*\n +\S+: Queue \(AWS::MSK::Cluster\)/,
  },
  {
    name: 'a store that is not a URL',
    args: ['start', broken, '--dynamodb', 'mysql'],
    says: /--dynamodb must be "embedded" or a URL/,
  },
  {
    name: 'a data directory below a file',
    args: ['start', broken, '--data', join(broken, 'data'), ...PORTS],
    says: /--data: .*broken\.yaml\/data cannot be /,
  },
  {
    name: 'damaged keys of the issuer, in a folder that is not kept afterwards',
    args: ['start', tables, '--data', join(folder, 'damaged'), ...PORTS],
    says: /damaged\/issuer-keys\.json is damaged; delete it to start with a new key/,
  },
  {
    name: 'the same folder again: the failed start has not kept its lock',
    args: ['start', tables, '--data', join(folder, 'damaged'), ...PORTS],
    says: /damaged\/issuer-keys\.json is damaged/,
  },
  {
    name: 'tables on disk that are damaged',
    args: ['start', tables, '--data', join(folder, 'torn'), ...PORTS],
    says: /torn\/dynamodb is damaged \(.+\); restore a copy, or delete the folder to start with empty tables/,
  },
  {
    name: 'a token without a gateway',
    args: ['token'],
    says: /no running gateway was started from this folder/,
  },
  {
    name: 'an invalid shift of time',
    args: ['clock', 'tomorrow'],
    says: /"tomorrow" is not a time shift; write \+1d/,
  },
  { name: 'an invalid WebSocket', args: ['send', 'http://x', 'hi'], says: /is not a WebSocket URL/ },
  {
    name: 'a WebSocket if nothing listens',
    args: ['send', 'ws://127.0.0.1:1/dev?token=secret', 'hi'],
    says: /ws:\/\/127\.0\.0\.1:1\/dev cannot be reached: ECONNREFUSED; check that a server is running at this address$/m,
  },
  {
    name: 'a plan that is not there',
    args: ['plan', 'save', join(folder, 'no-plan.yml')],
    says: /no-plan\.yml cannot be read: ENOENT: no such file or directory/,
  },
  {
    name: 'a stage that no access document names',
    args: ['access', 'sync', '--folder', accessFolder, '--stage', 'prd'],
    says: /no access document has stage "prd" under api; expected one of dev, prod/,
  },
  {
    name: 'a stage that the document does not name',
    args: ['access', 'sync', 'orders', '--folder', accessFolder, '--stage', 'test'],
    says: /no access document has stage "test"/,
  },
];

describe('the command', () => {
  for (const { name, args, says } of rows)
    it(`answers ${name} with one message and a non-zero exit code`, async () => {
      const { code, stdout, stderr } = await runCommand(args, { cwd: folder });

      assert.equal(code, 1);
      assert.equal(stdout, '');
      assert.match(stderr, says);
      assert.doesNotMatch(stderr, /^ +at /m, 'no stack trace');
      assert.equal(stderr.match(/error:/g)?.length, 1);
    });

  it('says with which status a WebSocket was refused, without the token in its address', async () => {
    const refusing = createServer();
    refusing.on('upgrade', (_, socket) => socket.end('HTTP/1.1 403 Forbidden\r\nContent-Length: 0\r\n\r\n'));
    await new Promise<void>((resolve) => refusing.listen(0, '127.0.0.1', resolve));
    const { port } = refusing.address() as AddressInfo;

    const { code, stderr } = await runCommand(['send', `ws://127.0.0.1:${port}/dev?token=secret`, 'hi']);
    refusing.close();

    assert.equal(code, 1);
    assert.equal(stderr, `error: ws://127.0.0.1:${port}/dev refused the connection: 403 Forbidden\n`);
  });

  it('says which port is in use and what to do', async () => {
    const taken = createServer();
    await new Promise<void>((resolve) => taken.listen(0, '127.0.0.1', resolve));
    const { port } = taken.address() as AddressInfo;

    const { code, stderr } = await runCommand(['start', tables, '--control-port', String(port)], {
      cwd: folder,
    });
    taken.close();

    assert.equal(code, 1);
    assert.match(stderr, new RegExp(`port ${port} is in use; choose another with --control-port`));
  });
});
