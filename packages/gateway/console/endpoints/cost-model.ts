/** The recorded traffic as AWS meters it. The types are plain JSON. */
import type { ApiProtocol } from '../../core/deployment/model.ts';

export type ApiShape = {
  readonly apiId: string;
  readonly apiName: string;
  readonly stage: string;
  readonly kind: ApiProtocol;
  /** Number of requests that AWS bills; for WebSocket APIs, the number of handshakes. */
  readonly requests: number;
  /** Number of REST requests that an authorizer, a key check or a throttle refused. AWS does not bill them. */
  readonly unbilled: number;
  /** Number of billed units: 512 KB (HTTP), or 32 KB (WebSocket messages in both directions). */
  readonly units: number;
  readonly connectionMinutes: number;
  readonly responseBytes: number;
  /** Features in use that HTTP APIs lack; empty for APIs that are not REST APIs. */
  readonly onlyRest: readonly string[];
};

export type FunctionShape = {
  readonly name: string;
  readonly memoryMb: number;
  readonly architecture: 'x86_64' | 'arm64';
  readonly calls: number;
  readonly totalMs: number;
  readonly logBytes: number;
  /** The shortest TTL of the results, if the function is an authorizer; undefined for other functions. */
  readonly keptSeconds: number | undefined;
};

export type CacheShape = {
  readonly apiName: string;
  readonly stage: string;
  /** The size in gigabytes, in AWS's form: `0.5`. */
  readonly gigabytes: string;
  readonly hits: number;
  readonly misses: number;
};

/** Capacity units that a table of the embedded DynamoDB has consumed since startup. */
export type TableShape = { readonly table: string; readonly reads: number; readonly writes: number };

export type TrafficShape = {
  readonly events: number;
  readonly apis: readonly ApiShape[];
  readonly functions: readonly FunctionShape[];
  readonly caches: readonly CacheShape[];
  /** `tables` is undefined if the tables are not local, so that their units are not counted. */
  readonly tables: readonly TableShape[] | undefined;
  /** Number of requests and messages since startup that consumed the capacity units in `tables`. */
  readonly eventsOfTables: number;
  /**
   * The calls since startup by commands such as `gatewright customers`, by the console, and by the closing of periods.
   * They do not depend on the requests of clients, so they are counted separately.
   */
  readonly administration: { readonly calls: number; readonly reads: number; readonly writes: number };
};
