/** Compares a response, an event, a log, or a request from the engine with the expectation of a case. */
import { setTimeout as delay } from 'node:timers/promises';
import { parseJson } from '@gatewright/aws/json-object';
import { firstDifference, headersByName, lowerCaseKeys, show } from './compare.ts';
import type { RunnerServer, SeenRequest } from './backends.ts';
import type { Expectation, JsonObject, ParityCase } from '../schema/parity-case.ts';
import type { RawReply } from './raw-client.ts';
import type { RunningApi } from './running-api.ts';

/** Maximum delay of effects that follow a response: events of `$disconnect`, lines of a log. */
const AFTERWARDS_MS = 5_000;
const LOOK_MS = 5;

export function replyDifference(
  expect: Expectation,
  { status, headers, body }: RawReply,
): string | undefined {
  const byName = headersByName(headers);
  const text = body.toString();
  return (
    (expect.status === undefined || expect.status === status
      ? undefined
      : `status: expected ${expect.status}, got ${status} ${show(text)}`) ??
    (expect.headers === undefined
      ? undefined
      : firstDifference(lowerCaseKeys(expect.headers), byName, 'subset', 'headers')) ??
    (expect.headersExact === undefined
      ? undefined
      : firstDifference(lowerCaseKeys(expect.headersExact), byName, 'exact', 'headers')) ??
    headerListDifference(expect.headerLists ?? {}, headers) ??
    bodyDifference(expect, text) ??
    (expect.bodyContains === undefined || text.includes(expect.bodyContains)
      ? undefined
      : `body: expected to contain ${show(expect.bodyContains)}, got ${show(text)}`) ??
    (expect.bodyBase64 === undefined
      ? undefined
      : firstDifference(expect.bodyBase64, body.toString('base64'), 'exact', 'bodyBase64'))
  );
}

function headerListDifference(
  expected: Readonly<Record<string, readonly string[]>>,
  headers: RawReply['headers'],
): string | undefined {
  for (const [wanted, values] of Object.entries(expected)) {
    const found = headers.filter(([name]) => name.toLowerCase() === wanted.toLowerCase());
    const difference = firstDifference(
      values,
      found.map(([, value]) => value),
      'exact',
      `headers.${wanted}`,
    );
    if (difference !== undefined) return difference;
  }
  return undefined;
}

function bodyDifference({ body, bodySubset }: Expectation, text: string): string | undefined {
  if (body === undefined) return undefined;
  if (typeof body === 'string') return firstDifference(body, text, 'exact', 'body');
  const parsed = parseJson(text);
  if (parsed === undefined) return `body: expected ${show(body)}, got text that is not JSON: ${show(text)}`;
  return firstDifference(body, parsed, bodySubset === true ? 'subset' : 'exact', 'body');
}

/** Compares the events that functions received, and their number. */
export async function eventsDifference(
  parityCase: ParityCase,
  runner: RunnerServer,
): Promise<string | undefined> {
  const { calls = {}, events = {} } = parityCase.expect;
  const of = (functionName: string) => runner.events.filter((event) => event.functionName === functionName);
  const wanted = new Map(Object.entries(calls));
  for (const [name, event] of Object.entries(events))
    wanted.set(name, Array.isArray(event) ? event.length : 1);
  await until(() => [...wanted].every(([name, count]) => of(name).length >= count));
  for (const [name, count] of Object.entries(calls)) {
    const difference = firstDifference(count, of(name).length, 'exact', `calls.${name}`);
    if (difference !== undefined) return difference;
  }
  for (const [name, expected] of Object.entries(events)) {
    const all = of(name).map(({ event }) => event);
    const seen = Array.isArray(expected) ? all : all.at(-1);
    const difference = firstDifference(expected, seen, 'subset', `events.${name}`);
    if (difference !== undefined) return difference;
  }
  return eventDifference(parityCase, runner);
}

async function until(isThere: () => boolean): Promise<void> {
  const endMs = performance.now() + AFTERWARDS_MS;
  while (!isThere() && performance.now() < endMs) await delay(LOOK_MS);
}

/** Compares all lines of the access log, as text or as parsed JSON. */
export async function logDifference(
  { accessLog }: Expectation,
  api: RunningApi,
): Promise<string | undefined> {
  if (accessLog === undefined) return undefined;
  await until(() => api.readLog().length >= accessLog.length);
  const lines = api.readLog();
  if (lines.length !== accessLog.length)
    return `accessLog: expected lines: ${accessLog.length}, got: ${lines.length}: ${show(lines)}`;
  for (const [index, expected] of accessLog.entries()) {
    const line = lines[index] ?? '';
    const actual = typeof expected === 'string' ? line : parseJson(line);
    const difference = firstDifference(expected, actual, 'exact', `accessLog[${index}]`);
    if (difference !== undefined) return `${difference} in ${show(line)}`;
  }
  return undefined;
}

/** Compares the last event of the integration's function. Events of authorizers do not count. */
function eventDifference({ setup, expect }: ParityCase, runner: RunnerServer): string | undefined {
  if (expect.event === undefined) return undefined;
  const integrations = JSON.stringify([
    (setup.methods ?? []).map(({ Integration }) => Integration ?? null),
    (setup.routes ?? []).map(({ Integration }) => Integration ?? null),
    setup.restApi ?? null,
  ]);
  const last = runner.events.findLast(({ functionName }) => integrations.includes(`:${functionName}}`));
  if (last === undefined) return 'event: the function was not invoked';
  return firstDifference(expect.event, last.event, 'subset', 'event');
}

/**
 * Compares a request from the engine. `bodyJson` is the parsed body; an object as `body` has the same meaning. An empty
 * object means that there is no body.
 */
export function requestDifference(
  expected: JsonObject | undefined,
  seen: SeenRequest | undefined,
  path: string,
): string | undefined {
  if (expected === undefined) return undefined;
  if (seen === undefined) return `${path}: no request arrived`;
  const text = seen.body.toString();
  const { body, bodyJson, bodyBase64, headers, ...rest } = expected;
  const json = bodyJson ?? (typeof body === 'string' ? undefined : body);
  for (const [name, value] of Object.entries(rest)) {
    const actual = (seen as unknown as Record<string, unknown>)[name];
    const empty = value !== null && typeof value === 'object' && Object.keys(value).length === 0;
    const difference = firstDifference(value, actual, empty ? 'exact' : 'subset', `${path}.${name}`);
    if (difference !== undefined) return difference;
  }
  return (
    (headers === undefined
      ? undefined
      : firstDifference(lowerCaseKeys(headers as JsonObject), seen.headers, 'subset', `${path}.headers`)) ??
    (typeof body === 'string' ? firstDifference(body, text, 'exact', `${path}.body`) : undefined) ??
    (json === undefined ? undefined : firstDifference(json, parseJson(text), 'exact', `${path}.body`)) ??
    (bodyBase64 === undefined
      ? undefined
      : firstDifference(bodyBase64, seen.body.toString('base64'), 'exact', `${path}.bodyBase64`))
  );
}
