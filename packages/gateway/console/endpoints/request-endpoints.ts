/**
 * The endpoints `requests`, `requests/…`, `requests.har` and `send` below `/_gatewright/`: rows, details, events,
 * archive, replay and new requests (docs/design/control-plane.md).
 */
import { InvalidRequest } from '../../core/errors.ts';
import { isJsonObject } from '@gatewright/aws/json-object';
import { jsonReply } from '../../core/api-call.ts';
import { withEarlierEffects } from '../records/earlier-effects.ts';
import { toHar } from '../records/har.ts';
import { replay, sendRequest } from './resend.ts';
import type { ControlReply, ControlRequest } from '../../core/api-call.ts';
import { FULL_RECORDS_PER_SECOND } from '../records/sampling.ts';
import { findRefusedCall } from '../explain/refused-call.ts';
import type { RequestDetail } from '../records/model.ts';
import type { CustomerBook } from './show-customers.ts';
import type { Edit, ResendPorts, ResendOptions } from './resend.ts';
import { setImmediate as nextTurn, setTimeout as wait } from 'node:timers/promises';
import type { RequestRecords } from '../records/request-records.ts';

const MAX_HAR = 2_000;
/** The maximum number of names and addresses in a message. */
const MAX_NAMED = 4;
/** The number of requests that are described in one batch, which takes about 20 ms. */
const HAR_BATCH = 10;
/** Matches a status, a class such as `4xx`, or a WebSocket close code, which has four digits. */
const STATUS = /^(?:\d{3,4}|[1-5]xx)$/i;

export type RequestEndpointPorts = ResendPorts & {
  readonly version: string;
  /** Returns the gateway's name, if it has one, and the addresses of its APIs. */
  readonly whereabouts: () => readonly string[];
  /** Reads the sentences that customers see; absent if this run shows no customers. */
  readonly customers?: Pick<CustomerBook, 'reads'> | undefined;
};

/**
 * Maximum time to read the sentence that a customer sees. If it takes longer, a request is explained by its record
 * alone.
 */
const READS_MS = 5000;

/**
 * Serves these endpoints. `path` is relative to `/_gatewright/`.
 * @returns undefined for other paths
 */
export async function serveRequests(
  request: ControlRequest,
  path: string,
  ports: RequestEndpointPorts | undefined,
): Promise<ControlReply | undefined> {
  const [first = '', id, more] = path.split('/');
  if (first !== 'requests' && first !== 'requests.har' && first !== 'send') return undefined;
  if (ports === undefined)
    return jsonReply(409, {
      message: 'Nothing is recorded, because the gateway was started with --no-record.',
    });
  const { method } = request;
  try {
    if (first === 'requests.har' && method === 'GET') return await archive(request, ports);
    if (first === 'send' && method === 'POST') return await sendNew(request, ports);
    if (id === undefined) return serveList(request, ports);
    if (id === 'events' && method === 'GET')
      return streamRows(
        ports.records,
        Number(new URLSearchParams(request.query).get('since') ?? ports.records.state.taken),
      );
    if (more === undefined && method === 'GET') return await sendOne(request, decodeURIComponent(id), ports);
    if (more === 'replay' && method === 'POST')
      return await sendAgain(request, decodeURIComponent(id), ports);
  } catch (error) {
    if (error instanceof InvalidRequest || error instanceof URIError)
      return jsonReply(400, { message: error.message });
    throw error;
  }
  return undefined;
}

function serveList(
  request: ControlRequest,
  { records, clock, whereabouts }: RequestEndpointPorts,
): ControlReply | undefined {
  if (request.method === 'DELETE') records.clear();
  else if (request.method !== 'GET') return undefined;
  const query = new URLSearchParams(request.query);
  const status = query.get('status') ?? undefined;
  if (status !== undefined && status !== '' && !STATUS.test(status))
    return jsonReply(400, { message: 'Expected a status such as 404, or 4xx for a whole class.' });
  const rows = records.rows({
    limit: numberOf(query, 'limit'),
    before: numberOf(query, 'before'),
    since: numberOf(query, 'since'),
    search: query.get('search') ?? undefined,
    route: query.get('route') ?? undefined,
    status: status === '' ? undefined : status,
  });
  const { state } = records;
  return jsonReply(200, {
    rows,
    state,
    nowEpochMs: clock.nowEpochMs(),
    ...(state.kept === 0 && { none: describeNone(whereabouts()) }),
  });
}

function numberOf(query: URLSearchParams, name: string): number | undefined {
  const text = query.get(name);
  return text !== null && /^\d{1,15}$/.test(text) ? Number(text) : undefined;
}

function showsSecrets(request: ControlRequest): boolean {
  return new URLSearchParams(request.query).get('secrets') === 'show';
}

