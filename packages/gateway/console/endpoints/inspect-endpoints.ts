/** The console's endpoints below `/_gatewright/console/` (docs/design/control-plane.md). */
import { InvalidRequest } from '../../core/errors.ts';
import { isJsonObject } from '@gatewright/aws/json-object';
import type { UnknownMembers } from '@gatewright/aws/json-object';
import { jsonReply } from '../../core/api-call.ts';
import { CLOSED_BY_API } from '../../core/websocket/limits.ts';
import { recordPost } from '../../core/websocket/management.ts';
import { sendAccess, showAccess } from './show-access.ts';
import { flushCache, showCaches } from './show-caches.ts';
import { answerCustomers } from './show-customers.ts';
import { serveInvoices } from './show-invoices.ts';
import { inviteMember, showOrganisation, withdrawInvitation } from './show-portal.ts';
import { serveSaved } from './serve-saved.ts';
import { setEnabled, setRemaining, showKeys } from './show-keys.ts';
import { callTable } from './tables.ts';
import type { ControlReply, ControlRequest } from '../../core/api-call.ts';
import type { ServedApi } from '../../core/exchange.ts';
import type { Clock, InvocationResult, Random, ServiceClient } from '../../core/ports.ts';
import { showData } from '../records/shown.ts';
import { MAX_EVENT_BYTES } from '../../core/stack/function.ts';
import type { ApiLabels } from '../records/api-labels.ts';
import type { Redactor } from '../records/redact.ts';
import type { Recording } from '../../core/trail.ts';
import type { Connection, Connections } from '../../core/websocket/connections.ts';
import type { AccessBook } from './show-access.ts';
import type { CustomerBook } from './show-customers.ts';
import type { InvoiceBook } from './show-invoices.ts';
import type { PortalBook } from './show-portal.ts';
import type { ShownConnection, ShownKeys } from './inspect-model.ts';
import type { KeysAndPlans } from '../../control/metering/key-ring.ts';
import type { SavedRequestsFile } from './serve-saved.ts';

export type InspectPorts = Recording & {
  readonly clock: Clock;
  readonly random: Random;
  readonly redactor: Redactor;
  readonly connections: Connections;
  readonly findApi: (apiId: string) => ServedApi | undefined;
  /** The names of the APIs of this run. Each name is unique. */
  readonly labels: () => ApiLabels;
  readonly allApis: () => readonly ServedApi[];
  readonly metering: () => KeysAndPlans;
  readonly services: ServiceClient;
  /** Returns undefined if this run has no DynamoDB. */
  readonly tableRegion: () => string | undefined;
  /** `access` is undefined if the program that started the gateway has no access documents. */
  readonly access: AccessBook | undefined;
  /** `customers` is undefined if the program that started the gateway reads no customers. */
  readonly customers: CustomerBook | undefined;
  /** `portal` is undefined if the program that started the gateway reads no members of customers. */
  readonly portal: PortalBook | undefined;
  /** `invoices` is undefined if no invoices are created. */
  readonly invoices: InvoiceBook | undefined;
  readonly savedRequests: SavedRequestsFile;
  /** Invokes a function; undefined if it does not exist. */
  readonly invoke: (functionName: string, payload: string) => Promise<InvocationResult | undefined>;
  /** Returns whether the authorizers use published documents instead of the documents in the folder. */
  readonly followsPublished: () => boolean;
  /** Functions that make the bodies of `GET console/{name}`. */
  readonly pages: Readonly<Record<string, () => unknown>>;
};

const PREFIX = 'console/';
type Answer = ControlReply | Promise<ControlReply>;

/** The paths below `console/` that accept POST requests, each with the function that answers. */
const CHANGES: Readonly<Record<string, (body: UnknownMembers, at: InspectPorts) => Answer>> = {
  'caches/flush': flush,
  'keys/remaining': (body, at) => changeKey('keys/remaining', body, at),
  'keys/enabled': (body, at) => changeKey('keys/enabled', body, at),
  'connections/send': (body, at) => reachClient('connections/send', body, at),
  'connections/close': (body, at) => reachClient('connections/close', body, at),
  'access/ask': (body, { access, clock }) => sendAccess(access, body, Math.floor(clock.nowEpochMs() / 1000)),
  'invoices/close': (body, { invoices }) => serveInvoices(invoices, body['month'], 'close'),
  'portal/invite': (body, { portal }) => inviteMember(portal, body),
  'portal/withdraw': (body, { portal }) => withdrawInvitation(portal, body),
  'functions/invoke': invokeByHand,
  tables: askTable,
  saved: (body, { savedRequests, redactor }) => serveSaved(savedRequests, body, redactor),
};

