/** `--json` of every command: stdout is one object per line and nothing else; an error is one with its code. */
import assert from 'node:assert/strict';
import { once } from 'node:events';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, describe, it } from 'node:test';
import type { Command } from 'commander';
import { isJsonObject } from '@gatewright/aws/json-object';
import { COMMANDS } from '../../../../packages/gatewright/command/commands.ts';
import { WITHOUT_JSON } from '../../../../packages/gatewright/command/json-option.ts';
import { aGateway, GATEWAY_ADMIN } from '../../../support/a-gateway.ts';
import type { StartedGateway } from '../../../support/a-gateway.ts';
import { ADMIN } from '../../../support/a-rest-control.ts';
import { anHttpApiTemplate } from '../../../support/a-small-template.ts';
import { aRestApiToAttach } from '../../../support/an-api-to-attach.ts';
import type { ApiToAttach } from '../../../support/an-api-to-attach.ts';
import { runCommandHere } from '../../../support/command-in-process.ts';

/** Tried elsewhere with `--json`. */
const ELSEWHERE: ReadonlyMap<string, string> = new Map([
  ['start', 'test/delivery/start.test.ts'],
  ['send', 'send.test.ts'],
  ['mcp list', 'mcp/mcp.test.ts'],
  ['mcp call', 'mcp/mcp.test.ts'],
  ['mcp prompt', 'mcp/mcp.test.ts'],
  ['mcp read', 'mcp/mcp.test.ts'],
  ['package', 'it runs osls for seconds; it prints as the others do'],
  ['access sync', 'it runs osls for seconds; it ends as access build does'],
  ['access ids', 'it ends as access build does'],
  ['doctor', 'test/delivery/attach.test.ts'],
  ['keys value', 'test/packages/toolkit/stack/access/commands/key-value.test.ts'],
  ['usage invoice', 'test/packages/toolkit/stack/quota/commands/usage-invoice.test.ts'],
  ['quota forget', 'test/packages/toolkit/stack/quota/commands/forget-customer.test.ts'],
  ['customers delete', 'test/packages/toolkit/stack/quota/commands/forget-customer.test.ts'],
  ['usage stripe', 'it prints a row per event, as usage close does'],
]);

/** The answer of the admin endpoints to every request. */
const ANSWER = {
  keys: [{ keyId: 'k', state: 'active' }],
  key: 'shop_live_secret',
  customers: [{ tenant: 'acme' }],
  plans: [{ id: 'gold', version: 1, limits: [] }],
  entries: [{ at: 'now' }],
  usage: [{ tenant: 'acme' }],
  versions: [
    { version: 2, checksum: 'b' },
    { version: 1, checksum: 'a' },
  ],
  revocations: [{ sub: 'alice' }],
  limits: [],
  version: 1,
};
const LIMIT = ['acme', 'daily'];
const FUNCTION = `exports.handler = async () => { console.log('a line'); return { statusCode: 200 }; };`;
const PROD = ['--api', 'shop', '--stage', 'prod'];
const OF_SHOP = [...PROD, '--state', 'state'];
const BREAKERS = ['--table', 'breakers', '--namespace', 'shop'];

/** The commands, in this order because some create what others show. */
const ROWS: readonly (readonly [command: string, ...words: readonly string[]])[] = [
  ['init', 'made'],
  ['logs'],
  ['invoke', 'Answer'],
  ['invoke', 'Answer', '--async'],
  ['events list'],
  ['certs'],
  ['certs', '--client', 'ada'],
  ['routes', 'template.json'],
  ['check', 'template.json'],
  ['requests'],
  ['explain'],
  ['replay'],
  ['export', '--har', 'out.har'],
  ['access build', '--folder', 'made/access'],
  ['access check', '--folder', 'made/access', 'template.json'],
  ['access explain', '--folder', 'made/access', 'hello', '--policy'],
  ['access matrix', '--folder', 'made/access'],
  ['access snapshot', '--folder', 'made/access'],
  ['access versions'],
  ['access rollback'],
  ['access revoke', '--issuer', 'local', '--sub', 'alice'],
  ['access revocations', '--issuer', 'local'],
  ['access flush', 'hello'],
  ['keys create', '--tenant', 'acme', '--prefix', 'shop_live'],
  ['keys list', '--tenant', 'acme'],
  ['keys show', 'k'],
  ['keys rotate', 'k'],
  ['keys revoke', 'k'],
  ['customers create', 'acme', 'gold'],
  ['customers show', 'acme'],
  ['customers list'],
  ['customers set-plan', 'acme', 'gold'],
  ['customers suspend', 'acme'],
  ['customers resume', 'acme'],
  ['customers close', 'acme'],
  ['customers migrate'],
  ['portal invite', 'acme'],
  ['portal members', 'acme'],
  ['portal withdraw', 'acme', 'i'],
  ['portal remove', 'acme', 'm'],
  ['portal log', 'acme'],
  ['plan list'],
  ['plan get', 'gold'],
  ['plan save', 'gold.json'],
  ['plan keys', 'acme'],
  ['plan assign', 'acme', 'k', 'gold'],
  ['plan unassign', 'acme', 'k'],
  ['quota show', ...LIMIT],
  ['quota top-up', ...LIMIT, '5'],
  ['quota set-limit', ...LIMIT, '5'],
  ['quota reset', ...LIMIT],
  ['quota suspend', ...LIMIT],
  ['quota resume', ...LIMIT],
  ['quota close', ...LIMIT, '--period', '2026-11-01'],
  ['quota audit'],
  ['cache invalidate', 'orders', '--tag', 't'],
  ['cache flush', 'orders'],
  ['cache show', 'orders'],
  ['cache clear'],
  ['usage show'],
  ['usage close'],
  ['token'],
  ['clock', '+1m'],
  ['attach', 'plan', ...OF_SHOP, '--no-document', '--authorizer', 'token'],
  ['attach', ...OF_SHOP, '--no-document', '--authorizer', 'token', '--yes'],
  ['attach', 'verify', ...OF_SHOP],
  ['detach', ...OF_SHOP, '--yes', '--open', 'GET /things-1'],
  ['canary start', ...PROD, '--percent', '10', '--yes'],
  ['canary status', ...PROD],
  ['canary promote', ...PROD, '--yes'],
  ['canary start', ...PROD, '--percent', '10', '--yes'],
  ['canary rollback', ...PROD, '--yes'],
  ['rollback', ...PROD],
  ['explain', ...PROD, '--log-format'],
  ['failures replay', '--stack', 'dev', '--file', 'failed.json'],
  ['env'],
  ['console'],
  ['events send', 'jobs', '{}'],
  ['data save', 'state.data'],
  ['data load', 'state.data'],
];

