/**
 * Sends signed GET requests to AWS's APIs, or to the endpoints in the environment, and checks the responses strictly.
 */
import { givenEndpoint } from '@gatewright/aws/endpoint-variables';
import { regionalAddress } from '@gatewright/aws/service-address';
import { callSigned } from '@gatewright/aws/signed-call';
import { parseJsonObject } from '@gatewright/aws/json-object';
import type { UnknownMembers } from '@gatewright/aws/json-object';
import { showControls } from '@gatewright/aws/text/visible-text';
import { COMMAND_LIMITS, requireReply } from '@gatewright/aws/bounded-reply';
import { UsageError } from '@gatewright/aws/usage-error';

export type Environment = Readonly<Record<string, string | undefined>>;

export type SignedGet = {
  readonly region: string;
  /**
   * Returns the resource at a path; undefined if it is not found.
   * @throws UsageError if the response is a failure, a redirect, too large, late or not a JSON object
   */
  readonly get: (service: string, path: string) => Promise<UnknownMembers | undefined>;
};

const QUOTED_CHARACTERS = 300;

/**
 * Creates a client. Its credentials and region come from the environment.
 * @throws UsageError if they are missing
 */
export function createSignedGet(environment: Environment): SignedGet {
  const region = environment['AWS_REGION'] ?? environment['AWS_DEFAULT_REGION'];
  const { AWS_ACCESS_KEY_ID: accessKeyId, AWS_SECRET_ACCESS_KEY: secretAccessKey } = environment;
  const { AWS_SESSION_TOKEN: sessionToken } = environment;
  if (region === undefined || accessKeyId === undefined || secretAccessKey === undefined)
    throw new UsageError(
      'reading a live API needs AWS_REGION, AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY: try eval "$(aws configure export-credentials --format env)"; for the local gateway, run eval "$(gatewright env)"',
    );
  return {
    region,
    async get(service, path) {
      const endpoint = givenEndpoint(service, environment) ?? regionalAddress(service, region);
      const url = new URL(`${endpoint}${path}`);
      const reply = await callSigned({
        ...COMMAND_LIMITS,
        method: 'GET',
        url,
        headers: { accept: 'application/json' },
        service,
        region,
        credentials: { accessKeyId, secretAccessKey, sessionToken },
      });
      const { status, text } = requireReply(url, reply);
      return readAnswer(url, status, text);
    },
  };
}

function readAnswer(url: URL, status: number, text: string): UnknownMembers | undefined {
  if (isAbsent(status, text)) return undefined;
  const said = showControls(text.slice(0, QUOTED_CHARACTERS));
  if (status >= 300 && status < 400)
    throw new UsageError(
      `${url.origin}${url.pathname} answered with status ${status}: redirects are not followed, because the target would receive the credentials`,
    );
  if (status < 200 || status > 299)
    throw new UsageError(`${url.origin}${url.pathname} answered with status ${status}: ${said}`);
  const answer = parseJsonObject(text);
  if (answer !== undefined) return answer;
  throw new UsageError(`${url.origin}${url.pathname} did not return a JSON object: ${said}`);
}

/**
 * Whether the response is a 404 of AWS itself. The 404 of a proxy would falsely mean that there is no API to protect.
 * For a missing stack, CloudFormation responds with 400.
 */
function isAbsent(status: number, text: string): boolean {
  if (status === 400)
    return text.includes('ValidationError') && /\b(?:Stack|Resource)\b.* does not exist/.test(text);
  const answer = status === 404 ? parseJsonObject(text) : undefined;
  return typeof (answer?.['message'] ?? answer?.['Message']) === 'string';
}