/**
 * Serves the console's endpoints: those in `CHANGES`, and the pages. `path` is relative to `/_gatewright/`.
 * @returns undefined for other paths
 */
export async function serveInspection(
  request: ControlRequest,
  path: string,
  at: InspectPorts,
): Promise<ControlReply | undefined> {
  if (!path.startsWith(PREFIX)) return undefined;
  const name = path.slice(PREFIX.length);
  if (name === 'invoices' && request.method === 'GET')
    return serveInvoices(at.invoices, new URLSearchParams(request.query).get('month'), 'ofMonth');
  const customers = answerCustomers(request, path, at.customers, at.clock);
  if (customers !== undefined) return customers;
  if (request.method === 'GET' && name === 'portal')
    return showOrganisation(at.portal, new URLSearchParams(request.query).get('tenant'));
  if (request.method === 'GET')
    return name === 'saved' ? serveSaved(at.savedRequests, undefined, at.redactor) : showPage(name, at);
  const change = request.method === 'POST' && Object.hasOwn(CHANGES, name) ? CHANGES[name] : undefined;
  if (change === undefined) return undefined;
  const body = readObject(request);
  return body === undefined ? describeExpected('a JSON object as the body') : change(body, at);
}

/** Invokes a function, and returns its response with secrets hidden, as in the record of a request. */
async function invokeByHand(body: UnknownMembers, at: InspectPorts): Promise<ControlReply> {
  const { function: name, payload } = body;
  if (typeof name !== 'string' || typeof payload !== 'string' || Buffer.byteLength(payload) > MAX_EVENT_BYTES)
    return describeExpected('{"function": name, "payload": JSON text of at most 6 MB}');
  try {
    JSON.parse(payload);
  } catch {
    return jsonReply(400, { message: 'The event is not valid JSON.' });
  }
  const startedMs = at.clock.monotonicMs();
  const result = await at.invoke(name, payload);
  if (result === undefined) return jsonReply(404, { message: `Unknown function ${name}.` });
  const answer = 'payload' in result ? showData('Answer', result.payload, at.redactor) : undefined;
  return jsonReply(200, {
    kind: result.kind,
    answer: answer?.text ?? ('message' in result ? result.message : ''),
    tookMs: at.clock.monotonicMs() - startedMs,
  });
}

async function showPage(name: string, at: InspectPorts): Promise<ControlReply | undefined> {
  const nowEpochMs = at.clock.nowEpochMs();
  switch (name) {
    case 'caches':
      return jsonReply(200, {
        entries: showCaches(at.allApis(), nowEpochMs, at.redactor, nameIn(at)),
        nowEpochMs,
      });
    case 'access':
      return jsonReply(200, showAccess(at.access, at.followsPublished(), nameIn(at)));
    case 'keys':
      return jsonReply(200, keysOf(at, nowEpochMs));
    case 'connections':
      return jsonReply(200, {
        connections: at.connections.all.map((one) => showConnection(one, nameIn(at))),
        nowEpochMs,
      });
    default: {
      const page = Object.hasOwn(at.pages, name) ? at.pages[name] : undefined;
      return page && jsonReply(200, await page());
    }
  }
}

function keysOf(at: InspectPorts, nowEpochMs: number): ShownKeys {
  const nameOf = nameIn(at);
  return showKeys(at.metering(), nowEpochMs, (apiId) => {
    const api = at.findApi(apiId);
    return api && { stages: api.stages, label: nameOf(apiId) };
  });
}

function nameIn({ findApi, labels }: InspectPorts): (apiId: string) => string | undefined {
  const known = labels();
  return (apiId) => (findApi(apiId) === undefined ? undefined : known.of(apiId).label);
}

