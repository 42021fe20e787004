/**
 * Integrations' calls to AWS services. A call is signed and sent if the service has an endpoint; otherwise it is
 * recorded.
 */
import { sha256Hex, signRequest } from '@gatewright/aws/sign-request';
import type { AwsCredentials } from '@gatewright/aws/sign-request';
import type { Clock, HttpClient, HttpOutcome, ServiceClient, ServiceRequest } from '../../core/ports.ts';

export type AwsEndpoints = {
  /**
   * The URLs by service (`sqs`). `*` is the URL of every other service (`AWS_ENDPOINT_URL_SQS`, `AWS_ENDPOINT_URL`).
   */
  readonly urls: Readonly<Record<string, string>>;
  /** Services whose calls go to AWS (`--aws sns,s3`). */
  readonly live: readonly string[];
  readonly credentials: AwsCredentials | undefined;
};

export type ServiceClientOptions = {
  readonly http: Pick<HttpClient, 'send'>;
  readonly clock: Clock;
  /** The endpoints; undefined means that calls reach only services of this gateway. */
  readonly endpoints: AwsEndpoints | undefined;
  readonly dynamodb: ({ readonly url: string } & AwsCredentials) | undefined;
  readonly recorder: { answer(request: ServiceRequest): Promise<HttpOutcome> };
  /**
   * Returns the address of this gateway's control port. `gatewright env` writes it to `AWS_ENDPOINT_URL`, so that
   * functions and programs call this gateway. Calls that this gateway forwards must not be sent to this address.
   */
  readonly ownUrl: () => string | undefined;
};

const ANY_PAIR: AwsCredentials = { accessKeyId: 'LOCALGATEWRIGHT', secretAccessKey: 'local' };

const NO_ENDPOINTS: AwsEndpoints = { urls: {}, live: [], credentials: undefined };

export function createServiceClient(options: ServiceClientOptions): ServiceClient {
  return {
    call(request) {
      const destination = destinationOf(request, options);
      if (destination === undefined) return options.recorder.answer(request);
      if (destination.kind === 'refused')
        return Promise.resolve({ kind: 'unreachable', reason: 'unserved', message: destination.message });
      return send(request, destination, options);
    },
  };
}

type Destination =
  | {
      readonly kind: 'send';
      readonly origin: string;
      readonly credentials: AwsCredentials;
      /** The region for which the call is signed; absent means the caller's region. */
      readonly region?: string;
    }
  | { readonly kind: 'refused'; readonly message: string };

/**
 * Returns the destination of a call, which is the most specific endpoint for the service. Undefined means that the call
 * is recorded.
 */
function destinationOf(request: ServiceRequest, options: ServiceClientOptions): Destination | undefined {
  const { endpoints = NO_ENDPOINTS, dynamodb } = options;
  const credentials = endpoints.credentials ?? ANY_PAIR;
  const own = urlOf(endpoints, request.service);
  if (own !== undefined) return { kind: 'send', origin: own, credentials };
  if (endpoints.live.includes(request.service)) {
    if (endpoints.credentials === undefined)
      return {
        kind: 'refused',
        message: `--aws ${request.service} needs AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY`,
      };
    const region = isGlobal(request) ? REGION_OF_GLOBAL : request.region;
    return { kind: 'send', origin: publicOrigin(request), credentials, region };
  }
  if (request.service === 'dynamodb' && dynamodb !== undefined)
    return { kind: 'send', origin: dynamodb.url, credentials: dynamodb };
  const any = urlOf(endpoints, '*');
  return any === undefined || isOwn(any, options.ownUrl())
    ? undefined
    : { kind: 'send', origin: any, credentials };
}

function isOwn(url: string, ownUrl: string | undefined): boolean {
  return url.replace(/\/$/, '') === ownUrl;
}

/**
 * Whether calls to a service are sent to AWS or an endpoint. In that case, the gateway serves none of the service's
 * resources.
 */
export function isForwarded(
  service: string,
  endpoints: AwsEndpoints | undefined,
  ownUrl: string | undefined,
): boolean {
  if (endpoints === undefined) return false;
  if (urlOf(endpoints, service) !== undefined || endpoints.live.includes(service)) return true;
  const any = urlOf(endpoints, '*');
  return any !== undefined && !isOwn(any, ownUrl);
}

function urlOf({ urls }: AwsEndpoints, service: string): string | undefined {
  return Object.hasOwn(urls, service) ? urls[service] : undefined;
}