async function sendOne(
  request: ControlRequest,
  id: string,
  ports: RequestEndpointPorts,
): Promise<ControlReply> {
  const { records, customers } = ports;
  const detail = records.detail(id, showsSecrets(request));
  return detail === undefined
    ? notKept(id, ports)
    : jsonReply(200, await withCustomerReads(withEarlierEffects(detail, records), customers));
}

/** Adds the sentence that the portal shows to the customer of a refused request. */
async function withCustomerReads(
  detail: RequestDetail,
  customers: RequestEndpointPorts['customers'],
): Promise<RequestDetail> {
  const call = findRefusedCall(detail.circumstances);
  if (customers === undefined || call === undefined) return detail;
  const late = new AbortController();
  const reads = await Promise.race([
    // The admin routes may refuse the call, or this run may not have them. In that case, the explanation lacks this
    // sentence.
    customers.reads(call).catch(() => undefined),
    wait(READS_MS, undefined, { signal: late.signal, ref: false }).catch(() => undefined),
  ]);
  late.abort();
  if (reads === undefined) return detail;
  const { story } = detail;
  return { ...detail, story: { ...story, sentences: [...story.sentences, reads] } };
}

function notKept(id: string, { records, whereabouts }: RequestEndpointPorts): ControlReply {
  const { kept, notKept } = records.state;
  // If there is no last request, there are only records of events.
  if (kept === 0 || id === 'last' || id === 'last-request')
    return jsonReply(404, { message: describeNone(whereabouts()) });
  const sampled =
    notKept === 0
      ? ''
      : ` Above ${FULL_RECORDS_PER_SECOND} requests a second, ${notKept} ordinary successful requests were counted but not recorded; use \`start --record-all\` to record all.`;
  return jsonReply(404, {
    message: `This gateway has no record of the request ${id}. \`gatewright requests\` lists the recorded requests, and \`gatewright explain last\` explains the newest one.${sampled}`,
  });
}

/**
 * Names the gateway and its addresses, because requests that a developer looks for may have gone to another gateway.
 */
function describeNone(whereabouts: readonly string[]): string {
  return `This gateway (${whereabouts.slice(0, MAX_NAMED).join(', ')}${whereabouts.length > MAX_NAMED ? ', …' : ''}) has no record of any request. If you have sent one, check the address to which you sent it.`;
}

/** Describes the requests in batches, because 2,000 of them take seconds, and other requests must not wait for them. */
async function archive(
  request: ControlRequest,
  { records, version }: RequestEndpointPorts,
): Promise<ControlReply> {
  const ids = records.rows({ limit: MAX_HAR }).map(({ id }) => id);
  const details: RequestDetail[] = [];
  for (const [index, id] of ids.toReversed().entries()) {
    if (index % HAR_BATCH === 0) await nextTurn();
    const detail = records.detail(id, showsSecrets(request));
    if (detail !== undefined) details.push(detail);
  }
  return jsonReply(200, toHar(details, version));
}

async function sendAgain(
  request: ControlRequest,
  id: string,
  ports: RequestEndpointPorts,
): Promise<ControlReply> {
  const found = ports.records.find(id);
  if (found === undefined) return notKept(id, ports);
  const options = readResendOptions(readJson(request));
  if (options === undefined)
    return jsonReply(400, {
      message:
        'Expected {"as": identity, "shiftMs": milliseconds, "edit": {"method", "target", "headers", "body"}}',
    });
  return answer(await replay(found, options, ports), ports);
}

async function sendNew(request: ControlRequest, ports: RequestEndpointPorts): Promise<ControlReply> {
  const fields = readJson(request);
  const options = readResendOptions(fields);
  const apiId = fields?.['apiId'];
  if (options?.edit?.method === undefined || options.edit.target === undefined || typeof apiId !== 'string')
    return jsonReply(400, {
      message: 'Expected {"apiId": id, "as": identity, "edit": {"method", "target", "headers", "body"}}',
    });
  const { method, target, headers = [], body } = options.edit;
  const outgoing = {
    method,
    target,
    headers,
    body: body === undefined || body === '' ? undefined : Buffer.from(body),
  };
  return answer(await sendRequest(apiId, outgoing, options, ports), ports);
}

async function answer(id: string, { records, customers }: RequestEndpointPorts): Promise<ControlReply> {
  const detail = records.detail(id);
  return jsonReply(200, { id, request: detail && (await withCustomerReads(detail, customers)) });
}

function readJson(request: ControlRequest): Readonly<Record<string, unknown>> | undefined {
  try {
    const value: unknown = request.body.length === 0 ? {} : JSON.parse(request.body.toString());
    return isJsonObject(value) ? value : undefined;
  } catch {
    return undefined;
  }
}

