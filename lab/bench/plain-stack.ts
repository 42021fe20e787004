/** The smallest stacks that reply to requests, served by the package's command. */
import { execFileSync, spawn } from 'node:child_process';
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { BUILD, logFile, readyLine, ROOT } from './targets.ts';
import type { ChildProcess } from 'node:child_process';
import type { LoadTask } from './load.ts';

export const ANY_PORTS = ['--json', '--port', '0', '--control-port', '0'];
const PLAIN_BODY = 'hello';

/** @param work JavaScript that the function runs before it replies */
export function plainSource(work = ''): string {
  // The function counts its calls in the format that the load generator reads.
  return `const instance = process.hrtime.bigint().toString(16);
let calls = 0;
exports.handler = async () => {
  calls += 1;
  ${work}
  return { statusCode: 200, headers: { 'x-invocation': instance + ':' + calls }, body: '${PLAIN_BODY}' };
};
`;
}

/**
 * An HTTP API with `functions` functions, which share their code. The first function replies to all paths, except that
 * `/f1` … call the others.
 */
export function plainTemplate(functions: number, source: string): object {
  const v2 = (type: string, Properties: object) => ({ Type: `AWS::ApiGatewayV2::${type}`, Properties });
  const ApiId = { Ref: 'Api' };
  const parts = Array.from({ length: functions }, (_, n) => ({
    [`Answer${n}`]: {
      Type: 'AWS::Lambda::Function',
      Properties: {
        Runtime: 'nodejs24.x',
        Handler: 'index.handler',
        Role: 'arn:aws:iam::123456789012:role/any',
        Code: { ZipFile: source },
      },
    },
    [`Permission${n}`]: {
      Type: 'AWS::Lambda::Permission',
      Properties: {
        Action: 'lambda:InvokeFunction',
        FunctionName: { Ref: `Answer${n}` },
        Principal: 'apigateway.amazonaws.com',
      },
    },
    [`Integration${n}`]: v2('Integration', {
      ApiId,
      IntegrationType: 'AWS_PROXY',
      PayloadFormatVersion: '2.0',
      IntegrationUri: { 'Fn::GetAtt': [`Answer${n}`, 'Arn'] },
    }),
    [`Route${n}`]: v2('Route', {
      ApiId,
      RouteKey: n === 0 ? '$default' : `GET /f${n}`,
      Target: { 'Fn::Join': ['/', ['integrations', { Ref: `Integration${n}` }]] },
    }),
  }));
  return {
    Resources: {
      Api: v2('Api', { Name: 'plain', ProtocolType: 'HTTP' }),
      Stage: v2('Stage', { ApiId, StageName: '$default', AutoDeploy: true }),
      ...Object.fromEntries(parts.flatMap((part) => Object.entries(part))),
    },
  };
}

/** Builds the command as users get it. */
export function buildCommand(): string {
  console.error('building the package…');
  execFileSync('npm', ['run', '--silent', 'build:package'], { cwd: ROOT, stdio: 'ignore' });
  return join(ROOT, '.build/npm/gatewright/bin/gatewright.cjs');
}

type Started = { readonly process: ChildProcess; readonly ready: string; readonly ms: number };

export async function start(
  words: readonly string[],
  { cwd, more = {} }: { readonly cwd: string; readonly more?: Readonly<Record<string, string>> },
): Promise<Started> {
  const fromMs = performance.now();
  const [file = '', ...args] = words;
  const child = spawn(file, args, {
    cwd,
    stdio: ['ignore', 'pipe', logFile('starts')],
    // Compiled code is cached, as for a user who has started the gateway before, but in a separate folder.
    env: { ...process.env, GATEWRIGHT_HOME: join(BUILD, 'home'), ...more },
  });
  const ready = await readyLine(child);
  return { process: child, ready, ms: performance.now() - fromMs };
}

type PlainGateway = {
  readonly process: ChildProcess;
  /** The request to the function that replies to all paths. */
  readonly request: Pick<LoadTask, 'host' | 'port' | 'path' | 'method' | 'headers' | 'expectedBody'>;
};

export async function startPlain(command: string, template: object): Promise<PlainGateway> {
  const cwd = join(BUILD, 'plain');
  mkdirSync(cwd, { recursive: true });
  writeFileSync(join(cwd, 'template.json'), JSON.stringify(template));
  const words = [process.execPath, command, 'start', 'template.json', ...ANY_PORTS];
  const { process: child, ready } = await start(words, { cwd });
  const { apis } = JSON.parse(ready) as { readonly apis: readonly { readonly url: string }[] };
  const url = new URL(apis[0]?.url ?? '');
  const asked = { host: url.hostname, port: Number(url.port), path: url.pathname, method: 'GET' } as const;
  return { process: child, request: { ...asked, headers: {}, expectedBody: PLAIN_BODY } };
}
