/**
 * CORS of buckets (CorsConfiguration): the answers to preflights, and the headers of other replies to pages. LocalStack
 * recorded the answers from AWS [obs: s3, `TestS3Cors`] (docs/aws §22.5).
 */
import { asList, membersOf } from '@gatewright/aws/json-object';
import { headerOf } from '@gatewright/aws/raw-headers';
import type { ControlReply } from '../../core/api-call.ts';
import { printS3Error } from '../../kernel/calls/s3-error.ts';
import { readS3Address } from '../../kernel/calls/s3-address.ts';
import type { CrossOriginReply, CrossOriginRequest } from '../../kernel/service.ts';
import type { ResourceReader } from '../../kernel/read-resource.ts';

export type CorsRule = {
  readonly origins: readonly string[];
  readonly methods: readonly string[];
  readonly headers: readonly string[];
  readonly exposed: readonly string[];
  readonly maxAge: string | undefined;
};

export function readCorsRules(reader: ResourceReader): readonly CorsRule[] {
  return reader.list('CorsConfiguration.CorsRules').map((given) => {
    const rule = membersOf(given);
    const textsOf = (name: string): readonly string[] => asList(rule[name]).map(String);
    const { MaxAge: maxAge } = rule;
    return {
      origins: textsOf('AllowedOrigins'),
      methods: textsOf('AllowedMethods'),
      headers: textsOf('AllowedHeaders'),
      exposed: textsOf('ExposedHeaders'),
      maxAge: typeof maxAge === 'number' || typeof maxAge === 'string' ? String(maxAge) : undefined,
    };
  });
}

type Asked = {
  readonly origin: string;
  readonly method: string;
  readonly headers: readonly string[];
};

/**
 * Answers a request from a page.
 * @param rulesOf returns the rules of a bucket; an empty list if the bucket has no CORS configuration, undefined if
 * there is no such bucket
 * @param requestId returns the id of the reply to a preflight
 * @returns undefined for a preflight that cannot be recognized as a request to S3
 */
export function answerPage(
  request: CrossOriginRequest,
  rulesOf: (bucket: string) => readonly CorsRule[] | undefined,
  requestId: () => string,
): CrossOriginReply | undefined {
  const { bucket, key } = readS3Address(request);
  const rules = rulesOf(bucket);
  const origin = headerOf(request, 'origin') ?? '';
  if (request.method !== 'OPTIONS') {
    const asked = { origin, method: request.method, headers: [] };
    const rule = rules?.find((one) => matches(one, asked));
    return { kind: 'request', headers: rule === undefined ? [] : headersOf(rule, asked) };
  }
  const isOfUrl = /(?:^|&)(?:X-Amz-Credential|AWSAccessKeyId)=/.test(request.query);
  if (rules === undefined && !isOfUrl) return undefined;
  return { kind: 'preflight', reply: answerPreflight({ request, origin, key, rules }, requestId()) };
}

function answerPreflight(
  {
    request,
    origin,
    key,
    rules,
  }: {
    readonly request: CrossOriginRequest;
    readonly origin: string;
    readonly key: string;
    readonly rules: readonly CorsRule[] | undefined;
  },
  requestId: string,
): ControlReply {
  const id = ['x-amz-request-id', requestId];
  const refuse = (status: number, code: string, message: string, details = {}): ControlReply => ({
    status,
    headers: ['Content-Type', 'application/xml', ...id],
    body: printS3Error({ code, message, details }, requestId),
  });
  if (origin === '')
    return refuse(400, 'BadRequest', 'Insufficient information. Origin request header needed.');
  const asked = {
    origin,
    method: headerOf(request, 'access-control-request-method') ?? 'OPTIONS',
    headers: (headerOf(request, 'access-control-request-headers') ?? '')
      .split(',')
      .map((name) => name.trim().toLowerCase())
      .filter((name) => name !== ''),
  };
  const forbid = (reason: string, ResourceType: string): ControlReply =>
    refuse(403, 'AccessForbidden', `CORSResponse: ${reason}`, { Method: asked.method, ResourceType });
  if (rules === undefined) return forbid('Bucket not found', 'BUCKET');
  if (rules.length === 0) return forbid('CORS is not enabled for this bucket.', 'BUCKET');
  const rule = rules.find((one) => matches(one, asked));
  if (rule === undefined) return forbid(NOT_ALLOWED, key === '' ? 'BUCKET' : 'OBJECT');
  return { status: 200, headers: [...headersOf(rule, asked), ...id], body: '' };
}

/** S3 itself spells the message in this way. */
const NOT_ALLOWED =
  'This CORS request is not allowed. This is usually because the evalution of Origin, request method / ' +
  "Access-Control-Request-Method or Access-Control-Request-Headers are not whitelisted by the resource's CORS spec.";

function matches(rule: CorsRule, { origin, method, headers }: Asked): boolean {
  return (
    rule.methods.includes(method) &&
    rule.origins.some((pattern) => matchesPattern(pattern, origin)) &&
    headers.every((name) => rule.headers.some((pattern) => matchesPattern(pattern.toLowerCase(), name)))
  );
}

/** A pattern may contain one `*`, which matches any characters. */
function matchesPattern(pattern: string, text: string): boolean {
  const star = pattern.indexOf('*');
  if (star === -1) return pattern === text;
  const [before, after] = [pattern.slice(0, star), pattern.slice(star + 1)];
  return text.length >= before.length + after.length && text.startsWith(before) && text.endsWith(after);
}

function headersOf({ origins, methods, exposed, maxAge }: CorsRule, asked: Asked): readonly string[] {
  // The first matching origin of the rule decides. If it is `*`, the reply contains `*` and does not allow credentials.
  const isAny = origins.find((pattern) => matchesPattern(pattern, asked.origin)) === '*';
  return [
    'Access-Control-Allow-Origin',
    isAny ? '*' : asked.origin,
    'Access-Control-Allow-Methods',
    methods.join(', '),
    ...(asked.headers.length === 0 ? [] : ['Access-Control-Allow-Headers', asked.headers.join(', ')]),
    ...(exposed.length === 0 ? [] : ['Access-Control-Expose-Headers', exposed.join(', ')]),
    ...(maxAge === undefined ? [] : ['Access-Control-Max-Age', maxAge]),
    ...(isAny ? [] : ['Access-Control-Allow-Credentials', 'true']),
    'Vary',
    'Origin, Access-Control-Request-Headers, Access-Control-Request-Method',
  ];
}
