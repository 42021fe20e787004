/** Endpoints for tests. They handle items and messages, wait until all work is done, and restore the initial state. */
import { isTable } from '../../../core/stack/table-types.ts';
import { InvalidRequest } from '../../../core/errors.ts';
import { describeNames, functionsNamed, LONGEST_RUN_MS } from '../../../core/stack/function.ts';
import { isJsonObject, parseJsonObject } from '@gatewright/aws/json-object';
import type { UnknownMembers } from '@gatewright/aws/json-object';
import { resolveName, withLogicalIds } from '../services/events.ts';
import { backendOf, findClockObstacle } from '../parts.ts';
import { type ControlReply, type ControlRequest, jsonReply } from '../../../core/api-call.ts';
import { makeTrace } from '../../../kernel/event-ports.ts';
import type { InvocationResult } from '../../../core/ports.ts';
import type { DynamoDbTarget } from '../../../services/tables/create-tables.ts';
import type { MoreEndpoints } from '../../../server/control-port/local-endpoints.ts';
import type { Parts } from '../parts.ts';

/**
 * The maximum number of rounds in which table changes call functions that change tables again. If there are more
 * rounds, it is assumed that the functions trigger each other endlessly.
 */
const MOST_ROUNDS = 1_000;
const MOST_STEPS = 20_000;

const RUNS = new Map<string, (request: ControlRequest, parts: Parts) => Promise<ControlReply>>([
  ['POST reset', reset],
  ['POST settle', settle],
  ['POST advance', advance],
  ['GET items', listItems],
  ['POST items', addItems],
  ['GET messages', listMessages],
  ['POST invoke', invoke],
]);

export function openTestingApi(parts: Parts): MoreEndpoints {
  return async (request, path) => {
    const run = RUNS.get(`${request.method} ${path}`);
    if (run === undefined) return undefined;
    try {
      return await run(request, parts);
    } catch (error) {
      if (error instanceof InvalidRequest) return jsonReply(409, { message: error.message });
      throw error;
    }
  };
}

async function reset({ body }: ControlRequest, parts: Parts): Promise<ControlReply> {
  if (parts.resets === undefined)
    return jsonReply(409, {
      message:
        'only a gateway that gatewright/testing or `start --exec` has started can be reset; restart this gateway instead',
    });
  const { keepsInstances = false } = parseJsonObject(body.toString()) ?? {};
  if (typeof keepsInstances !== 'boolean')
    return jsonReply(400, { message: 'Expected {"keepsInstances": true or false}' });
  await parts.resets.run(parts, keepsInstances);
  return jsonReply(200, {});
}

async function settle(_: ControlRequest, parts: Parts): Promise<ControlReply> {
  await untilIdle(parts);
  return jsonReply(200, {});
}

/**
 * Waits until no event and no table change is being processed.
 * @throws InvalidRequest if the work does not end
 */
async function untilIdle({ events, store }: Pick<Parts, 'events' | 'store'>): Promise<void> {
  for (let round = 0; round < MOST_ROUNDS; round += 1) {
    await store.ready();
    if (events.isIdle) return;
    await events.idle();
  }
  throw new InvalidRequest(
    `events continue after ${MOST_ROUNDS} rounds, so functions probably trigger each other endlessly; check what they write to and what invokes them`,
  );
}

/**
 * Moves the clock by a number of milliseconds. On the way forward, it stops at each time at which something is due, and
 * waits until all effects are complete.
 */
async function advance({ body }: ControlRequest, parts: Parts): Promise<ControlReply> {
  const { clock, events, at, options } = parts;
  const { ms } = parseJsonObject(body.toString()) ?? {};
  if (typeof ms !== 'number' || !Number.isFinite(ms))
    return jsonReply(400, { message: 'Expected {"ms": number}' });
  const fixed = findClockObstacle(options);
  if (fixed !== undefined) return jsonReply(409, { message: fixed });
  await untilIdle(parts);
  const target = clock.nowEpochMs() + ms;
  for (let step = 0; step < MOST_STEPS; step += 1) {
    const now = clock.nowEpochMs();
    const due = Math.min(target, Math.max(now, events.nextDue ?? target));
    const isLast = due === target;
    try {
      clock.shift(ms < 0 ? ms : due - now);
    } catch (error) {
      if (error instanceof RangeError) return jsonReply(400, { message: error.message });
      throw error;
    }
    at.connections.sweep();
    events.moved();
    await untilIdle(parts);
    if (isLast || clock.nowEpochMs() >= target) return jsonReply(200, { nowEpochMs: clock.nowEpochMs() });
  }
  return jsonReply(409, {
    message: `the clock stopped ${MOST_STEPS} times for due events before it had moved by ${ms} ms; move the clock in smaller steps`,
  });
}

