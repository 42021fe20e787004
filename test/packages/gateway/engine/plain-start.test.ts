/** The modules that a start of a plain template does not load from the disk until something needs them. */
import assert from 'node:assert/strict';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, describe, it } from 'node:test';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { APIGatewayClient, GetRestApisCommand } from '@aws-sdk/client-api-gateway';
import { CognitoIdentityProviderClient, ListUsersCommand } from '@aws-sdk/client-cognito-identity-provider';
import { anHttpApiTemplate } from '../../../support/a-small-template.ts';
import { READY, readyOf, runCommand, startCommand } from '../../../support/command.ts';
import type { Running } from '../../../support/command.ts';

const ROOT = new URL('../../../../', import.meta.url);
const MAIN = fileURLToPath(new URL('packages/gatewright/command/main.ts', ROOT));
/** Writes down the address of each module of ours that is loaded. */
const HOOK = `
import { appendFileSync } from 'node:fs';
import { registerHooks } from 'node:module';
registerHooks({
  load(url, context, next) {
    if (url.startsWith(${JSON.stringify(new URL('packages/', ROOT).href)}))
      appendFileSync(process.env.LOADED_MODULES, url.slice(${JSON.stringify(ROOT.href)}.length) + '\\n');
    return next(url, context);
  },
});
`;
/** The types of a stack, which all rooms describe in separate files. */
const TYPES = 'packages/gateway/cognito/resource-types.ts';
const LATE = /^packages\/gateway\/(cognito|control\/api)\//;

describe('a start of a plain template', () => {
  const folder = mkdtempSync(join(tmpdir(), 'gatewright-plain-start-'));
  const list = join(folder, 'loaded.txt');
  let running: Running;
  let control = '';
  before(async () => {
    writeFileSync(join(folder, 'hook.mjs'), HOOK);
    const source = 'exports.handler = async () => ({ statusCode: 200, body: "hello" });';
    writeFileSync(join(folder, 'template.json'), JSON.stringify(anHttpApiTemplate(source)));
    const args = ['start', 'template.json', '--json', '--port', '0', '--control-port', '0'];
    running = await startCommand(args, READY, {
      cwd: folder,
      environment: { LOADED_MODULES: list },
      program: ['--import', pathToFileURL(join(folder, 'hook.mjs')).href, MAIN],
    });
    ({ control } = readyOf(running) as { control: string });
  });
  after(async () => {
    await running.stop();
    rmSync(folder, { recursive: true });
  });

  const loaded = (): readonly string[] => [...new Set(readFileSync(list, 'utf8').trim().split('\n'))];
  const credentials = (): { readonly accessKeyId: string; readonly secretAccessKey: string } =>
    JSON.parse(readFileSync(join(folder, '.gatewright/credentials.json'), 'utf8')) as never;

  it("loads no code for user pools and AWS's APIs before it is ready, or for a request", async () => {
    const { apis } = readyOf(running) as { apis: readonly { readonly url: string }[] };
    const response = await fetch(apis[0]?.url ?? '');

    assert.deepEqual([response.status, await response.text()], [200, 'hello']);
    assert.ok(loaded().includes('packages/gateway/engine/compose/start.ts'), 'the hook sees what is loaded');
    assert.deepEqual(
      loaded().filter((file) => LATE.test(file)),
      [TYPES],
    );
  });

  it("serves AWS's API of the control plane from the first call on", async () => {
    const client = new APIGatewayClient({
      endpoint: control,
      region: 'us-east-1',
      credentials: credentials(),
      maxAttempts: 1,
    });
    const { items = [] } = await client.send(new GetRestApisCommand({}));
    client.destroy();

    assert.deepEqual(items, []);
    assert.ok(loaded().includes('packages/gateway/control/api/rest/rest-api-wire.ts'));
    assert.ok(!loaded().includes('packages/gateway/cognito/sign-in.ts'));
  });

  it('mints tokens from the first call on, by the keys that it publishes', async () => {
    const { code, stdout, stderr } = await runCommand(['token', '--sub', 'ada'], { cwd: folder });
    assert.equal(code, 0, stderr);
    const [header = ''] = stdout.trim().split('.');
    const { kid } = JSON.parse(Buffer.from(header, 'base64url').toString()) as { kid: string };
    const keySet = await fetch(`${control}/.well-known/jwks.json`);
    const { keys } = (await keySet.json()) as { keys: readonly { readonly kid: string }[] };

    assert.deepEqual(
      keys.map((key) => key.kid),
      [kid],
    );
    assert.ok(loaded().includes('packages/gateway/cognito/sign-in.ts'));
  });

  it('answers for user pools that it does not have', async () => {
    const client = new CognitoIdentityProviderClient({
      endpoint: control,
      region: 'us-east-1',
      credentials: credentials(),
      maxAttempts: 1,
    });
    await assert.rejects(client.send(new ListUsersCommand({ UserPoolId: 'us-east-1_Abc' })), {
      name: 'ResourceNotFoundException',
    });
    client.destroy();
  });
});
