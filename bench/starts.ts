/** How long starts take, and what a started gateway holds: as its users start it, from a checkout and from the package. */
import { execFileSync, spawn } from 'node:child_process';
import type { ChildProcess } from 'node:child_process';
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { generateLoad, residentMegabytes } from './measure.ts';
import { median } from './report.ts';
import { BUILD, logFile, readyLine, ROOT, stop, untilAnswered } from './targets.ts';

const ANY_PORTS = ['--json', '--port', '0', '--control-port', '0'];
/** After that long a gateway that nobody calls has done what it does after a start. */
const SETTLED_MS = 3_000;
const BODY = 'hello';
/** Counts as the load generator wants it. */
const SOURCE = `let calls = 0;
exports.handler = async () => {
  calls += 1;
  return { statusCode: 200, headers: { 'x-invocation': 'a:' + calls }, body: '${BODY}' };
};`;

/** The smallest stack that answers. */
const PLAIN = {
  Resources: {
    Api: { Type: 'AWS::ApiGatewayV2::Api', Properties: { Name: 'plain', ProtocolType: 'HTTP' } },
    Stage: {
      Type: 'AWS::ApiGatewayV2::Stage',
      Properties: { ApiId: { Ref: 'Api' }, StageName: '$default', AutoDeploy: true },
    },
    Answer: {
      Type: 'AWS::Lambda::Function',
      Properties: {
        ...{ Runtime: 'nodejs24.x', Handler: 'index.handler' },
        ...{ Role: 'arn:aws:iam::123456789012:role/any', Code: { ZipFile: SOURCE } },
      },
    },
    Permission: {
      Type: 'AWS::Lambda::Permission',
      Properties: {
        ...{ Action: 'lambda:InvokeFunction', FunctionName: { Ref: 'Answer' } },
        Principal: 'apigateway.amazonaws.com',
      },
    },
    Integration: {
      Type: 'AWS::ApiGatewayV2::Integration',
      Properties: {
        ...{ ApiId: { Ref: 'Api' }, IntegrationType: 'AWS_PROXY', PayloadFormatVersion: '2.0' },
        IntegrationUri: { 'Fn::GetAtt': ['Answer', 'Arn'] },
      },
    },
    Route: {
      Type: 'AWS::ApiGatewayV2::Route',
      Properties: {
        ...{ ApiId: { Ref: 'Api' }, RouteKey: '$default' },
        Target: { 'Fn::Join': ['/', ['integrations', { Ref: 'Integration' }]] },
      },
    },
  },
};

export type Starts = {
  readonly runs: number;
  /** `npm start` to the line that says that all is served. */
  readonly npmStartMs: { readonly unchanged: number; readonly changed: number };
  /** One plain template by the installed package's command, to its first answer. */
  readonly plainMs: number;
  /** Of the process and its children; undefined where the system does not tell. */
  readonly restMb: number | undefined;
  readonly loadedMb: number | undefined;
};

type Started = { readonly process: ChildProcess; readonly ready: string; readonly ms: number };

async function start(
  words: readonly string[],
  { cwd, more = {} }: { readonly cwd: string; readonly more?: Readonly<Record<string, string>> },
): Promise<Started> {
  const fromMs = performance.now();
  const [file = '', ...args] = words;
  const child = spawn(file, args, {
    cwd,
    stdio: ['ignore', 'pipe', logFile('starts')],
    // Compiled code of a user who has started before, and nobody else's.
    env: { ...process.env, GATEWRIGHT_HOME: join(BUILD, 'home'), ...more },
  });
  const ready = await readyLine(child);
  return { process: child, ready, ms: performance.now() - fromMs };
}

async function npmStart(more: Readonly<Record<string, string>>): Promise<number> {
  const started = await start(['npm', 'start', '--', ...ANY_PORTS], { cwd: ROOT, more });
  await stop(started);
  return started.ms;
}

/** Unchanged, and with a variable of the environment that osls might have read: nothing that was kept counts any more. */
async function measureNpmStart(runs: number): Promise<Starts['npmStartMs']> {
  await npmStart({});
  const unchanged: number[] = [];
  const changed: number[] = [];
  for (let run = 1; run <= runs; run += 1) {
    console.error(`run ${run}/${runs}: npm start`);
    unchanged.push(await npmStart({}));
    changed.push(await npmStart({ BENCH_RUN: `${run} of ${Date.now()}` }));
  }
  return { unchanged: median(unchanged), changed: median(changed) };
}

type Plain = {
  readonly ms: number;
  readonly restMb: number | undefined;
  readonly loadedMb: number | undefined;
};

async function measurePlain(command: string, seconds: number): Promise<Plain> {
  const cwd = join(BUILD, 'plain');
  mkdirSync(cwd, { recursive: true });
  writeFileSync(join(cwd, 'template.json'), JSON.stringify(PLAIN));
  const fromMs = performance.now();
  const started = await start([process.execPath, command, 'start', 'template.json', ...ANY_PORTS], { cwd });
  try {
    const { apis } = JSON.parse(started.ready) as { readonly apis: readonly { readonly url: string }[] };
    const url = new URL(apis[0]?.url ?? '');
    await untilAnswered(started, url.href, {});
    const ms = performance.now() - fromMs;
    await delay(SETTLED_MS);
    const restMb = residentMegabytes(started.process.pid);
    await generateLoad({
      ...{ host: url.hostname, port: Number(url.port), path: url.pathname, headers: {}, connections: 32 },
      ...{ coldFromSeconds: 0, coldToSeconds: 1, warmupSeconds: 2, seconds, expectedBody: BODY },
    });
    return { ms, restMb, loadedMb: residentMegabytes(started.process.pid) };
  } finally {
    await stop(started);
  }
}

export async function measureStarts(runs: number, seconds: number): Promise<Starts> {
  console.error('building the package…');
  execFileSync('npm', ['run', '--silent', 'build:package'], { cwd: ROOT, stdio: 'ignore' });
  const command = join(ROOT, '.build/npm/gatewright/bin/gatewright.cjs');
  await measurePlain(command, 1);
  const plain: Plain[] = [];
  for (let run = 1; run <= runs; run += 1) {
    console.error(`run ${run}/${runs}: a plain template by the package's command`);
    plain.push(await measurePlain(command, seconds));
  }
  const mb = (read: (one: Plain) => number | undefined): number | undefined => {
    const values = plain.map(read).filter((value) => value !== undefined);
    return values.length === 0 ? undefined : median(values);
  };
  return {
    runs,
    npmStartMs: await measureNpmStart(runs),
    plainMs: median(plain.map(({ ms }) => ms)),
    restMb: mb(({ restMb }) => restMb),
    loadedMb: mb(({ loadedMb }) => loadedMb),
  };
}
