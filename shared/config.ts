/** The only reader of `process.env`: what a deployed function is told by its stack, validated once, at init. */
import { isLoopbackUrl } from './access/tokens/issuers.ts';
import type { AwsCallerConfig } from './aws/aws-json-poster.ts';
import type { InvokerConfig } from './aws/lambda-poster.ts';
import type { ControlPlaneConfig } from './aws/control-plane-poster.ts';
import { DomainError } from './errors.ts';
import { USUAL_FIELDS } from './quota/access-log-line.ts';
import type { LineFields, LineRules } from './quota/access-log-line.ts';
import type { AwsCall } from './ports.ts';

export type AuthorizerConfig = {
  /** Stage of this stack, which picks the APIs that its access documents protect here. */
  readonly stage: string;
  /** Where the gateway's own issuer is; undefined: its tokens are not trusted. */
  readonly localIssuerUrl: string | undefined;
  /** By which the values of native usage plans' keys are made; undefined: no document may use them. */
  readonly usageKeySecret?: string | undefined;
};

type AccessTableConfig = {
  /** Table of API keys, tickets and revocations; undefined: the function was given none. */
  readonly tableName: string | undefined;
};

type DocumentsConfig =
  /** The documents of the bundle count. */
  | { readonly follows: false }
  /** Those that are published to this table do, once there are any. */
  | { readonly follows: true; readonly tableName: string };

type TicketDeskConfig = {
  /** Stage of this stack, which picks the access documents. */
  readonly stage: string;
  /** Table of tickets. */
  readonly tableName: string;
};

type AccessAdminConfig = {
  /** Stage of this stack, which picks the access documents. */
  readonly stage: string;
  /** Table of API keys and revocations. */
  readonly tableName: string;
  readonly usageKeySecret: string | undefined;
  readonly controlPlane: ControlPlaneConfig;
};

type ChannelsConfig = {
  /** Table of open connections and channels. */
  readonly tableName: string;
  /** Name or ARN of the function that delivers. */
  readonly publisher: string;
  readonly keptSeconds: number;
  readonly pingMs: number;
  readonly connectionsPerCaller: number;
};

type UsageTableConfig = { readonly tableName: string };

export type LogConfig = {
  /** Dimension of the metrics. */
  readonly stage: string;
  /** How logs name a caller. */
  readonly principal:
    { readonly as: 'hash'; readonly salt: string } | { readonly as: 'plain' } | { readonly as: 'nothing' };
};

export type WebhookReceiverConfig = {
  /** Stage of this stack, which picks the sources. */
  readonly stage: string;
  /** Table of the claims. */
  readonly tableName: string;
  readonly region: string;
  readonly accountId: string;
  readonly aws: AwsCallerConfig;
  /** Value of a variable, on a developer's machine. @throws DomainError CONFIG_INVALID elsewhere */
  readonly localSecret: (variable: string) => string;
};

export type UsageTrackerConfig = UsageTableConfig & LineRules;

type CacheInvalidatorConfig = {
  readonly tableName: string;
  /** Which tags a change of a table invalidates. */
  readonly streams: readonly {
    readonly table: string;
    readonly namespace: string;
    readonly tags: readonly string[];
  }[];
  readonly stageCaches: ControlPlaneConfig & { readonly apiEndpoint?: string };
  /** Undefined: the stack has no CloudFront distribution. */
  readonly edge: (ControlPlaneConfig & { readonly distributionId: string }) | undefined;
};

type Environment = Readonly<Record<string, string | undefined>>;

/**
 * Reads what both authorizers need:
 * - `GATEWRIGHT_STAGE`: stage of this stack
 * - `GATEWRIGHT_ISSUER_URL`: address of the gateway's own issuer, loopback only; empty or absent = not trusted
 * - `GATEWRIGHT_USAGE_KEY_SECRET`: at least 32 characters; empty or absent = no native usage plans
 * @throws DomainError CONFIG_INVALID with the variable's name
 */
