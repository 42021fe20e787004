/** Runs the command `gatewright` that is installed in the working folder, once for each case. */
import { execFileSync } from 'node:child_process';
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { openSdkTarget } from '../play/control-target.ts';
import { describeApi } from '../play/running-api.ts';
import { RUNNER_KEY } from '../play/signing.ts';
import { ACCESS_LOG } from '../template/draft.ts';
import { makeFolder, startProcess } from './child-process.ts';
import { readOutputs } from '../play/case-stack.ts';
import type { CaseStack, ControlTarget, OpenedStack } from '../schema/control-case.ts';
import { asText } from '../schema/parity-case.ts';
import type { Json } from '../schema/parity-case.ts';
import type { Started } from './child-process.ts';
import type { Deployed, Fragment, Target, TargetOptions } from './target.ts';

const REGION = 'us-east-1';
const ACCOUNT_ID = '123456789012';
const CONCURRENCY = 2;

/** The line that `gatewright start --json` prints when the gateway is ready. */
type Ready = {
  readonly apis: readonly { readonly id: string; readonly url: string }[];
  readonly fronts: readonly { readonly url: string }[];
  readonly control: string;
  readonly certificateAuthority?: string;
};

export function openGatewright({ command, workingFolder }: TargetOptions): Target {
  const [program = '', ...before] = command ?? [join(workingFolder, 'node_modules/.bin/gatewright')];
  if (command === undefined && !existsSync(program))
    throw new Error(
      `gatewright is not installed in ${workingFolder}: run npm install --save-dev gatewright, or pass --command`,
    );
  const start = (cwd: string, args: readonly string[], env: Readonly<Record<string, string>> = {}): Started =>
    startProcess({
      program,
      args: [...before, 'start', ...args, ...OPTIONS],
      cwd,
      env: {
        GATEWRIGHT_ACCESS_KEY_ID: RUNNER_KEY.accessKeyId,
        GATEWRIGHT_SECRET_ACCESS_KEY: RUNNER_KEY.secretAccessKey,
        ...env,
      },
    });
  const closing: (() => Promise<void>)[] = [];
  return {
    name: 'gatewright',
    version: execFileSync(program, [...before, '--version'], { encoding: 'utf8' }).trim(),
    concurrency: CONCURRENCY,
    cannotAsk: () => undefined,
    deploy: (fragment) => deploy(fragment, start),
    async openControl() {
      const folder = makeFolder({ 'template.json': JSON.stringify(WITHOUT_API) });
      const started = start(folder.path, ['template.json']);
      closing.push(async () => {
        await started.stop();
        folder.remove();
      });
      const target = toControl((await readReady(started)).control);
      closing.push(() => {
        target.close();
        return Promise.resolve();
      });
      return { ...target, openStack: (stack) => openStack(stack, start) };
    },
    async close() {
      for (const close of closing.reverse()) await close();
      return [];
    },
  };
}

/** A template without an API. The command needs a template, but a new account of the control plane has no API. */
const WITHOUT_API = {
  Resources: {
    Fn: {
      Type: 'AWS::Lambda::Function',
      Properties: {
        Runtime: 'nodejs22.x',
        Handler: 'index.handler',
        Role: `arn:aws:iam::${ACCOUNT_ID}:role/conformance`,
        Code: { ZipFile: 'exports.handler = async () => ({});' },
      },
    },
  },
};

/**
 * Returns the files of a stack by name. The gateway reads configurations of AppConfig from its values file, where they
 * have the names of application, environment and profile.
 */
export function filesOf(stack: CaseStack): Readonly<Record<string, string>> {
  const resources = Object.values(stack.Resources);
  const read = (type: string, property: string): string =>
    asText(resources.find(({ Type }) => Type === `AWS::AppConfig::${type}`)?.Properties?.[property]);
  const content = read('HostedConfigurationVersion', 'Content');
  const template = { 'template.json': JSON.stringify(stack) };
  if (content === '') return template;
  const [application, environment, profile] = ['Application', 'Environment', 'ConfigurationProfile'].map(
    (type) => read(type, 'Name'),
  );
  const appconfig = {
    [`${application}`]: { [`${environment}`]: { [`${profile}`]: JSON.parse(content) as Json } },
  };
  return { ...template, 'gatewright.values.yml': JSON.stringify({ appconfig }) };
}

type Start = (cwd: string, args: readonly string[], env?: Readonly<Record<string, string>>) => Started;

/** Starts a gateway for the stack of one case. */
async function openStack(stack: CaseStack, start: Start): Promise<OpenedStack> {
  const folder = makeFolder(filesOf(stack));
  const started = start(folder.path, ['template.json', '--roles', 'off']);
  let target: ReturnType<typeof toControl> | undefined;
  const remove = async (): Promise<undefined> => {
    target?.close();
    await started.stop();
    folder.remove();
  };
  try {
    target = toControl((await readReady(started)).control);
    return { target, outputs: await readOutputs(target), remove };
  } catch (error) {
    await remove();
    throw error;
  }
}

const OPTIONS: readonly string[] = [
  '--json',
  '--no-reload',
  '--port=0',
  '--control-port=0',
  '--stage=parity',
  `--region=${REGION}`,
  `--account=${ACCOUNT_ID}`,
];

function toControl(control: string): ControlTarget & { close(): void } {
  return openSdkTarget({
    endpoint: control,
    stageEndpoint: (stage) => `${control}/${stage}`,
    region: REGION,
    accountId: ACCOUNT_ID,
    credentials: RUNNER_KEY,
  });
}

async function deploy(
  { template, files, awsEndpoint, tls, roles }: Fragment,
  start: Start,
): Promise<Deployed> {
  const folder = makeFolder({ 'template.json': template, ...files });
  const args = ['template.json', '--roles', roles ? 'on' : 'off', ...(tls ? ['--tls'] : [])];
  const started = start(
    folder.path,
    args,
    awsEndpoint === undefined ? {} : { AWS_ENDPOINT_URL: awsEndpoint },
  );
  const close = async (): Promise<void> => {
    await started.stop();
    folder.remove();
  };
  try {
    const { apis, fronts, control, certificateAuthority } = await readReady(started);
    const [api] = apis;
    if (api === undefined) throw new Error('gatewright does not serve any API of this template');
    const credentials = readFileSync(join(folder.path, '.gatewright/credentials.json'), 'utf8');
    const described = describeApi({
      apiId: api.id,
      region: REGION,
      accountId: ACCOUNT_ID,
      // If a distribution is in front of the API, requests go to the distribution.
      url: new URL(fronts[0]?.url ?? api.url),
      control,
      secret: (JSON.parse(credentials) as { readonly controlSecret: string }).controlSecret,
      close,
      authority: certificateAuthority && readFileSync(certificateAuthority, 'utf8'),
      readLog: () => readLines(join(folder.path, '.gatewright/logs', `${ACCESS_LOG}.log`)),
    });
    return { kind: 'running', api: described };
  } catch (error) {
    const isRefused = started.exitCode !== null;
    const message = started.output();
    await close();
    if (isRefused) return { kind: 'refused', message };
    throw error;
  }
}

async function readReady(started: Started): Promise<Ready> {
  const lineOf = (output: string): string | undefined =>
    output.split('\n').find((line) => line.startsWith('{"ready"') && line.endsWith('}'));
  await started.until((output) => lineOf(output) !== undefined);
  return JSON.parse(lineOf(started.output()) ?? '') as Ready;
}

function readLines(file: string): readonly string[] {
  return existsSync(file) ? readFileSync(file, 'utf8').split('\n').slice(0, -1) : [];
}
