/** `start --exec` as a process: what its command sees, how it ends, and what is left of it. */
import assert from 'node:assert/strict';
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { after, describe, it } from 'node:test';
import { setImmediate } from 'node:timers/promises';
import { spawnCommand } from '../../packages/gatewright/command/start/spawn-command.ts';
import { runCommand, startCommand } from '../support/command.ts';

const TEMPLATE = {
  Resources: {
    PetsApi: {
      Type: 'AWS::ApiGateway::RestApi',
      Properties: { Name: 'pets' },
    },
    Get: {
      Type: 'AWS::ApiGateway::Method',
      Properties: {
        RestApiId: { Ref: 'PetsApi' },
        ResourceId: { 'Fn::GetAtt': ['PetsApi', 'RootResourceId'] },
        HttpMethod: 'GET',
        AuthorizationType: 'NONE',
        Integration: {
          Type: 'MOCK',
          RequestTemplates: { 'application/json': '{"statusCode":200}' },
          IntegrationResponses: [
            { StatusCode: '200', ResponseTemplates: { 'application/json': '{"pets":1}' } },
          ],
        },
        MethodResponses: [{ StatusCode: '200' }],
      },
    },
    Deployment: {
      Type: 'AWS::ApiGateway::Deployment',
      DependsOn: 'Get',
      Properties: { RestApiId: { Ref: 'PetsApi' }, StageName: 'dev' },
    },
  },
};

/** A zombie counts as gone. */
function isThere(pid: number): boolean {
  try {
    if (process.platform !== 'linux') return process.kill(pid, 0);
    return !/^State:\s+Z/m.test(readFileSync(`/proc/${pid}/status`, 'utf8'));
  } catch {
    return false;
  }
}

describe('gatewright start --exec', () => {
  const cwd = mkdtempSync(join(tmpdir(), 'gatewright-exec-'));
  after(() => rmSync(cwd, { recursive: true }));
  writeFileSync(join(cwd, 'template.json'), JSON.stringify(TEMPLATE));
  const node = JSON.stringify(process.execPath);
  const start = (command: string) => ['start', 'template.json', '--exec', command];

  it('gives the command addresses and keys, a gateway to share, and its exit code back', async () => {
    const entry = JSON.stringify(join(import.meta.dirname, '../../packages/gatewright/testing/entry.ts'));
    writeFileSync(
      join(cwd, 'ask.mjs'),
      `import { spawn } from 'node:child_process';
import { connectGateway } from ${entry};
const { GATEWRIGHT_URL, GATEWRIGHT_URL_PETS_API, AWS_ENDPOINT_URL, AWS_REGION, AWS_PROFILE } = process.env;
const reply = await fetch(GATEWRIGHT_URL);
const aws = new URL(AWS_ENDPOINT_URL);
const gateway = await connectGateway();
await gateway.clock.advance('1d');
const moved = (await gateway.clock.now()).getTime() - Date.now() > 80_000_000;
await gateway.reset();
const back = Math.abs((await gateway.clock.now()).getTime() - Date.now()) < 60_000;
const injected = await (await gateway.inject('/')).json();
const left = [false, true].map((detached) => spawn('sleep', ['300'], { detached, stdio: 'ignore' }).pid);
console.log(JSON.stringify({
  answers: [await reply.json(), injected], moved, back, left,
  environment: [GATEWRIGHT_URL === GATEWRIGHT_URL_PETS_API, aws.hostname, AWS_REGION, AWS_PROFILE ?? null],
}));
console.error('from the command');
process.exit(3);`,
    );
    const environment = { AWS_PROFILE: 'mine' };
    const { code, stdout, stderr } = await runCommand(start(`${node} ask.mjs`), { cwd, environment });
    assert.equal(code, 3, stderr);
    const { left, ...said } = JSON.parse(stdout) as { readonly left: readonly number[] };
    assert.deepEqual(said, {
      answers: [{ pets: 1 }, { pets: 1 }],
      moved: true,
      back: true,
      environment: [true, '127.0.0.1', 'us-east-1', null],
    });
    assert.match(stderr, /with 1 stage of APIs: .*ask\.mjs/);
    assert.match(stderr, /from the command/);
    assert.match(stderr, /GET \/dev 200/);
    assert.equal(existsSync(join(cwd, '.gatewright/credentials.json')), false);

    // Nothing is left, in its group or outside; only Linux shows the latter.
    const [inGroup = 0, outside = 0] = left;
    assert.equal(isThere(inGroup), false);
    if (process.platform === 'linux') assert.equal(isThere(outside), false);
    else process.kill(outside);
  });

  it('passes signals on, and waits for the command', async () => {
    writeFileSync(
      join(cwd, 'wait.mjs'),
      `process.on('SIGTERM', () => { console.log('told'); process.exit(7); });
console.log('waiting');
setInterval(() => undefined, 1000);`,
    );
    const polite = await startCommand(start(`${node} wait.mjs`), 'waiting', { cwd });
    const { code, stdout } = await polite.stop();
    assert.deepEqual([code, stdout], [7, 'waiting\ntold\n']);
  });

  it('runs nothing if the stacks cannot be served', async () => {
    const { code, stdout } = await runCommand(['start', 'nothing.json', '--exec', 'echo ran'], { cwd });
    assert.deepEqual([code, stdout], [1, '']);
  });
});

describe('spawnCommand', () => {
  it('reports the exit code of a command that ends by a signal, as shells do, and leaves no process behind', async () => {
    const file = join(mkdtempSync(join(tmpdir(), 'gatewright-beside-')), 'ready');
    // Renamed, so that the file has its text as soon as it is there.
    const script =
      "fs.writeFileSync(process.env.READY + '.new', '1'); fs.renameSync(process.env.READY + '.new', process.env.READY); setInterval(() => undefined, 1000)";
    const command = `${JSON.stringify(process.execPath)} -e "${script}"`;
    const beside = spawnCommand(`${command}; echo not this > "$READY"`, { READY: file }, 'READY');
    while (!existsSync(file)) await setImmediate();
    beside.pass('SIGTERM');
    assert.equal(await beside.ended, 128 + 15);
    await beside.stop();
    assert.equal(readFileSync(file, 'utf8'), '1');
    rmSync(dirname(file), { recursive: true });
  });
});