export function readAuthorizerConfig(environment: Environment = process.env): AuthorizerConfig {
  const stage = readStage(environment);
  const localIssuerUrl = environment['GATEWRIGHT_ISSUER_URL'] ?? '';
  if (localIssuerUrl !== '' && !isLoopbackUrl(localIssuerUrl))
    throw invalid('GATEWRIGHT_ISSUER_URL', 'is the local issuer and must be an address of this machine');
  const usageKeySecret = readUsageKeySecret(environment);
  return {
    stage,
    localIssuerUrl: localIssuerUrl === '' ? undefined : localIssuerUrl,
    ...(usageKeySecret !== undefined && { usageKeySecret }),
  };
}

/**
 * Reads what logs and metrics need:
 * - `GATEWRIGHT_STAGE`: stage of this stack; absent = `unknown`, for functions that do not need it themselves
 * - `GATEWRIGHT_LOG_PRINCIPAL`: `hash` (the default), `plain` or `nothing`
 * - `GATEWRIGHT_LOG_SALT`: key of the hash, at least 16 characters; with neither variable callers are not named
 * @throws DomainError CONFIG_INVALID with the variable's name
 */
export function readLogConfig(environment: Environment = process.env): LogConfig {
  const stage = environment['GATEWRIGHT_STAGE'] ?? 'unknown';
  const as = environment['GATEWRIGHT_LOG_PRINCIPAL'] ?? '';
  const salt = environment['GATEWRIGHT_LOG_SALT'] ?? '';
  if (as === 'plain' || as === 'nothing') return { stage, principal: { as } };
  if (as !== '' && as !== 'hash')
    throw invalid('GATEWRIGHT_LOG_PRINCIPAL', 'is neither hash, plain nor nothing');
  if (as === '' && salt === '') return { stage, principal: { as: 'nothing' } };
  if (salt.length < 16) throw invalid('GATEWRIGHT_LOG_SALT', 'must have at least 16 characters');
  return { stage, principal: { as: 'hash', salt } };
}

/**
 * Reads `GATEWRIGHT_ACCESS_TABLE`; empty or absent = none.
 * @throws DomainError CONFIG_INVALID
 */
export function readAccessTableConfig(environment: Environment = process.env): AccessTableConfig {
  const isAbsent = (environment['GATEWRIGHT_ACCESS_TABLE'] ?? '') === '';
  return { tableName: isAbsent ? undefined : readTableName(environment, 'GATEWRIGHT_ACCESS_TABLE') };
}

/**
 * Reads `GATEWRIGHT_DOCUMENTS`: `bundled` (also where it is absent), or `published`, which needs `GATEWRIGHT_ACCESS_TABLE`.
 * @throws DomainError CONFIG_INVALID with the variable's name
 */
export function readDocumentsConfig(environment: Environment = process.env): DocumentsConfig {
  const mode = environment['GATEWRIGHT_DOCUMENTS'] ?? '';
  if (mode === '' || mode === 'bundled') return { follows: false };
  if (mode !== 'published') throw invalid('GATEWRIGHT_DOCUMENTS', 'is neither bundled nor published');
  return { follows: true, tableName: readTableName(environment, 'GATEWRIGHT_ACCESS_TABLE') };
}

/**
 * Reads what `ws-ticket` needs: `GATEWRIGHT_STAGE`, `GATEWRIGHT_ACCESS_TABLE`.
 * @throws DomainError CONFIG_INVALID with the variable's name
 */
export function readTicketDeskConfig(environment: Environment = process.env): TicketDeskConfig {
  const { stage } = readAuthorizerConfig(environment);
  const { tableName } = readAccessTableConfig(environment);
  if (tableName === undefined) throw invalid('GATEWRIGHT_ACCESS_TABLE', 'is missing');
  return { stage, tableName };
}

/**
 * Reads what `access-admin` needs: `GATEWRIGHT_STAGE`, `GATEWRIGHT_ACCESS_TABLE`, `GATEWRIGHT_USAGE_KEY_SECRET`, and
 * of Lambda's own `AWS_REGION`, its credentials and `AWS_ENDPOINT_URL_API_GATEWAY` or `AWS_ENDPOINT_URL`.
 * @throws DomainError CONFIG_INVALID with the variable's name
 */
