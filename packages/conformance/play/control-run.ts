/**
 * Runs cases of the control plane, and of other services of AWS. The last call's response is compared.
 */
import { randomUUID } from 'node:crypto';
import { openStack } from './case-stack.ts';
import { firstDifference, show } from './compare.ts';
import { controlAnswerOf } from '../report/recording.ts';
import { NotAsked } from './not-asked.ts';
import { isRemovedBy, removeMade } from './control-removal.ts';
import { fillPlaceholders } from '../template/placeholders.ts';
import type {
  CaseStack,
  ControlCall,
  ControlCase,
  ControlReply,
  ControlService,
  ControlTarget,
} from '../schema/control-case.ts';
import type { Answer } from '../report/recording.ts';
import type { Made } from './control-removal.ts';
import type { Json, JsonObject } from '../schema/parity-case.ts';

/**
 * `${api}` is a value from an earlier response or an output of the stack; `${unique}` differs from run to run, so that
 * cases can name resources; `${fill:N}` is a string of N characters.
 */
const PLACEHOLDER = /\$\{(fill:\d+|[A-Za-z][A-Za-z0-9]*)\}/;

/**
 * Runs a case of the control plane. Returns the first difference; undefined if the case passes. If an error prevents
 * the case from running, the case has failed.
 * @throws NotAsked if the target does not support the case
 */
export async function runControlCase(
  parityCase: ControlCase,
  target: ControlTarget,
  onReply?: (answer: Answer) => void,
): Promise<string | undefined> {
  const { stack } = parityCase.setup;
  const known = new Map([['unique', randomUUID().slice(0, 8)]]);
  if (stack === undefined) return runCalls(parityCase, target, known, onReply);
  const named = fillPlaceholders(stack, (name) => known.get(name), PLACEHOLDER);
  const opened = await openStack(target, named as unknown as CaseStack).catch(couldNotRun);
  if (typeof opened === 'string') return opened;
  const asked = runCalls(parityCase, opened.target, new Map([...known, ...opened.outputs]), onReply);
  await asked.catch(() => undefined);
  const left = await opened.remove().catch(couldNotRun);
  return (await asked) ?? left;
}

/** @param known placeholders, such as the outputs of the case's stack */
async function runCalls(
  { api, setup, request, expect }: ControlCase,
  target: ControlTarget,
  known: ReadonlyMap<string, string>,
  onReply?: (answer: Answer) => void,
): Promise<string | undefined> {
  const { region, accountId } = target;
  const kept = new Map([['region', region], ['accountId', accountId], ...known]);
  const usual = api === 'rest' ? 'apigateway' : 'apigatewayv2';
  const fill = <Part>(part: Part): Part =>
    fillPlaceholders(part as unknown as Json, (name) => valueOf(name, kept), PLACEHOLDER) as unknown as Part;
  let made: readonly Made[] = [];
  const send = async (service: ControlService, call: ControlCall): Promise<ControlReply> => {
    const reply = await target.send(service, call);
    if (reply.error === undefined)
      made = [
        ...made.filter((one) => !isRemovedBy(one, call)),
        { service, call: call.call, body: reply.body },
      ];
    return reply;
  };
  const play = async (): Promise<string | undefined> => {
    for (const [index, step] of setup.calls.entries()) {
      const reply = await send(step.service ?? usual, fill(callOf(step)));
      if (reply.error !== undefined)
        return `set-up call ${index + 1}, ${step.call}, failed: ${reply.error.code} ${show(reply.error.message)}`;
      for (const [name, member] of Object.entries(step.keep ?? {})) {
        const value = reply.body[member];
        if (typeof value !== 'string')
          return `set-up call ${index + 1}, ${step.call}: the response has no ${member}`;
        kept.set(name, value);
      }
    }
    const reply = await send(request.service ?? usual, fill(callOf(request)));
    onReply?.(controlAnswerOf(reply, placeholdersOf(kept)));
    return replyDifference(fill(expect), reply);
  };
  const difference = await play().catch(couldNotRun);
  const left = await removeMade(target, made.toReversed()).catch(couldNotRun);
  return difference ?? left;
}

/** Maps values that are specific to this run to their placeholders. */
function placeholdersOf(kept: ReadonlyMap<string, string>): ReadonlyMap<string, string> {
  return new Map([...kept].map(([name, value]) => [value, `\${${name}}`]));
}

function couldNotRun(error: unknown): string {
  if (error instanceof NotAsked) throw error;
  return `could not run: ${error instanceof Error ? error.message : String(error)}`;
}

function callOf({ call, input, stage }: ControlCall): ControlCall {
  return { call, input, ...(stage === undefined ? {} : { stage }) };
}

function valueOf(name: string, kept: ReadonlyMap<string, string>): string | undefined {
  return name.startsWith('fill:') ? 'x'.repeat(Number(name.slice('fill:'.length))) : kept.get(name);
}

function replyDifference(
  { status, error, body, bodySubset, sortItemsBy }: ControlCase['expect'],
  reply: ControlReply,
): string | undefined {
  const answered = reply.error ?? reply.body;
  if (reply.status !== status) return `status: expected ${status}, got ${reply.status} ${show(answered)}`;
  if (error === undefined && reply.error !== undefined)
    return `expected a response, got ${show(reply.error)}`;
  if (error !== undefined) return firstDifference(error, reply.error, 'exact', 'error');
  if (body === undefined) return undefined;
  const sorted = sortItemsBy === undefined ? reply.body : sortItems(reply.body, sortItemsBy);
  return firstDifference(body, sorted, bodySubset === true ? 'subset' : 'exact', 'body');
}

function sortItems(body: JsonObject, member: string): JsonObject {
  const { items } = body;
  if (!Array.isArray(items)) return body;
  const keyOf = (item: Json): string => JSON.stringify((item as JsonObject)[member]);
  const sorted = (items as readonly Json[]).toSorted((a, b) => (keyOf(a) < keyOf(b) ? -1 : 1));
  return { ...body, items: sorted };
}
