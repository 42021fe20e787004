/**
 * Third-party clients, unmodified, at examples/agent-tools: they find the issuer, register, sign in offline, list and
 * call tools, and get a refusal. The Inspector is installed for this test, which names it if no registry answers.
 */
import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, describe, it } from 'node:test';
import { Client, StreamableHTTPClientTransport, UnauthorizedError } from '@modelcontextprotocol/client';
import type { OAuthClientProvider, OAuthDiscoveryState } from '@modelcontextprotocol/client';
import type { ChildProcessByStdio } from 'node:child_process';
import type { Readable } from 'node:stream';
import { installTool, toolFolder } from '../../lab/tools/install-tool.ts';
import { portForLater } from '../support/port-for-later.ts';
import { READY, runCommand, startCommand } from '../support/command.ts';
import { anInstalledCopy } from '../support/npm-service.ts';
import { isOfNetwork } from '../support/of-network.ts';
import { noTerminal } from '../support/on-a-terminal.ts';
import type { Running } from '../support/command.ts';

const EXAMPLE = join(import.meta.dirname, '../../examples/agent-tools');
const INSPECTOR = join(
  toolFolder('mcp-inspector'),
  'node_modules/@modelcontextprotocol/inspector/clients/launcher/build/index.js',
);
const REDIRECT = 'http://localhost:33418/callback';
const DEADLINE_MS = 60_000;
/** It ends with a white space, or with the control character that ends a link of the terminal. */
const AUTHORIZE = /http:\/\/127\.0\.0\.1:\d+\/authorize\?[\w%&=.~+-]+(?=[^\w%&=.~+-])/;

/** A reader may use these tools; `refund_order` is support's. */
const TOOLS_OF_A_READER = ['get_order', 'list_orders'];

type Printed = { readonly code: number | null; readonly stdout: string; readonly stderr: string };

type Stored = {
  client?: Awaited<ReturnType<OAuthClientProvider['clientInformation']>>;
  tokens?: Awaited<ReturnType<OAuthClientProvider['tokens']>>;
  discovery?: OAuthDiscoveryState;
  verifier: string;
  page?: URL;
};

/** Stores what an application with a browser stores. */
function aProvider(): { readonly stored: Stored; readonly provider: OAuthClientProvider } {
  const stored: Stored = { verifier: '' };
  const provider: OAuthClientProvider = {
    redirectUrl: REDIRECT,
    clientMetadata: { client_name: 'Probe', redirect_uris: [REDIRECT] },
    clientInformation: () => stored.client,
    saveClientInformation: (client) => {
      stored.client = client;
    },
    tokens: () => stored.tokens,
    saveTokens: (tokens) => {
      stored.tokens = tokens;
    },
    redirectToAuthorization: (page) => {
      stored.page = page;
    },
    saveDiscoveryState: (state) => {
      stored.discovery = state;
    },
    discoveryState: () => stored.discovery,
    saveCodeVerifier: (verifier) => {
      stored.verifier = verifier;
    },
    codeVerifier: () => stored.verifier,
  };
  return { stored, provider };
}

/** Opens a page of the issuer, which sends the browser back to the client at once. */
async function openPage(page: string | URL | undefined): Promise<URL> {
  assert.ok(page !== undefined, 'the client has opened no page');
  const reply = await fetch(page, { redirect: 'manual' });
  assert.equal(reply.status, 303);
  return new URL(reply.headers.get('location') ?? '');
}

