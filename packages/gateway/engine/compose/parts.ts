import type { ServedApis } from '../../control/served-apis.ts';
import type { CallJournal } from '../../control/call-journal.ts';
import type { PageKey } from '../../console/endpoints/page-key.ts';
import type { ReloadHistory } from '../../console/records/reload-history.ts';
import type { RequestRecords } from '../../console/records/request-records.ts';
import type { FunctionIdentities, StackUsers } from '../../core/policy/function-identities.ts';
import type { TemporarySessions } from '../../core/policy/temporary-sessions.ts';
import type { Identities } from '../../core/policy/identities.ts';
import type { Random, ShiftableClock } from '../../core/ports.ts';
import type { ManagementPorts } from '../../core/websocket/management.ts';
import type { WebSocketPorts } from '../../core/websocket/pipeline.ts';
import type { StoredEntries } from '../../kernel/stored-entries.ts';
import type { AwsService } from '../../kernel/calls/aws-call.ts';
import type { Recorder } from '../../kernel/calls/recorder.ts';
import type { OwnApisPort } from '../../lambda/own-apis.ts';
import type { FunctionRuntime } from '../../lambda/runtime.ts';
import type { LogHistory } from '../../server/control-port/log-history.ts';
import type { DynamoDbBackend } from '../../services/tables/dynamodb-calls.ts';
import type { InjectedFaults } from '../faults/open-faults.ts';
import type { GatewayOptions } from '../gateway.ts';
import type { ServiceHost } from '../service-host.ts';
import type { Closing } from './closing.ts';
import type { SignIn } from './control-port/sign-in.ts';
import type { Store } from './state/store.ts';
import type { Tls } from './network/tls.ts';
import type { LateValues } from './state/values.ts';

export type Parts = {
  readonly options: GatewayOptions;
  /** The gateway's name; undefined if the gateway is not announced. */
  readonly name: string | undefined;
  readonly history: LogHistory;
  readonly journal: CallJournal;
  readonly clock: ShiftableClock;
  readonly random: Random;
  readonly identities: Identities;
  readonly signIn: SignIn;
  readonly store: Store;
  readonly functionIdentities: FunctionIdentities;
  readonly stackUsers: StackUsers;
  /** The sessions that STS has issued. */
  readonly sessions: TemporarySessions;
  readonly runtime: FunctionRuntime;
  readonly served: ServedApis;
  readonly at: WebSocketPorts;
  readonly management: ManagementPorts;
  readonly recorder: Recorder;
  readonly events: ServiceHost;
  readonly kept: StoredEntries;
  /** The values in SSM, Secrets Manager, S3 and AppConfig, which functions read. */
  readonly values: LateValues;
  /**
   * The reloads that the console and explanations name; undefined if no requests are recorded, or if reloading is off.
   */
  readonly reloads: ReloadHistory | undefined;
  /** The request records; undefined means that nothing is recorded. */
  readonly records: RequestRecords | undefined;
  /** The injected faults; undefined means that no faults are injected. */
  readonly injection: InjectedFaults | undefined;
  /** The state after startup, which a reset restores; undefined means that this state is not stored. */
  readonly resets: Resets | undefined;
  readonly closing: Closing;
  /** The hosts, ports and base paths of the APIs, by API id. They are set once the ports listen. */
  readonly addresses: Map<string, string>;
  /** The addresses of the services in front of APIs, by service name. They are set once the ports listen. */
  readonly fronts: Map<string, string>;
  /** The absolute path of the first source. */
  firstSource: string;
  /** The port of any API; undefined until an API listens. */
  anyPort: number | undefined;
  /**
   * The TLS settings of the API ports. They are set once the ports listen; undefined means that the ports do not use
   * TLS.
   */
  tls: Tls | undefined;
  /** AWS's own APIs on the control port, by signing name; undefined before the control port opens. */
  services: ReadonlyMap<string, AwsService> | undefined;
  readonly controlSecret: string;
  /** The key of the console's page; undefined if no console is served. */
  readonly pageKey: PageKey | undefined;
  /** The port for the APIs' AWS host names, which is open before the first function runs. */
  ownApis: OwnApisPort | undefined;
  /** The control port's URL, which is known before the first function runs. */
  controlUrl: string | undefined;
  /**
   * The bound ports that the user did not choose, each with the ports that were tried before it. One message names them
   * all.
   */
  readonly triedPorts: Map<number, readonly number[]>;
};

/** Stores the state after startup and restores it. */
export interface Resets {
  /**
   * Stores the state that a reset restores.
   * @throws InvalidRequest if a reset would empty persistent tables
   */
  begin(parts: Parts): Promise<void>;
  /**
   * Restores the state after startup. Only one reset runs at a time.
   * @throws InvalidRequest if the stacks are not loaded yet
   */
  run(parts: Parts, keepsInstances: boolean): Promise<void>;
}

/**
 * Returns how DynamoDB is called: with the gateway's key pair for the embedded store, or with the user's key pair for
 * another endpoint. Returns undefined if the gateway runs without DynamoDB.
 */
export function backendOf({ dynamodb, region }: GatewayOptions, store: Store): DynamoDbBackend | undefined {
  if (store.url === undefined || store.keyPair === undefined) return undefined;
  return dynamodb.kind === 'url' ? { ...dynamodb, region } : { url: store.url, ...store.keyPair };
}

/** Returns the reason why the clock cannot be moved; undefined means that it can be moved. */
export function findClockObstacle({ dynamodb }: GatewayOptions): string | undefined {
  return dynamodb.kind === 'url'
    ? 'the clock cannot be moved, because the DynamoDB at the URL of --dynamodb would keep its own time'
    : undefined;
}