const METHOD = /^[A-Z]{1,20}$/;
const TARGET = /^\/[\x21-\x7e]*$/;

function readResendOptions(fields: Readonly<Record<string, unknown>> | undefined): ResendOptions | undefined {
  if (fields === undefined) return undefined;
  const { as, shiftMs, edit } = fields;
  const changed = edit === undefined ? undefined : readEdit(edit);
  if (edit !== undefined && changed === undefined) return undefined;
  if (as !== undefined && typeof as !== 'string') return undefined;
  if (shiftMs !== undefined && (typeof shiftMs !== 'number' || !Number.isFinite(shiftMs))) return undefined;
  return { as, shiftMs, edit: changed };
}

function readEdit(value: unknown): Edit | undefined {
  if (!isJsonObject(value)) return undefined;
  const { method, target, headers, body } = value;
  if (method !== undefined && !(typeof method === 'string' && METHOD.test(method))) return undefined;
  if (target !== undefined && !(typeof target === 'string' && TARGET.test(target))) return undefined;
  if (headers !== undefined && !isHeaders(headers)) return undefined;
  if (body !== undefined && typeof body !== 'string') return undefined;
  return {
    ...(method !== undefined && { method }),
    ...(target !== undefined && { target }),
    ...(headers !== undefined && { headers }),
    ...(body !== undefined && { body }),
  };
}

/**
 * Returns whether the value is a list of at most 200 pairs of a name and a value. Each name must be a token, and no
 * value may contain control characters other than tabs.
 */
function isHeaders(value: unknown): value is [string, string][] {
  return (
    Array.isArray(value) &&
    value.length <= 200 &&
    value.every(
      (pair: unknown) =>
        Array.isArray(pair) &&
        pair.length === 2 &&
        typeof pair[0] === 'string' &&
        /^[!#$%&'*+.^_`|~0-9A-Za-z-]{1,256}$/.test(pair[0]) &&
        typeof pair[1] === 'string' &&
        /^[\t\x20-\x7e\x80-\xff]*$/.test(pair[1]),
    )
  );
}

/**
 * Interval at which server-sent events of records are sent in batches, so that a browser that watches heavy traffic
 * does not slow the gateway down.
 */
const BATCH_MS = 100;
const BATCH_ROWS = 500;
/**
 * Interval of heartbeats in a silent stream. Without them, proxies and browsers would close the stream, and the control
 * port would close it after `IDLE_MS`.
 */
const HEARTBEAT_MS = 15_000;
const IDLE_MS = 60_000;
const HEADERS = ['Content-Type', 'text/event-stream; charset=utf-8', 'Cache-Control', 'no-store'];

/**
 * Sends rows from the sequence number `since` on, oldest first, as they arrive; at most the last `BATCH_ROWS` at a
 * time.
 */
function streamRows(records: RequestRecords, since: number): ControlReply {
  const ended = new AbortController();
  const bytes = {
    [Symbol.asyncIterator]: () => printRows(records, since, ended.signal),
    cancel: () => ended.abort(),
  };
  return {
    status: 200,
    headers: HEADERS,
    body: '',
    stream: { bytes, idleMs: IDLE_MS, onOver: () => undefined },
  };
}

async function* printRows(
  records: RequestRecords,
  since: number,
  signal: AbortSignal,
): AsyncGenerator<Buffer, void> {
  let next = since;
  yield Buffer.from('retry: 1000\n\n');
  while (!signal.aborted) {
    const { taken } = records.state;
    // After a restart, the gateway numbers its records from 0 again, so the rows that the client has are
    // outdated, and the stream starts again.
    if (next > taken) next = 0;
    if (next < taken) {
      const rows = records
        .rows({ since: Math.max(next, taken - BATCH_ROWS), limit: BATCH_ROWS })
        .toReversed();
      next = taken;
      yield Buffer.from(
        `event: rows\nid: ${next}\ndata: ${JSON.stringify({ rows, state: records.state })}\n\n`,
      );
      await wait(BATCH_MS, undefined, { signal }).catch(() => undefined);
      continue;
    }
    if (!(await waitForRecord(records, signal))) yield Buffer.from(': still here\n\n');
  }
}

/** Waits for the next record. Returns false if none arrived within a heartbeat interval. */
async function waitForRecord(records: RequestRecords, signal: AbortSignal): Promise<boolean> {
  const done = new AbortController();
  const silence = wait(HEARTBEAT_MS, false, {
    signal: AbortSignal.any([signal, done.signal]),
    ref: false,
  }).catch(() => false);
  const taken = records.next(AbortSignal.any([signal, done.signal])).then(() => true);
  const has = await Promise.race([taken, silence]);
  done.abort();
  return has;
}
