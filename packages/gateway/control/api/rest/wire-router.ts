import { createHash } from 'node:crypto';
import { decodeOrKeep } from '@gatewright/aws/decode-or-keep';
import { parseJsonObject } from '@gatewright/aws/json-object';
import { checkMembers } from '../../edits/check-members.ts';
import { badRequest, ControlError } from '../../control-error.ts';
import { DefinitionError } from '../../../core/errors.ts';
import { awsError, refuseUnlessAllowed } from '../../../kernel/calls/aws-call.ts';
import { describeUnserved, nameUnserved } from '../../../kernel/calls/unserved-call.ts';
import { headerOf } from '@gatewright/aws/raw-headers';
import { jsonReply } from '../../../core/api-call.ts';
import type { ControlErrorCode } from '../../control-error.ts';
import type { AwsCall } from '../../../kernel/calls/aws-call.ts';
import type { ControlReply } from '../../../core/api-call.ts';

export type WireCall = {
  readonly path: (name: string) => string;
  readonly query: URLSearchParams;
  readonly header: (name: string) => string | undefined;
  readonly body: Readonly<Record<string, unknown>>;
  readonly document: string;
  readonly region: string;
};

export type WireRoute = {
  readonly method: 'GET' | 'POST' | 'PUT' | 'PATCH' | 'DELETE';
  /** The path, such as `/usageplans/{usagePlanId}/keys/{keyId}`. */
  readonly path: string;
  /**
   * The value of `mode` in the query, which distinguishes two calls with the same path. Without it, the route matches
   * any mode except `import`.
   */
  readonly mode?: 'import' | undefined;
  /** Whether the body is a document, such as OpenAPI or a CSV file of keys, rather than the input of the call. */
  readonly takesDocument?: boolean | undefined;
  /**
   * Serves a call.
   * @throws ControlError, DefinitionError if the call is refused
   */
  readonly serve: (call: WireCall) => ControlReply | Promise<ControlReply>;
};

const STATUS: Readonly<Record<ControlErrorCode, number>> = {
  BadRequestException: 400,
  ConflictException: 409,
  LimitExceededException: 429,
  NotFoundException: 404,
  NotImplementedException: 501,
  SerializationException: 400,
  ValidationException: 400,
};

/**
 * Handles a call with the first matching route. A call to AWS's API that has no route is refused with an error that
 * contains its method and path.
 */
export async function routeCall(call: AwsCall, routes: readonly WireRoute[]): Promise<ControlReply> {
  const { request } = call;
  const refuse = (status: number, type: string, message: string): ControlReply =>
    awsError(request, 'apigateway', { status, type, message });
  const segments = request.path.split('/').map(decodeOrKeep);
  const resource = `arn:aws:apigateway:${call.region}::${resourcePath(segments)}`;
  const refusal = refuseUnlessAllowed(call, [{ action: `apigateway:${request.method}`, resource }]);
  if (refusal !== undefined) return refusal;
  const query = new URLSearchParams(request.query);
  const found = findRoute({ method: request.method, segments, query }, routes);
  const body = found?.route.takesDocument === true ? {} : parseBody(request.body);
  if (found === undefined)
    return refuse(
      501,
      'NotImplementedException',
      describeUnserved('apigateway', nameUnserved({ ...request, service: 'apigateway' })),
    );
  if (body === undefined) return refuse(400, 'SerializationException', 'Unable to parse request body');
  try {
    const { method, path, takesDocument = false } = found.route;
    checkMembers(takesDocument ? '' : `${method} ${path}`, found.names, body, query);
    return await found.route.serve({
      path: (name) => found.names.get(name) ?? '',
      query,
      document: request.body.toString('utf8'),
      region: call.region,
      header: (name) => headerOf(request, name),
      body,
    });
  } catch (error) {
    if (error instanceof ControlError) return refuse(STATUS[error.code], error.code, error.message);
    // In a call, an error of the deployment compiler is a bad request, because there is no template file to report.
    if (error instanceof DefinitionError) return refuse(400, 'BadRequestException', error.message);
    throw error;
  }
}