export function readAccessAdminConfig(environment: Environment = process.env): AccessAdminConfig {
  const { usageKeySecret } = readAuthorizerConfig(environment);
  const { stage, tableName } = readTicketDeskConfig(environment);
  const endpoint = environment['AWS_ENDPOINT_URL_API_GATEWAY'] ?? environment['AWS_ENDPOINT_URL'];
  return { stage, tableName, usageKeySecret, controlPlane: { ...readSigner(environment), endpoint } };
}

function readUsageKeySecret(environment: Environment): string | undefined {
  const secret = environment['GATEWRIGHT_USAGE_KEY_SECRET'] ?? '';
  if (secret !== '' && secret.length < 32)
    throw invalid('GATEWRIGHT_USAGE_KEY_SECRET', 'must have at least 32 characters');
  return secret === '' ? undefined : secret;
}

/**
 * Reads what the functions of the WebSocket API need:
 * - `GATEWRIGHT_CONNECTIONS_TABLE`
 * - `GATEWRIGHT_PUBLISHER`: the function that delivers; absent = this one
 * - `GATEWRIGHT_KEPT_SECONDS`: how long messages of channels are kept, 60 to 86,400; absent = an hour
 * - `GATEWRIGHT_PING_SECONDS`: how often present members ping, 2 to 240; absent = 60
 * - `GATEWRIGHT_CONNECTIONS_PER_CALLER`: 1 to 200; absent = 20
 * @throws DomainError CONFIG_INVALID with the variable's name
 */
export function readChannelsConfig(environment: Environment = process.env): ChannelsConfig {
  const publisher = environment['GATEWRIGHT_PUBLISHER'] ?? environment['AWS_LAMBDA_FUNCTION_NAME'] ?? '';
  if (!/^[A-Za-z0-9_:-]{1,200}$/.test(publisher))
    throw invalid('GATEWRIGHT_PUBLISHER', 'is no name of a function');
  return {
    tableName: readTableName(environment, 'GATEWRIGHT_CONNECTIONS_TABLE'),
    publisher,
    keptSeconds: readNumber(environment, 'GATEWRIGHT_KEPT_SECONDS', [60, 86_400], 3_600),
    pingMs: 1_000 * readNumber(environment, 'GATEWRIGHT_PING_SECONDS', [2, 240], 60),
    connectionsPerCaller: readNumber(environment, 'GATEWRIGHT_CONNECTIONS_PER_CALLER', [1, 200], 20),
  };
}

function readNumber(
  environment: Environment,
  variable: string,
  [least, most]: readonly [number, number],
  usual: number,
): number {
  const text = environment[variable] ?? '';
  if (text === '') return usual;
  const value = /^\d{1,9}$/.test(text) ? Number(text) : NaN;
  if (!(value >= least && value <= most))
    throw invalid(variable, `must be a whole number from ${least} to ${most}`);
  return value;
}

/**
 * Reads `GATEWRIGHT_USAGE_TABLE`: the table of plans, ledgers and usage.
 * @throws DomainError CONFIG_INVALID
 */
export function readUsageTableConfig(environment: Environment = process.env): UsageTableConfig {
  return { tableName: readTableName(environment, 'GATEWRIGHT_USAGE_TABLE') };
}

/**
 * Reads what `webhook-receiver` needs:
 * - `GATEWRIGHT_STAGE`, `GATEWRIGHT_ACCESS_TABLE`
 * - `GATEWRIGHT_ACCOUNT_ID`: of the queues that it sends to
 * - Lambda's own: `AWS_REGION`, `AWS_ACCESS_KEY_ID`, `AWS_SECRET_ACCESS_KEY`, `AWS_SESSION_TOKEN`; and
 *   `AWS_ENDPOINT_URL`, `AWS_ENDPOINT_URL_<SERVICE>` as the SDKs understand them
 * @throws DomainError CONFIG_INVALID with the variable's name
 */
