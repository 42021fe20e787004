/** AWS's metering of the recorded traffic; plain JSON. */
import type { ApiProtocol } from '../../core/deployment/model.ts';

export type ApiShape = {
  readonly apiId: string;
  readonly apiName: string;
  readonly stage: string;
  readonly kind: ApiProtocol;
  /** Requests that AWS charges for; for WebSocket APIs handshakes. */
  readonly requests: number;
  /** REST: refused by an authorizer, a key or a throttle, and therefore free. */
  readonly unbilled: number;
  /** Units of 512 KB (HTTP) or 32 KB (messages of WebSockets, both ways). */
  readonly units: number;
  readonly connectionMinutes: number;
  readonly responseBytes: number;
  /** Features in use that HTTP APIs lack; empty for other kinds than REST APIs. */
  readonly onlyRest: readonly string[];
};

export type FunctionShape = {
  readonly name: string;
  readonly memoryMb: number;
  readonly architecture: 'x86_64' | 'arm64';
  readonly calls: number;
  readonly totalMs: number;
  readonly logBytes: number;
  /** As an authorizer, how long its answers are cached; undefined where it is none. */
  readonly keptSeconds: number | undefined;
};

export type CacheShape = {
  readonly apiName: string;
  readonly stage: string;
  /** In AWS's form: `0.5`. */
  readonly gigabytes: string;
  readonly hits: number;
  readonly misses: number;
};

/** Capacity units of a table of the embedded DynamoDB since the start. */
export type TableShape = { readonly table: string; readonly reads: number; readonly writes: number };

export type TrafficShape = {
  readonly events: number;
  readonly apis: readonly ApiShape[];
  readonly functions: readonly FunctionShape[];
  readonly caches: readonly CacheShape[];
  /** Undefined where tables are elsewhere, and not counted. */
  readonly tables: readonly TableShape[] | undefined;
  /** Requests and messages since the start, to which those units belong. */
  readonly eventsOfTables: number;
};
