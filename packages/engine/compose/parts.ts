/** The adapters of a start, each opened as its options say; `start.ts` puts them together. */
import { join } from 'node:path';
import type { LateLogGroups } from './observers.ts';
import type { LateValues } from './values.ts';
import type { TableChange } from '@gatewright/dynamodb';
import { createLateHttpClient } from '../../server/adapters/late-http-client.ts';
import { Account } from '../../control/account.ts';
import { MACHINE_DEADLINES, NO_DEADLINES, StoppableDeadlines } from '../../lambda/deadlines.ts';
import { Debugging, hasInspector, openInspector } from '../../lambda/debugging.ts';
import { createFunctionRuntime } from '../../lambda/runtime.ts';
import { API_PATH, readApiIdFromHost } from '../../core/routing/host.ts';
import type { SignIn } from './sign-in.ts';
import { openStore } from './store.ts';
import type { VpcLinks } from '../../control/vpc-links.ts';
import type { ServedApis } from '../../control/served-apis.ts';
import type { CallJournal } from '../../control/call-journal.ts';
import type { LogHistory } from '../../server/control-port/log-history.ts';
import type { GatewayOptions } from '../gateway.ts';
import type { FindVersion } from '../../lambda/invoked-version.ts';
import type { FunctionRuntime } from '../../lambda/runtime.ts';
import type { FunctionIdentities } from '../../core/policy/function-identities.ts';
import type { Identities } from '../../core/policy/identities.ts';
import type { Clock, Deadlines, HttpClient, Random, ShiftableClock } from '../../core/ports.ts';
import { judgeDynamoDbCall } from './judge-call.ts';
import type { DynamoDbBackend } from '../../services/tables/dynamodb-calls.ts';
import type { RequestRecords } from '../../console/records/request-records.ts';
import type { ServiceHost } from '../service-host.ts';
import type { Recorder } from '../../kernel/calls/recorder.ts';
import type { Store } from './store.ts';
import type { Tls } from './tls.ts';
import type { LocalOrigin } from '../../server/adapters/http-client.ts';
import type { ManagementPorts } from '../../core/websocket/management.ts';
import type { WebSocketPorts } from '../../core/websocket/pipeline.ts';

/** What must end, in reverse order of its start. */
export class Closing {
  readonly #ends: (() => unknown)[] = [];

  add(end: () => unknown): void {
    this.#ends.push(end);
  }

  /** Goes on after an end that fails: one broken part must not keep the others' sockets and locks. */
  async run(): Promise<void> {
    const faults: unknown[] = [];
    for (const end of this.#ends.splice(0).reverse()) {
      try {
        await end();
      } catch (fault) {
        faults.push(fault);
      }
    }
    if (faults.length > 0) throw faults[0];
  }
}

/** Both at once; rejects only when neither is still opening, so that whoever cleans up misses nothing. */
export async function allOrNothing<A, B>(first: Promise<A>, second: Promise<B>): Promise<[A, B]> {
  await Promise.allSettled([first, second]);
  return Promise.all([first, second]);
}

/** What one start is made of. */
export type Parts = {
  readonly options: GatewayOptions;
  /** Undefined where nobody is told of it. */
  readonly name: string | undefined;
  readonly history: LogHistory;
  readonly journal: CallJournal;
  readonly clock: ShiftableClock;
  readonly random: Random;
  readonly identities: Identities;
  readonly signIn: SignIn;
  readonly store: Store;
  readonly functionIdentities: FunctionIdentities;
  readonly runtime: FunctionRuntime;
  readonly served: ServedApis;
  readonly at: WebSocketPorts;
  readonly management: ManagementPorts;
  readonly recorder: Recorder;
  readonly events: ServiceHost;
  /** What functions read of SSM, Secrets Manager, S3 and AppConfig. */
  readonly values: LateValues;
  /** Undefined = nothing is recorded. */
  readonly records: RequestRecords | undefined;
  readonly subscriptions: LateLogGroups;
  /** Undefined = the state after the start is not kept. */
  readonly resets: Resets | undefined;
  readonly closing: Closing;
  /** Host, port and base path by API id, once listening. */
  readonly addresses: Map<string, string>;
  /** Absolute path of what was loaded first. */
  firstSource: string;
  /** Of an API port, once listening. */
  anyPort: number | undefined;
  /** Once listening, where API ports speak TLS. */
  tls: Tls | undefined;
  /** Bearer secret of the control port's own endpoints. */
  readonly controlSecret: string;
  /** Known before the first function runs. */
  controlUrl: string | undefined;
};