export function readWebhookReceiverConfig(environment: Environment = process.env): WebhookReceiverConfig {
  const signer = readSigner(environment);
  const isLocal = isLoopbackUrl(environment['AWS_ENDPOINT_URL'] ?? '');
  return {
    region: signer.region,
    stage: readStage(environment),
    tableName: readTableName(environment, 'GATEWRIGHT_ACCESS_TABLE'),
    accountId: readText(environment, 'GATEWRIGHT_ACCOUNT_ID', /^\d{12}$/, 'is no id of an account'),
    aws: {
      ...signer,
      endpointOf: (service) =>
        environment[`AWS_ENDPOINT_URL_${ENDPOINT_NAMES[service]}`] ?? environment['AWS_ENDPOINT_URL'],
    },
    // Whoever may look at a function's configuration sees its variables, and this repository's are everybody's.
    localSecret(variable) {
      if (!isLocal) throw invalid(variable, 'is a secret in the environment: allowed on this machine only');
      return environment[variable] ?? '';
    },
  };
}

const ENDPOINT_NAMES: Readonly<Record<AwsCall['service'], string>> = {
  events: 'EVENTBRIDGE',
  secretsmanager: 'SECRETS_MANAGER',
  sqs: 'SQS',
  ssm: 'SSM',
};

/**
 * Reads `GATEWRIGHT_USAGE_TABLE`, and of access logs:
 * - `GATEWRIGHT_USAGE_COUNTS`: `reached` (default), `succeeded` or `all`
 * - `GATEWRIGHT_USAGE_FIELDS`: names of fields that differ from the usual ones, `key=sub,route=routeKey`
 * @throws DomainError CONFIG_INVALID
 */
export function readUsageTrackerConfig(environment: Environment = process.env): UsageTrackerConfig {
  const counts = environment['GATEWRIGHT_USAGE_COUNTS'] ?? 'reached';
  if (counts !== 'reached' && counts !== 'succeeded' && counts !== 'all')
    throw invalid('GATEWRIGHT_USAGE_COUNTS', 'must be reached, succeeded or all');
  const fields = { ...USUAL_FIELDS };
  for (const pair of (environment['GATEWRIGHT_USAGE_FIELDS'] ?? '')
    .split(',')
    .filter((text) => text !== '')) {
    const [, name = '', field = ''] = /^\s*(\w+)\s*=\s*(\w+)\s*$/.exec(pair) ?? [];
    if (!isUsualField(name))
      throw invalid(
        'GATEWRIGHT_USAGE_FIELDS',
        `must be pairs such as key=sub, of ${Object.keys(USUAL_FIELDS).join(', ')}`,
      );
    fields[name] = field;
  }
  return { ...readUsageTableConfig(environment), counts, fields };
}

/**
 * Reads what `cache-invalidator` needs:
 * - `GATEWRIGHT_CACHE_TABLE`
 * - `GATEWRIGHT_CACHE_STREAMS`: rules for streams of tables, `[{"table":"orders","namespace":"shop","tags":["order:{id}"]}]`
 * - `GATEWRIGHT_CACHE_ENDPOINT`: where APIs are instead of AWS's own address, with `{apiId}` in it
 * - `GATEWRIGHT_DISTRIBUTION_ID`: of CloudFront; empty: there is none
 * - Lambda's own: `AWS_REGION`, its credentials and `AWS_ENDPOINT_URL`, or that of `…_API_GATEWAY` and `…_CLOUDFRONT`
 * @throws DomainError CONFIG_INVALID with the variable's name
 */
