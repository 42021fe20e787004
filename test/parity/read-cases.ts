/** Reads cases, and refuses what the runner would not compare. */
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { JsonObject, ParityCase } from './parity-case.ts';

/** The recorded cases that this project keeps. */
export const DEFAULT_FILE = fileURLToPath(new URL('cases.json', import.meta.url));

const DOCUMENTED_FOLDER = fileURLToPath(new URL('documented/', import.meta.url));

/** Files of cases from AWS's documentation. */
export const DOCUMENTED_FILES: readonly string[] = readdirSync(DOCUMENTED_FOLDER)
  .filter((name) => name.endsWith('.json'))
  .sort()
  .map((name) => join(DOCUMENTED_FOLDER, name));

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
} satisfies Readonly<Record<string, readonly string[]>>;

/**
 * Reads cases from the text of a file. A part that this runner does not know is an error: to leave it out
 * would turn a case green that nobody compared.
 * @throws Error naming the file, the case and the key
 */
export function parseCases(text: string, file: string): readonly ParityCase[] {
  const cases: unknown = JSON.parse(text);
  if (!Array.isArray(cases)) throw new Error(`${file}: a list of cases is wanted`);
  const ids = new Set<unknown>();
  for (const [index, candidate] of cases.entries()) {
    const whole = candidate as JsonObject;
    const { id } = whole;
    const name = `${file}: case ${typeof id === 'string' ? id : index}`;
    refuseUnknown(name, '', whole, 'whole');
    for (const part of ['setup', 'request', 'expect'] as const) {
      if (whole[part] === undefined) throw new Error(`${name} has no ${part}`);
      refuseUnknown(name, `${part}.`, whole[part] as JsonObject, part);
    }
    refuseInSteps(name, whole);
    const { api } = whole;
    if (api !== 'rest' && api !== 'http' && api !== 'websocket') throw new Error(`${name}: unknown api`);
    if (ids.has(id)) throw new Error(`${name} appears twice`);
    ids.add(id);
  }
  return cases as readonly ParityCase[];
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

export function readCases(file: string): readonly ParityCase[] {
  return parseCases(readFileSync(file, 'utf8'), file);
}

/** Whether a case comes of AWS's documentation, and not of a recording. */
export function isDocumented({ source }: ParityCase): boolean {
  return 'page' in source;
}

/** `localstack/localstack tests/aws/…/test_x.py::TestX::test_y`, or `AWS: http-api-cors, "AllowCredentials"` */
export function describeSource({ source }: ParityCase): string {
  const { repo, file, test, page, says } = source;
  if (typeof page === 'string') return `AWS: ${page}${typeof says === 'string' ? `, “${says}”` : ''}`;
  return [repo, file, test].filter((part) => typeof part === 'string').join(' ');
}
