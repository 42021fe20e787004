/** Converts errors of functions to Lambda's error JSON, with the messages of Lambda's Node.js runtime. */
import { existsSync } from 'node:fs';
import { isAbsolute, join } from 'node:path';
import { isMainThread } from 'node:worker_threads';
import { inspect, types } from 'node:util';

type LambdaFailure = {
  readonly errorType: string | undefined;
  readonly errorMessage: string | undefined;
  readonly trace?: readonly string[];
};

/**
 * The name of the thread's bundled program in stack traces. The frames of this program are removed, because they do not
 * help the author of a function.
 */
const OWN_FRAMES = '/instance.mjs:';

/** An error of the runtime itself, such as `Runtime.HandlerNotFound` or `Runtime.ImportModuleError`. */
export class RuntimeError extends Error {
  constructor(type: string, message: string, cause?: unknown) {
    super(message, { cause });
    this.name = `Runtime.${type}`;
  }
}

/**
 * Converts any thrown or rejected value. Lambda takes `errorType` from `error.name`, not from the class, and writes DEL
 * as `%7F`. An error whose members cannot be read has no trace.
 * @see aws-lambda-nodejs-runtime-interface-client, `Errors.js`, `toRapidResponse`
 */
export function toFailure(error: unknown): LambdaFailure {
  try {
    if (isErrorLike(error))
      return {
        errorType: escapeDelete(error.name),
        errorMessage: escapeDelete(explainWorkerLimit(error)),
        trace: escapeDelete(error.stack)
          .split('\n')
          .filter((line) => !line.includes(OWN_FRAMES)),
      };
    // A value without `toString`, such as null, makes this call throw, which is caught below.
    return { errorType: typeof error, errorMessage: (error as { toString(): string }).toString(), trace: [] };
  } catch {
    return {
      errorType: 'handled',
      errorMessage:
        'callback called with Error argument, but there was a problem while retrieving one or more of its message, name, and stack',
    };
  }
}

/**
 * Returns the value that Lambda's runtime reports for a thrown value. Before the runtime reports a value, it logs the
 * value as the message of an error, unless it is an error already. If the value cannot become a message, as with a
 * symbol, the runtime reports the error of this attempt instead.
 * @see aws-lambda-nodejs-runtime-interface-client, `Errors.js`, `intoError`
 */
export function findReported(thrown: unknown): unknown {
  try {
    if (!(thrown instanceof Error)) messageOf(thrown);
    return thrown;
  } catch (error) {
    return error;
  }
}

/** Returns the message of an error that is created from a value; empty for undefined. */
export function messageOf(reason: unknown): string {
  return new Error(reason as string | undefined).message;
}

/** Escapes DEL. Throws for values other than strings, as Lambda's runtime does. */
function escapeDelete<T extends string | undefined>(text: T): T {
  return text?.replaceAll('\x7F', '%7F') as T;
}

export function describeError(error: unknown): string {
  const failure = toFailure(error);
  const own = failure.trace?.length
    ? failure.trace.join('\n')
    : `${failure.errorType}: ${failure.errorMessage}`;
  return [own, ...describeCauses(error)].join('\n');
}

/** The maximum number of causes that are named, so that a chain that refers to itself ends. */
const MOST_CAUSES = 5;

/**
 * Describes the causes of an error, one line each. Lambda's runtime logs and returns neither `cause` nor the errors of
 * an AggregateError, because they are not enumerable (aws-lambda-nodejs-runtime-interface-client, `Errors.js`).
 */
function describeCauses(error: unknown): readonly string[] {
  try {
    const causes: string[] = [];
    let next = causesOf(error);
    while (next.length > 0 && causes.length < MOST_CAUSES) {
      causes.push(...next.slice(0, MOST_CAUSES - causes.length).map(nameCause));
      next = next.flatMap(causesOf);
    }
    return causes.map((cause) => `    caused by ${cause} (Lambda does not log this cause)`);
  } catch {
    // The members of an error may throw when they are read.
    return [];
  }
}

