/** `gatewright init --add` in the folder of a service. */
import assert from 'node:assert/strict';
import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, describe, it } from 'node:test';
// Where it is loaded it stays, and that must not be a folder of a test.
import 'esbuild';
import { runCommandHere } from '../../../../support/command-in-process.ts';
import { portalProblems, readPortal } from '@gatewright/authoring/portal/portal-files';
import { anHttpApiTemplate } from '../../../../support/a-small-template.ts';

const folder = mkdtempSync(join(tmpdir(), 'gatewright-init-add-'));
after(() => rmSync(folder, { recursive: true }));
const run = (...words: readonly string[]) => runCommandHere(['init', ...words], { cwd: folder });
const read = (name: string): string => readFileSync(join(folder, 'gatewright', name), 'utf8');

describe('gatewright init --add', () => {
  it('needs a stack, adds a part with what it needs, and says where to begin', async () => {
    writeFileSync(
      join(folder, 'template.json'),
      JSON.stringify(anHttpApiTemplate('exports.handler = async () => 1;')),
    );
    const without = await run('.', '--add', 'quotas');
    assert.match(without.stderr, /--add needs an existing stack: run gatewright init first/);
    assert.equal((await run('.')).code, 0);

    const { stdout } = await run('--add', 'quotas');

    assert.match(stdout, /^added quotas to gatewright\/gatewright\.yml; the next deployment/);
    assert.match(stdout, /^quotas: node_modules\/gatewright\/docs\/guides\/sell\/quota\.md$/m);
    assert.match(read('gatewright.yml'), /^parts: \[authorizers, quotas\]\nwithout: \[access-logs\]$/m);
    assert.match((await run('--add', 'quotas')).stdout, /^the stack already has these parts/);
  });

  it('writes the document of the API of channels, and says with which parameter the stack has this API', async () => {
    const { stdout } = await run('--add', 'channels');

    assert.match(
      stdout,
      /^created gatewright\/access\/channels\.yml: to create the WebSocket API of the stack, add websocketApi: true to params\.dev in gatewright\/serverless\.yml/m,
    );
    assert.match(
      read('access/channels.yml'),
      /\$schema=\.\.\/\.\.\/node_modules[^]*logicalId: WebsocketsApi[^]*in: subprotocol/,
    );
  });

  // docs/guides/receive/realtime.md, "Try it": init gives the part to a service that uses tickets, without the
  // document.
  it('writes that document also if the stack has the part already', async () => {
    rmSync(join(folder, 'gatewright/access/channels.yml'));

    const { stdout } = await run('--add', 'channels');

    assert.match(
      stdout,
      /^the stack already has these parts\ncreated gatewright\/access\/channels\.yml: to create the WebSocket API/,
    );
    assert.match(read('access/channels.yml'), /logicalId: WebsocketsApi/);
    assert.equal((await run('--add', 'channels')).stdout, 'the stack already has these parts\n');
  });

  // Without access/portal.yml, a stack with the portal is not packaged (layers/portal-part.ts).
  it('writes the documents of webhooks and of the portal, which offers the plans of the documents', async () => {
    writeFileSync(
      join(folder, 'gatewright/access/plans.yml'),
      `quota: { plans: [{ id: gold, version: 1 }, { id: free, version: 1 }] }\n`,
    );

    const { stdout } = await run('--add', 'webhooks,portal');

    assert.match(stdout, /^created gatewright\/access\/webhooks\.yml: name your senders/m);
    assert.match(
      stdout,
      /^created gatewright\/access\/portal\.yml: write in this file which plans and keys/m,
    );
    assert.match(
      read('access/portal.yml'),
      /\$schema=\.\.\/\.\.\/node_modules[^]*- \{ plan: gold, title: gold[^]*- \{ plan: free, title: free/,
    );
    const page = { page: () => new Map([['index.html', '<title>Portal</title>']]) };
    assert.deepEqual(portalProblems(readPortal(join(folder, 'gatewright/access'), page)), []);
  });

  it('writes a comment about keys that is valid for the documents once an issuer has the prefix', async () => {
    const service = mkdtempSync(join(folder, 'todos-'));
    const provider = { name: 'aws', runtime: 'nodejs24.x', region: 'us-east-1' };
    const functions = { list: { handler: 'index.handler', events: [{ http: 'GET todos' }] } };
    writeFileSync(join(service, 'serverless.yml'), JSON.stringify({ service: 'todos', provider, functions }));
    writeFileSync(join(service, 'index.mjs'), 'export const handler = async () => ({ statusCode: 200 });');
    assert.equal(
      (await runCommandHere(['init', '.', '--parts', 'authorizers,quotas,portal'], { cwd: service })).code,
      0,
    );
    const access = join(service, 'gatewright/access');
    const [name = ''] = readdirSync(access).filter((file) => file !== 'portal.yml' && file.endsWith('.yml'));
    const uncomment = (file: string, line: RegExp): void => {
      const path = join(access, file);
      const text = readFileSync(path, 'utf8');
      assert.match(text, line);
      writeFileSync(path, text.replace(line, '$1'));
    };

    writeFileSync(
      join(access, name.replace('.yml', '.routes.json')),
      JSON.stringify({
        kind: 'rest',
        apiIds: { dev: ['abcdefghij'] },
        routes: [{ method: 'GET', path: '/todos', isProtected: true }],
      }),
    );

    uncomment('portal.yml', /^# (keys: .*)$/m);
    assert.match(
      (await runCommandHere(['access', 'build'], { cwd: service })).stderr,
      /portal\.yml:\d+:\d+: keys\.prefix: no access document has an apiKey issuer with the prefix todos/,
    );
    uncomment(name, /# (- \{ id: keys, type: apiKey, prefix: todos \})$/m);
    uncomment(name, /# (- \{ in: header, name: x-api-key, issuers: \[keys\] \})$/m);

    const { code, stderr } = await runCommandHere(['access', 'build'], { cwd: service });
    assert.deepEqual([stderr, code], ['', 0]);
  });
});

describe('the next steps of gatewright init', () => {
  const next = async (definition: object): Promise<string> => {
    const service = mkdtempSync(join(folder, 'service-'));
    const provider = { name: 'aws', runtime: 'nodejs24.x', region: 'us-east-1' };
    const functions = { a: { handler: 'a.handler', events: [{ httpApi: 'GET /a' }] } };
    writeFileSync(
      join(service, 'serverless.yml'),
      JSON.stringify({ service: 'shop', provider, functions, ...definition }),
    );
    writeFileSync(join(service, 'a.js'), 'exports.handler = async () => 1;');
    const { stdout, stderr } = await runCommandHere(['init', service, '--json'], { cwd: folder });
    assert.equal(stderr.includes('error'), false, stderr);
    return stdout;
  };
  // docs/guides/protect/own-repository.md, "What can go wrong": without it, the package has the stack and its state.
  it('say how to leave the stack out of the package of the service, unless it is left out', async () => {
    assert.match(await next({}), /exclude the stack from the package of your service/);
    for (const definition of [
      { plugins: ['gatewright'] },
      { plugins: ['serverless-esbuild'], custom: { esbuild: {} } },
      { package: { patterns: ['!**/.gatewright/**', '!gatewright/**'] } },
    ])
      assert.doesNotMatch(await next(definition), /exclude the stack/);
  });
});