export function readCacheInvalidatorConfig(environment: Environment = process.env): CacheInvalidatorConfig {
  const tableName = readTableName(environment, 'GATEWRIGHT_CACHE_TABLE');
  const apiEndpoint = environment['GATEWRIGHT_CACHE_ENDPOINT'] ?? '';
  if (apiEndpoint !== '' && !URL.canParse(apiEndpoint.replace('{apiId}', 'a')))
    throw invalid('GATEWRIGHT_CACHE_ENDPOINT', 'is no address of APIs');
  const endpoint = environment['AWS_ENDPOINT_URL_API_GATEWAY'] ?? environment['AWS_ENDPOINT_URL'];
  const distributionId = environment['GATEWRIGHT_DISTRIBUTION_ID'] ?? '';
  if (!/^[A-Z0-9]{0,32}$/.test(distributionId))
    throw invalid('GATEWRIGHT_DISTRIBUTION_ID', 'is no id of a CloudFront distribution');
  const edgeEndpoint = environment['AWS_ENDPOINT_URL_CLOUDFRONT'] ?? environment['AWS_ENDPOINT_URL'];
  const signer = readSigner(environment);
  return {
    tableName,
    streams: readStreams(environment['GATEWRIGHT_CACHE_STREAMS'] ?? ''),
    stageCaches: { ...{ ...signer, endpoint }, ...(apiEndpoint !== '' && { apiEndpoint }) },
    edge: distributionId === '' ? undefined : { ...signer, endpoint: edgeEndpoint, distributionId },
  };
}

function readStreams(text: string): CacheInvalidatorConfig['streams'] {
  const wrong = () =>
    invalid('GATEWRIGHT_CACHE_STREAMS', 'is no JSON list of table, namespace and tags each');
  let rules: unknown;
  try {
    rules = JSON.parse(text === '' ? '[]' : text);
  } catch {
    throw wrong();
  }
  if (!Array.isArray(rules)) throw wrong();
  return rules.map((rule: unknown) => {
    const { table, namespace, tags } = Object(rule) as Readonly<Record<string, unknown>>;
    const isList = Array.isArray(tags) && tags.length > 0 && tags.every((tag) => typeof tag === 'string');
    if (typeof table !== 'string' || typeof namespace !== 'string' || !isList) throw wrong();
    return { table, namespace, tags };
  });
}

function isUsualField(name: string): name is keyof LineFields {
  return Object.hasOwn(USUAL_FIELDS, name);
}

function readStage(environment: Environment): string {
  return readText(environment, 'GATEWRIGHT_STAGE', /^[A-Za-z0-9_-]{1,128}$/, 'is no name of a stage');
}

function readTableName(environment: Environment, variable: string): string {
  return readText(environment, variable, /^[A-Za-z0-9_.-]{3,255}$/, 'is no name of a DynamoDB table');
}

/**
 * Reads what Lambda sets, to sign calls of AWS's services with: `AWS_REGION` and its credentials.
 * @throws DomainError CONFIG_INVALID
 */
export function readSignerConfig(
  environment: Environment = process.env,
): Pick<AwsCallerConfig, 'region' | 'credentials'> {
  return readSigner(environment);
}

/** Reads what calls of Lambda need: what `readSignerConfig` reads, `AWS_ENDPOINT_URL_LAMBDA` and `AWS_ENDPOINT_URL`. @throws DomainError CONFIG_INVALID */
export function readInvokerConfig(environment: Environment = process.env): InvokerConfig {
  const endpoint = environment['AWS_ENDPOINT_URL_LAMBDA'] ?? environment['AWS_ENDPOINT_URL'];
  return { ...readSigner(environment), ...(endpoint !== undefined && { endpoint }) };
}

function readSigner(environment: Environment): Pick<AwsCallerConfig, 'region' | 'credentials'> {
  const unset = 'is missing or has not its form';
  const sessionToken = environment['AWS_SESSION_TOKEN'];
  return {
    region: readText(environment, 'AWS_REGION', /^[a-z0-9-]{1,32}$/, unset),
    credentials: {
      accessKeyId: readText(environment, 'AWS_ACCESS_KEY_ID', /^\w+$/, unset),
      secretAccessKey: readText(environment, 'AWS_SECRET_ACCESS_KEY', /^\S+$/, unset),
      ...(sessionToken !== undefined && { sessionToken }),
    },
  };
}

function readText(environment: Environment, variable: string, form: RegExp, otherwise: string): string {
  const value = environment[variable] ?? '';
  if (!form.test(value)) throw invalid(variable, otherwise);
  return value;
}

function invalid(variable: string, what: string): DomainError {
  return new DomainError('CONFIG_INVALID', `${variable} ${what}`);
}
