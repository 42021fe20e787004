/** Converts errors of functions to Lambda's error JSON, with the messages of Lambda's Node.js runtime. */
import { existsSync } from 'node:fs';
import { isAbsolute, join } from 'node:path';
import { isMainThread } from 'node:worker_threads';

type LambdaFailure = {
  readonly errorType: string;
  readonly errorMessage: string;
  readonly trace?: readonly string[];
};

/**
 * The name of the thread's bundled program in stack traces. The frames of this program are removed, because they do not
 * help the author of a function.
 */
const OWN_FRAMES = '/instance.mjs:';

/** An error of the runtime itself, such as `Runtime.HandlerNotFound` or `Runtime.ImportModuleError`. */
export class RuntimeError extends Error {
  constructor(type: string, message: string) {
    super(message);
    this.name = `Runtime.${type}`;
  }
}

/** Converts any thrown or rejected value. Lambda takes `errorType` from `error.name`, not from the class. */
export function toFailure(error: unknown): LambdaFailure {
  try {
    if (isErrorLike(error)) {
      return {
        errorType: error.name,
        errorMessage: explainWorkerLimit(error),
        trace: error.stack.split('\n').filter((line) => !line.includes(OWN_FRAMES)),
      };
    }
    return { errorType: typeof error, errorMessage: String(error), trace: [] };
  } catch {
    return {
      errorType: 'handled',
      errorMessage:
        'callback called with Error argument, but there was a problem while retrieving one or more of its message, name, and stack',
      trace: [],
    };
  }
}

export function describeError(error: unknown): string {
  const failure = toFailure(error);
  return failure.trace?.length ? failure.trace.join('\n') : `${failure.errorType}: ${failure.errorMessage}`;
}

/**
 * Says where a relative path begins that a function could not open. On AWS it begins at the function's code, because
 * that is the working directory of the process (AWS's base images of Lambda: `WORKDIR /var/task`, which is
 * `LAMBDA_TASK_ROOT`). Here a thread cannot have a working directory of its own.
 * @returns undefined for other errors
 */
export function explainRelativePath(error: unknown): string | undefined {
  const path = relativePathOf(error);
  const taskRoot = process.env['LAMBDA_TASK_ROOT'];
  if (path === undefined || taskRoot === undefined) return undefined;
  if (!existsSync(join(taskRoot, path)))
    return `${path} is a relative path, which begins at the folder of the function's code (/var/task on AWS, here ${taskRoot}), and there is no such file: check the path, and that the package of the function contains the file`;
  return isMainThread ? undefined : describeThreadPath(path);
}

function describeThreadPath(path: string): string {
  return `${path} is a relative path. On AWS it begins at the folder of the function's code, where the file is; here, functions run in threads, in which it begins at the folder of the gateway. Read path.join(process.env.LAMBDA_TASK_ROOT, '${path}'), which works in both places, or start the gateway with --isolation process (docs/design/functions.md, "Limits of threads")`;
}

function relativePathOf(error: unknown): string | undefined {
  if (typeof error !== 'object' || error === null || !('code' in error) || !('path' in error))
    return undefined;
  const { code, path } = error;
  return code === 'ENOENT' && typeof path === 'string' && path !== '' && !isAbsolute(path) ? path : undefined;
}

type ErrorLike = { readonly name: string; readonly message: string; readonly stack: string };

function isErrorLike(error: unknown): error is ErrorLike {
  return (
    typeof error === 'object' &&
    error !== null &&
    'name' in error &&
    typeof error.name === 'string' &&
    'message' in error &&
    typeof error.message === 'string' &&
    'stack' in error &&
    typeof error.stack === 'string'
  );
}

/**
 * Explains an error that does not occur in Lambda. It occurs here because an instance is a thread of the gateway and
 * not a process.
 */
function explainWorkerLimit(error: ErrorLike): string {
  const code = 'code' in error ? error.code : undefined;
  const path = isMainThread ? undefined : relativePathOf(error);
  if (path !== undefined && existsSync(join(process.env['LAMBDA_TASK_ROOT'] ?? '', path)))
    return `${error.message} (${describeThreadPath(path)})`;
  if (code === 'ERR_WORKER_UNSUPPORTED_OPERATION') {
    return `${error.message}: this gateway runs functions in worker threads (docs/design/functions.md, "Limits of threads")`;
  }
  if (code === 'ERR_DLOPEN_FAILED') {
    return `${error.message} (a native addon must be built for this machine and support worker threads: docs/design/functions.md)`;
  }
  return error.message;
}