/** The state after the start, and the way back to it. */
export interface Resets {
  /** Keeps what a reset goes back to. @throws WishRefused where that would empty tables that are kept */
  begin(parts: Parts): Promise<void>;
  /** One after the other. @throws WishRefused before the stacks are loaded */
  run(parts: Parts, keepsInstances: boolean): Promise<void>;
}

/** Per function; Lambda's default for an account is 1,000, a laptop's is less. */
const MAX_INSTANCES = 64;

/** Its end is noted before anything else can fail: a store that nobody closes keeps its folder locked. */
export async function openStoreOf(
  options: GatewayOptions,
  clock: ShiftableClock,
  functions: FunctionIdentities,
  closing: Closing,
  onChanges: (changes: readonly TableChange[]) => void,
): Promise<Store> {
  const { region, accountId, dynamodb, log, adminKey } = options;
  const store = await openStore(dynamodb, {
    region,
    accountId,
    clockOffset: clock.offset,
    signers: [adminKey],
    judge: (question) => judgeDynamoDbCall(question, functions, accountId),
    onFault: (message) => log.write(message),
    onChanges,
  });
  closing.add(() => store.close());
  return store;
}

/** What keys, plans, stages and caches remember, within the limits of this start. */
export function openAccount(options: GatewayOptions, clock: Clock): Account {
  const {
    accountQuotas: quotas,
    region,
    usageLagMs,
    assumptions,
    vpcEndpoints,
    cacheMemoryBytes,
    accountThrottle,
    roles: needsPermissions,
  } = options;
  return new Account({
    clock,
    isThrottled: accountThrottle,
    region,
    quotas,
    usageLagMs,
    assumptions,
    vpcEndpoints,
    needsPermissions,
    cacheMemoryBytes,
  });
}

/**
 * For HTTP integrations. An id that `Ref` or a call gives is nothing that anybody writes on a command line; so a VPC
 * link's name does as well.
 * @param localOrigin where a host is that this gateway serves itself
 */
export function openHttp(
  { vpcLinks }: GatewayOptions,
  { deadlines }: Pace,
  localOrigin: (host: string) => LocalOrigin | undefined,
  closing: Closing,
  known: VpcLinks,
): HttpClient {
  const links = { get: (id: string) => vpcLinks?.get(id) ?? vpcLinks?.get(known.nameOf(id) ?? id) };
  const http = createLateHttpClient(links, localOrigin, (ms) => deadlines.signal(ms));
  closing.add(() => http.close());
  return http;
}

/** How time passes for functions and for those who wait for them. */
type Pace = { readonly deadlines: Deadlines; readonly debugging: Debugging | undefined };

/** @throws StartError PORT_IN_USE */
export function openPace({ inspect, noTimeout = false, onProgress }: GatewayOptions, closing: Closing): Pace {
  if (inspect !== undefined) openInspector(inspect, onProgress);
  const usual = noTimeout ? NO_DEADLINES : MACHINE_DEADLINES;
  if (!hasInspector()) return { deadlines: usual, debugging: undefined };
  const stoppable = noTimeout ? undefined : new StoppableDeadlines();
  const debugging = new Debugging(stoppable, inspect?.breaks === true);
  closing.add(() => debugging.close());
  return { deadlines: stoppable ?? usual, debugging };
}

