/**
 * The contract of a service: what a folder of packages/services gives the engine. A service knows no other service; what
 * it needs of them goes through targets, sources and feeds.
 */
import type { AwsOperation } from '@gatewright/aws/aws-operation';
import type { ControlReply, ControlRequest } from '../core/api-call.ts';
import type { Matched } from '../core/exchange.ts';
import type { HttpClient, HttpOutcome, LocalOrigin, ServiceRequest } from '../core/ports.ts';
import type { ScreenVerdict } from '../core/stage-screens.ts';
import type { ResourceTypeTable } from '../core/resource-types/resource-types.ts';
import type { ResolvedResource } from '../core/stack/model.ts';
import type { OperationResult } from './calls/aws-operation.ts';
import type { EventSource, HandTarget } from './event-rows.ts';
import type { Delivery, DeliveryOutcome, EventPorts, EventTargets } from './event-ports.ts';
import type { Feed } from './feed.ts';
import type { ItemFeed } from './item-feed.ts';
import type { Schedules } from './schedules.ts';
import type { StackReading } from './stack-reading.ts';
import type { TargetDeliveries } from './target-deliveries.ts';

/** One line of the catalogue. All of it but `load` is data, and is there for every start. */
export type ServiceEntry = {
  /** As signatures name it, and ARNs unless `arnService` says otherwise: `sqs`. */
  readonly name: string;
  readonly arnService?: string;
  /** A resource of one of these loads the service, unless `isNeededBy` decides. */
  readonly types: ResourceTypeTable;
  readonly isNeededBy?: (resource: ResolvedResource) => boolean;
  /** Calls of it are answered here, or recorded. */
  readonly isCalled?: boolean;
  /** Begin of the keys under which it keeps entries: a start that finds some loads it. */
  readonly keptPrefix?: string;
  readonly load: () => Promise<ServiceModule>;
};

export type ServiceModule = { open(ports: ServicePorts): Service };

export type ServicePorts = EventPorts & {
  readonly accountId: string;
  /** From when rates count, in epoch milliseconds. */
  readonly startedAt: number;
  readonly targets: EventTargets;
  readonly deliveries: TargetDeliveries;
  readonly schedules: Schedules;
  /** Changes of items of tables. */
  readonly items: ItemFeed;
  /** Of log groups: access and execution logs of stages, and what functions print. */
  readonly lines: Feed<LogLine>;
  /** Per request one line in CloudWatch's embedded metric format. */
  readonly metrics: Feed<string>;
  /** As integrations call: hosts of APIs and of services of this start are found here. */
  readonly http: HttpClient;
  /** An object of the file of values, by `bucket/key`. */
  readonly writtenObject: WrittenObjects;
  readonly functionArnOf: (functionName: string) => string;
};

export type LogLine = { readonly group: string; readonly text: string; readonly epochMs: number };

export type WrittenObjects = (
  id: string,
) => { readonly bytes: Buffer; readonly contentType: string } | undefined;

export interface Service {
  /**
   * Reads all stacks, without any effect: a reload reads everything before it changes anything. A source of event source
   * mappings offers them here (`stacks.offerSources`); resources of types with `enforced` properties load the service.
   * What throws refuses the load.
   * @returns what applies it and does not throw; what is still defined keeps its state
   */
  prepare?(stacks: StackReading): () => void;
  readonly api?: ServiceApi;
  readonly target?: ServiceTarget;
  /** What starts functions, for `gatewright events list` and the console. */
  rows?(): readonly EventSource[];
  /** Events that are taken and not done. */
  readonly pending?: number;
  /** What `gatewright events send` may name. */
  handTargets?(): readonly HandTarget[];
  /**
   * In front of a stage, of whatever kind of API; undefined = not in front of this one. It is asked once the route is known:
   * not for requests without a route, nor for preflights that the API answers. What throws answers 500.
   */
  screenOf?(stageArn: string): ((request: Matched) => ScreenVerdict) | undefined;
  /** Where a host of an integration is, if it is one of this service: `orders.internal`. */
  originOf?(host: string): LocalOrigin | undefined;
  /** Ports in front of APIs, each of another name. Each gets a port of its own at the start; what answers there is asked for by name. */
  fronts?(): readonly Front[];
  /** As after the start: what waits is gone, and what calls have made. */
  reset?(): void;
  /** For `gatewright data`. */
  readonly state?: ServiceState;
  /** The gateway waits for it, but for no more than a few seconds. */
  close?(): void | Promise<void>;
}

interface ServiceState {
  /** Plain JSON. */
  save(): unknown;
  /** @returns what loads it. @throws StateFileError for what was not saved by it, before anything has changed */
  check(saved: unknown): () => void;
}

/** Clients' way to an API that is not API Gateway's own, as a distribution of CloudFront is. */
export type Front = {
  /** `d111.cloudfront.net` */
  readonly name: string;
  /** Names that a Host header may have, beside those of this machine. */
  readonly hosts: readonly string[];
  /** Rejects only for faults of our own. */
  serve(request: FrontRequest): Promise<ControlReply>;
};

type FrontRequest = ControlRequest & { readonly remoteAddress: string };

export type ServiceCall = { readonly request: ServiceRequest; readonly operation: AwsOperation };
export type Answered = Extract<HttpOutcome, { kind: 'answered' }>;

/** A service of operations answers with their results; one of paths (S3, CloudFront) with the whole answer. */
export interface ServiceApi {
  /** Of the JSON protocol. Default: 1.1. */
  readonly jsonVersion?: '1.0' | '1.1';
  /** Of the XML of the query protocol. */
  readonly namespace?: string;
  /** ARN of what a call is about, where the service alone can tell: policies are asked for it. */
  resourceOf?(operation: AwsOperation): string | undefined;
  /** Undefined: the operation is not known here. */
  answer(call: ServiceCall): Answer | Promise<Answer>;
}
type Answer = OperationResult | Answered | undefined;

export interface ServiceTarget {
  /** Undefined: nothing here has this ARN. */
  deliver?(
    arn: string,
    body: string,
    delivery: Delivery,
  ): DeliveryOutcome | undefined | Promise<DeliveryOutcome | undefined>;
  /** The call that hands it over elsewhere; undefined: there is none. */
  remoteCall?(arn: string, body: string, delivery: Delivery): RemoteCall | undefined;
}

/** @see the JSON protocol of AWS's services: `X-Amz-Target` */
export type RemoteCall = { readonly version: '1.0' | '1.1'; readonly target: string; readonly input: object };
