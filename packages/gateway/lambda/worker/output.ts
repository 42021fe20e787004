/**
 * Captures the output of a function in its thread and sends it to the gateway's log, never to the gateway's own stdout.
 */
import * as fs from 'node:fs';
import { syncBuiltinESMExports } from 'node:module';
import { format } from 'node:util';
import type { MessagePort } from 'node:worker_threads';

import { type LogLevel, LINE_LIMIT } from '../function-log-line.ts';
import type { InstanceReport } from '../thread/instance-start.ts';
import { describeError, explainRelativePath } from './failure.ts';
import { standIn } from './stand-in.ts';

/**
 * The maximum number of lines and stream parts that were sent to the gateway but not read yet. Further lines are only
 * counted, so that an endless loop cannot fill the memory.
 */
const UNREAD_LIMIT = 10_000;

type Stream = 'stdout' | 'stderr';

const CONSOLE_LEVELS = [
  ['log', 'INFO'],
  ['info', 'INFO'],
  ['debug', 'DEBUG'],
  ['warn', 'WARN'],
  ['error', 'ERROR'],
  ['trace', 'TRACE'],
] as const;

export class FunctionOutput {
  /** The request id of the running event. As in Lambda, late output of earlier events also gets this id. */
  requestId: string | undefined;
  readonly #port: MessagePort;
  readonly #unread: Int32Array;
  readonly #runtime: string;
  #dropped = 0;

  constructor(port: MessagePort, unread: Int32Array, runtime: string) {
    this.#port = port;
    this.#unread = unread;
    this.#runtime = runtime;
  }

  install(): void {
    for (const [method, level] of CONSOLE_LEVELS) {
      const stream: Stream = level === 'WARN' || level === 'ERROR' || level === 'TRACE' ? 'stderr' : 'stdout';
      console[method] = (...parts: unknown[]) => this.#send(level, stream, format(...parts));
    }
    for (const stream of ['stdout', 'stderr'] as const) {
      process[stream].write = (chunk: unknown, ...rest: unknown[]): boolean => {
        this.write(stream, chunk);
        finish(rest);
        return true;
      };
    }
    this.#catchDescriptors();
  }

  report(level: LogLevel, message: string): void {
    this.#send(level, 'stderr', message);
  }

  /**
   * Reports an error that ends an invocation or the instance. If the gateway can explain the error, the explanation is
   * added.
   */
  reportError(error: unknown, prefix = ''): void {
    this.report('ERROR', `${prefix}${describeError(error)}`);
    for (const hint of this.#hintsFor(error)) if (hint !== undefined) this.report('WARN', hint);
  }

  #hintsFor(error: unknown): readonly (string | undefined)[] {
    try {
      return [explainRemovedApi(error, this.#runtime, process.versions.node), explainRelativePath(error)];
    } catch {
      // The members of an error may throw when they are read, and a message may be a symbol.
      return [];
    }
  }

  write(stream: Stream, chunk: unknown): void {
    const text = chunk instanceof Uint8Array ? Buffer.from(chunk).toString() : String(chunk);
    this.#send(undefined, stream, text.endsWith('\n') ? text.slice(0, -1) : text);
  }

  /** Sends a part of a streamed response. The part keeps its position among the log lines. */
  sendPart(sequence: number, bytes: Uint8Array<ArrayBuffer>, contentType: string | undefined): void {
    Atomics.add(this.#unread, 0, 1);
    const report: InstanceReport = { kind: 'part', sequence, bytes, contentType };
    this.#port.postMessage(report);
  }

  #send(level: LogLevel | undefined, stream: Stream, message: string): void {
    if (Atomics.load(this.#unread, 0) >= UNREAD_LIMIT) {
      this.#dropped += 1;
      return;
    }
    if (this.#dropped > 0) {
      const dropped = this.#dropped;
      this.#dropped = 0;
      this.#post(
        'WARN',
        'stderr',
        `dropped ${dropped} log line${dropped === 1 ? '' : 's'}, because the function writes faster than the log`,
      );
    }
    this.#post(level, stream, message);
  }

  #post(level: LogLevel | undefined, stream: Stream, message: string): void {
    Atomics.add(this.#unread, 0, 1);
    const report: InstanceReport = {
      kind: 'line',
      level,
      stream,
      requestId: this.requestId,
      epochMs: Date.now(),
      message: message.length > LINE_LIMIT ? `${message.slice(0, LINE_LIMIT)} …` : message,
    };
    this.#port.postMessage(report);
  }

  /**
   * Captures direct writes to descriptors. Loggers such as pino write to descriptor 1, which in a thread is the
   * gateway's own stdout.
   */
  #catchDescriptors(): void {
    const real = { write: fs.write, writeSync: fs.writeSync, writev: fs.writev, writevSync: fs.writevSync };
    const replacements: Record<string, (...args: unknown[]) => unknown> = {
      write: (fd, data, ...rest) => {
        const stream = streamOf(fd);
        if (stream === undefined) return callReal(real.write, [fd, data, ...rest]);
        const bytes = this.#writeSlice(stream, data, rest);
        finish(rest, null, bytes, data);
        return undefined;
      },
      writeSync: (fd, data, ...rest) => {
        const stream = streamOf(fd);
        if (stream === undefined) return callReal(real.writeSync, [fd, data, ...rest]);
        return this.#writeSlice(stream, data, rest);
      },
      writev: (fd, chunks, ...rest) => {
        const stream = streamOf(fd);
        if (stream === undefined) return callReal(real.writev, [fd, chunks, ...rest]);
        const bytes = this.#writeChunks(stream, chunks);
        finish(rest, null, bytes, chunks);
        return undefined;
      },
      writevSync: (fd, chunks, ...rest) => {
        const stream = streamOf(fd);
        if (stream === undefined) return callReal(real.writevSync, [fd, chunks, ...rest]);
        return this.#writeChunks(stream, chunks);
      },
    };
    for (const name of ['writeFile', 'appendFile', 'writeFileSync', 'appendFileSync'] as const) {
      const original = fs[name];
      replacements[name] = (target, data, ...rest) => {
        const stream = streamOf(target);
        if (stream === undefined) return callReal(original, [target, data, ...rest]);
        this.write(stream, data);
        finish(rest, null);
        return undefined;
      };
    }
    const files: Record<string, unknown> = process.getBuiltinModule('node:fs');
    for (const [name, replacement] of Object.entries(replacements))
      files[name] = standIn(replacement, files[name] as object);
    syncBuiltinESMExports();
  }

  #writeSlice(stream: Stream, data: unknown, rest: readonly unknown[]): number {
    if (!(data instanceof Uint8Array)) {
      this.write(stream, data);
      return Buffer.byteLength(String(data));
    }
    const [offset, length] = rest;
    const start = typeof offset === 'number' ? offset : 0;
    const slice = data.subarray(start, typeof length === 'number' ? start + length : undefined);
    this.write(stream, slice);
    return slice.byteLength;
  }

