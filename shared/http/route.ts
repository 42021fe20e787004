import type { HttpEvent } from '../aws/http-event.ts';
import type { ProxyResult } from '../aws/proxy-result.ts';
import { DomainError, RequestInvalid } from '../errors.ts';
import { hasControls, readFields, schemaOf } from './fields.ts';
import type { Fields, JsonSchema, NoFields, ReadFields } from './fields.ts';
import { readJsonBody } from './json-body.ts';
import { parsePathName } from './path-name.ts';
import { isStoredName, MAX_NAME_LENGTH } from '../table/stored-name.ts';

/** The description of a response that contains one page of a list. */
export const ONE_PAGE = 'One page. To get the next, pass `next` as `cursor`; the last page has no `next`';

type Method = 'GET' | 'PUT' | 'POST' | 'DELETE';

/** Extracts `'plan' | 'key'` from `/plans/{plan}/keys/{key}`. */
type ParameterOf<Path extends string> = Path extends `${string}{${infer Name}}${infer Rest}`
  ? Name | ParameterOf<Rest>
  : never;

type RouteRequest<Path extends string, Query extends Fields, Body> = {
  readonly path: Readonly<Record<ParameterOf<Path>, string>>;
  readonly query: ReadFields<Query>;
  readonly body: Body;
  /** ARN of the IAM principal that signed the request. */
  readonly signer: string;
  readonly receivedEpochMs: number;
  readonly headers: Readonly<Record<string, string>>;
};

/** A request for a change. If it is repeated with the same operation id, it takes effect only once. */
type ChangeRequest<Path extends string, Query extends Fields, Body> = RouteRequest<Path, Query, Body> & {
  readonly operationId: string;
};

type Answer = {
  readonly description: string;
  /** Schema of a JSON response. If the response is not JSON, its media type is given instead. */
  readonly schema?: JsonSchema;
  readonly mediaTypes?: readonly string[];
};

/** A route in the OpenAPI document. */
export type RouteDescription = {
  /** Operation id, such as `saveQuotaPlan`. */
  readonly id: string;
  readonly summary: string;
  readonly query: Fields;
  /** Schema of the request body. It is undefined if the route has no body. */
  readonly body: JsonSchema | undefined;
  readonly isChange: boolean;
  readonly answer: Answer;
};

export type Route = {
  readonly method: Method;
  /** The path as in serverless.yml, such as `/quota/plans/{plan}`. */
  readonly path: string;
  readonly description: RouteDescription;
  readonly answer: (event: HttpEvent) => Promise<ProxyResult>;
};

type RouteText<Path extends string, Query extends Fields> = {
  readonly path: Path;
  readonly id: string;
  readonly summary: string;
  readonly query?: Query;
  readonly answer: Answer;
};

const MAX_BODY_BYTES = 128 * 1024;
const OPERATION_ID = /^[A-Za-z0-9._:-]{1,128}$/;

export function readRoute<const Path extends string, Query extends Fields = NoFields>(
  text: RouteText<Path, Query>,
  handle: (request: RouteRequest<Path, Query, undefined>) => Promise<ProxyResult>,
): Route {
  const { path, query } = text;
  return {
    method: 'GET',
    path,
    description: describe(text, undefined, false),
    answer: (event) => handle({ ...readRequest(event, query), body: undefined }),
  };
}

/** Describes a route that changes something, and so requires an operation id. */
export function changeRoute<const Path extends string, Body extends Fields, Query extends Fields = NoFields>(
  text: RouteText<Path, Query> & { readonly method: Exclude<Method, 'GET'>; readonly body: Body },
  handle: (request: ChangeRequest<Path, Query, ReadFields<Body>>) => Promise<ProxyResult>,
): Route {
  const { method, path, query, body } = text;
  return {
    method,
    path,
    description: describe(text, schemaOf(body), true),
    answer(event) {
      const request = readRequest<Path, Query>(event, query);
      const operationId = readOperationId(event.headers);
      return handle({
        ...request,
        operationId,
        body: readFields(body, readJsonBody(event.body, MAX_BODY_BYTES) ?? {}, 'body'),
      });
    },
  };
}

/** Like `changeRoute`, but for a document that has its own parser. */
export function documentRoute<const Path extends string, Query extends Fields = NoFields>(
  text: RouteText<Path, Query> & { readonly method: Exclude<Method, 'GET'>; readonly document: JsonSchema },
  handle: (request: ChangeRequest<Path, Query, unknown>) => Promise<ProxyResult>,
): Route {
  const { method, path, query, document } = text;
  return {
    method,
    path,
    description: describe(text, document, true),
    answer(event) {
      const request = readRequest<Path, Query>(event, query);
      return handle({
        ...request,
        operationId: readOperationId(event.headers),
        body: readJsonBody(event.body, MAX_BODY_BYTES),
      });
    },
  };
}

function describe(
  { id, summary, query = {}, answer }: { query?: Fields } & Omit<RouteText<string, Fields>, 'query'>,
  body: RouteDescription['body'],
  isChange: boolean,
): RouteDescription {
  return { id, summary, query, body, isChange, answer };
}

function readRequest<Path extends string, Query extends Fields>(
  event: HttpEvent,
  query: Query | undefined,
): Omit<RouteRequest<Path, Query, undefined>, 'body'> {
  // A request without a signature should not reach this code, because API Gateway rejects it if the route is deployed
  // with IAM authorization.
  if (event.signer === undefined) throw new DomainError('SIGNER_MISSING', 'the request must be signed');
  return {
    path: readNames(event.pathParameters),
    query: readFields(query ?? ({} as Query), event.query, 'query'),
    signer: event.signer,
    receivedEpochMs: event.receivedEpochMs,
    headers: event.headers,
  };
}

function readNames(parameters: Readonly<Record<string, string>>): Readonly<Record<string, string>> {
  const names = Object.entries(parameters).map(([parameter, segment]) => {
    const name = parsePathName(segment);
    if (!isStoredName(name) || hasControls(name))
      throw new RequestInvalid(
        parameter,
        `must be 1 to ${MAX_NAME_LENGTH} characters, with ~0 for ~, ~1 for / and ~2 for each dot of a name that consists of dots`,
      );
    return [parameter, name] as const;
  });
  return Object.fromEntries(names);
}

/**
 * Reads `Idempotency-Key`, with or without the quotes that its draft requires
 * (draft-ietf-httpapi-idempotency-key-header-07).
 */
function readOperationId(headers: Readonly<Record<string, string>>): string {
  const id = (headers['idempotency-key'] ?? '').replace(/^"(.*)"$/, '$1');
  if (OPERATION_ID.test(id)) return id;
  throw new RequestInvalid(
    'Idempotency-Key',
    'must be an id of your choice, 1 to 128 letters, digits, dots, colons, dashes and underscores, ' +
      'and the same id whenever the change is repeated',
  );
}