/** The embedded store knows the gateway by a pair of its own; another one gets the user's. */
export function backendOf({ dynamodb, region }: GatewayOptions, store: Store): DynamoDbBackend | undefined {
  if (store.url === undefined || store.keyPair === undefined) return undefined;
  return dynamodb.kind === 'url' ? { ...dynamodb, region } : { url: store.url, ...store.keyPair };
}

export async function openRuntime(
  options: GatewayOptions,
  clock: ShiftableClock,
  store: Store,
  at: {
    readonly functions: FunctionIdentities;
    readonly controlUrl: () => string | undefined;
    readonly standIns: () => readonly string[];
    readonly findVersion: FindVersion;
  },
  records: RequestRecords | undefined,
  { deadlines, debugging }: Pace,
): Promise<FunctionRuntime> {
  const { directory, reload, functionLog } = options;
  const runtime = await createFunctionRuntime({
    clockOffset: clock.offset,
    deadlines,
    debugging,
    controlUrl: at.controlUrl,
    standIns: at.standIns,
    findVersion: at.findVersion,
    keyPairOf: (functionName) => at.functions.keyPairOf(functionName),
    extraEnvironment: { ...storeEnvironment(options, store), ...options.functionEnvironment },
    cacheDirectory: join(directory, '.gatewright', 'cache'),
    log:
      records === undefined
        ? functionLog
        : (line) => {
            records.hear(line);
            functionLog(line);
          },
    maxInstances: MAX_INSTANCES,
    isolation: options.isolation,
    concurrency: options.concurrency,
    isCold: options.cold,
    reload,
  });
  runtime.onReload((event) => options.onReload({ ...event, what: event.functionName }));
  return runtime;
}

/**
 * Functions reach the embedded store directly. Somebody else's endpoint they reach through the control port,
 * which signs again: their local key pair means nothing there.
 */
function storeEnvironment({ dynamodb }: GatewayOptions, { url }: Store): Readonly<Record<string, string>> {
  return dynamodb.kind === 'embedded' && url !== undefined ? { AWS_ENDPOINT_URL_DYNAMODB: url } : {};
}

export function describeFault(fault: unknown): string {
  return fault instanceof Error ? (fault.stack ?? fault.message) : String(fault);
}

/** Host, port and base path of an API. What came after the start has no port of its own: every port knows it by a path. */
export function addressOf({ addresses, anyPort, options }: Parts, apiId: string): string {
  const own = addresses.get(apiId);
  if (own !== undefined) return own;
  return anyPort === undefined ? options.host : `${shownHost(options)}:${anyPort}${API_PATH}${apiId}`;
}

/** What a client on this machine may write for the host that is listened on. */
export function shownHost({ host }: Pick<GatewayOptions, 'host'>): string {
  return host === '0.0.0.0' || host === '::' ? '127.0.0.1' : host;
}

/** Where an integration with `https://{apiId}.execute-api.…` finds an API of this start: any port knows it by its Host. */
export function localOriginOf(
  { anyPort, options, served, tls }: Parts,
  host: string,
): LocalOrigin | undefined {
  const apiId = readApiIdFromHost(host);
  if (apiId === undefined || anyPort === undefined || served.find(apiId) === undefined) return undefined;
  const address = { '0.0.0.0': '127.0.0.1', '::': '[::1]', '::1': '[::1]' }[options.host] ?? options.host;
  return tls === undefined
    ? { origin: `http://${address}:${anyPort}` }
    : { origin: `https://${address}:${anyPort}`, trusted: tls.trusted };
}

export function controlUrlOf(parts: Parts): string {
  if (parts.controlUrl === undefined) throw new TypeError('the control port is not open');
  return parts.controlUrl;
}

/** Why the clock must stay where it is; undefined = it may be moved. */
export function clockFixedBecause({ dynamodb }: GatewayOptions): string | undefined {
  return dynamodb.kind === 'url'
    ? 'the clock cannot move: it would not reach the DynamoDB of --dynamodb URL'
    : undefined;
}
