/** Deploys the stack of a case by calls, for targets that have no other way. */
import { randomUUID } from 'node:crypto';
import { setTimeout as delay } from 'node:timers/promises';
import { show } from './compare.ts';
import { NotAsked } from './not-asked.ts';
import { makeByCalls, typeWithoutCalls } from './stack-by-calls.ts';
import type { CaseStack, ControlReply, ControlTarget, OpenedStack } from '../schema/control-case.ts';
import type { JsonObject } from '../schema/parity-case.ts';

const POLL_MS = 250;
const DEADLINE_MS = 120_000;

type DescribedStack = {
  readonly StackStatus?: string;
  readonly StackStatusReason?: string;
  readonly Outputs?: readonly { readonly OutputKey?: string; readonly OutputValue?: string }[];
};

/**
 * Deploys a stack by the calls of its services, or else by CloudFormation, which also knows the name of the stack.
 * @throws Error if a resource is refused, or is not complete in time
 * @throws NotAsked if the target's CloudFormation does not deploy the stack
 */
export async function openStack(target: ControlTarget, stack: CaseStack): Promise<OpenedStack> {
  if (target.openStack !== undefined) return target.openStack(stack);
  const isNamed = JSON.stringify(stack.Outputs ?? {}).includes('AWS::StackName');
  if (!isNamed && typeWithoutCalls(stack) === undefined) return makeByCalls(target, stack);
  const opened = await createStack(target, stack).catch((error: unknown) => {
    throw new NotAsked(`the stack of the case was not deployed: ${(error as Error).message}`);
  });
  const missing = Object.keys(stack.Outputs ?? {}).find((name) => !opened.outputs.has(name));
  if (missing === undefined) return opened;
  await opened.remove();
  throw new NotAsked(
    `the target deployed the stack of the case without ${typeWithoutCalls(stack) ?? missing}`,
  );
}

async function createStack(target: ControlTarget, stack: CaseStack): Promise<OpenedStack> {
  const StackName = `conformance-${randomUUID()}`;
  const ask = async (call: string, input: JsonObject): Promise<JsonObject> =>
    bodyOf(call, await target.send('cloudformation', { call, input }));
  await ask('CreateStack', {
    StackName,
    TemplateBody: JSON.stringify(stack),
    Capabilities: ['CAPABILITY_NAMED_IAM'],
  });
  const remove = async (): Promise<string | undefined> => {
    const { error } = await target.send('cloudformation', { call: 'DeleteStack', input: { StackName } });
    return error && `the stack ${StackName} was left behind: ${error.code} ${show(error.message)}`;
  };
  try {
    return { target, outputs: await complete(() => readStack(target, { StackName })), remove };
  } catch (error) {
    await remove();
    throw error;
  }
}

/** Reads the outputs of the only stack of an account. */
export async function readOutputs(target: ControlTarget): Promise<ReadonlyMap<string, string>> {
  return outputsOf(await readStack(target, {}));
}

async function readStack(target: ControlTarget, input: JsonObject): Promise<DescribedStack> {
  const call = 'DescribeStacks';
  const { Stacks } = bodyOf(call, await target.send('cloudformation', { call, input }));
  return (Stacks as readonly DescribedStack[] | undefined)?.[0] ?? {};
}

function bodyOf(call: string, { body, error }: ControlReply): JsonObject {
  if (error !== undefined) throw new Error(`${call} failed: ${error.code} ${show(error.message)}`);
  return body;
}

async function complete(read: () => Promise<DescribedStack>): Promise<ReadonlyMap<string, string>> {
  for (let waitedMs = 0; waitedMs < DEADLINE_MS; waitedMs += POLL_MS) {
    const stack = await read();
    const { StackStatus: status = '', StackStatusReason: reason = '' } = stack;
    if (status === 'CREATE_COMPLETE') return outputsOf(stack);
    if (status !== 'CREATE_IN_PROGRESS') throw new Error(`the stack has the status ${status}: ${reason}`);
    await delay(POLL_MS);
  }
  throw new Error(`the stack was not complete after ${DEADLINE_MS / 1000} s`);
}

function outputsOf({ Outputs = [] }: DescribedStack): ReadonlyMap<string, string> {
  return new Map(Outputs.map(({ OutputKey = '', OutputValue = '' }) => [OutputKey, OutputValue]));
}
