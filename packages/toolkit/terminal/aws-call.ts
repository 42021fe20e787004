/**
 * Makes one signed call to an AWS service in the service's own protocol. An AWS error is returned as a value, because
 * it can be an expected result.
 */
import { isJsonObject, parseJsonObject } from '@gatewright/aws/json-object';
import type { UnknownMembers } from '@gatewright/aws/json-object';
import { PROCESS_PORTS } from '@gatewright/aws/retry';
import * as RETRIES from '@gatewright/aws/retry-rules';
import type { CallPorts } from '@gatewright/aws/retry';
import { callSigned } from '@gatewright/aws/signed-call';
import type { CallReply } from '@gatewright/aws/signed-call';
import type { AwsCredentials } from '@gatewright/aws/sign-request';
import { showControls } from '@gatewright/aws/text/visible-text';
import { endpointOf } from './aws-session.ts';
import type { AwsFlags } from './aws-session.ts';
import { COMMAND_LIMITS, describeSilence } from '@gatewright/aws/bounded-reply';
import { readXml } from '@gatewright/aws/read-xml';

export type AwsRequest = { readonly service: string; readonly timeoutMs?: number } & (
  | {
      readonly protocol: 'json';
      /** Operation, such as `DynamoDB_20120810.DescribeTable`. */
      readonly target: string;
      readonly version?: '1.0' | '1.1';
      readonly input: object;
    }
  | {
      readonly protocol: 'query';
      readonly action: string;
      readonly version: string;
      readonly parameters?: Readonly<Record<string, string | undefined>>;
    }
  | {
      readonly protocol: 'rest';
      readonly path: string;
      readonly method?: 'GET' | 'POST' | 'PUT' | 'PATCH' | 'DELETE';
      readonly headers?: Readonly<Record<string, string>>;
      readonly body?: string | undefined;
    }
);

export type AwsAnswer =
  | {
      readonly kind: 'answer';
      readonly body: UnknownMembers;
      readonly headers: CallReply['headers'];
      readonly text: string;
    }
  /** AWS refused the call. `code` is AWS's error code, such as `ResourceNotFoundException`. */
  | {
      readonly kind: 'refused';
      readonly status: number;
      readonly code: string;
      readonly message: string;
    }
  /** No readable response arrived in time. */
  | { readonly kind: 'silent'; readonly message: string };

export interface Aws {
  readonly region: string;
  call(request: AwsRequest): Promise<AwsAnswer>;
}

const QUOTED_CHARACTERS = 300;

/** Returns an object whose `call` makes signed calls to AWS. A call is repeated while AWS is busy. */
export function createAws(
  region: string,
  credentials: AwsCredentials,
  flags: AwsFlags,
  environment: Readonly<Record<string, string | undefined>> = process.env,
  ports: CallPorts = PROCESS_PORTS,
): Aws {
  return {
    region,
    async call(request) {
      const { path, ...http } = toHttp(request);
      const { service, timeoutMs = COMMAND_LIMITS.timeoutMs } = request;
      const url = new URL(`${endpointOf(service, region, flags, environment)}${path}`);
      const call = { ...http, ...COMMAND_LIMITS, timeoutMs, url, service, region, credentials };
      return readReply(request, url, await callSigned(call, { rule: RETRIES.command, ports }));
    },
  };
}

type HttpParts = {
  readonly method: string;
  readonly path: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string | undefined;
};

function toHttp(request: AwsRequest): HttpParts {
  switch (request.protocol) {
    case 'json': {
      const type = `application/x-amz-json-${request.version ?? '1.0'}`;
      const headers = { 'Content-Type': type, 'X-Amz-Target': request.target };
      return { method: 'POST', path: '/', headers, body: JSON.stringify(request.input) };
    }
    case 'query': {
      const form = new URLSearchParams({ Action: request.action, Version: request.version });
      for (const [name, value] of Object.entries(request.parameters ?? {}))
        if (value !== undefined) form.set(name, value);
      const headers = { 'Content-Type': 'application/x-www-form-urlencoded; charset=utf-8' };
      return { method: 'POST', path: '/', headers, body: form.toString() };
    }
    case 'rest': {
      const { method = 'GET', path, headers = {}, body } = request;
      return { method, path, headers, body };
    }
  }
}

function readReply(request: AwsRequest, url: URL, reply: CallReply): AwsAnswer {
  const { status, headers, text } = reply;
  if (status === 0) return { kind: 'silent', message: describeSilence(url, reply) };
  const isXml = request.protocol === 'query';
  const body = isXml ? readXml(text) : parseJsonObject(text);
  if (status < 200 || status > 299)
    return { kind: 'refused', status, ...describeRefusal(status, headers, body, text) };
  // For the protocol `rest`, a response without JSON is accepted, because a function may return anything.
  if (body !== undefined || request.protocol === 'rest')
    return { kind: 'answer', body: body ?? {}, headers, text };
  return {
    kind: 'silent',
    message: `the response from ${url.origin} does not have the form of an AWS response; check --endpoint-url and AWS_ENDPOINT_URL`,
  };
}

function describeRefusal(
  status: number,
  headers: CallReply['headers'],
  body: UnknownMembers | undefined,
  text: string,
): { readonly code: string; readonly message: string } {
  const said = errorIn(body);
  const type = headers.get('x-amzn-errortype') ?? said['__type'] ?? said['Code'] ?? said['code'];
  const message = said['message'] ?? said['Message'] ?? said['errorMessage'];
  const code = typeof type === 'string' ? type.replace(/^.*#|:.*$/g, '') : '';
  // The text of an HTML page is not quoted, because it contains no more information than the status.
  const quoted =
    typeof message === 'string'
      ? message
      : text.startsWith('<')
        ? 'the response is an HTML or XML page, not an AWS error'
        : text;
  return {
    code: code === '' ? `HTTP ${status}` : showControls(code.slice(0, QUOTED_CHARACTERS)),
    message: showControls(quoted.slice(0, QUOTED_CHARACTERS)),
  };
}

/**
 * Returns the member with the error, such as `ErrorResponse.Error` in the query protocol; otherwise the body itself.
 */
function errorIn(body: UnknownMembers | undefined): UnknownMembers {
  const inner = [body?.['ErrorResponse'], body?.['Response'], body].find(isJsonObject) ?? {};
  return isJsonObject(inner['Error']) ? inner['Error'] : inner;
}

/** Returns the nested member at a path. Returns undefined if it does not exist. */
export function memberAt(value: unknown, ...path: readonly string[]): unknown {
  let found = value;
  for (const name of path) found = isJsonObject(found) ? found[name] : undefined;
  return found;
}

export function listAt(value: unknown, ...path: readonly string[]): readonly unknown[] {
  const found = memberAt(value, ...path);
  return Array.isArray(found) ? found : [];
}

export function textAt(value: unknown, ...path: readonly string[]): string | undefined {
  const found = memberAt(value, ...path);
  return typeof found === 'string' ? found : undefined;
}
