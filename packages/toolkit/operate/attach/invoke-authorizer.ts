/**
 * Invokes an authorizer's function with an event as API Gateway sends it for the real stage, and reads its decision.
 * AWS's own TestInvokeAuthorizer is not used, because its event has the stage `ESTestInvoke-stage`, which no access
 * document protects.
 */
import { isSpent, QUOTA_REFUSAL } from '@gatewright/aws/access-decision';
import type { UnknownMembers } from '@gatewright/aws/json-object';
import type { CompiledSource } from '#shared/access/compiled-document.ts';
import { textAt } from '../../terminal/aws-call.ts';
import { apiArnOf } from './authorizer-function.ts';
import { UsageError } from '../../../base/terminal/output.ts';
import { PlaneError } from './control-plane.ts';
import type { ControlPlane } from './control-plane.ts';
import type { Plan, Undo } from './journal.ts';

/** A credential in a certain part of a request, such as a header. */
export type PlacedCredential = {
  /** The value in this part of the request, such as `Bearer …`. */
  readonly value: string;
  /** Names of headers are in lower case. */
  readonly headers: Readonly<Record<string, string>>;
  readonly query: Readonly<Record<string, string>>;
};

type InvocationTarget = PlacedCredential & { readonly method: string; readonly path: string };

type Asked = Pick<Undo, 'steps' | 'kind' | 'apiId' | 'stage' | 'functionArn' | 'sources'>;

export type ProbeResult =
  | { readonly kind: 'allowed' | 'unauthorized' }
  /**
   * `spent`: why the function refuses a caller whom the rules allow, such as `over quota: limit monthly of plan free, …`.
   */
  | { readonly kind: 'denied'; readonly spent?: string | undefined }
  /** The function has thrown an error, or has returned no decision. API Gateway would respond with 500. */
  | { readonly kind: 'failed'; readonly message: string };

async function askFunction(
  { steps, kind, apiId, stage, functionArn }: Asked,
  plane: ControlPlane,
  asked: InvocationTarget,
): Promise<ProbeResult> {
  const settings = steps.find(({ makes }) => makes === 'authorizer')?.after ?? {};
  const target = kind === 'websocket' ? '$connect' : `${asked.method}${asked.path}`;
  const arn = `${apiArnOf(functionArn, apiId)}/${stage}/${target}`;
  const [, , , , , , name = '', qualifier] = functionArn.split(':');
  const query = qualifier === undefined ? '' : `?Qualifier=${encodeURIComponent(qualifier)}`;
  const answer = await plane.write({
    service: 'lambda',
    method: 'POST',
    path: `/2015-03-31/functions/${encodeURIComponent(name)}/invocations${query}`,
    body:
      settings['type'] === 'TOKEN'
        ? tokenEvent(arn, asked)
        : requestEvent(arn, kind, settings, asked, { apiId, stage }),
  });
  return readAnswer(answer);
}

/** An invalid token. Every authorizer should refuse it without an error. */
export const BAD_TOKEN = 'not-a-token';

export function invokeAuthorizer(
  about: Asked,
  plane: ControlPlane,
  credential: PlacedCredential,
): Promise<ProbeResult> {
  return askFunction(about, plane, { ...credential, ...findProbeRoute(about) });
}

/**
 * Places a token or an API key in a request, once for each part of the request from which the access document reads
 * credentials. If these parts are not known, it is a bearer token in the header of the authorizer.
 */
export function placeCredential(
  about: Pick<Undo, 'steps' | 'sources'>,
  token: string,
): readonly [PlacedCredential, ...PlacedCredential[]] {
  const usual = { in: 'header', name: headerOf(about).toLowerCase(), scheme: 'Bearer' } as const;
  const [first, ...others] = (about.sources ?? []).flatMap((source) => placeAt(source, token));
  return first === undefined ? [placeInHeader(usual, token)] : [first, ...others];
}

function placeAt(source: CompiledSource, token: string): readonly PlacedCredential[] {
  switch (source.in) {
    case 'header':
      return [placeInHeader(source, token)];
    case 'query':
      return [{ value: token, headers: {}, query: { [source.name]: token } }];
    case 'subprotocol': {
      const value = `${source.marker}, ${token}`;
      return [{ value, headers: { 'sec-websocket-protocol': value }, query: {} }];
    }
    case 'clientCert':
      return [];
  }
}

function placeInHeader(
  { name, scheme }: { readonly name: string; readonly scheme?: 'Bearer' },
  token: string,
): PlacedCredential {
  const value = scheme === undefined ? token : `${scheme} ${token}`;
  return { value, headers: { [name]: value }, query: {} };
}

