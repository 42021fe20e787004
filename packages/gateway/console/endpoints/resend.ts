/** Sends a request through the pipeline again: unchanged, edited, as another caller, or at another time. */
import { CONNECTION_HEADERS } from '@gatewright/aws/connection-headers';
import { InvalidRequest } from '../../core/errors.ts';
import { gatherReply } from '../../core/gather-reply.ts';
import { OWN_ADDRESS, receive } from '../../core/receive.ts';
import { serve } from '../../core/pipeline.ts';
import { findReplayObstacle } from '../records/describe-detail.ts';
import { isEvent } from '../records/recorded-request.ts';
import { showBody } from '../records/shown.ts';
import { actAs } from './identity-choice.ts';
import { unmaskJson, unmaskPairs } from './unmask.ts';
import type { Received, ServedApi } from '../../core/exchange.ts';
import type { Redactor } from '../records/redact.ts';
import type { Found, RequestRecords } from '../records/request-records.ts';
import type { Ports, ShiftableClock } from '../../core/ports.ts';
import type { Recording } from '../../core/trail.ts';
import type { IdentityPorts, OutgoingRequest } from './identity-choice.ts';

/** Changes to the request. If a member is absent, that part of the request stays unchanged. */
export type Edit = {
  readonly method?: string;
  /** The target includes the stage and the query. */
  readonly target?: string;
  readonly headers?: readonly (readonly [string, string])[];
  readonly body?: string;
};

export type ResendOptions = {
  readonly as?: string | undefined;
  /** Shifts the clock of the run until this request has its response, then moves it back. */
  readonly shiftMs?: number | undefined;
  readonly edit?: Edit | undefined;
};

export type ResendPorts = {
  readonly at: Ports & Recording;
  readonly records: RequestRecords;
  readonly findApi: (apiId: string) => ServedApi | undefined;
  readonly clock: ShiftableClock;
  readonly clockFixedBecause: string | undefined;
  readonly who: IdentityPorts;
};

const OF_THE_REQUEST = new Set([...CONNECTION_HEADERS, 'x-amzn-requestid']);
const LIMITS = { maxBytes: 10 * 1024 * 1024, timeoutMs: 60_000 };

/**
 * Sends a recorded request again.
 * @returns id of the new request
 * @throws InvalidRequest if the request cannot be sent again
 */
export async function replay(
  { kept: recorded, redactor }: Found,
  options: ResendOptions,
  ports: ResendPorts,
): Promise<string> {
  const because = findReplayObstacle(recorded);
  if (isEvent(recorded) || because !== undefined)
    throw new InvalidRequest(`This request cannot be sent again: ${because ?? ''}.`);
  const { received } = recorded;
  const original: OutgoingRequest = {
    method: received.method,
    target: `${received.rawPath}${received.rawQuery === '' ? '' : `?${received.rawQuery}`}`,
    headers: pairsOf(received.headers.lines).filter(([name]) => !OF_THE_REQUEST.has(name.toLowerCase())),
    body: received.packed?.sent ?? received.body,
  };
  const edited = options.edit === undefined ? original : edit(original, options.edit, received, redactor);
  return sendRequest(received.api.apiId, edited, options, ports, received.sourceIp);
}

/**
 * Sends a request to an API.
 * @returns id of the new request
 * @throws InvalidRequest if this gateway does not serve the API, or the API, caller or clock does not permit the
 * request
 */
export async function sendRequest(
  apiId: string,
  request: OutgoingRequest,
  { as, shiftMs = 0 }: ResendOptions,
  ports: ResendPorts,
  remoteAddress = OWN_ADDRESS,
): Promise<string> {
  const { at, clock, clockFixedBecause } = ports;
  const api = ports.findApi(apiId);
  if (api === undefined) throw new InvalidRequest(`This gateway does not serve the API ${apiId} now.`);
  if (api.protocol === 'websocket')
    throw new InvalidRequest('A WebSocket API accepts connections, not requests.');
  if (shiftMs !== 0 && clockFixedBecause !== undefined) throw new InvalidRequest(`${clockFixedBecause}.`);
  shiftClock(clock, shiftMs);
  try {
    const outgoing = as === undefined ? request : await actAs(request, as, api, ports.who);
    const { method, target, headers, body } = outgoing;
    const rawHeaders = headers.flat();
    const received = receive(
      { method, target, rawHeaders, body, remoteAddress, httpVersion: '1.1' },
      api,
      at,
    );
    ports.records.expect(received.requestId);
    await gatherReply(await serve(received, at), LIMITS);
    return received.requestId;
  } finally {
    if (shiftMs !== 0) clock.shift(-shiftMs);
  }
}

/** @throws InvalidRequest if the time is outside of the clock's range */
function shiftClock(clock: ResendPorts['clock'], ms: number): void {
  try {
    if (ms !== 0) clock.shift(ms);
  } catch (error) {
    throw error instanceof RangeError ? new InvalidRequest(`${error.message}.`) : error;
  }
}

/** Applies the changes. Masked values that were not changed are replaced by the original values. */
function edit(
  original: OutgoingRequest,
  changed: Edit,
  received: Received,
  redactor: Redactor,
): OutgoingRequest {
  const { method = original.method, headers, body } = changed;
  const query = received.rawQuery === '' ? '' : `?${redactor.query(received.rawQuery)}`;
  const path = redactor.repeated(received.rawPath);
  const isSameTarget = changed.target === undefined || changed.target === `${path}${query}`;
  const [newPath = '', ...newQuery] = (changed.target ?? '').split('?');
  const target =
    newQuery.length === 0
      ? changed.target
      : `${newPath}?${unmaskPairs(newQuery.join('?'), received.rawQuery, redactor)}`;
  const isSameBody =
    body === undefined || body === (showBody(received.body, received.headers.lines, redactor)?.text ?? '');
  return {
    method,
    target: isSameTarget ? original.target : (target ?? original.target),
    headers: headers?.map(([name, value]) => unmask(name, value, original, redactor)) ?? original.headers,
    body: isSameBody ? original.body : unmaskBody(body, received, redactor),
  };
}

function unmaskBody(edited: string, { body, headers }: Received, redactor: Redactor): Buffer | undefined {
  if (edited === '') return undefined;
  const original = body?.toString() ?? '';
  const isForm = /^application\/x-www-form-urlencoded\b/i.test(headers.last('content-type') ?? '');
  return Buffer.from(
    isForm ? unmaskPairs(edited, original, redactor) : unmaskJson(edited, original, redactor),
  );
}

function unmask(
  name: string,
  value: string,
  original: OutgoingRequest,
  redactor: Redactor,
): readonly [string, string] {
  const same = original.headers.find(
    ([header, text]) => header.toLowerCase() === name.toLowerCase() && redactor.value(header, text) === value,
  );
  return same ?? [name, value];
}

function pairsOf(rawHeaders: readonly string[]): (readonly [string, string])[] {
  const pairs: (readonly [string, string])[] = [];
  for (let index = 0; index + 1 < rawHeaders.length; index += 2)
    pairs.push([rawHeaders[index] ?? '', rawHeaders[index + 1] ?? '']);
  return pairs;
}