  #writeChunks(stream: Stream, chunks: unknown): number {
    const parts = Array.isArray(chunks)
      ? chunks.filter((chunk): chunk is Uint8Array => chunk instanceof Uint8Array)
      : [];
    const all = Buffer.concat(parts);
    this.write(stream, all);
    return all.byteLength;
  }
}

function callReal(real: (...args: never[]) => unknown, args: unknown[]): unknown {
  const result: unknown = Reflect.apply(real, fs, args);
  return result;
}

function streamOf(target: unknown): Stream | undefined {
  if (target === 1 || target === '/dev/stdout') return 'stdout';
  if (target === 2 || target === '/dev/stderr') return 'stderr';
  return undefined;
}

function finish(rest: readonly unknown[], ...results: unknown[]): void {
  const callback = rest.at(-1);
  if (typeof callback === 'function')
    process.nextTick(() => void Reflect.apply(callback, undefined, results));
}

/** Removed members of Node's modules, by version (nodejs.org/api/deprecations.html, "End-of-Life"). */
const REMOVED: readonly { readonly of: RegExp; readonly members: RegExp; readonly since: number }[] = [
  { of: /\bos/i, members: /^(?:tmpDir|getNetworkInterfaces)$/, since: 14 },
  { of: /crypto/i, members: /^(?:createCipher|createDecipher)$/, since: 22 },
  {
    of: /util/i,
    members:
      /^(?:isBoolean|isBuffer|isDate|isError|isFunction|isNull|isNullOrUndefined|isNumber|isObject|isPrimitive|isRegExp|isString|isSymbol|isUndefined|log)$/,
    since: 23,
  },
  { of: /process/i, members: /^assert$/, since: 23 },
  { of: /tls/i, members: /^createSecurePair$/, since: 24 },
  { of: /timers/i, members: /^(?:active|enroll|unenroll)$/, since: 24 },
];

/**
 * Matches errors such as `util.isRegExp is not a function` and `(0 , util_1.isRegExp) is not a function`. A match begins
 * at the beginning of a word, so that a word of many thousand characters is read once and not from each character.
 */
const NO_FUNCTION = /\b(\w+)(?:\(\))?\.(\w+)\)? is not a (?:function|constructor)/;
/** Matches the error that Node.js reports for `import a from './a.json' assert { type: 'json' }`. */
const IMPORT_ASSERTION = /Unexpected identifier 'assert'/;

/**
 * Explains an error that occurs because Node.js has removed an API. Such an error can occur because functions of older
 * runtimes run on the gateway's newer version of Node.js. Returns undefined if the function would also fail in Lambda.
 */
export function explainRemovedApi(error: unknown, runtime: string, nodeVersion: string): string | undefined {
  if (!(error instanceof Error)) return undefined;
  const found = findRemoved(error.message);
  const major = Number(/^nodejs(\d+)/.exec(runtime)?.[1] ?? Infinity);
  if (found === undefined || major >= found.since) return undefined;
  return (
    `${found.what} was removed in Node.js ${found.since}: ${runtime} in Lambda still has it, but ` +
    `this gateway runs every function on Node.js ${nodeVersion}. Use a newer version of the package that calls this API.`
  );
}

function findRemoved(message: string): { readonly what: string; readonly since: number } | undefined {
  if (IMPORT_ASSERTION.test(message)) return { what: '`import … assert` (now `with`)', since: 22 };
  const [, base = '', member = ''] = NO_FUNCTION.exec(message) ?? [];
  const entry = REMOVED.find(({ of, members }) => of.test(base) && members.test(member));
  return entry === undefined ? undefined : { what: `${base}.${member}`, since: entry.since };
}
