/**
 * Handles the options of Invoke that do not affect the response body: a ClientContext for the handler, and the end of
 * the log for the caller.
 */
import { parseJsonObject } from '@gatewright/aws/json-object';
import { headerOf } from '@gatewright/aws/raw-headers';
import type { InvocationResult, InvokeOptions } from '../../../core/ports.ts';
import type { AwsCall } from '../../../kernel/calls/aws-call.ts';

/** Maximum length of a ClientContext. Lambda API reference, "Invoke": "up to 3,583 bytes of base64-encoded data". */
const MAX_CONTEXT_CHARS = 3_583;
/** The size of the log tail. "LogResult: the last 4 KB of the execution log, which is base64-encoded". */
const TAIL_BYTES = 4096;

export type InvokeHeaders = {
  readonly options: InvokeOptions | undefined;
  readonly tail: LogTail | undefined;
};

/** The invocation whose log tail is returned. `version` is absent if the unpublished function was invoked. */
type Run = {
  readonly requestId: string;
  readonly tookMs: number;
  readonly version?: string | undefined;
  readonly memoryMb?: number | undefined;
};

type ParsedInvoke =
  | (InvokeHeaders & { readonly kind: 'options' })
  | { readonly kind: 'refused'; readonly type: string; readonly message: string };

/** Keeps the end of a function's output, which Lambda returns in `LogResult`. */
export class LogTail {
  #lines = '';

  add(line: string): void {
    this.#lines += `${line}\n`;
    // A string has at least as many bytes as characters, so its last `TAIL_BYTES` characters are enough.
    if (this.#lines.length > TAIL_BYTES * 2) this.#lines = this.#lines.slice(-TAIL_BYTES);
  }

  /**
   * Returns `LogResult`: the output between Lambda's own lines. The memory use of a thread is unknown, so the REPORT
   * line omits Max Memory Used.
   */
  print({ requestId, tookMs: durationMs, version = '$LATEST', memoryMb }: Run): string {
    const billed = Math.ceil(durationMs);
    const memory = memoryMb === undefined ? '' : `Memory Size: ${memoryMb} MB\t`;
    const text =
      `START RequestId: ${requestId} Version: ${version}\n${this.#lines}END RequestId: ${requestId}\n` +
      `REPORT RequestId: ${requestId}\tDuration: ${durationMs.toFixed(2)} ms\tBilled Duration: ${billed} ms\t${memory}\n`;
    return Buffer.from(text).subarray(-TAIL_BYTES).toString('base64');
  }
}

/** @param hasAnswer true for RequestResponse; false for Event, because Lambda returns no log for an Event */
export function parseInvokeHeaders({ request }: AwsCall, hasAnswer: boolean): ParsedInvoke {
  const logType = headerOf(request, 'x-amz-log-type') ?? 'None';
  if (logType !== 'None' && logType !== 'Tail')
    return {
      kind: 'refused',
      type: 'InvalidParameterValueException',
      message: 'LogType must be None or Tail',
    };
  const encoded = headerOf(request, 'x-amz-client-context') ?? '';
  const clientContext = encoded === '' ? undefined : readContext(encoded);
  if (encoded !== '' && clientContext === undefined)
    return {
      kind: 'refused',
      type: 'InvalidRequestContentException',
      message: 'Client context must be a valid Base64-encoded JSON object.',
    };
  const tail = logType === 'Tail' && hasAnswer ? new LogTail() : undefined;
  const onLine = tail === undefined ? undefined : (line: string): void => tail.add(line);
  const isPlain = clientContext === undefined && onLine === undefined;
  return { kind: 'options', options: isPlain ? undefined : { clientContext, onLine }, tail };
}

function readContext(encoded: string): string | undefined {
  if (encoded.length > MAX_CONTEXT_CHARS) return undefined;
  const text = Buffer.from(encoded, 'base64').toString();
  return parseJsonObject(text) === undefined ? undefined : text;
}

/** Returns the response header with the log tail, if the caller requested it and the function has run. */
export function logHeader(tail: LogTail | undefined, result: InvocationResult, run: Run): readonly string[] {
  if (tail === undefined || (result.kind !== 'returned' && result.kind !== 'failed')) return [];
  return ['X-Amz-Log-Result', tail.print(run)];
}
