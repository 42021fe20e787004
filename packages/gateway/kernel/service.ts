/**
 * The contract between a service (a folder of packages/gateway/services) and the engine. Services work together only
 * through targets, sources and feeds.
 */
import type { AwsOperation } from '@gatewright/aws/aws-operation';
import type { ControlReply, ControlRequest } from '../core/api-call.ts';
import type {
  ChosenInstance,
  HttpClient,
  HttpOutcome,
  LocalOrigin,
  LogGroups,
  Measurement,
  ServiceClient,
  ServiceRequest,
} from '../core/ports.ts';
import type { ScreenedRequest, ScreenVerdict, StageScreens } from '../core/stage-screens.ts';
import type { ResourceTypeTable } from '../core/resource-types/resource-types.ts';
import type { ResolvedResource } from '../core/stack/model.ts';
import type { OperationResult } from './calls/aws-operation.ts';
import type { EventSource, HandTarget } from './event-rows.ts';
import type { Delivery, DeliveryOutcome, EventPorts, EventTargets } from './event-ports.ts';
import type { EdgeRecord } from './edge-record.ts';
import type { Feed } from './feed.ts';
import type { ItemFeed } from './item-feed.ts';
import type { KeptFeed } from './kept-feed.ts';
import type { Schedules } from './schedules.ts';
import type { StackReading } from './stack-reading.ts';
import type { TargetDeliveries } from './target-deliveries.ts';

/** A service's line in the catalogue. Everything except `load` is data, which is read in every run. */
export type ServiceEntry = {
  /** The service's name in signatures, such as `sqs`. It is also the name in ARNs unless `arnService` is set. */
  readonly name: string;
  readonly arnService?: string;
  readonly types: ResourceTypeTable;
  readonly isNeededBy?: (resource: ResolvedResource) => boolean;
  /** Whether calls to the service are accepted, which means that the gateway handles or records them. */
  readonly isCalled?: boolean;
  /**
   * The key prefix of the service's stored entries. If entries with this prefix exist at startup, the service is
   * loaded.
   */
  readonly keptPrefix?: string;
  readonly load: () => Promise<ServiceModule>;
};

export type ServiceModule = {
  open(ports: ServicePorts): Service;
  /** Evaluates screens, such as web ACLs, for commands that start no gateway. Absent if the service has no screens. */
  readonly review?: ScreenReview;
};

export type ScreenReview = {
  /** Finds the parts of the service's screens that cannot be evaluated, and adds them to `stacks.unsupported`. */
  findUnjudged(stacks: StackReading): void;
  /**
   * Returns what the service's screens would do with recorded requests.
   * @param file the name and the text of the file with the records
   * @throws DefinitionError for a text without records; StartError for settings that cannot be used
   */
  checkRecords(
    file: { readonly name: string; readonly text: string },
    stacks: StackReading,
    settings: ServiceSettings,
  ): readonly CheckedScreen[];
};

export type CheckedScreen = { readonly name: string; readonly requests: readonly CheckedRequest[] };

export type CheckedRequest = {
  /** The request, such as `GET /dev/pets`. */
  readonly title: string;
  readonly verdict: 'passed' | 'refused' | 'not judged';
  /** The reason; empty if the request passed. */
  readonly reason: string;
};