/** Returns the first attached route whose path has no parameters; `GET /` if there is none. */
export function findProbeRoute({ steps }: Pick<Undo, 'steps'>): {
  readonly method: string;
  readonly path: string;
} {
  const keys = listAttachedRoutes(steps);
  const route = keys.find((key) => !key.includes('{')) ?? 'GET /';
  const [method = 'GET', path = '/'] = route.startsWith('$') ? ['GET', '/'] : route.split(' ');
  return { method: method === 'ANY' ? 'GET' : method, path };
}

export function listAttachedRoutes(steps: Undo['steps']): readonly string[] {
  return steps.flatMap(({ part }) => (part.startsWith('route ') ? [part.slice('route '.length)] : []));
}

/** Returns the header from which the authorizer reads its credential. */
export function headerOf({ steps }: Pick<Undo, 'steps'>): string {
  const { after = {} } = steps.find(({ makes }) => makes === 'authorizer') ?? {};
  const [first] = [after['identitySource']].flat();
  const [source = ''] = typeof first === 'string' ? first.split(',') : [];
  return source.split('.').at(-1) || 'Authorization';
}

/**
 * Returns the error that the function throws for a bad credential. Because of this error, API Gateway would respond
 * with 500 to every caller. Returns undefined if the function does not throw, or if it is unknown whether it does.
 */
export async function findBreaking(plan: Plan, plane: ControlPlane): Promise<string | undefined> {
  if (plan.isWithoutDocument === true || plan.steps.length === 0) return undefined;
  try {
    const [bad] = placeCredential(plan, BAD_TOKEN);
    const said = await invokeAuthorizer(plan, plane, bad);
    return said.kind === 'failed'
      ? `the function fails for stage ${plan.stage} of this API (${said.message}), so every caller would get 500`
      : undefined;
  } catch (error) {
    if (error instanceof PlaneError) return undefined;
    throw error;
  }
}

export const PERMISSION_ADVICE =
  'publish the document to the deployed authorizers first: gatewright access publish, or deploy Gatewright’s stack';

/** Thrown if the authorizer would refuse every caller. */
export class BreakingError extends UsageError {}

function tokenEvent(methodArn: string, { value }: InvocationTarget): UnknownMembers {
  return { type: 'TOKEN', methodArn, authorizationToken: value };
}

function requestEvent(
  arn: string,
  kind: Undo['kind'],
  settings: UnknownMembers,
  { value, headers, query, method, path }: InvocationTarget,
  { apiId, stage }: { readonly apiId: string; readonly stage: string },
): UnknownMembers {
  const now = Date.now();
  const common = {
    type: 'REQUEST',
    headers,
    queryStringParameters: query,
    pathParameters: {},
    stageVariables: {},
  };
  const sourceIp = '203.0.113.1';
  if (settings['authorizerPayloadFormatVersion'] === '2.0')
    return {
      ...common,
      version: '2.0',
      routeArn: arn,
      identitySource: [value],
      rawPath: path,
      rawQueryString: new URLSearchParams(query).toString(),
      routeKey: `${method} ${path}`,
      requestContext: {
        apiId,
        stage,
        requestId: 'gatewright-verify',
        timeEpoch: now,
        http: { method, path, sourceIp, protocol: 'HTTP/1.1' },
      },
    };
  return {
    ...common,
    methodArn: arn,
    multiValueHeaders: asLists(headers),
    multiValueQueryStringParameters: asLists(query),
    ...(kind === 'http' ? { version: '1.0', identitySource: value } : {}),
    ...(kind === 'websocket' ? {} : { resource: path, path, httpMethod: method }),
    requestContext: {
      apiId,
      stage,
      requestId: 'gatewright-verify',
      requestTimeEpoch: now,
      identity: { sourceIp },
      ...(kind === 'websocket'
        ? { eventType: 'CONNECT', routeKey: '$connect' }
        : { httpMethod: method, resourcePath: path }),
    },
  };
}

function asLists(members: Readonly<Record<string, string>>): Readonly<Record<string, readonly string[]>> {
  return Object.fromEntries(Object.entries(members).map(([name, value]) => [name, [value]]));
}

/** Reads what the function returned: a policy, a simple response, or Lambda's error if the function threw. */
function readAnswer(answer: UnknownMembers): ProbeResult {
  const failure = textAt(answer, 'errorMessage');
  if (failure === 'Unauthorized') return { kind: 'unauthorized' };
  if (failure !== undefined) return { kind: 'failed', message: failure };
  const spent = textAt(answer, 'context', QUOTA_REFUSAL);
  const denied = { kind: 'denied', ...(spent !== undefined && isSpent(spent) && { spent }) } as const;
  if (typeof answer['isAuthorized'] === 'boolean')
    return answer['isAuthorized'] ? { kind: 'allowed' } : denied;
  if (answer['policyDocument'] === undefined)
    return {
      kind: 'failed',
      message: 'the function returned a result that is not the result of an authorizer',
    };
  const policy = JSON.stringify(answer['policyDocument']);
  return policy.includes('"Effect":"Allow"') ? { kind: 'allowed' } : denied;
}