/** Commands whose output needs more than is available in this test. */
const REFUSED: typeof ROWS = [
  ['access publish', '--folder', 'made/access'],
  ['waf check', 'out.har', 'template.json'],
  ['failures list', '--stack', 'dev'],
  ['breakers list', ...BREAKERS],
  ['breakers show', 'prices', ...BREAKERS],
  ['breakers reset', 'prices', ...BREAKERS],
  // Wrong calls, which commander finds.
  ['requests', '--status', 'wrong'],
  ['keys'],
  ['completion', 'bash'],
];

function called(command: Command, above: readonly string[] = []): readonly (readonly [string, Command])[] {
  const path = [...above, command.name()];
  if (command.commands.length === 0) return [[path.join(' '), command]];
  return command.commands.flatMap((below) => called(below, path));
}

describe('--json', () => {
  let folder: string;
  let gateway: StartedGateway;
  let api: ApiToAttach;
  const admin = createServer((request, response) => {
    request.resume().on('end', () => response.end(JSON.stringify(ANSWER)));
  });
  before(async () => {
    folder = mkdtempSync(join(tmpdir(), 'gatewright-json-'));
    const queue = { Type: 'AWS::SQS::Queue', Properties: { QueueName: 'jobs' } };
    const template = anHttpApiTemplate(FUNCTION, { Jobs: queue }) as { readonly Resources: object };
    writeFileSync(join(folder, 'template.json'), JSON.stringify(template));
    writeFileSync(join(folder, 'gold.json'), JSON.stringify({ id: 'gold', limits: [] }));
    const failed = { messageId: 'm-1', functionName: 'dev-Answer', payload: '{}' };
    writeFileSync(join(folder, 'failed.json'), `${JSON.stringify(failed)}\n`);
    gateway = await aGateway(template.Resources, {
      directory: folder,
      region: 'us-east-1',
      record: 100,
      consoleFiles: () => Promise.resolve(new Map()),
    });
    await fetch(gateway.urlOf('http'));
    api = await aRestApiToAttach({ resources: 1, methods: ['GET'] });
    await once(admin.listen(0, '127.0.0.1'), 'listening');
  });
  after(async () => {
    admin.close();
    await api[Symbol.asyncDispose]();
    await gateway.close();
    rmSync(folder, { recursive: true });
  });

  function run(command: string, words: readonly string[]) {
    const isOfAws = words.includes('shop');
    const { port } = admin.address() as AddressInfo;
    const key = isOfAws ? ADMIN : GATEWAY_ADMIN;
    return runCommandHere([...command.split(' '), ...words, '--json'], {
      cwd: folder,
      environment: {
        AWS_REGION: 'us-east-1',
        AWS_ACCESS_KEY_ID: key.accessKeyId,
        AWS_SECRET_ACCESS_KEY: key.secretAccessKey,
        AWS_ENDPOINT_URL: isOfAws ? api.control.url : `http://127.0.0.1:${port}`,
        GATEWRIGHT_ADMIN_URL: `http://127.0.0.1:${port}`,
      },
    });
  }

  it('exists in every command, unless there is a reason', async () => {
    const all = (await Promise.all([...COMMANDS.values()].map((load) => load()))).flatMap((one) =>
      called(one),
    );
    const tried = [...ROWS, ...REFUSED].map(([command]) => command);

    for (const [path, { options }] of all) {
      const takes = options.some(({ long }) => long === '--json');
      assert.equal(takes, !WITHOUT_JSON.has(path), path);
      if (takes) assert.ok(tried.includes(path) || ELSEWHERE.has(path), `${path} is not tried`);
    }
    const paths = all.map(([path]) => path);
    for (const path of [...WITHOUT_JSON.keys(), ...ELSEWHERE.keys()]) assert.ok(paths.includes(path), path);
  });

  for (const [index, [command, ...words]] of ROWS.entries())
    it(`prints objects and nothing else (${index + 1}: ${[command, ...words].join(' ')})`, async () => {
      const { code, stdout, stderr } = await run(command, words);

      assert.equal(code, 0, stderr);
      const lines = stdout.split('\n');
      assert.equal(lines.pop(), '');
      assert.ok(lines.length > 0, 'nothing is printed');
      for (const line of lines) assert.ok(isJsonObject(JSON.parse(line)), stdout);
    });

  for (const [command, ...words] of REFUSED)
    it(`prints an error as one object with its code (${[command, ...words].join(' ')})`, async () => {
      const { code, stdout, stderr } = await run(command, words);

      assert.equal(code, 1, stderr);
      assert.equal(stdout, '');
      const { error } = JSON.parse(stderr.trimEnd().split('\n').at(-1) ?? '') as { error: object };
      assert.deepEqual(Object.keys(error), ['code', 'message']);
    });
});
