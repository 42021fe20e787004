/** Reads cases, and refuses what the runner would not compare. */
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { AnyCase, ControlCase } from './control-case.ts';
import type { JsonObject, ParityCase } from './parity-case.ts';

/** The recorded cases that this project keeps. */
export const DEFAULT_FILE = fileURLToPath(new URL('cases.json', import.meta.url));

/** Files of cases from AWS's documentation. */
export const DOCUMENTED_FILES = filesIn('documented/');

/** Files of cases of the control plane, recorded, documented and reported. */
export const CONTROL_FILES = filesIn('control/');

function filesIn(folder: string): readonly string[] {
  const path = fileURLToPath(new URL(folder, import.meta.url));
  return readdirSync(path)
    .filter((name) => name.endsWith('.json'))
    .sort()
    .map((name) => join(path, name));
}

const KNOWN_KEYS = {
  setup: [
    'stage',
    'stageProps',
    'restApi',
    'methods',
    'models',
    'validators',
    'authorizers',
    'gatewayResponses',
    'apiKeys',
    'usagePlans',
    'canaryDeployment',
    'httpApi',
    'routes',
    'functions',
    'functionProps',
    'backend',
    'awsBackend',
    'analogue',
    'moreStages',
    'domains',
    'tokens',
    'identities',
    'withoutPermission',
    'accessLog',
    'waf',
    'alarm',
    'cloudfront',
  ],
  request: [
    'method',
    'path',
    'query',
    'headers',
    'body',
    'bodyBase64',
    'rawUrlPath',
    'mode',
    'datapoints',
    'state',
    'resource',
    'frames',
    'sign',
    'certificate',
  ],
  expect: [
    'status',
    'headers',
    'headersExact',
    'body',
    'bodyExact',
    'bodySubset',
    'bodyContains',
    'bodyBase64',
    'event',
    'backend',
    'awsRequest',
    'gatewayResponses',
    'deployError',
    'alarmState',
    'frames',
    'distinctConnectionIds',
    'unanswered',
    'headerLists',
    'calls',
    'events',
    'accessLog',
  ],
  step: ['advanceMs', 'times', 'request', 'expect'],
  frame: [
    'on',
    'send',
    'sendBase64',
    'sendFragments',
    'ping',
    'wait',
    'advanceMs',
    'frames',
    'connect',
    'query',
    'headers',
    'subprotocols',
    'accepted',
    'refused',
    'close',
    'closed',
    'code',
    'reason',
    'manage',
    'connectionId',
    'body',
    'sign',
    'answer',
    'atMost',
    'pause',
  ],
  whole: ['id', 'source', 'area', 'api', 'setup', 'request', 'expect', 'then', 'note'],
  controlSetup: ['calls'],
  controlCall: ['call', 'input', 'service', 'stage', 'keep'],
  controlRequest: ['mode', 'call', 'input', 'service', 'stage'],
  controlExpect: ['status', 'error', 'body', 'bodySubset', 'sortItemsBy'],
  controlError: ['code', 'message'],
  controlWhole: ['id', 'source', 'area', 'api', 'setup', 'request', 'expect', 'note'],
} satisfies Readonly<Record<string, readonly string[]>>;

/**
 * Reads cases from the text of a file. A part that this runner does not know is an error: to leave it out
 * would turn a case green that nobody compared.
 * @throws Error naming the file, the case and the key
 */
export function parseCases(text: string, file: string): readonly AnyCase[] {
  const cases: unknown = JSON.parse(text);
  if (!Array.isArray(cases)) throw new Error(`${file}: a list of cases is wanted`);
  const ids = new Set<unknown>();
  for (const [index, candidate] of cases.entries()) {
    const whole = candidate as JsonObject;
    const { id, api } = whole;
    const name = `${file}: case ${typeof id === 'string' ? id : index}`;
    for (const part of ['setup', 'request', 'expect'] as const)
      if (whole[part] === undefined) throw new Error(`${name} has no ${part}`);
    if (isControlCase(whole as AnyCase)) refuseInControlCase(name, whole);
    else refuseInCase(name, whole);
    if (api !== 'rest' && api !== 'http' && api !== 'websocket') throw new Error(`${name}: unknown api`);
    if (ids.has(id)) throw new Error(`${name} appears twice`);
    ids.add(id);
  }
  return cases as readonly AnyCase[];
}

