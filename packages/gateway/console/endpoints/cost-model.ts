/** The recorded traffic as AWS meters it; plain JSON. */
import type { ApiProtocol } from '../../core/deployment/model.ts';

export type ApiShape = {
  readonly apiId: string;
  readonly apiName: string;
  readonly stage: string;
  readonly kind: ApiProtocol;
  /** Requests that AWS charges for; for WebSocket APIs, handshakes. */
  readonly requests: number;
  /** REST requests that were refused by an authorizer, a key or a throttle and are therefore free. */
  readonly unbilled: number;
  /** Units of 512 KB (HTTP) or 32 KB (WebSocket messages in both directions). */
  readonly units: number;
  readonly connectionMinutes: number;
  readonly responseBytes: number;
  /** Features in use that HTTP APIs lack; empty for other API types than REST. */
  readonly onlyRest: readonly string[];
};

export type FunctionShape = {
  readonly name: string;
  readonly memoryMb: number;
  readonly architecture: 'x86_64' | 'arm64';
  readonly calls: number;
  readonly totalMs: number;
  readonly logBytes: number;
  /** How long an authorizer's results are cached; undefined for a function that is not an authorizer. */
  readonly keptSeconds: number | undefined;
};

export type CacheShape = {
  readonly apiName: string;
  readonly stage: string;
  /** In gigabytes, in AWS's form: `0.5`. */
  readonly gigabytes: string;
  readonly hits: number;
  readonly misses: number;
};

/** Capacity units used on a table of the embedded DynamoDB since startup. */
export type TableShape = { readonly table: string; readonly reads: number; readonly writes: number };

export type TrafficShape = {
  readonly events: number;
  readonly apis: readonly ApiShape[];
  readonly functions: readonly FunctionShape[];
  readonly caches: readonly CacheShape[];
  /** Undefined if the tables are not local, and are not counted. */
  readonly tables: readonly TableShape[] | undefined;
  /** Requests and messages since startup that used those units. */
  readonly eventsOfTables: number;
};
