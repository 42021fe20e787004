/** The limits of Lambda for the environment variables of a function. */

/** The variables that Lambda does not allow in a template ("Reserved environment variables"). */
export const RESERVED_VARIABLES: ReadonlySet<string> = new Set(
  (
    '_HANDLER _X_AMZN_TRACE_ID AWS_DEFAULT_REGION AWS_REGION AWS_LAMBDA_FUNCTION_NAME ' +
    'AWS_LAMBDA_FUNCTION_MEMORY_SIZE AWS_LAMBDA_FUNCTION_VERSION AWS_LAMBDA_INITIALIZATION_TYPE ' +
    'AWS_LAMBDA_LOG_GROUP_NAME AWS_LAMBDA_LOG_STREAM_NAME AWS_ACCESS_KEY AWS_ACCESS_KEY_ID ' +
    'AWS_SECRET_ACCESS_KEY AWS_SESSION_TOKEN AWS_LAMBDA_RUNTIME_API LAMBDA_TASK_ROOT LAMBDA_RUNTIME_DIR'
  ).split(' '),
);

/**
 * The variable that Lambda's documentation reserves, although a public project deployed functions with it from 2020 on
 * (Tech4covid19/trackovid19-backend). No refusal by Lambda that names it is known.
 */
export const UNCLEAR_VARIABLE = 'AWS_EXECUTION_ENV';

/** The maximum size of all names and values together, in bytes (Lambda quota "Function environment variables"). */
export const ENVIRONMENT_LIMIT_BYTES = 4096;

export function environmentBytes(environment: Readonly<Record<string, string>>): number {
  return Object.entries(environment).reduce((sum, [name, value]) => sum + Buffer.byteLength(name + value), 0);
}
