import { readFileSync } from 'node:fs';
import { findClockObstacle } from '../parts.ts';
import { serveInspection } from '../../../console/endpoints/inspect-endpoints.ts';
import { serveRequests } from '../../../console/endpoints/request-endpoints.ts';
import { CONSOLE_PATH, printShortLink } from '../../../console/endpoints/console-files.ts';
import { PageKey } from '../../../console/endpoints/page-key.ts';
import { showCost } from '../../../console/endpoints/show-cost.ts';
import { showApis } from '../../../console/endpoints/show-apis.ts';
import { showCalls } from '../../../console/endpoints/show-calls.ts';
import { readHandlerOf, readLines } from './handler-text.ts';
import { showFunctions } from '../../../console/endpoints/show-functions.ts';
import { showEvents } from '../../../console/endpoints/show-events.ts';
import { showMap } from '../../../console/endpoints/show-map.ts';
import { showNumbers } from '../../../console/endpoints/show-numbers.ts';
import { findToolkit, ownFirst } from '../../../core/stack/own-first.ts';
import { invokeFunction } from './testing.ts';
import { type ControlReply, jsonReply } from '../../../core/api-call.ts';
import { controlUrlOf } from '../network/addresses.ts';
import { ASSUMPTIONS, DEFAULT_ASSUMPTIONS } from '../../../core/deployment/assumptions.ts';
import { findingsOf } from '../checking/served-findings.ts';
import { listRoutesOf, regionOf } from '../network/listing.ts';
import { labelApis } from '../../../console/records/api-labels.ts';
import { createRedactor } from '../../../console/records/redact.ts';
import { secretsOfStacks } from '../../../console/records/record-secrets.ts';
import { RequestRecords } from '../../../console/records/request-records.ts';
import { makeControlSecret } from '../../../kernel/files/identity-file.ts';
import { savedRequestsFile } from '../state/saved-requests-file.ts';
import type { ApiLabels } from '../../../console/records/api-labels.ts';
import type { ServedApis } from '../../../control/served-apis.ts';
import type { GatewayOptions } from '../../gateway.ts';
import type { Parts } from '../parts.ts';
import type { ShownCalls, ShownOverview } from '../../../console/endpoints/inspect-model.ts';
import type { InspectPorts } from '../../../console/endpoints/inspect-endpoints.ts';
import type { RequestEndpointPorts } from '../../../console/endpoints/request-endpoints.ts';
import type { MoreEndpoints } from '../../../server/control-port/local-endpoints.ts';
import type { Redactor } from '../../../console/records/redact.ts';
import type { DeployFinding } from '../../../core/deployability/finding.ts';
import type { UnsupportedItem } from '../../../core/stack/model.ts';
import type { Clock } from '../../../core/ports.ts';
import type { Recording } from '../../../core/trail.ts';
import type { ShownDifferences } from '../../../console/endpoints/differs-model.ts';

const { version } = JSON.parse(
  readFileSync(new URL('../../../../../package.json', import.meta.url), 'utf8'),
) as {
  readonly version: string;
};
const COUNTED_ROWS = 10_000;

export function openRecords(
  { record, recordAll, tls, access, consoleCalls }: GatewayOptions,
  clock: Clock,
  served: Pick<ServedApis, 'stacks' | 'all' | 'urls'>,
): RequestRecords | undefined {
  if (!record) return undefined;
  const scheme = tls === true ? 'https' : 'http';
  const records = new RequestRecords(record, clock, makeControlSecret(), recordAll, scheme);
  records.readStacks = () => served.stacks;
  records.readLabels = () => labelsOf(served);
  records.readHandler = (name) => readHandlerOf(served.stacks, name);
  records.readLines = readLines;
  records.access = access;
  records.consoleCalls = consoleCalls;
  return records;
}

/** Returns the names by which the console distinguishes the served APIs. */
function labelsOf({ stacks, all, urls }: Pick<ServedApis, 'stacks' | 'all' | 'urls'>): ApiLabels {
  const toolkit = findToolkit(stacks);
  const apis = all.map(({ identity: { apiId, name, protocol, stackName } }) => ({
    id: apiId,
    name,
    kind: protocol,
    stack: stackName,
  }));
  const addresses = urls.map(({ served: { apiId, name, stackName } }) => ({
    id: apiId,
    name,
    kind: 'function-url' as const,
    stack: stackName,
  }));
  return labelApis([...apis, ...addresses], toolkit.hasStack);
}

export function openPageKey({
  consoleFiles,
  pageKeys,
  directory,
  onProgress,
}: GatewayOptions): PageKey | undefined {
  return consoleFiles === undefined ? undefined : new PageKey(pageKeys, directory, onProgress);
}

/**
 * Returns the console's link with its key; undefined if no console is served. It must not be called before all ports
 * listen.
 */