export type ServicePorts = EventPorts & {
  readonly accountId: string;
  /** The time of startup in epoch milliseconds, from which the periods of `rate(…)` schedules are counted. */
  readonly startedAt: number;
  readonly targets: EventTargets;
  readonly deliveries: TargetDeliveries;
  readonly schedules: Schedules;
  readonly items: ItemFeed;
  readonly sources: EventSources;
  /**
   * The lines of all log groups, which are the access and execution logs of stages and the output of functions. The
   * last 64 MB are stored.
   */
  readonly lines: KeptFeed<LogLine>;
  /** Segment documents of traced requests, as JSON text. The last 64 MB are stored. */
  readonly segments: KeptFeed<string>;
  /** Measurements of requests, invocations and queues. */
  readonly metrics: Feed<Measurement>;
  /** Requests that services in front of APIs answered without calling the API. */
  readonly edges: Pick<Feed<EdgeRecord>, 'publish'>;
  readonly http: HttpClient;
  /** The client with which integrations call services; it checks the role of each call. */
  readonly services: Pick<ServiceClient, 'call'>;
  /** The screens of all services. */
  readonly screens: Pick<StageScreens, 'judge'>;
  /** The log groups for lines that the service writes. */
  readonly logGroups: LogGroups;
  readonly settings: ServiceSettings;
  readonly writtenObjects: WrittenObjects;
  readonly functionArnOf: (functionName: string) => string;
  /** Whether the function's role allows an action (`sqs:ReceiveMessage`) on an ARN. A missing permission is logged. */
  readonly permits: (functionName: string, action: string, resource: string) => boolean;
};

/** The interface for Lambda's service, in which calls can create event source mappings. */
interface EventSources {
  /** Loads the service that the ARN names, if there is one. */
  load(arn: string): Promise<void>;
  /**
   * Lets all services read the stacks again.
   * @param isAccepted called before the result is applied; if it returns false, the result is dropped
   */
  readAgain(isAccepted: () => boolean): void;
}

/** The options of this run that services read. */
export type ServiceSettings = {
  /** Whether stages are served even if their guards cannot be enforced. */
  readonly allowUnguarded?: boolean | undefined;
  /** Whether a stage is closed if the gateway cannot evaluate one of its WAF rules. */
  readonly strictWaf?: boolean | undefined;
  /** The file that lists the networks of each country. */
  readonly wafNetworks?: string | undefined;
  /** The file with the instances of Cloud Map services. */
  readonly cloudMap?: string | undefined;
};

export type LogLine = {
  readonly group: string;
  readonly text: string;
  readonly epochMs: number;
  /** The text that Lambda writes before a console line, with the time, the request id and the level. */
  readonly prefix?: string;
  /** The name of the log stream; absent means the gateway's own log stream. */
  readonly stream?: string | undefined;
  /** The time when the event was sent, if the event itself has a different timestamp. */
  readonly ingestedMs?: number;
};

/** The buckets and objects of the values file. */
export interface WrittenObjects {
  /** Finds an object by `bucket/key`. A missing object is reported, unless the search is quiet. */
  object(id: string, isQuiet?: boolean): { readonly bytes: Buffer; readonly contentType: string } | undefined;
  hasBucket(name: string): boolean;
  /** Returns the keys of the objects in a bucket. */
  keysOf(bucket: string): readonly string[];
}

export const NO_WRITTEN_OBJECTS: WrittenObjects = {
  object: () => undefined,
  hasBucket: () => false,
  keysOf: () => [],
};

export interface Service {
  /**
   * Reads all stacks without changing anything yet. A service whose resources can be event sources of mappings offers
   * them in this method (`stacks.offerSources`). The service is loaded if a stack has a resource of a type with
   * `enforced` properties. If this method throws, the stacks are not accepted.
   * @returns a function that applies the result and does not throw; resources that are still defined keep their state
   */
  prepare?(stacks: StackReading): () => void;
  readonly api?: ServiceApi;
  readonly target?: ServiceTarget;
  /** Returns the service's event sources, which `gatewright events list` and the console show. */
  rows?(): readonly EventSource[];
  /** The number of events that are accepted but not yet done. */
  readonly pending?: number;
  handTargets?(): readonly HandTarget[];
  /**
   * Returns the screen in front of the stage with this ARN, or the screen that has this ARN itself; undefined if there
   * is none. It is not called for requests without a route, nor for preflights that the API handles. If it throws, the
   * response is 500.
   */
  screenOf?(guardedArn: string): ((request: ScreenedRequest) => ScreenVerdict) | undefined;
  originOf?(host: string): LocalOrigin | undefined;
  /**
   * Returns how the service handles a browser's request from a page of another origin: the reply to a preflight
   * request, which is not signed, or the headers to add to the reply. Returns undefined if the request is not for a
   * resource of the service.
   */
  crossOrigin?(request: CrossOriginRequest): CrossOriginReply | undefined;
  /**
   * Returns the next instance of the Cloud Map service with this ARN, for a call through a VPC link; undefined if the
   * gateway knows no instance of it.
   */
  instanceOf?(arn: string): ChosenInstance | undefined;
  /** Returns the servers in front of APIs. Each server gets its own port, and the names of all servers must differ. */
  fronts?(): readonly Front[];
  /** Restores the state after startup: drops waiting work and everything that was created by calls. */
  reset?(): void;
  /** The state that `gatewright data` saves and loads. */
  readonly state?: ServiceState;
  /** Closes the service. The gateway waits for this, but only for a few seconds. */
  close?(): void | Promise<void>;
}