function causesOf(error: unknown): readonly unknown[] {
  if (typeof error !== 'object' || error === null) return [];
  const { cause, errors } = error as { readonly cause?: unknown; readonly errors?: unknown };
  return [...(cause === undefined ? [] : [cause]), ...(Array.isArray(errors) ? (errors as unknown[]) : [])];
}

function nameCause(cause: unknown): string {
  if (!isErrorLike(cause))
    return typeof cause === 'string' ? cause : inspect(cause, { depth: 1, breakLength: Infinity });
  return `${cause.name ?? 'Error'}: ${cause.message ?? ''}`;
}

/**
 * Explains from which folder a relative path is resolved if a function could not open a file at this path. On AWS it is
 * resolved from the folder of the function's code, because that is the working directory of the process (AWS's base
 * images of Lambda: `WORKDIR /var/task`, which is `LAMBDA_TASK_ROOT`). In the gateway, a function usually runs in a
 * thread, which cannot have a working directory of its own.
 * @returns undefined for other errors. If the function runs in a process, which has this working directory, also
 * returns undefined for a file that exists in the folder
 */
export function explainRelativePath(error: unknown): string | undefined {
  const path = relativePathOf(error);
  const taskRoot = process.env['LAMBDA_TASK_ROOT'];
  if (path === undefined || taskRoot === undefined) return undefined;
  if (!existsSync(join(taskRoot, path)))
    return `${path} is a relative path, resolved from the folder of the function's code (/var/task on AWS, ${taskRoot} in this gateway), and this file does not exist: check the path, and check that the function's package contains the file`;
  return isMainThread ? undefined : describeThreadPath(path);
}

function describeThreadPath(path: string): string {
  return `${path} is a relative path. On AWS, it is resolved from the folder of the function's code, where the file is. This gateway runs functions in threads, where it is resolved from the gateway's working directory. Read path.join(process.env.LAMBDA_TASK_ROOT, '${path}'), which works in both places, or start the gateway with --isolation process (node_modules/gatewright/docs/design/functions.md, "Limits of threads")`;
}

function relativePathOf(error: unknown): string | undefined {
  if (typeof error !== 'object' || error === null || !('code' in error) || !('path' in error))
    return undefined;
  const { code, path } = error;
  return code === 'ENOENT' && typeof path === 'string' && path !== '' && !isAbsolute(path) ? path : undefined;
}

/** An error's members may have been replaced by any value, despite these types. */
type ErrorLike = { readonly name?: string; readonly message?: string; readonly stack: string };

/**
 * Whether a value is an error of any realm, or has the members `name`, `message` and `stack` as strings that are not
 * empty.
 */
function isErrorLike(error: unknown): error is ErrorLike {
  // `Error.isError`, which replaces this function, needs Node.js 24, but instances that are processes may run on
  // Node.js 22.
  // oxlint-disable-next-line typescript/no-deprecated
  if (types.isNativeError(error)) return true;
  if ((typeof error !== 'object' && typeof error !== 'function') || error === null) return false;
  const members = error as Record<string, unknown>;
  return ['name', 'message', 'stack'].every(
    (name) => typeof members[name] === 'string' && members[name] !== '',
  );
}

/**
 * Returns the error's message. An explanation is added if the error may occur only in the gateway, because an instance
 * is a thread of the gateway and not a process.
 */
function explainWorkerLimit(error: ErrorLike): string | undefined {
  const code = 'code' in error ? error.code : undefined;
  const path = isMainThread ? undefined : relativePathOf(error);
  if (path !== undefined && existsSync(join(process.env['LAMBDA_TASK_ROOT'] ?? '', path)))
    return `${error.message} (${describeThreadPath(path)})`;
  if (code === 'ERR_WORKER_UNSUPPORTED_OPERATION') {
    return `${error.message}: this gateway runs functions in worker threads (node_modules/gatewright/docs/design/functions.md, "Limits of threads")`;
  }
  if (code === 'ERR_DLOPEN_FAILED') {
    return `${error.message} (a native addon must be built for this machine and support worker threads: node_modules/gatewright/docs/design/functions.md)`;
  }
  return error.message;
}
