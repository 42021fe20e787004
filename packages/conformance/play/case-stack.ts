/** Deploys the stack of a case by calls, for targets that have no other way. */
import { randomUUID } from 'node:crypto';
import { bodyOf, repeatCall, withLeft } from './asked-call.ts';
import { show } from './compare.ts';
import { NotAsked } from './not-asked.ts';
import { makeByCalls, typeWithoutCalls } from './stack-by-calls.ts';
import type { CaseStack, ControlReply, ControlTarget, OpenedStack } from '../schema/control-case.ts';
import type { JsonObject } from '../schema/parity-case.ts';

const DEADLINE_MS = 120_000;

type DescribedStack = {
  readonly StackStatus?: string;
  readonly StackStatusReason?: string;
  readonly Outputs?: readonly { readonly OutputKey?: string; readonly OutputValue?: string }[];
};

/**
 * Deploys a stack by the calls of its services, or else by CloudFormation, which also knows the name of the stack.
 * @throws Error if the stack or a resource is refused, or is not complete in time
 * @throws NotAsked if the target has no CreateStack, or does not support a type of resource
 */
export async function openStack(target: ControlTarget, stack: CaseStack): Promise<OpenedStack> {
  if (target.openStack !== undefined) return target.openStack(stack);
  const isNamed = JSON.stringify(stack.Outputs ?? {}).includes('AWS::StackName');
  if (!isNamed && typeWithoutCalls(stack) === undefined) return makeByCalls(target, stack);
  const opened = await createStack(target, stack);
  const missing = Object.keys(stack.Outputs ?? {}).find((name) => !opened.outputs.has(name));
  if (missing === undefined) return opened;
  const error = new NotAsked(
    `the target deployed the stack of the case without ${typeWithoutCalls(stack) ?? missing}`,
  );
  throw withLeft(error, await opened.remove());
}

async function createStack(target: ControlTarget, stack: CaseStack): Promise<OpenedStack> {
  const StackName = `conformance-${randomUUID()}`;
  const input = {
    StackName,
    TemplateBody: JSON.stringify(stack),
    Capabilities: ['CAPABILITY_NAMED_IAM'],
  };
  const reply = await target.send('cloudformation', { call: 'CreateStack', input });
  const { status, error } = reply;
  const isUnknown = [404, 405, 501].includes(status) || UNKNOWN_CALL.test(error?.code ?? '');
  if (error !== undefined && (isUnknown || UNSUPPORTED.test(show(error.message))))
    throw new NotAsked(`the stack of the case was not deployed: ${error.code} ${show(error.message)}`);
  bodyOf('CreateStack', reply);
  const remove = (): Promise<string | undefined> => removeStack(target, StackName);
  try {
    return { target, outputs: await readComplete(target, StackName), remove };
  } catch (failure) {
    throw withLeft(failure, await remove());
  }
}

/** The codes of emulators and of AWS for an operation that they do not know. */
const UNKNOWN_CALL = /^(?:Unknown|InvalidAction|NotImplemented|Unsupported)/;
/** What emulators and AWS say about a type of resource that they do not deploy. */
const UNSUPPORTED =
  /\bnot (?:yet )?(?:supported|implemented)\b|\bunsupported\b|\bunrecognized resource type|\bno resource provider\b/i;

/** @returns what was left behind; undefined if the stack no longer exists */
async function removeStack(target: ControlTarget, StackName: string): Promise<string | undefined> {
  const readEnd = async (): Promise<true | undefined> => {
    const reply = await target.send('cloudformation', { call: 'DescribeStacks', input: { StackName } });
    if (/does not exist|not found/i.test(show(reply.error?.message ?? ''))) return true;
    const { StackStatus: status = 'DELETE_COMPLETE', StackStatusReason: reason = '' } = firstOf(reply);
    if (status === 'DELETE_FAILED') throw new Error(`it has the status ${status}: ${reason}`);
    return status === 'DELETE_COMPLETE' || undefined;
  };
  try {
    bodyOf('DeleteStack', await target.send('cloudformation', { call: 'DeleteStack', input: { StackName } }));
    await repeatCall(readEnd, DEADLINE_MS, 'it was not deleted');
    return undefined;
  } catch (error) {
    return `the stack ${StackName} was left behind: ${(error as Error).message}`;
  }
}

/** Reads the outputs of the only stack of an account. */
export async function readOutputs(target: ControlTarget): Promise<ReadonlyMap<string, string>> {
  return outputsOf(await readStack(target, {}));
}

async function readStack(target: ControlTarget, input: JsonObject): Promise<DescribedStack> {
  return firstOf(await target.send('cloudformation', { call: 'DescribeStacks', input }));
}

function firstOf(reply: ControlReply): DescribedStack {
  const { Stacks } = bodyOf('DescribeStacks', reply);
  return (Stacks as readonly DescribedStack[] | undefined)?.[0] ?? {};
}

async function readComplete(target: ControlTarget, StackName: string): Promise<ReadonlyMap<string, string>> {
  const read = async (): Promise<DescribedStack | undefined> => {
    const stack = await readStack(target, { StackName });
    const { StackStatus: status = '', StackStatusReason: reason = '' } = stack;
    if (status === 'CREATE_COMPLETE') return stack;
    if (status === 'CREATE_IN_PROGRESS') return undefined;
    const message = `the stack has the status ${status}: ${reason}`;
    throw UNSUPPORTED.test(reason) ? new NotAsked(message) : new Error(message);
  };
  return outputsOf(await repeatCall(read, DEADLINE_MS, 'the stack was not complete'));
}

function outputsOf({ Outputs = [] }: DescribedStack): ReadonlyMap<string, string> {
  return new Map(Outputs.map(({ OutputKey = '', OutputValue = '' }) => [OutputKey, OutputValue]));
}
