/** `gatewright mcp` against a gateway of this process, whose local issuer signs in without a page. */
import assert from 'node:assert/strict';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, describe, it } from 'node:test';
import { aGateway } from '../../../../support/a-gateway.ts';
import type { StartedGateway } from '../../../../support/a-gateway.ts';
import { anHttpApiTemplate } from '../../../../support/a-small-template.ts';
import { anMcpHandler } from '../../../../support/an-mcp-server.ts';
import { runCommandHere } from '../../../../support/command-in-process.ts';
import type { Finished } from '../../../../support/command.ts';

/** @param paths the paths of the routes to the server */
function aServer(revisions: readonly string[], paths: readonly string[], without: readonly string[]): object {
  const { Resources } = anHttpApiTemplate(anMcpHandler(revisions, without)) as {
    readonly Resources: Record<string, { readonly Properties?: object }>;
  };
  const variables = { Environment: { Variables: { GATEWRIGHT_ISSUER_URL: 'https://issuer.example' } } };
  const { Answer } = Resources;
  const Properties = { ...Answer?.Properties, ...variables };
  const routes = paths.map((path, index) => [
    `Route${index}`,
    {
      Type: 'AWS::ApiGatewayV2::Route',
      Properties: {
        ApiId: { Ref: 'Api' },
        RouteKey: `POST ${path}`,
        Target: { 'Fn::Join': ['/', ['integrations', { Ref: 'Integration' }]] },
      },
    },
  ]);
  return { ...Resources, Answer: { ...Answer, Properties }, ...(Object.fromEntries(routes) as object) };
}

async function aRun(
  revisions: readonly string[] = ['2026-07-28'],
  paths: readonly string[] = ['/mcp'],
  without: readonly string[] = [],
): Promise<{
  readonly at: StartedGateway;
  readonly run: (...words: readonly string[]) => Promise<Finished>;
  readonly close: () => Promise<void>;
}> {
  const directory = mkdtempSync(join(tmpdir(), 'gatewright-mcp-'));
  const at = await aGateway(aServer(revisions, paths, without), {
    directory,
    record: 100,
    consoleFiles: () => Promise.resolve(new Map()),
    signInAs: { sub: 'zoe', roles: ['reader'] },
  });
  return {
    at,
    run: (...words) => runCommandHere(['mcp', ...words], { cwd: directory }),
    close: async () => {
      await at.close();
      rmSync(directory, { recursive: true, force: true });
    },
  };
}

const CALLER = ['--as', 'ann:support,reader', '--scope', 'a b'];