export type CrossOriginRequest = Pick<ControlRequest, 'method' | 'path' | 'query' | 'host' | 'rawHeaders'>;

export type CrossOriginReply =
  | { readonly kind: 'preflight'; readonly reply: ControlReply }
  /** A request that is not a preflight. The headers are added to its reply. */
  | { readonly kind: 'request'; readonly headers: readonly string[] };

interface ServiceState {
  /** Returns the state as JSON values. */
  save(): unknown;
  /**
   * Checks a saved state.
   * @returns a function that loads it
   * @throws StateFileError, before anything has changed, for data that `save` did not return
   */
  check(saved: unknown): () => void;
}

/** A server in front of an API, such as a CloudFront distribution. */
export type Front = {
  /** For example `d111.cloudfront.net`. */
  readonly name: string;
  /** The names that a Host header may contain, in addition to this machine's names. */
  readonly hosts: readonly string[];
  /** Handles a request. It rejects only if the gateway has a bug. */
  serve(request: FrontRequest): Promise<ControlReply>;
};

export type FrontRequest = ControlRequest & { readonly remoteAddress: string; readonly remotePort: number };

export type ServiceCall = { readonly request: ServiceRequest; readonly operation: AwsOperation };
export type Answered = Extract<HttpOutcome, { kind: 'answered' }>;

/**
 * The handler of calls to a service. A service with operations returns the result of an operation. A service with paths
 * (S3, CloudFront) returns the whole response.
 */
export interface ServiceApi {
  /** The version of the JSON protocol. The default is 1.1. */
  readonly jsonVersion?: '1.0' | '1.1';
  /** The XML namespace of the query protocol. */
  readonly namespace?: string;
  /** Whether errors in XML have an empty element `Detail`. */
  readonly hasDetail?: boolean;
  /**
   * Returns the ARN of a call's resource, with which policies are evaluated. Needed only if no other code can determine
   * the ARN from the call.
   */
  resourceOf?(operation: AwsOperation): string | undefined;
  /** Returns what to do instead of a call that `answer` does not know; undefined if only general advice applies. */
  adviseInstead?(call: ServiceCall): string | undefined;
  /** Handles a call. Returns undefined for an unknown operation. */
  answer(call: ServiceCall): Answer | Promise<Answer>;
}
type Answer = OperationResult | Answered | undefined;

export interface ServiceTarget {
  /**
   * Delivers an event to a resource of this service. Returns undefined if the service has no resource with this ARN.
   */
  deliver?(
    arn: string,
    body: string,
    delivery: Delivery,
  ): DeliveryOutcome | undefined | Promise<DeliveryOutcome | undefined>;
  /** Returns the equivalent call to an external endpoint; undefined if there is none. */
  remoteCall?(arn: string, body: string, delivery: Delivery): RemoteCall | undefined;
}

/** @see the JSON protocol of AWS's services: `X-Amz-Target` */
export type RemoteCall = { readonly version: '1.0' | '1.1'; readonly target: string; readonly input: object };
