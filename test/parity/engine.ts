/** The engine as the runner drives it: only what a user of packages/gateway/engine/index.ts has, and AWS's own APIs. */
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createGateway } from '../../packages/gateway/engine/index.ts';
import { DefinitionError } from '../../packages/gateway/core/errors.ts';
import { readCredentials } from '../../packages/gateway/kernel/files/identity-file.ts';
import { ACCESS_LOG } from '../../packages/conformance/template/draft.ts';
import { openSdkTarget } from '../../packages/conformance/play/control-target.ts';
import { describeApi } from '../../packages/conformance/play/running-api.ts';
import { RUNNER_KEY } from '../../packages/conformance/play/signing.ts';
import type { Gateway, GatewayOptions, Listening } from '../../packages/gateway/engine/index.ts';
import { filesOf } from '../../packages/conformance/targets/gatewright.ts';
import { readOutputs } from '../../packages/conformance/play/case-stack.ts';
import type {
  CaseStack,
  ControlTarget,
  OpenedStack,
} from '../../packages/conformance/schema/control-case.ts';
import type { RunningApi } from '../../packages/conformance/play/running-api.ts';
import type { Deploy, Fragment, Target } from '../../packages/conformance/targets/target.ts';
import { QUIET_GATEWAY } from '../support/a-gateway.ts';

const REGION = 'us-east-1';
const ACCOUNT_ID = '123456789012';

/** One gateway for one template: cases do not share state. */
const deploy: Deploy = async ({ template, files, ...needs }) => {
  const folder = mkdtempSync(join(tmpdir(), 'gatewright-parity-'));
  const file = join(folder, 'template.json');
  writeFileSync(file, template);
  for (const [name, text] of Object.entries(files)) writeFileSync(join(folder, name), text);
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

/** Cases in flight; each has a gateway and its function instances. */
const CONCURRENCY = 4;

/** The engine of this checkout, in this process. */
export function openEngine(): Target {
  let control: Promise<ControlGateway> | undefined;
  return {
    name: 'gatewright',
    version: undefined,
    concurrency: CONCURRENCY,
    cannotAsk: () => undefined,
    deploy,
    async openControl() {
      return (await (control ??= startControl())).target;
    },
    async close() {
      await (await control)?.close();
      return [];
    },
  };
}

type ControlGateway = { readonly url: string; readonly target: ControlTarget; close(): Promise<void> };
type EngineNeeds = Partial<Pick<Fragment, 'awsEndpoint' | 'tls' | 'roles'>> &
  Partial<Pick<GatewayOptions, 'dynamodb'>>;

/** One gateway for calls to the control plane, with the stack of a case or without any. */
export async function startControl(stack?: CaseStack): Promise<ControlGateway> {
  const folder = mkdtempSync(join(tmpdir(), 'gatewright-parity-'));
  const gateway = await openGateway(folder, { dynamodb: { kind: 'embedded', dataDirectory: undefined } });
  if (stack !== undefined) await loadStack(gateway, folder, stack);
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
    target: stack === undefined ? { ...target, openStack } : target,
    async close() {
      target.close();
      await gateway.close();
      rmSync(folder, { recursive: true, force: true });
    },
  };
}

async function loadStack(gateway: Gateway, folder: string, stack: CaseStack): Promise<void> {
  for (const [name, text] of Object.entries(filesOf(stack))) writeFileSync(join(folder, name), text);
  await gateway.load([join(folder, 'template.json')]);
}

async function openStack(stack: CaseStack): Promise<OpenedStack> {
  const control = await startControl(stack);
  const { target } = control;
  const remove = async (): Promise<undefined> => {
    await control.close();
  };
  return { target, outputs: await readOutputs(target), remove };
}

function openGateway(
  directory: string,
  { awsEndpoint, tls = false, roles = false, dynamodb = QUIET_GATEWAY.dynamodb }: EngineNeeds,
): Promise<Gateway> {
  return createGateway({
    ...QUIET_GATEWAY,
    refusesFaults: true,
    stage: 'parity',
    region: REGION,
    accountId: ACCOUNT_ID,
    ...(awsEndpoint === undefined
      ? {}
      : { awsEndpoints: { urls: { '*': awsEndpoint }, live: [], credentials: undefined } }),
    directory,
    adminKey: RUNNER_KEY,
    tls,
    roles,
    dynamodb,
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