describe('gatewright mcp', () => {
  let here: Awaited<ReturnType<typeof aRun>>;
  before(async () => {
    here = await aRun();
  });
  after(() => here.close());

  it('lists tools, prompts and resources', async () => {
    const { code, stdout } = await here.run('list', '--as', 'ann');
    assert.equal(code, 0);
    assert.deepEqual(stdout.trimEnd().split('\n'), [
      'tool      get_order       Returns an order.',
      'tool      refund_order    Refunds an order.',
      'prompt    summary         Asks for a summary.',
      'resource  orders://terms  terms',
    ]);
  });

  it('lists what a server without tools has', async () => {
    const other = await aRun(undefined, undefined, ['tools/list', 'tools/call']);
    try {
      const { code, stdout } = await other.run('list', '--as', 'ann');
      assert.equal(code, 0, stdout);
      assert.match(stdout, /^prompt .*\nresource .*\n$/);
    } finally {
      await other.close();
    }
  });

  it('calls a tool as a caller with roles and scopes', async () => {
    const { code, stdout } = await here.run('call', 'get_order', '{"id":"7"}', ...CALLER);
    assert.equal(code, 0, stdout);
    assert.deepEqual(JSON.parse(stdout), {
      id: '7',
      header: '7',
      sub: 'ann',
      roles: ['support', 'reader'],
      scope: 'a b',
      revision: '2026-07-28',
    });
  });

  it('gives the token the claims by which a plan is chosen', async () => {
    const claims = ['--claim', 'tenant=acme', '--claim', 'plan=gold'];
    const { stdout } = await here.run('call', 'get_order', '{"id":"7"}', '--as', 'ann', ...claims);
    assert.equal((JSON.parse(stdout) as { tenant: string }).tenant, 'acme');
  });

  it('signs in by itself if no caller is named', async () => {
    const { code, stdout, stderr } = await here.run('call', 'get_order', '{"id":"7"}');
    assert.equal(code, 0, stderr);
    const { sub, roles, scope } = JSON.parse(stdout) as Record<string, unknown>;
    assert.deepEqual([sub, roles, scope], ['zoe', ['reader'], 'orders:read']);
  });

  it('sends a token that it is given, rather than signing in', async () => {
    const { code, stdout } = await here.run('list', '--token', 'a.e30.b');
    assert.equal(code, 1);
    assert.match(stdout, /^Refused with status 401: no token\n/);
  });

  it('prints a prompt, and a resource', async () => {
    const prompt = await here.run('prompt', 'summary', '--as', 'ann');
    const resource = await here.run('read', 'orders://terms', '--as', 'ann');
    assert.deepEqual([prompt.stdout, resource.stdout], ['user:\n  Summarize it.\n', 'Within 14 days.\n']);
  });

  it('prints a refusal with the story of the request, and exits with 1', async () => {
    const { code, stdout } = await here.run('call', 'refund_order', '--as', 'ann');
    assert.equal(code, 1);
    assert.match(
      stdout,
      /^Refused with status 403, JSON-RPC code 403: The access document does not allow it\.\n\{"retryAfterSeconds":3\}\n\n/,
    );
    assert.match(stdout, /The message tools\/call refund_order was refused\./);
  });

  it('prints objects with --json: whole definitions, results, and refusals', async () => {
    const [list, call, refused] = [
      await here.run('list', '--as', 'ann', '--json'),
      await here.run('call', 'get_order', '{"id":"7"}', '--as', 'ann', '--json'),
      await here.run('call', 'refund_order', '--as', 'ann', '--json'),
    ];
    const [tool] = list.stdout.split('\n').map((line) => JSON.parse(line || '{}') as Record<string, unknown>);
    assert.deepEqual(
      [tool?.['kind'], tool?.['name'], typeof tool?.['inputSchema']],
      ['tool', 'get_order', 'object'],
    );
    assert.equal((JSON.parse(call.stdout) as { content: unknown[] }).content.length, 1);
    const { refused: why, story } = JSON.parse(refused.stdout) as Record<string, Record<string, unknown>>;
    assert.deepEqual([why?.['status'], why?.['code'], typeof story?.['headline']], [403, 403, 'string']);
  });

  it('finds the server by its path, and by its address', async () => {
    for (const server of ['/mcp', `${here.at.urlOf('http')}/mcp`])
      assert.equal((await here.run('list', '--as', 'ann', '--server', server)).code, 0, server);
  });

  const wrong = [
    { words: ['list', '--server', '/none'], message: /has no POST route \/none; name the address/ },
    { words: ['list', '--server', 'http://'], message: /"http:\/\/" is not a URL/ },
    { words: ['list', '--server', 'none'], message: /neither a URL nor a path/ },
    { words: ['list', '--as', 'a b'], message: /Write a name such as alice, or a name with roles/ },
    { words: ['list', '--as', 'ann', '--token', 't'], message: /cannot be used with/ },
    {
      words: ['list', '--claim', 'tenant=acme'],
      message: /--claim adds a claim to the token that --as creates/,
    },
    { words: ['list', '--as', 'ann', '--claim', 'acme'], message: /Write it as name=value/ },
    { words: ['call', 'x', '[1]'], message: /Write it as a JSON object/ },
    {
      words: ['list', '--server', 'http://127.0.0.1:1/mcp', '--token', 't'],
      message: /127\.0\.0\.1:1 cannot be reached: /,
    },
  ];
  for (const { words, message } of wrong)
    it(`says what is wrong in ${words.join(' ')}`, async () => {
      const { code, stderr } = await here.run(...words);
      assert.equal(code, 1);
      assert.match(stderr, message);
    });
});

describe('gatewright mcp and a server of revision 2025-11-25', () => {
  it('lists and calls in a session', async () => {
    const { run, close } = await aRun(['2025-11-25'], ['/mcp', '/other/mcp']);
    try {
      const several = await run('list', '--as', 'ann');
      assert.match(
        several.stderr,
        /several POST routes that end with \/mcp: http:\S+\/mcp, http:\S+\/other\/mcp; choose one/,
      );
      const { stdout } = await run('call', 'get_order', '{"id":"7"}', '--as', 'ann', '--server', '/mcp');
      const { header, revision } = JSON.parse(stdout) as Record<string, unknown>;
      assert.deepEqual([header, revision], [null, '2025-11-25']);
    } finally {
      await close();
    }
  });
});
