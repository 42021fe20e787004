import { regionalAddress } from '@gatewright/aws/service-address';

import { DefinitionError, propertyAt } from '../core/errors.ts';
import {
  ENVIRONMENT_LIMIT_BYTES,
  environmentBytes,
  RESERVED_VARIABLES,
} from '../core/stack/environment-limits.ts';
import type { FunctionDefinition } from '../core/stack/function.ts';
import { nodeLayerFolders } from './code/layer-folders.ts';
import { ownEndpoints } from './own-endpoints.ts';

/**
 * @throws DefinitionError for an environment that CreateFunction refuses, because it has a reserved name or more than 4
 * KB
 */
export function checkEnvironment(definition: FunctionDefinition): void {
  const place = propertyAt(definition.place, 'Environment.Variables');
  const reserved = Object.keys(definition.environment).filter((name) => RESERVED_VARIABLES.has(name));
  if (reserved.length > 0) {
    throw new DefinitionError(
      place,
      `Lambda refuses functions that set reserved variables; rename ${reserved.join(', ')}`,
    );
  }
  const size = environmentBytes(definition.environment);
  if (size > ENVIRONMENT_LIMIT_BYTES) {
    throw new DefinitionError(
      place,
      `the environment variables take up ${size} bytes, but Lambda allows at most ${ENVIRONMENT_LIMIT_BYTES}; shorten or remove some of them`,
    );
  }
}

export type EnvironmentFacts = {
  readonly taskRoot: string;
  readonly logGroupName: string;
  readonly logStreamName: string;
  readonly controlUrl: string | undefined;
  readonly accessKey: { readonly id: string; readonly secret: string };
  /**
   * The variables that the gateway adds. They take precedence over Lambda's variables, and the template's variables
   * take precedence over them.
   */
  readonly extra: Readonly<Record<string, string>>;
};

/**
 * Builds the `process.env` of an instance, without any variable of the gateway's environment. A process gets further
 * variables, such as `AWS_LAMBDA_RUNTIME_API`. `AWS_SESSION_TOKEN` is omitted because local keys are permanent.
 * @see https://docs.aws.amazon.com/lambda/latest/dg/configuration-envvars.html
 */
export function sealEnvironment(
  definition: FunctionDefinition,
  facts: EnvironmentFacts,
): Record<string, string> {
  return {
    AWS_REGION: definition.region,
    AWS_DEFAULT_REGION: definition.region,
    AWS_EXECUTION_ENV: `AWS_Lambda_${definition.runtime}`,
    AWS_LAMBDA_FUNCTION_NAME: definition.name,
    AWS_LAMBDA_FUNCTION_VERSION: '$LATEST',
    AWS_LAMBDA_FUNCTION_MEMORY_SIZE: String(definition.memorySizeMb),
    AWS_LAMBDA_INITIALIZATION_TYPE: 'on-demand',
    AWS_LAMBDA_LOG_GROUP_NAME: facts.logGroupName,
    AWS_LAMBDA_LOG_STREAM_NAME: facts.logStreamName,
    AWS_ACCESS_KEY_ID: facts.accessKey.id,
    AWS_SECRET_ACCESS_KEY: facts.accessKey.secret,
    AWS_XRAY_CONTEXT_MISSING: 'LOG_ERROR',
    AWS_XRAY_DAEMON_ADDRESS: '127.0.0.1:2000',
    _HANDLER: definition.handler,
    LAMBDA_TASK_ROOT: facts.taskRoot,
    LAMBDA_RUNTIME_DIR: '/var/runtime',
    TZ: ':UTC',
    LANG: 'en_US.UTF-8',
    PATH: '/var/lang/bin:/usr/local/bin:/usr/bin/:/bin:/opt/bin',
    NODE_PATH: nodeLayerFolders(definition).join(':'),
    ...(facts.controlUrl === undefined ? {} : endpointsOf(definition, facts.controlUrl, facts.extra)),
    ...facts.extra,
    ...definition.environment,
    // Only instances of these runtimes read and remove it.
    ...(facts.controlUrl !== undefined &&
      /^(?:nodejs|python)/.test(definition.runtime) &&
      ownEndpoints(definition.environment)),
  };
}

/**
 * Returns the endpoints of AWS services. Version 3 of the JavaScript SDK always sends SQS calls to the host in the
 * queue's URL, and logs a warning for each call if the configured endpoint differs from this host.
 * `AWS_ENDPOINT_URL_SQS` is therefore the endpoint that the SDK has on Lambda, and `worker/network.ts` redirects the
 * calls. If the user has set an endpoint, it stays the endpoint of all services.
 */
function endpointsOf(
  { runtime, region, environment }: FunctionDefinition,
  controlUrl: string,
  extra: EnvironmentFacts['extra'],
): Record<string, string> {
  const isOwn = 'AWS_ENDPOINT_URL' in { ...extra, ...environment };
  const sqs = runtime.startsWith('nodejs') && !isOwn;
  return {
    AWS_ENDPOINT_URL: controlUrl,
    ...(sqs && { AWS_ENDPOINT_URL_SQS: regionalAddress('sqs', region) }),
  };
}
