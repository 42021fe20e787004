import { isLoopbackUrl } from '../access/tokens/issuers.ts';
import type { AwsCallerConfig } from '../aws/aws-json-poster.ts';
import type { AwsJsonCall } from '../ports.ts';
import { invalid, readSignerConfig, readStage, readTableName, readText } from './environment.ts';
import type { Environment } from './environment.ts';

export type WebhookReceiverConfig = {
  /** Stage of this stack. It determines which webhook sources are used. */
  readonly stage: string;
  readonly tableName: string;
  readonly region: string;
  readonly accountId: string;
  readonly aws: AwsCallerConfig;
  /**
   * Returns the value of a variable on a developer's machine.
   * @throws DomainError CONFIG_INVALID on any other machine
   */
  readonly localSecret: (variable: string) => string;
};

const ENDPOINT_NAMES: Readonly<Record<AwsJsonCall['service'], string>> = {
  events: 'EVENTBRIDGE',
  secretsmanager: 'SECRETS_MANAGER',
  sqs: 'SQS',
  ssm: 'SSM',
};

/**
 * Reads the settings of `webhook-receiver`:
 * - `GATEWRIGHT_STAGE`, `GATEWRIGHT_ACCESS_TABLE`
 * - `GATEWRIGHT_ACCOUNT_ID`: the account that owns the queues to which the function sends messages
 * - Lambda's own variables: `AWS_REGION`, `AWS_ACCESS_KEY_ID`, `AWS_SECRET_ACCESS_KEY` and `AWS_SESSION_TOKEN`
 * - `AWS_ENDPOINT_URL` and `AWS_ENDPOINT_URL_<SERVICE>`, with the same meaning as in the SDKs
 * @throws DomainError CONFIG_INVALID if a variable is missing or invalid. The message names the variable.
 */
export function readWebhookReceiverConfig(environment: Environment = process.env): WebhookReceiverConfig {
  const secrets = readWebhookSecretsConfig(environment);
  return {
    ...secrets,
    region: secrets.aws.region,
    stage: readStage(environment),
    tableName: readTableName(environment, 'GATEWRIGHT_ACCESS_TABLE'),
    accountId: readText(
      environment,
      'GATEWRIGHT_ACCOUNT_ID',
      /^\d{12}$/,
      'must be an AWS account id, which has 12 digits',
    ),
  };
}

/**
 * Reads Lambda's own variables for the calls to AWS that read secrets.
 * @see readWebhookReceiverConfig
 * @throws DomainError CONFIG_INVALID if a variable is missing or invalid. The message names the variable.
 */
export function readWebhookSecretsConfig(
  environment: Environment = process.env,
): Pick<WebhookReceiverConfig, 'aws' | 'localSecret'> {
  const signer = readSignerConfig(environment);
  const isLocal = isLoopbackUrl(environment['AWS_ENDPOINT_URL'] ?? '');
  return {
    aws: {
      ...signer,
      endpointOf: (service) =>
        environment[`AWS_ENDPOINT_URL_${ENDPOINT_NAMES[service]}`] ?? environment['AWS_ENDPOINT_URL'],
    },
    // In AWS, secrets in variables are refused, because a function's variables are visible in its configuration, and
    // the default values in this repository are public.
    localSecret(variable) {
      if (!isLocal)
        throw invalid(
          variable,
          'is a secret in an environment variable, which is allowed only on a developer machine; store it in SSM or Secrets Manager',
        );
      return environment[variable] ?? '';
    },
  };
}
