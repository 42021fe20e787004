/** The servers that a case uses in addition to the engine: HTTP backends, AWS services, and the runner itself. */
import { createServer } from 'node:http';
import type { IncomingMessage, ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { parseJson } from '@gatewright/aws/json-object';
import { headersByName } from './compare.ts';
import type { AwsBackend, Backend } from '../schema/parity-case.ts';

/**
 * A received request in the form in which a case describes it. Header names are in lower case, and repeated headers are
 * joined.
 */
export type SeenRequest = {
  readonly method: string;
  readonly path: string;
  /** The last value of each name. */
  readonly query: Readonly<Record<string, string>>;
  readonly queryMulti: Readonly<Record<string, readonly string[]>>;
  readonly headers: Readonly<Record<string, string>>;
  readonly rawHeaders: readonly (readonly [string, string])[];
  readonly body: Buffer;
};

export type Server = {
  /** The URL without a trailing slash. */
  readonly url: string;
  readonly seen: readonly SeenRequest[];
  close(): Promise<void>;
};

type Answer = {
  readonly status: number;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string | Buffer;
};

/**
 * Responds as the header `X-Script` specifies: JSON `{status, headers, body}`, or a list with one entry for each
 * request, whose last entry is used for all further requests. `X-Serial` counts the responses. If `If-None-Match`
 * contains the ETag of the response, a 304 is returned.
 */
function answerScript({ headers }: SeenRequest, serial: number): Answer {
  const script = parseJson(headers['x-script'] ?? '[{}]') as Partial<Answer> | readonly Partial<Answer>[];
  const answers = [script].flat() as readonly Partial<Answer>[];
  const {
    status = 200,
    headers: given = {},
    body = `${serial}`,
  } = answers[serial - 1] ?? answers.at(-1) ?? {};
  const isKnown = given['ETag'] !== undefined && headers['if-none-match'] === given['ETag'];
  const own = { ...given, 'X-Serial': `${serial}` };
  return isKnown ? { status: 304, headers: own, body: '' } : { status, headers: own, body };
}

/** Serves on a free loopback port; every request is recorded before it gets a response. */
export async function startServer(
  answer: (request: SeenRequest, serial: number) => Answer | Promise<Answer>,
): Promise<Server> {
  const seen: SeenRequest[] = [];
  const respond = async (incoming: IncomingMessage, response: ServerResponse): Promise<void> => {
    const request = await readRequest(incoming);
    seen.push(request);
    const { status, headers, body } = await answer(request, seen.length);
    response.writeHead(status, { ...headers, 'Content-Length': Buffer.byteLength(body) });
    response.end(body);
  };
  const server = createServer((incoming, response) => {
    respond(incoming, response).catch((error: unknown) =>
      response.destroy(error instanceof Error ? error : undefined),
    );
  });
  const listening = Promise.withResolvers<undefined>();
  server.on('error', listening.reject);
  server.listen(0, '127.0.0.1', () => listening.resolve(undefined));
  await listening.promise;
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    seen,
    close() {
      server.closeAllConnections();
      return new Promise((resolve) => server.close(() => resolve()));
    },
  };
}

async function readRequest(incoming: IncomingMessage): Promise<SeenRequest> {
  const body: Buffer[] = [];
  for await (const chunk of incoming) body.push(chunk as Buffer);
  const target = incoming.url ?? '/';
  const at = target.indexOf('?');
  const parameters = new URLSearchParams(at === -1 ? '' : target.slice(at + 1));
  const names = [...new Set(parameters.keys())];
  const rawHeaders: (readonly [string, string])[] = [];
  for (let index = 0; index < incoming.rawHeaders.length; index += 2)
    rawHeaders.push([incoming.rawHeaders[index] ?? '', incoming.rawHeaders[index + 1] ?? '']);
  return {
    method: incoming.method ?? '',
    path: at === -1 ? target : target.slice(0, at),
    query: Object.fromEntries(names.map((name) => [name, parameters.getAll(name).at(-1) ?? ''])),
    queryMulti: Object.fromEntries(names.map((name) => [name, parameters.getAll(name)])),
    headers: headersByName(rawHeaders),
    rawHeaders,
    body: Buffer.concat(body),
  };
}

const JSON_HEADERS = { 'Content-Type': 'application/json' };
const CORS_HEADERS = { 'Access-Control-Allow-Origin': '*', 'Access-Control-Allow-Credentials': 'true' };

const toJson = (value: unknown, headers = {}): Answer => {
  return { status: 200, headers: { ...JSON_HEADERS, ...headers }, body: JSON.stringify(value) };
};

const BACKENDS: Readonly<Record<Backend, (request: SeenRequest, serial: number) => Answer>> = {
  // In the recordings, this backend was a Lambda function URL, which returns the trace id of the request in a header.
  echo({ method, path, query, rawHeaders, headers, body }) {
    const trace = headers['x-amzn-trace-id'];
    return toJson(
      { method, path, args: query, headers: Object.fromEntries(rawHeaders), data: body.toString() },
      trace === undefined ? {} : { 'X-Amzn-Trace-Id': trace },
    );
  },
  'echo-body': ({ headers, body }) => {
    return { status: 200, headers: { 'Content-Type': headers['content-type'] ?? 'application/json' }, body };
  },
  httpbin: ({ path, query, rawHeaders, headers, body }) => {
    const data = body.toString();
    const url = `http://${headers['host'] ?? ''}${path}`;
    const json = parseJson(data) ?? null;
    return toJson({ args: query, data, json, headers: Object.fromEntries(rawHeaders), url }, CORS_HEADERS);
  },
  status: ({ path }) => {
    const status = Number(path.slice(path.lastIndexOf('/') + 1));
    return { status, headers: JSON_HEADERS, body: JSON.stringify({ message: '', status_code: status }) };
  },
  scripted: answerScript,
};

export function startBackend(kind: Backend): Promise<Server> {
  return startServer(BACKENDS[kind]);
}

/** Starts a stand-in for the AWS service that the engine calls. */
export function startAwsBackend({ respond }: AwsBackend): Promise<Server> {
  const { status, headers = {}, body = '', bodyBase64 } = respond;
  return startServer(() => {
    return { status, headers, body: bodyBase64 === undefined ? body : Buffer.from(bodyBase64, 'base64') };
  });
}

type FunctionEvent = { readonly functionName: string; readonly event: unknown };
export type RunnerServer = Server & { readonly events: readonly FunctionEvent[] };

/**
 * Starts the server to which the wrapped functions of a case report. `post` calls PostToConnection and returns the
 * status.
 */
export async function startRunnerServer(
  post: (connectionId: string, data: Buffer) => Promise<number>,
): Promise<RunnerServer> {
  const events: FunctionEvent[] = [];
  const server = await startServer(async ({ path, body }) => {
    const [, kind, name = ''] = path.split('/');
    if (kind !== 'events')
      return { status: await post(decodeURIComponent(name), body), headers: {}, body: '' };
    events.push({ functionName: name, event: parseJson(body.toString()) });
    return { status: 200, headers: {}, body: '' };
  });
  return { ...server, events };
}
