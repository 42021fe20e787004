import { serviceOf } from '@gatewright/aws/endpoint-variables';
import type { AwsEndpoints } from './service-client.ts';

const ENDPOINT = /^AWS_ENDPOINT_URL(?:_([A-Z0-9_]+))?$/;

/**
 * Reads endpoints from `AWS_ENDPOINT_URL` and `AWS_ENDPOINT_URL_<SERVICE>`, and credentials from AWS's standard
 * variables. A returned string is an error message about an invalid address, or about calls to AWS without credentials.
 */
export function readAwsEndpoints(
  live: readonly string[],
  environment: Readonly<Record<string, string | undefined>>,
): AwsEndpoints | string {
  const urls: Record<string, string> = {};
  for (const [name, url] of Object.entries(environment)) {
    const match = ENDPOINT.exec(name);
    if (match === null || url === undefined || url === '') continue;
    if (!URL.canParse(url) || !/^https?:/.test(url)) return `${name} is not a URL: ${url}`;
    urls[match[1] === undefined ? '*' : serviceOf(match[1])] = url;
  }
  const { AWS_ACCESS_KEY_ID, AWS_SECRET_ACCESS_KEY, AWS_SESSION_TOKEN } = environment;
  if (AWS_ACCESS_KEY_ID === undefined || AWS_SECRET_ACCESS_KEY === undefined)
    return live.length > 0
      ? '--aws sends calls to AWS and needs AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY'
      : { urls, live, credentials: undefined };
  const credentials = {
    accessKeyId: AWS_ACCESS_KEY_ID,
    secretAccessKey: AWS_SECRET_ACCESS_KEY,
    sessionToken: AWS_SESSION_TOKEN,
  };
  return { urls, live, credentials };
}
