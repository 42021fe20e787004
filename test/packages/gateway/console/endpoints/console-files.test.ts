/** Other web pages can do nothing to the console. */
import assert from 'node:assert/strict';
import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, describe, it } from 'node:test';
import { WebSocket } from 'ws';
import { serveConsole } from '../../../../../packages/gateway/console/endpoints/console-files.ts';
import { aConsoleGateway } from '../../../../support/console-gateway.ts';
import type { ConsoleGateway } from '../../../../support/console-gateway.ts';

const GUARDED = [
  '/console/',
  '/console/start',
  ...['requests', 'requests.har', 'requests/events', 'send', 'clock', 'recorded'].map(below),
  ...['apis', 'access', 'access/ask', 'caches', 'caches/flush', 'connections', 'connections/send'].map(
    inspected,
  ),
  ...['keys', 'keys/remaining', 'invoices', 'tables', 'cost', 'numbers', 'functions', 'start'].map(inspected),
];

function below(name: string): string {
  return `/_gatewright/${name}`;
}

function inspected(name: string): string {
  return below(`console/${name}`);
}

describe('the console', () => {
  let at: ConsoleGateway;
  before(async () => {
    at = await aConsoleGateway();
  });
  after(() => at[Symbol.asyncDispose]());
  const bearers = async () => [{ Authorization: `Bearer ${at.secret}` }, await at.asPage()];

  it('is a page with a policy that blocks other origins, and contains no secret', async () => {
    const { status, headers, text } = await at.send('GET', '/console/');

    assert.equal(status, 200);
    const policy = headers.get('content-security-policy') ?? '';
    for (const part of [
      "default-src 'none'",
      "script-src 'self'",
      "frame-ancestors 'none'",
      "form-action 'none'",
    ])
      assert.ok(policy.includes(part), part);
    assert.ok(!policy.includes('unsafe'));
    assert.ok(!text.includes(at.key));
    assert.ok(at.console.startsWith(`${at.control}/console/#`));
  });

  it('redirects short links to the page, and serves no other file', async () => {
    const link = await at.send('GET', '/r/0f5b1c2d');

    assert.deepEqual([link.status, link.headers.get('location')], [302, '/console/?request=0f5b1c2d']);
    assert.equal((await at.send('GET', '/console/nothing.js')).status, 404);
    const request = {
      method: 'GET',
      path: '/console/',
      query: '',
      rawHeaders: [],
      host: '',
      body: Buffer.alloc(0),
    };
    assert.equal(await serveConsole(request, undefined), undefined);
  });

  const attacks: {
    name: string;
    headers: (port: string) => Record<string, string>;
    method?: string;
    body?: string;
  }[] = [
    { name: 'a page on another local port', headers: () => ({ Origin: 'http://127.0.0.1:5173' }) },
    { name: 'a page of the internet', headers: () => ({ Origin: 'https://evil.example' }) },
    { name: 'a sandboxed frame', headers: () => ({ Origin: 'null' }) },
    {
      name: 'a name that was rebound to this machine',
      headers: (port) => ({ Host: `evil.example:${port}` }),
    },
    {
      name: 'a form of another origin',
      headers: () => ({
        Origin: 'https://evil.example',
        'Content-Type': 'application/x-www-form-urlencoded',
      }),
      method: 'POST',
      body: 'shiftMs=86400000',
    },
    {
      name: 'a form without Origin, by fetch metadata',
      headers: () => ({ 'Sec-Fetch-Site': 'cross-site' }),
      method: 'POST',
    },
  ];
  for (const { name, headers, method = 'GET', body = '' } of attacks) {
    it(`refuses ${name}, even with a key`, async () => {
      const port = new URL(at.control).port;
      for (const bearer of await bearers())
        for (const path of GUARDED) {
          const reply = await at.send(method, path, { ...bearer, ...headers(port) }, body);

          assert.equal(reply.status, 403, path);
          assert.match(reply.text, /origin|Cross-site|the host/);
          assert.equal(reply.headers.get('access-control-allow-origin'), null);
        }
    });
  }

  it('refuses callers without the key, cookies included', async () => {
    const wrong = [`Bearer ${at.key}`, 'Bearer wrong', 'Bearer '].map((Authorization) => ({ Authorization }));
    for (const headers of [{}, { Cookie: `key=${at.key}` }, ...wrong])
      for (const path of GUARDED.slice(2))
        for (const method of ['GET', 'POST'])
          assert.equal((await at.send(method, path, headers)).status, 401, path);
    assert.equal((await at.send('GET', `/_gatewright/requests?key=${at.key}`)).status, 401);
  });

  it('lets its page do what the page does, and nothing else', async () => {
    const page = await at.asPage();
    for (const path of ['clock', 'requests', 'console/apis', 'console/saved'])
      assert.equal((await at.send('GET', below(path), page)).status, 200, path);
    for (const [method, path] of [
      ['GET', 'status'],
      ['GET', 'logs'],
      ['POST', 'token'],
      ['POST', 'reset'],
      ['POST', 'data/save'],
      ['POST', 'invoke'],
      ['POST', 'console/key'],
    ] as const)
      assert.equal((await at.send(method, below(path), page)).status, 403, path);
  });

  it('refuses the key of before, and ends its stream, once it is renewed', async () => {
    const before = await at.asPage();
    const stream = await fetch(`${at.control}/_gatewright/requests/events?since=0`, { headers: before });
    const { link } = (await at.ask('POST', 'console/key', {})) as { readonly link: string };
    await fetch(`${at.urlOf('shop')}/nothing`);

    assert.ok(!(await stream.text()).includes('event: rows'));
    assert.equal((await at.send('GET', below('console/apis'), before)).status, 401);
    const page = await at.asPage(link.slice(link.indexOf('#') + 1));
    assert.equal((await at.send('GET', below('console/apis'), page)).status, 200);
    assert.deepEqual(await at.ask('GET', 'console/key'), { status: 200, link });
  });

  const upgrades: { name: string; headers: (port: string) => Record<string, string> }[] = [
    { name: 'a page on another local port', headers: () => ({ Origin: 'http://127.0.0.1:5173' }) },
    { name: 'a page of the internet', headers: () => ({ Origin: 'https://evil.example' }) },
    { name: 'a sandboxed frame', headers: () => ({ Origin: 'null' }) },
    {
      name: 'a name that was rebound to this machine',
      headers: (port) => ({ Host: `evil.example:${port}`, Origin: `http://evil.example:${port}` }),
    },
  ];
  for (const { name, headers } of upgrades) {
    it(`opens no WebSocket of the control port to ${name}, even with a key`, async () => {
      const { host, port } = new URL(at.control);
      for (const path of GUARDED)
        for (const known of [{}, ...(await bearers())])
          await assert.rejects(
            opened(`ws://${host}${path}`, { ...known, ...headers(port) }),
            /Unexpected server response: (?:400|401|403|404|405|426)$/,
            path,
          );
    });
  }

  it('blocks WebSocket APIs for a rebound name too', async () => {
    const { port, href } = new URL(at.urlOf('chat'));
    for (const Host of ['evil.example', `evil.example:${port}`])
      await assert.rejects(opened(href, { Host }), /Unexpected server response: 40[34]$/);
  });
});

describe('a tab of the console', () => {
  it('keeps its key over a restart in the folder, and signs requests for each start', async () => {
    const [folder, keys] = ['start', 'keys'].map((name) =>
      mkdtempSync(join(tmpdir(), `gatewright-${name}-`)),
    );
    const signatures: string[] = [];
    let link: string | undefined;
    for (const at of [1, 2]) {
      await using gateway = await aConsoleGateway(keys, folder);
      const page = await gateway.asPage(link);
      link ??= gateway.key;
      signatures.push(page.Authorization);

      assert.equal(gateway.key, link, `start ${at}`);
      for (const [nth, Authorization] of signatures.entries())
        assert.equal(
          (await gateway.send('GET', below('requests'), { Authorization })).status,
          nth === signatures.length - 1 ? 200 : 401,
        );
    }
    for (const one of [folder, keys]) rmSync(one ?? '', { recursive: true, force: true });
  });
});

async function opened(url: string, headers: Record<string, string>): Promise<void> {
  const socket = new WebSocket(url, { headers });
  try {
    await once(socket, 'open');
  } finally {
    socket.terminate();
  }
}