function showConnection(
  connection: Connection,
  nameOf: (apiId: string) => string | undefined,
): ShownConnection {
  const { connectionId, apiId, stageName, caller, sourceIp, userAgent } = connection;
  return {
    id: connectionId,
    apiId,
    apiName: nameOf(apiId) ?? apiId,
    stage: stageName,
    sourceIp,
    userAgent,
    principal:
      caller.kind === 'lambda' ? caller.principalId : caller.kind === 'iam' ? caller.userArn : undefined,
    connectedAtEpochMs: connection.connectedAtEpochMs,
    lastActiveAtEpochMs: connection.lastActiveAtEpochMs,
  };
}

function flush(body: UnknownMembers, { findApi }: InspectPorts): ControlReply {
  const { apiId, stage, kind, id } = body;
  const isKind = kind === 'authorizer' || kind === 'response';
  if (typeof apiId !== 'string' || typeof stage !== 'string' || !isKind || !isOptionalText(id))
    return describeExpected(
      '{"apiId", "stage", "kind": "authorizer" or "response", "id": the id of one entry (optional)}',
    );
  const flushed = flushCache(findApi(apiId), { apiId, stage, kind, id });
  return flushed === undefined
    ? jsonReply(404, { message: `Stage ${stage} of the API ${apiId} has no such cache.` })
    : jsonReply(200, { flushed });
}

function changeKey(
  name: 'keys/remaining' | 'keys/enabled',
  body: UnknownMembers,
  at: InspectPorts,
): ControlReply {
  const { planId, keyId, remaining, enabled } = body;
  const nowEpochMs = at.clock.nowEpochMs();
  if (typeof keyId !== 'string') return describeExpected('{"keyId", …}');
  let refusal: string | undefined;
  if (name === 'keys/enabled') {
    if (typeof enabled !== 'boolean') return describeExpected('{"keyId", "enabled": true or false}');
    refusal = setEnabled(at.metering(), keyId, enabled, nowEpochMs);
  } else {
    if (
      typeof planId !== 'string' ||
      typeof remaining !== 'number' ||
      !Number.isSafeInteger(remaining) ||
      remaining < 0
    )
      return describeExpected('{"planId", "keyId", "remaining": a whole number, 0 or more}');
    refusal = setRemaining(at.metering(), planId, keyId, remaining, nowEpochMs);
  }
  return refusal === undefined
    ? jsonReply(200, keysOf(at, nowEpochMs))
    : jsonReply(404, { message: refusal });
}

function reachClient(
  name: 'connections/send' | 'connections/close',
  body: UnknownMembers,
  at: InspectPorts,
): ControlReply {
  const { connectionId, text } = body;
  const connection = at.connections.all.find((one) => one.connectionId === connectionId);
  if (connection === undefined) return jsonReply(404, { message: 'This connection is closed.' });
  if (name === 'connections/close') {
    at.connections.end(connection, CLOSED_BY_API);
    return jsonReply(200, { closed: connection.connectionId });
  }
  if (typeof text !== 'string') return describeExpected('{"connectionId", "text"}');
  if (at.connections.deliver(connection, text) === 'full')
    return jsonReply(429, {
      message: 'The message was not sent, because the client has not read earlier messages.',
    });
  const api = at.findApi(connection.apiId);
  if (api !== undefined) recordPost(Buffer.from(text), connection, api, at.random.uuid(), at);
  return jsonReply(200, { sent: connection.connectionId });
}

async function askTable(
  body: UnknownMembers,
  { services, tableRegion }: InspectPorts,
): Promise<ControlReply> {
  const { operation, input } = body;
  const region = tableRegion();
  if (region === undefined)
    return jsonReply(409, {
      message: 'This gateway was started without its own DynamoDB, so it has no tables to show.',
    });
  if (typeof operation !== 'string' || !isJsonObject(input))
    return describeExpected('{"operation": "Scan", "input": {…}}');
  try {
    return jsonReply(200, await callTable(services, region, operation, input));
  } catch (error) {
    if (error instanceof InvalidRequest) return jsonReply(400, { message: error.message });
    throw error;
  }
}

function describeExpected(what: string): ControlReply {
  return jsonReply(400, { message: `Expected ${what}` });
}

function isOptionalText(value: unknown): value is string | undefined {
  return value === undefined || typeof value === 'string';
}

function readObject(request: ControlRequest): UnknownMembers | undefined {
  try {
    const value: unknown = request.body.length === 0 ? {} : JSON.parse(request.body.toString());
    return isJsonObject(value) ? value : undefined;
  } catch {
    return undefined;
  }
}