export function openConsoleLink(parts: Parts): string | undefined {
  if (parts.pageKey === undefined) return undefined;
  const link = linkWith(parts.pageKey.open(), parts);
  parts.pageKey.isReady = true;
  return link;
}

function linkWith(key: string, parts: Parts): string {
  return `${controlUrlOf(parts)}${CONSOLE_PATH}#${key}`;
}

/**
 * Returns the endpoint `console/key` for `gatewright console`. A GET request returns the link, and a POST request
 * returns a link with a new key.
 */
export function openPageKeyApi(parts: Parts): MoreEndpoints {
  const { pageKey } = parts;
  const answer = (method: string): ControlReply =>
    pageKey === undefined
      ? jsonReply(409, { message: 'This gateway does not serve the console.' })
      : jsonReply(200, { link: linkWith(method === 'GET' ? pageKey.open() : pageKey.renew(), parts) });
  return ({ method }, path) =>
    Promise.resolve(
      path === 'console/key' && (method === 'GET' || method === 'POST') ? answer(method) : undefined,
    );
}

/**
 * Returns `at` with records that are stored only for requests for which `isRecording` returns true. Without
 * `isRecording`, all requests are recorded.
 */
export function withRecording<At extends Recording>(
  { isRecording }: Pick<GatewayOptions, 'isRecording'>,
  at: At,
): At {
  const { records } = at;
  if (isRecording === undefined) return at;
  return Object.defineProperty(at, 'records', { get: () => (isRecording() ? records : undefined) });
}

export function openConsoleApi(parts: Parts): MoreEndpoints {
  const requests = requestPorts(parts);
  const inspection = inspectPorts(parts);
  return async (request, path) =>
    (await serveRequests(request, path, requests)) ?? (await serveInspection(request, path, inspection));
}

/**
 * Returns the function that creates short links, which are appended to request lines; undefined if the lines have no
 * links, or no console could open them.
 */
export function shortLinks(
  { linksLines = false, consoleFiles, record }: GatewayOptions,
  controlUrl: () => string | undefined,
): ((requestId: string) => string) | undefined {
  if (!linksLines || consoleFiles === undefined || !record) return undefined;
  return (requestId) => printShortLink(controlUrl() ?? '', requestId);
}

function requestPorts(parts: Parts): RequestEndpointPorts | undefined {
  const { records, at, served, clock, options, signIn, identities, name } = parts;
  if (records === undefined) return undefined;
  return {
    records,
    whereabouts: () => [...(name === undefined ? [] : [name]), ...listRoutesOf(parts).map(({ url }) => url)],
    at,
    clock,
    version,
    clockFixedBecause: findClockObstacle(options),
    findApi: (apiId) => served.find(apiId),
    customers: options.customers,
    who: { issuer: signIn, identities, clock, keys: () => served.account.keys },
  };
}

function inspectPorts(parts: Parts): InspectPorts {
  const { served, clock, random, records, at, store, options } = parts;
  const rows = () => records?.rows({ limit: COUNTED_ROWS }) ?? [];
  return {
    clock,
    random,
    records,
    get redactor() {
      return redactorOf(parts);
    },
    connections: at.connections,
    services: at.services,
    findApi: (apiId) => served.find(apiId),
    labels: () => labelsOf(served),
    allApis: () => served.all.map((api) => api.served),
    access: options.access,
    invoices: options.invoices,
    customers: options.customers,
    portal: options.portal,
    savedRequests: savedRequestsFile(options.directory),
    invoke: (wanted, payload) => invokeFunction(wanted, payload, parts),
    followsPublished: () =>
      served.stacks.some(({ functions }) =>
        functions.some(({ environment }) => environment['GATEWRIGHT_DOCUMENTS'] === 'published'),
      ),
    metering: () => ({ keys: served.account.keys, plans: served.account.plans }),
    tableRegion: () => (store.url === undefined ? undefined : regionOf(parts)),
    pages: pagesOf(parts, rows),
  };
}

/** Returns the function that hides secrets. It is needed even if nothing is recorded. */
function redactorOf({ records, controlSecret, served }: Parts): Redactor {
  return records?.redactor ?? createRedactor(controlSecret, secretsOfStacks(served.stacks));
}

/**
 * Returns a finding as the console's page shows it, or an empty list for a finding that cannot be decided without the
 * account.
 */
export function toUnsupported(finding: DeployFinding): readonly UnsupportedItem[] {
  const { stack: stackName, resource: logicalId, type, property, message, severity, file, line } = finding;
  // The message of such a finding says what AWS does. The gateway serves requests as if there were no finding.
  const onAws =
    severity === 'refused' ? 'AWS refuses this part' : 'the text above describes what happens on AWS';
  const { consequence = `this gateway is not affected; ${onAws}` } = finding;
  const item = { stackName, logicalId, type, property, message, severity, file, line, consequence };
  return severity === 'unchecked' ? [] : [item];
}