/**
 * Returns the path in the call's ARN. Its segments are decoded, as for routing, because otherwise `/restapis/%61bc`
 * would bypass a policy that denies `/restapis/abc`. Calls of apigatewayv2 have `/v2` in their path but not in their
 * ARN.
 */
function resourcePath(segments: readonly string[]): string {
  const path = segments.map((segment) => segment.replaceAll('/', '%2F')).join('/');
  return path.replace(/^\/v2(?=\/)/, '');
}

type FoundRoute = { readonly route: WireRoute; readonly names: ReadonlyMap<string, string> };

/**
 * Returns the first route of a request, with the values of the placeholders in its path; undefined for a call that is
 * not served.
 */
export function findRoute(
  {
    method,
    segments,
    query,
  }: {
    readonly method: string;
    readonly segments: readonly string[];
    readonly query: URLSearchParams;
  },
  routes: readonly WireRoute[],
): FoundRoute | undefined {
  const mode = query.get('mode') === 'import' ? 'import' : undefined;
  for (const route of routes) {
    if (route.method !== method || route.mode !== mode) continue;
    const pattern = route.path.split('/');
    const isMatch =
      pattern.length === segments.length &&
      pattern.every((part, index) => isPlaceholder(part) || part === segments[index]);
    if (!isMatch) continue;
    const names = pattern.flatMap((part, index): [string, string][] =>
      isPlaceholder(part) ? [[part.slice(1, -1), segments[index] ?? '']] : [],
    );
    return { route, names: new Map(names) };
  }
  return undefined;
}

function isPlaceholder(part: string): boolean {
  return part.startsWith('{');
}

function parseBody(body: Buffer): Readonly<Record<string, unknown>> | undefined {
  if (body.length === 0) return {};
  return parseJsonObject(body.toString('utf8'));
}

/** Returns a response without a body, like AWS's responses with status 202 or 204. */
export function emptyReply(status: 202 | 204): ControlReply {
  return { status, headers: [], body: '' };
}

const USUAL_SIZE = 25;
const MAX_SIZE = 500;

/**
 * Returns one page of a list, and the token of the next page. The token names the first item of that page, so that a
 * caller who deletes each page before reading the next one gets every item. If the item is gone or has changed, the
 * next page begins at its former position.
 * @throws ControlError for an invalid size or token
 */
export function cutPage(items: readonly unknown[], size: string | null, token: string | null) {
  const count = Number(size ?? USUAL_SIZE);
  const [, place, mark] =
    /^(\d{1,9})(?:-([0-9a-f]{16}))?$/.exec(
      token === null ? '0' : Buffer.from(token, 'base64url').toString(),
    ) ?? [];
  if (!Number.isInteger(count) || count < 1 || count > MAX_SIZE || place === undefined)
    throw badRequest('Invalid request input');
  const named = mark === undefined ? -1 : items.findIndex((item) => markOf(item) === mark);
  const start = named === -1 ? Number(place) : named;
  const end = start + count;
  const next =
    end < items.length ? Buffer.from(`${end}-${markOf(items[end])}`).toString('base64url') : undefined;
  return { page: items.slice(start, end), next };
}

/** Returns a short text that distinguishes an item of a list from the others. */
function markOf(item: unknown): string {
  return createHash('sha256').update(JSON.stringify(item)).digest('hex').slice(0, 16);
}

/** Returns a list in the form of AWS's REST API: `item`, and `position` if there are more items. */
export function listReply(items: readonly unknown[], query: URLSearchParams): ControlReply {
  const limit = query.get('limit');
  // A limit below 1 is ignored [obs, for -1: apigateway, test_negative_get_usage_plan_api_keys, GetApiKeys].
  const size = limit !== null && Number(limit) < 1 ? null : limit;
  const { page, next } = cutPage(items, size, query.get('position'));
  return jsonReply(200, { position: next, item: page });
}