// Links in place of what npm installs start nothing in a shell of Windows.
describe('examples/agent-tools and third-party clients', { skip: process.platform === 'win32' }, () => {
  let copy: Awaited<ReturnType<typeof anInstalledCopy>>;
  let gateway: Running | undefined;
  let server = '';

  before(async () => {
    copy = await anInstalledCopy(EXAMPLE);
    const port = await portForLater();
    server = `http://127.0.0.1:${port}/mcp`;
    for (const name of ['serverless.yml', 'gatewright/access/agent-tools.yml']) {
      const file = join(copy.directory, name);
      const text = await readFile(file, 'utf8');
      assert.ok(text.includes('127.0.0.1:3000'), name);
      await writeFile(file, text.replaceAll('127.0.0.1:3000', `127.0.0.1:${port}`));
    }
    const options = {
      cwd: copy.directory,
      program: [join(copy.directory, 'node_modules/gatewright/bin/gatewright.cjs')],
      environment: { GATEWRIGHT_HOME: join(copy.directory, '../home') },
    };
    const init = await runCommand(['init', '--if-missing'], options);
    assert.equal(init.code, 0, init.stderr);
    const ports = ['--port', String(port), '--control-port', '0', '--json'];
    gateway = await startCommand(['start', '--sign-in-as', 'ann:reader', ...ports], READY, options);
  });
  after(async () => {
    await gateway?.stop();
    await copy.remove();
  });

  // The versions of the protocol: https://modelcontextprotocol.io/specification/versioning
  const eras = [
    { name: 'of 2026-07-28', mode: { pin: '2026-07-28' }, era: 'modern' },
    { name: 'of earlier revisions', mode: 'legacy', era: 'legacy' },
  ] as const;
  for (const { name, mode, era } of eras)
    it(`signs in the official client ${name}, which then lists, calls and is refused`, async () => {
      const { stored, provider } = aProvider();
      const open = (): StreamableHTTPClientTransport =>
        new StreamableHTTPClientTransport(new URL(server), { authProvider: provider });
      const aClient = (): Client =>
        new Client({ name: 'probe', version: '1.0.0' }, { versionNegotiation: { mode } });

      const refused = open();
      await assert.rejects(aClient().connect(refused), UnauthorizedError);
      const back = await openPage(stored.page);
      assert.equal(`${back.origin}${back.pathname}`, REDIRECT);
      await refused.finishAuth(back.searchParams);

      const client = aClient();
      await client.connect(open());
      assert.equal(client.getProtocolEra(), era);
      const { tools } = await client.listTools();
      assert.deepEqual(
        tools.map((tool) => tool.name),
        TOOLS_OF_A_READER,
      );
      const order = await client.callTool({ name: 'get_order', arguments: { id: '7' } });
      assert.deepEqual(order.content, [{ type: 'text', text: '{"total":42}' }]);
      const { contents } = await client.readResource({ uri: 'orders://public/terms' });
      assert.equal(contents.length, 1);
      await assert.rejects(
        client.callTool({ name: 'refund_order', arguments: { id: '7' } }),
        /does not allow this caller the tool|403/,
      );
      await assert.rejects(client.readResource({ uri: 'orders://internal/ledger' }), /403|does not allow/);
      await client.close();
    });

  it('signs in the command of the Inspector, which then lists, calls and is refused', async (test) => {
    const failure = installTool('mcp-inspector');
    const missing = isOfNetwork(failure) ? failure : noTerminal;
    if (missing !== undefined && missing !== false) {
      test.skip(`without the Inspector: ${missing}`);
      return;
    }
    assert.equal(failure, undefined);
    const home = await mkdtemp(join(tmpdir(), 'gatewright-inspector-'));
    try {
      assert.match(await signInInspector(home), /"get_order"/);
      const { stdout } = await inspect(home, ['--method', 'tools/list']);
      const { tools } = JSON.parse(stdout) as { readonly tools: readonly { readonly name: string }[] };
      assert.deepEqual(
        tools.map((tool) => tool.name),
        TOOLS_OF_A_READER,
      );
      const called = await inspect(home, callOf('get_order'));
      assert.match(called.stdout + called.stderr, /total.*42/);
      const refused = await inspect(home, callOf('refund_order'));
      assert.notEqual(refused.code, 0);
      assert.match(refused.stdout + refused.stderr, /refund_order|403/);
    } finally {
      await rm(home, { recursive: true });
    }
  });

  async function inspect(home: string, args: readonly string[]): Promise<Printed> {
    return untilEnd(spawnInspector(process.execPath, [INSPECTOR], home, args));
  }

  /** Runs the command on a terminal, where it prints the page that the user has to open. */
  async function signInInspector(home: string): Promise<string> {
    const onTerminal = ['-c', 'import pty, sys; pty.spawn(sys.argv[1:])', process.execPath, INSPECTOR];
    const child = spawnInspector('python3', onTerminal, home, ['--method', 'tools/list']);
    let printed = '';
    let opened: Promise<unknown> | undefined;
    child.stdout.on('data', (chunk: Buffer) => {
      printed += chunk.toString();
      const page = AUTHORIZE.exec(printed)?.[0];
      if (page !== undefined) opened ??= openPage(page).then((back) => fetch(back));
    });
    await untilEnd(child);
    assert.ok(opened !== undefined, printed);
    await opened;
    return printed;
  }

  function spawnInspector(
    program: string,
    before: readonly string[],
    home: string,
    args: readonly string[],
  ): ChildProcessByStdio<null, Readable, Readable> {
    const { PATH = '' } = process.env;
    return spawn(program, [...before, '--cli', server, '--transport', 'http', ...args], {
      env: { PATH, HOME: home, MCP_INSPECTOR_SECRET_STORE: 'file', MCP_AUTO_OPEN_ENABLED: 'false' },
      stdio: ['ignore', 'pipe', 'pipe'],
      timeout: DEADLINE_MS,
    });
  }
});

const callOf = (tool: string): readonly string[] =>
  `--method tools/call --tool-name ${tool} --tool-arg id="7"`.split(' ');

async function untilEnd(child: ChildProcessByStdio<null, Readable, Readable>): Promise<Printed> {
  const printed = { stdout: '', stderr: '' };
  child.stdout.on('data', (chunk: Buffer) => (printed.stdout += chunk.toString()));
  child.stderr.on('data', (chunk: Buffer) => (printed.stderr += chunk.toString()));
  const [code] = (await once(child, 'close')) as [number | null];
  return { code, ...printed };
}
