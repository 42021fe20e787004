/** One recorded answer of AWS, in the schema of test/parity/README.md. */
import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';

/** The recorded cases that this project keeps. */
export const DEFAULT_FILE = fileURLToPath(new URL('cases.json', import.meta.url));

export type Json = string | number | boolean | null | readonly Json[] | JsonObject;
export type JsonObject = { readonly [key: string]: Json };

export type Backend = 'echo' | 'echo-body' | 'httpbin' | 'status';

export type AwsBackend = {
  readonly service: string;
  readonly respond: {
    readonly status: number;
    readonly headers?: Readonly<Record<string, string>>;
    readonly body?: string;
    readonly bodyBase64?: string;
  };
};

export type ApiSetup = {
  readonly stage: string;
  readonly stageProps?: JsonObject;
  readonly restApi?: JsonObject;
  readonly methods?: readonly JsonObject[];
  readonly models?: Readonly<Record<string, JsonObject>>;
  readonly validators?: Readonly<Record<string, JsonObject>>;
  readonly authorizers?: Readonly<Record<string, JsonObject>>;
  readonly gatewayResponses?: readonly JsonObject[];
  readonly apiKeys?: Readonly<Record<string, JsonObject>>;
  readonly usagePlans?: Readonly<Record<string, JsonObject>>;
  readonly canaryDeployment?: { readonly methods: readonly JsonObject[] };
  readonly httpApi?: JsonObject;
  readonly routes?: readonly JsonObject[];
  readonly functions?: Readonly<Record<string, string>>;
  readonly functionProps?: Readonly<Record<string, JsonObject>>;
  readonly backend?: Backend;
  readonly awsBackend?: AwsBackend;
  readonly analogue?: string;
};

/** One step of a WebSocket script. */
export type FrameStep = {
  readonly send?: string;
  /** Milliseconds. */
  readonly wait?: number;
  readonly connect?: string;
  readonly close?: string;
  readonly on?: string;
};

export type CaseRequest = {
  readonly method: string | null;
  readonly path: string | null;
  readonly query?: string;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: string;
  readonly bodyBase64?: string;
  readonly rawUrlPath?: string;
  readonly mode?: 'test-invoke' | 'describe-gateway-responses' | 'deploy';
  readonly resource?: string;
  readonly frames?: readonly FrameStep[];
};

export type Expectation = {
  readonly status?: number;
  readonly headers?: JsonObject;
  readonly headersExact?: JsonObject;
  readonly body?: Json;
  /** Emphasis only: a string body is compared exactly anyway. */
  readonly bodyExact?: boolean;
  readonly bodySubset?: boolean;
  readonly bodyContains?: string;
  readonly bodyBase64?: string;
  readonly event?: Json;
  readonly backend?: JsonObject;
  readonly awsRequest?: JsonObject;
  readonly gatewayResponses?: JsonObject;
  readonly deployError?: string;
  readonly frames?: readonly Json[];
  readonly distinctConnectionIds?: Json;
};

export type ParityCase = {
  readonly id: string;
  readonly source: JsonObject;
  readonly area: string;
  readonly api: 'rest' | 'http' | 'websocket';
  readonly setup: ApiSetup;
  readonly request: CaseRequest;
  readonly expect: Expectation;
  readonly note?: string;
};

const KNOWN_KEYS: Readonly<Record<'setup' | 'request' | 'expect', ReadonlySet<string>>> = {
  setup: new Set([
    ...[
      'stage',
      'stageProps',
      'restApi',
      'methods',
      'models',
      'validators',
      'authorizers',
      'gatewayResponses',
    ],
    ...['apiKeys', 'usagePlans', 'canaryDeployment', 'httpApi', 'routes', 'functions', 'functionProps'],
    ...['backend', 'awsBackend', 'analogue'],
  ]),
  request: new Set([
    ...[
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
    ],
  ]),
  expect: new Set([
    ...['status', 'headers', 'headersExact', 'body', 'bodyExact', 'bodySubset', 'bodyContains', 'bodyBase64'],
    ...[
      'event',
      'backend',
      'awsRequest',
      'gatewayResponses',
      'deployError',
      'frames',
      'distinctConnectionIds',
    ],
  ]),
};

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
    const parts = candidate as Readonly<Record<string, JsonObject | undefined>>;
    const id: unknown = parts['id'];
    const name = `${file}: case ${typeof id === 'string' ? id : index}`;
    for (const part of ['setup', 'request', 'expect'] as const) {
      const given = parts[part];
      if (given === undefined) throw new Error(`${name} has no ${part}`);
      const unknown = Object.keys(given).filter((key) => !KNOWN_KEYS[part].has(key));
      if (unknown.length > 0)
        throw new Error(`${name}: ${part}.${unknown.join(', ')} is unknown to the runner`);
    }
    const api: unknown = parts['api'];
    if (api !== 'rest' && api !== 'http' && api !== 'websocket') throw new Error(`${name}: unknown api`);
    if (ids.has(id)) throw new Error(`${name} appears twice`);
    ids.add(id);
  }
  return cases as readonly ParityCase[];
}

export function readCases(file: string): readonly ParityCase[] {
  return parseCases(readFileSync(file, 'utf8'), file);
}

/** `localstack/localstack tests/aws/…/test_x.py::TestX::test_y` */
export function describeSource({ source }: ParityCase): string {
  const { repo, file, test } = source;
  return [repo, file, test].filter((part) => typeof part === 'string').join(' ');
}