function refuseInCase(name: string, whole: JsonObject): void {
  refuseUnknown(name, '', whole, 'whole');
  for (const part of ['setup', 'request', 'expect'] as const)
    refuseUnknown(name, `${part}.`, whole[part] as JsonObject, part);
  refuseInSteps(name, whole);
}

function refuseInControlCase(name: string, whole: JsonObject): void {
  const { setup, request, expect } = whole as Readonly<Record<'setup' | 'request' | 'expect', JsonObject>>;
  refuseUnknown(name, '', whole, 'controlWhole');
  refuseUnknown(name, 'setup.', setup, 'controlSetup');
  for (const call of (setup['calls'] ?? []) as readonly JsonObject[])
    refuseUnknown(name, 'setup.calls.', call, 'controlCall');
  refuseUnknown(name, 'request.', request, 'controlRequest');
  refuseUnknown(name, 'expect.', expect, 'controlExpect');
  refuseUnknown(name, 'expect.error.', (expect['error'] ?? {}) as JsonObject, 'controlError');
  if (typeof expect['status'] !== 'number') throw new Error(`${name} has no expect.status`);
  if ((expect['error'] === undefined) === (expect['body'] === undefined))
    throw new Error(`${name}: expect has either error or body`);
}

function refuseInSteps(name: string, whole: JsonObject): void {
  for (const step of (whole['then'] ?? []) as readonly JsonObject[]) {
    refuseUnknown(name, 'then.', step, 'step');
    for (const part of ['request', 'expect'] as const)
      refuseUnknown(name, `then.${part}.`, (step[part] ?? {}) as JsonObject, part);
  }
  const steps = [whole, ...((whole['then'] ?? []) as readonly JsonObject[])];
  for (const { request } of steps)
    for (const frame of ((request as JsonObject)['frames'] ?? []) as readonly JsonObject[])
      refuseUnknown(name, 'frames.', frame, 'frame');
}

function refuseUnknown(name: string, path: string, given: JsonObject, kind: keyof typeof KNOWN_KEYS): void {
  const known: readonly string[] = KNOWN_KEYS[kind];
  const unknown = Object.keys(given).filter((key) => !known.includes(key));
  if (unknown.length > 0) throw new Error(`${name}: ${path}${unknown.join(', ')} is unknown to the runner`);
}

export function readCases(file: string): readonly AnyCase[] {
  return parseCases(readFileSync(file, 'utf8'), file);
}

export function isControlCase(parityCase: AnyCase): parityCase is ControlCase {
  return parityCase.request.mode === 'control';
}

export function isPlainCase(parityCase: AnyCase): parityCase is ParityCase {
  return !isControlCase(parityCase);
}

export type Evidence = 'recorded' | 'documented' | 'reported';

/** Recorded of AWS, said by its documentation or service models, or pasted by a user into a public thread. */
export function evidenceOf({ source }: AnyCase): Evidence {
  if ('page' in source || 'model' in source) return 'documented';
  return 'thread' in source ? 'reported' : 'recorded';
}

/** `localstack/localstack tests/aws/…/test_x.py::TestX::test_y`, or `AWS: http-api-cors, "AllowCredentials"` */
export function describeSource({ source }: AnyCase): string {
  const { repo, file, test, page, model, thread, says } = source;
  const quoted = typeof says === 'string' ? `, “${says}”` : '';
  if (typeof page === 'string') return `AWS: ${page}${quoted}`;
  if (typeof model === 'string') return `AWS's service model: ${model}${quoted}`;
  if (typeof thread === 'string') return `${thread}${quoted}`;
  return [repo, file, test].filter((part) => typeof part === 'string').join(' ');
}
