/** Recorded requests as the control port shows them: plain JSON, for the command line and the console. */
import type { Circumstances } from '../explain/circumstances.ts';
import type { Story } from '../explain/explain.ts';
import type { SampleRate } from './sampling.ts';
import type { Surprise } from '../surprises/surprise.ts';

/** Headers of replies that are not compared, because they differ each time, or depend on the body or the connection. */
const HEADERS_OF_EACH_REPLY: ReadonlySet<string> = new Set([
  'x-amzn-requestid',
  'x-amz-apigw-id',
  'apigw-requestid',
  'x-amzn-trace-id',
  'date',
  'content-length',
  'connection',
]);

type Headers = RequestDetail['reply']['headers'];

/**
 * Returns each header of two messages with its value in either, undefined where a message lacks it. The values of a
 * repeated header, such as Set-Cookie, are joined.
 */
export function pairHeaders(
  one: Headers,
  other: Headers,
): readonly (readonly [name: string, before: string | undefined, after: string | undefined])[] {
  const [before, after] = [valuesOf(one), valuesOf(other)];
  return [...new Set([...before.keys(), ...after.keys()])]
    .filter((name) => !HEADERS_OF_EACH_REPLY.has(name))
    .map((name) => [name, before.get(name), after.get(name)] as const);
}

function valuesOf(headers: Headers): ReadonlyMap<string, string> {
  const grouped = Map.groupBy(headers, ([name]) => name.toLowerCase());
  return new Map([...grouped].map(([name, pairs]) => [name, pairs.map(([, value]) => value).join(', ')]));
}

type RecordKind = Circumstances['kind'];

export type RequestRow = {
  /** The request id in the response. */
  readonly id: string;
  readonly sequence: number;
  /**
   * The number of requests of the same route that this record represents, including its own; more than 1 if only some
   * successes were recorded.
   */
  readonly standsFor: number;
  readonly atEpochMs: number;
  readonly kind: RecordKind;
  readonly protocol: 'rest' | 'http' | 'websocket';
  readonly apiId: string;
  readonly apiName: string;
  /** The name of the API, which no other API of this run has: `REST shop` if there is also an HTTP API of this name. */
  readonly api: string;
  /** Present if the API belongs to the toolkit's stack. */
  readonly isToolkit?: true;
  readonly stage: string | undefined;
  /** The number of the deployment that responded, counted from 1; absent if reloading is off. */
  readonly version?: number | undefined;
  readonly method: string;
  /** The request target, including the query, without secrets. */
  readonly target: string;
  readonly routeKey: string | undefined;
  readonly status: number;
  readonly tookMs: number;
  /** The phase that responded or failed. */
  readonly phase: string;
  readonly code: string | undefined;
  /**
   * The actual kind of error, if the name of the code is misleading: `no route`, or `over quota` if the toolkit
   * withholds the API key. If there is no code, it says why the quota of a handler refused the request.
   */
  readonly reason?: string | undefined;
  readonly failure: string | undefined;
  readonly caller: string | undefined;
  /** The customer whom the toolkit's quota charges or would charge, as its authorizer recorded it. */
  readonly customer?: string | undefined;
  readonly cache: 'hit' | 'miss' | undefined;
  readonly isColdStart: boolean;
  /** The notes that the list shows: the code of an error, surprises of the response, `cached`, `cold start`. */
  readonly notes: readonly string[];
  readonly connectionId: string | undefined;
  /**
   * The text of a message over a connection, or the beginning of it, without secrets. For a message to an MCP server,
   * its method and what it names: `tools/call get_order`.
   */
  readonly text?: string | undefined;
  /** The tool that a message to an MCP server calls. */
  readonly tool?: string | undefined;
  readonly requestBytes: number;
  readonly responseBytes: number;
};

export type Shown = {
  readonly title: string;
  readonly form: 'json' | 'text' | 'template' | 'binary';
  readonly text: string;
  /** The original length in bytes if the text is truncated. */
  readonly cutFrom?: number | undefined;
  /**
   * Whether the text differs from the body as sent: it is indented, decoded from another charset, or without secrets.
   */
  readonly isEdited?: true;
  /** The first pieces of a streamed reply. */
  readonly pieces?: readonly ShownPiece[];
};

export type ShownPiece = {
  /** Time since the request arrived. */
  readonly atMs: number;
  readonly bytes: number;
  /**
   * The text; undefined if it lies beyond the recorded bytes, if it is not valid text, or if a secret spans several
   * pieces.
   */
  readonly text: string | undefined;
};

export type PhaseRecord = {
  readonly name: string;
  /** Time since the request arrived. */
  readonly beginMs: number;
  readonly endMs: number;
  readonly outcome: 'passed' | 'refused' | 'answered';
  readonly read: readonly string[];
  /** Whether nothing is configured for this phase, so that it passed the request on unchanged. */
  readonly isIdle?: boolean;
  readonly decided: string;
  readonly shows: readonly Shown[];
};

export type RecordedMessage = {
  readonly headers: readonly (readonly [string, string])[];
  /** The body; undefined if there is none. */
  readonly body: Shown | undefined;
};

export type RequestDetail = RequestRow & {
  readonly sourceIp: string;
  /** `http://127.0.0.1:3000/dev/orders`, without secrets; undefined for messages of an open connection. */
  readonly url: string | undefined;
  readonly request: RecordedMessage;
  readonly reply: RecordedMessage;
  readonly phases: readonly PhaseRecord[];
  readonly circumstances: Circumstances;
  /** The surprises of the response, which are not errors. */
  readonly surprises: readonly Surprise[];
  readonly story: Story;
  /** Whether secrets are shown unmasked. */
  readonly showsSecrets: boolean;
  /** Why the request cannot be sent again; undefined means that it can. */
  readonly noReplay: string | undefined;
  /** A newer request to the toolkit's stack, which `last` passes over. */
  readonly passedOver?: RequestRow;
};

export type RecordState = {
  readonly isRecording: boolean;
  readonly kept: number;
  readonly taken: number;
  readonly limit: number;
  readonly bytes: number;
  /** The number of all requests and messages, whether recorded or not. */
  readonly counted: number;
  /** The number of ordinary successful requests that were counted but not recorded. */
  readonly notKept: number;
  /** The sample rate of the last second; undefined if all requests were kept. */
  readonly sampled: SampleRate | undefined;
};