function pagesOf(parts: Parts, rows: () => ReturnType<RequestRecords['rows']>): InspectPorts['pages'] {
  const { served, clock, records, store, options, recorder, identities } = parts;
  return {
    apis: () => ({
      apis: showApis(
        listRoutesOf(parts),
        (apiId) => served.find(apiId),
        clock.nowEpochMs(),
        findToolkit(served.stacks).hasStack,
      ),
    }),
    map: () => mapOf(parts),
    events: () => showEvents(parts.events),
    identities: () => ({
      signers: ownFirst(identities.all, ({ name }) => findToolkit(served.stacks).hasFunction(name)).map(
        ({ name, arn }) => ({ name, arn }),
      ),
      keys: served.account.keys.all.map(({ id, name }) => ({ id, name: name ?? id })),
      roles: [...new Set((options.access?.documents() ?? []).flatMap(({ columns }) => columns.slice(1)))],
    }),
    functions: () => ({ functions: functionsOf(parts) }),
    numbers: () => showNumbers(records?.counts, labelsOf(served)),
    cost: () =>
      showCost({
        rows: rows(),
        calls: records?.functionCalls() ?? [],
        lines: records?.lines,
        apis: served.all.map((api) => api.served),
        functions: declaredFunctions(parts),
        nowEpochMs: clock.nowEpochMs(),
        tables: store.consumed?.map(({ accessKeyId, ...units }) => ({
          ...units,
          by: identities.find(accessKeyId)?.name,
        })),
        eventsSinceStart: (apiId) =>
          (apiId === undefined ? records?.counts.sinceStart : records?.counts.sinceStartOf(apiId)) ?? 0,
        administers: findToolkit(served.stacks).administers,
      }),
    calls: (): ShownCalls => ({ calls: showCalls(recorder.calls, redactorOf(parts)) }),
    differs: async (): Promise<ShownDifferences> => ({
      faults: parts.injection?.rules.rows ?? [],
      unsupported: [...served.unsupported, ...(await findingsOf(served)).added.flatMap(toUnsupported)],
      assumptions: Object.entries(options.assumptions ?? DEFAULT_ASSUMPTIONS).map(([name, value]) => ({
        name,
        value,
        choices: Object.entries(ASSUMPTIONS).find(([known]) => known === name)?.[1] ?? [],
      })),
    }),
    overview: () => overviewOf(parts),
    start: () => ({
      version,
      stage: options.stage,
      isRecording: records !== undefined,
      clock: { nowEpochMs: clock.nowEpochMs(), offsetMs: clock.offsetMs() },
      clockFixedBecause: findClockObstacle(options),
    }),
  };
}

function overviewOf(parts: Parts): ShownOverview {
  const { served, options } = parts;
  const { hasStack, recordsUsage } = findToolkit(served.stacks);
  return {
    hasOwnApis: listRoutesOf(parts).some(({ stack }) => !hasStack(stack)),
    tries: options.tries?.() ?? [],
    hasCustomers: options.customers !== undefined && recordsUsage,
  };
}

function declaredFunctions({ served }: Parts) {
  return served.stacks.flatMap(({ functions }) => functions);
}

function mapOf(parts: Parts) {
  const { served, events, options } = parts;
  const toolkit = findToolkit(served.stacks);
  return showMap({
    stacks: ownFirst(served.stacks, ({ stackName }) => toolkit.hasStack(stackName)),
    apis: listRoutesOf(parts),
    sources: events.rows,
    authorizerOf: authorizersOf(parts),
    folder: options.directory,
    toolkit,
    labels: labelsOf(served),
  });
}

/** Returns a function that finds the name of the function that authorizes a route. */
function authorizersOf({ served }: Parts) {
  return (apiId: string, stageName: string, index: number): string | undefined => {
    const stage = served.find(apiId)?.stages.get(stageName);
    const authorization = stage?.deployment.routes.plans[index]?.authorization;
    return authorization?.kind === 'lambda'
      ? authorization.authorizer.functionName.render(stage?.variables ?? null)
      : undefined;
  };
}

function functionsOf(parts: Parts) {
  const { runtime, records, served } = parts;
  const calls = records?.functionCalls() ?? [];
  const { hasFunction } = findToolkit(served.stacks);
  const shown = showFunctions(
    declaredFunctions(parts),
    (name) => runtime.countInstances(name),
    calls,
    records?.lines,
    redactorOf(parts),
    records?.invocations(),
    hasFunction,
  );
  return ownFirst(shown, ({ isToolkit }) => isToolkit);
}