/** Services with one address per partition. Calls are signed for `REGION_OF_GLOBAL` (botocore, endpoints.json). */
const GLOBAL = new Set(['cloudfront', 'iam', 'organizations', 'route53']);
const REGION_OF_GLOBAL = 'us-east-1';
/** First parts of AWS's host names that differ from the signing names (botocore, `endpointPrefix`). */
const HOST_NAMES: Readonly<Record<string, string>> = {
  appconfig: 'appconfigdata',
  detective: 'api.detective',
  ecr: 'api.ecr',
  'iot-jobs-data': 'data.jobs.iot',
  iotdata: 'data-ats.iot',
  memorydb: 'memory-db',
  mobiletargeting: 'pinpoint',
  pricing: 'api.pricing',
  ses: 'email',
};
/**
 * Services that share a signing name have host names of their own; the path tells which of them is called (botocore).
 */
const HOSTS_BY_PATH: readonly (readonly [signingName: string, path: RegExp, hostName: string])[] = [
  ['bedrock', /^\/(?:model|async-invoke|guardrail|guardrail-checks)(?:\/|$)/, 'bedrock-runtime'],
  [
    'bedrock',
    /^\/(?:agenticRetrieveStream|generateQuery|optimize-prompt|rerank|retrieveAndGenerate(?:Stream)?|sessions)(?:\/|$)|^\/agents\/[^/]+\/agentAliases\/|^\/knowledgebases\/[^/]+\/retrieve$|^\/flows\/[^/]+\/(?:aliases\/[^/]+\/)?executions|^\/flows\/[^/]+\/aliases\/[^/]+$/,
    'bedrock-agent-runtime',
  ],
  ['bedrock', /^\/(?:agents|knowledgebases|flows|prompts)(?:\/|$)/, 'bedrock-agent'],
  ['sagemaker', /^\/endpoints\/[^/]+\/(?:async-)?invocations/, 'runtime.sagemaker'],
  ['sagemaker', /^\/(?:FeatureGroup\/|Batch(?:Get|Write)Record$)/, 'featurestore-runtime.sagemaker'],
  ['sagemaker', /^\/$/, 'api.sagemaker'],
  ['personalize', /^\/(?:action-)?recommendations$|^\/personalize-ranking$/, 'personalize-runtime'],
  ['personalize', /^\/(?:action-interactions|actions|events|items|users)$/, 'personalize-events'],
  ['lex', /^\/bots\/[^/]+\/botAliases\//, 'runtime-v2-lex'],
  ['lex', /^\/bot\/[^/]+\/alias\//, 'runtime.lex'],
];

function isGlobal({ service, region }: Pick<ServiceRequest, 'service' | 'region'>): boolean {
  return GLOBAL.has(service) && !region.startsWith('cn-');
}

function publicOrigin({
  service,
  subdomain,
  region,
  path,
  hostName = HOSTS_BY_PATH.find(([name, pattern]) => name === service && pattern.test(path))?.[2] ??
    HOST_NAMES[service] ??
    service,
}: ServiceRequest): string {
  if (isGlobal({ service, region })) return `https://${service}.amazonaws.com`;
  const host = subdomain === undefined ? hostName : `${subdomain}.${hostName}`;
  return `https://${host}.${region}.amazonaws.com${region.startsWith('cn-') ? '.cn' : ''}`;
}

function send(
  request: ServiceRequest,
  { origin, credentials, region = request.region }: Extract<Destination, { kind: 'send' }>,
  { http, clock }: ServiceClientOptions,
): Promise<HttpOutcome> {
  const { method, path, query, body, service, timeoutMs } = request;
  const url = new URL(`${new URL(origin).origin}${path}${query === '' ? '' : `?${query}`}`);
  const headers = toRecord(request.headers);
  if (service === 's3') headers['X-Amz-Content-Sha256'] = sha256Hex(body ?? '');
  const signed = signRequest({
    ...credentials,
    body,
    method,
    url,
    headers,
    service,
    region,
    nowEpochMs: clock.nowEpochMs(),
  });
  return http.send({
    method,
    origin: url.origin,
    target: `${url.pathname}${url.search}`,
    headers: Object.entries(signed).flat(),
    body,
    timeoutMs,
    vpcLink: undefined,
    unpacks: true,
  });
}

/**
 * Converts the headers to a record. `Host` is not included, even if a mapping sets it, because it must be the
 * endpoint's host, which the signature covers.
 */
function toRecord(headers: readonly string[]): Record<string, string> {
  const record: Record<string, string> = {};
  for (let index = 0; index < headers.length; index += 2) {
    const name = headers[index] ?? '';
    if (name.toLowerCase() !== 'host') record[name] = headers[index + 1] ?? '';
  }
  return record;
}