async function listItems({ query }: ControlRequest, parts: Parts): Promise<ControlReply> {
  const table = findTable(new URLSearchParams(query).get('table') ?? '', parts);
  if ('refusal' in table) return table.refusal;
  const { fromAttributes } = await import('../../../services/tables/attribute-values.ts');
  const { readItems } = await import('../../../services/tables/table-items.ts');
  const items = await readItems(table.target, table.name);
  return jsonReply(200, { items: items.map(fromAttributes) });
}

async function addItems({ body }: ControlRequest, parts: Parts): Promise<ControlReply> {
  const { putItems } = await import('../../../services/tables/table-items.ts');
  const { table: name, items } = parseJsonObject(body.toString()) ?? {};
  if (typeof name !== 'string' || !Array.isArray(items) || !items.every(isJsonObject))
    return jsonReply(400, { message: 'Expected {"table": string, "items": list of objects}' });
  const table = findTable(name, parts);
  if ('refusal' in table) return table.refusal;
  await putItems(table.target, table.name, await Promise.all(items.map(toItem)));
  return jsonReply(200, {});
}

/**
 * Converts an item in plain JSON or DynamoDB's JSON to DynamoDB's JSON.
 * @throws InvalidRequest if the item cannot be converted
 */
async function toItem(item: UnknownMembers): Promise<UnknownMembers> {
  const { isItem, toAttributes } = await import('../../../services/tables/attribute-values.ts');
  try {
    return isItem(item) ? item : toAttributes(item);
  } catch (error) {
    throw new InvalidRequest(error instanceof Error ? error.message : String(error));
  }
}

type FoundTable = { readonly name: string; readonly target: DynamoDbTarget };

/** Finds a table by name or logical id. */
function findTable(
  wanted: string,
  { served, options, store }: Parts,
): FoundTable | { refusal: ControlReply } {
  const tables = served.stacks.flatMap(({ region, resources }) =>
    [...resources]
      .filter(([, resource]) => isTable(resource))
      .map(([logicalId, { physicalId }]) => ({ logicalId, name: physicalId, region })),
  );
  const found = tables.find(({ name, logicalId }) => name === wanted || logicalId === wanted);
  const backend = backendOf(options, store);
  if (found === undefined || backend === undefined)
    return {
      refusal: unknown('table', wanted, tables.map(describeNames)),
    };
  return { name: found.name, target: { ...backend, region: found.region } };
}

async function listMessages({ query }: ControlRequest, { events, served }: Parts): Promise<ControlReply> {
  const wanted = new URLSearchParams(query).get('queue') ?? '';
  const queues = events.handTargets.filter(({ messages }) => messages !== undefined);
  const called = resolveName(wanted, { served });
  const queue = queues.find(({ arn, name, aliases = [] }) => [arn, name, ...aliases].includes(called));
  if (queue === undefined)
    return unknown(
      'queue',
      wanted,
      withLogicalIds(
        queues.map(({ name }) => name),
        { served },
      ),
    );
  return Promise.resolve(jsonReply(200, { messages: queue.messages?.() ?? [] }));
}

async function invoke({ body }: ControlRequest, parts: Parts): Promise<ControlReply> {
  const { function: wanted, payload } = parseJsonObject(body.toString()) ?? {};
  if (typeof wanted !== 'string' || typeof payload !== 'string')
    return jsonReply(400, { message: 'Expected {"function": string, "payload": JSON text}' });
  const result = await invokeFunction(wanted, payload, parts);
  if (result !== undefined) return jsonReply(200, result);
  return unknown(
    'function',
    wanted,
    parts.served.stacks.flatMap((stack) => stack.functions.map(describeNames)),
  );
}

/**
 * Invokes a function for a test.
 * @param wanted the name of the function, in a form that `functionsNamed` accepts
 * @returns undefined if there is no such function
 */
export async function invokeFunction(
  wanted: string,
  payload: string,
  { runtime, served, random }: Parts,
): Promise<InvocationResult | undefined> {
  const [found] = functionsNamed(
    served.stacks.flatMap((stack) => stack.functions),
    wanted,
  );
  if (found === undefined) return undefined;
  return runtime.invoke({
    functionName: found.name,
    payload,
    traceHeader: makeTrace(random),
    timeoutMs: LONGEST_RUN_MS,
  });
}

function unknown(what: string, wanted: string, names: readonly string[]): ControlReply {
  const known = names.length === 0 ? 'there is none' : `expected one of ${names.join(', ')}`;
  return jsonReply(404, { message: `Unknown ${what} "${wanted}"; ${known}` });
}
