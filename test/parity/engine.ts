/** The engine as the runner drives it: only what a user of packages/engine/index.ts has, and AWS's own APIs. */
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createGateway } from '../../packages/engine/index.ts';
import { DefinitionError } from '../../packages/core/errors.ts';
import { readCredentials } from '../../packages/kernel/files/identity-file.ts';
import { ACCESS_LOG } from './draft.ts';
import { openSdkTarget } from './control-target.ts';
import { describeApi } from './running-api.ts';
import { RUNNER_KEY } from './signing.ts';
import type { Gateway, Listening } from '../../packages/engine/index.ts';
import type { ControlTarget } from './control-case.ts';
import type { RunningApi } from './running-api.ts';

const REGION = 'us-east-1';
const ACCOUNT_ID = '123456789012';

type EngineNeeds = {
  /** Where the engine's own AWS calls go; undefined = it makes none in this case. */
  readonly awsEndpoint: string | undefined;
  /** Beside the template, by name. */
  readonly files?: Readonly<Record<string, string>>;
  readonly tls?: boolean;
  /** Whether AWS::Lambda::Permission decides what the API may invoke. */
  readonly roles?: boolean;
};

/** `refused`: the definition was refused in words for its author; anything else that fails is thrown. */
type Started =
  | { readonly kind: 'running'; readonly api: RunningApi }
  | { readonly kind: 'refused'; readonly message: string };

export type StartEngine = (template: string, needs: EngineNeeds) => Promise<Started>;

/** One gateway for one template: cases share no state. */
export const startEngine: StartEngine = async (template, needs) => {
  const folder = mkdtempSync(join(tmpdir(), 'gatewright-parity-'));
  const file = join(folder, 'template.json');
  writeFileSync(file, template);
  for (const [name, text] of Object.entries(needs.files ?? {})) writeFileSync(join(folder, name), text);
  const gateway = await openGateway(folder, needs);
  const close = async (): Promise<void> => {
    await gateway.close();
    rmSync(folder, { recursive: true, force: true });
  };
  try {
    await gateway.load([file]);
    return { kind: 'running', api: await run(gateway, folder, close) };
  } catch (error) {
    await close();
    if (error instanceof DefinitionError) return { kind: 'refused', message: error.describe() };
    throw error;
  }
};

export type ControlEngine = { readonly target: ControlTarget; close(): Promise<void> };
type ControlGateway = ControlEngine & { readonly url: string };

/** One gateway without a stack, for calls of the control plane. */
export async function startControl(): Promise<ControlGateway> {
  const folder = mkdtempSync(join(tmpdir(), 'gatewright-parity-'));
  const gateway = await openGateway(folder, { awsEndpoint: undefined });
  const { control } = await gateway.listen();
  const target = openSdkTarget({
    endpoint: control,
    stageEndpoint: (stage) => `${control}/${stage}`,
    region: REGION,
    accountId: ACCOUNT_ID,
    credentials: RUNNER_KEY,
  });
  return {
    url: control,
    target,
    async close() {
      target.close();
      await gateway.close();
      rmSync(folder, { recursive: true, force: true });
    },
  };
}

function openGateway(
  directory: string,
  { awsEndpoint, tls = false, roles = false }: EngineNeeds,
): Promise<Gateway> {
  return createGateway({
    refusesFaults: true,
    stage: 'parity',
    region: REGION,
    accountId: ACCOUNT_ID,
    host: '127.0.0.1',
    port: 0,
    controlPort: 0,
    allowHosts: [],
    parameters: {},
    environment: {},
    ...(awsEndpoint === undefined
      ? {}
      : { awsEndpoints: { urls: { '*': awsEndpoint }, live: [], credentials: undefined } }),
    dynamodb: { kind: 'none' },
    directory,
    adminKey: RUNNER_KEY,
    strict: false,
    accountThrottle: false,
    reload: false,
    tls,
    roles,
    log: { write: () => undefined },
    functionLog: () => undefined,
    onProgress: () => undefined,
    onReload: () => undefined,
  });
}

async function run(gateway: Gateway, folder: string, close: () => Promise<void>): Promise<RunningApi> {
  const listening = await gateway.listen();
  const [api] = listening.apis;
  if (api === undefined) throw new Error('the gateway serves no API of this template');
  const secret = (await readCredentials(folder))?.controlSecret ?? '';
  return describeApi({
    apiId: api.id,
    region: REGION,
    accountId: ACCOUNT_ID,
    // A distribution in front of the API takes its requests.
    url: new URL(listening.fronts[0]?.url ?? api.url),
    control: listening.control,
    secret,
    close,
    authority: authorityOf(listening),
    readLog: () => readLines(join(folder, '.gatewright', 'logs', `${ACCESS_LOG}.log`)),
  });
}

function authorityOf({ certificateAuthority }: Listening): string | undefined {
  return certificateAuthority && readFileSync(certificateAuthority, 'utf8');
}

function readLines(file: string): readonly string[] {
  try {
    return readFileSync(file, 'utf8').split('\n').slice(0, -1);
  } catch {
    return [];
  }
}
