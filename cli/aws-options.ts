/** What `gatewright start` lets integrations reach outside: AWS services and VPC links. */
import { InvalidArgumentError } from 'commander';
import { UsageError } from './output.ts';
import type { AwsEndpoints } from '../gateway/index.ts';

/** `sns,s3`, repeatable. */
export function collectServices(text: string, services: readonly string[]): string[] {
  const names = text.split(',').map((name) => name.trim().toLowerCase());
  if (names.every((name) => /^[a-z0-9-]{2,40}$/.test(name))) return [...services, ...names];
  throw new InvalidArgumentError('Write services by their names in ARNs: sns,s3.');
}

/** `name=url[,url]`, repeatable: addresses that take turns. */
export function collectVpcLink(
  text: string,
  links: ReadonlyMap<string, readonly string[]>,
): ReadonlyMap<string, readonly string[]> {
  const equals = text.indexOf('=');
  const urls = text.slice(equals + 1).split(',');
  if (equals < 1 || !urls.every((url) => URL.canParse(url) && /^https?:/.test(url)))
    throw new InvalidArgumentError('Write it as NAME=URL or NAME=URL,URL; the name is the ConnectionId.');
  return new Map([...links, [text.slice(0, equals), urls.map((url) => new URL(url).origin)]]);
}

const ENDPOINT = /^AWS_ENDPOINT_URL(?:_([A-Z0-9_]+))?$/;

/**
 * Endpoints by `AWS_ENDPOINT_URL` and `AWS_ENDPOINT_URL_<SERVICE>`, credentials by the usual variables.
 * @throws UsageError for an address that is none, or `--aws` without credentials
 */
export function readAwsEndpoints(
  live: readonly string[],
  environment: Readonly<Record<string, string | undefined>>,
): AwsEndpoints {
  const urls: Record<string, string> = {};
  for (const [name, url] of Object.entries(environment)) {
    const match = ENDPOINT.exec(name);
    if (match === null || url === undefined || url === '') continue;
    if (!URL.canParse(url) || !/^https?:/.test(url)) throw new UsageError(`${name} is no URL: ${url}`);
    const service = match[1]?.toLowerCase().replaceAll('_', '');
    urls[service === undefined ? '*' : (SERVICE_IDS[service] ?? service)] = url;
  }
  const { AWS_ACCESS_KEY_ID, AWS_SECRET_ACCESS_KEY, AWS_SESSION_TOKEN } = environment;
  if (AWS_ACCESS_KEY_ID === undefined || AWS_SECRET_ACCESS_KEY === undefined) {
    if (live.length > 0)
      throw new UsageError('--aws calls AWS itself and needs AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY');
    return { urls, live, credentials: undefined };
  }
  const session = AWS_SESSION_TOKEN === undefined ? {} : { sessionToken: AWS_SESSION_TOKEN };
  const credentials = { accessKeyId: AWS_ACCESS_KEY_ID, secretAccessKey: AWS_SECRET_ACCESS_KEY, ...session };
  return { urls, live, credentials };
}

/** Where an SDK's service id, as its variable spells it, differs from the name in integration URIs. */
const SERVICE_IDS: Readonly<Record<string, string>> = {
  eventbridge: 'events',
  sfn: 'states',
  cloudwatch: 'monitoring',
  cloudwatchlogs: 'logs',
};
