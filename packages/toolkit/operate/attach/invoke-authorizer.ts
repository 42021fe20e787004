/**
 * Invokes an authorizer's function with an event as API Gateway sends it for the real stage, and reads its decision.
 * AWS's own TestInvokeAuthorizer is not used, because its event has the stage `ESTestInvoke-stage`, which no access
 * document protects.
 */
import type { UnknownMembers } from '@gatewright/aws/json-object';
import { textAt } from '../../terminal/aws-call.ts';
import { apiArnOf } from './authorizer-function.ts';
import { UsageError } from '../../../base/terminal/output.ts';
import { PlaneError } from './control-plane.ts';
import type { ControlPlane } from './control-plane.ts';
import type { Plan, Undo } from './journal.ts';

type InvocationTarget = {
  /** The value of the header, such as `Bearer …`. */
  readonly credential: string;
  /** Name of the header in lower case. */
  readonly header: string;
  readonly method: string;
  readonly path: string;
};

type ProbeResult =
  | { readonly kind: 'allowed' | 'denied' | 'unauthorized' }
  /** The function has thrown an error, or has returned no decision. API Gateway would respond with 500. */
  | { readonly kind: 'failed'; readonly message: string };

async function askFunction(
  {
    steps,
    kind,
    apiId,
    stage,
    functionArn,
  }: Pick<Undo, 'steps' | 'kind' | 'apiId' | 'stage' | 'functionArn'>,
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

/** An invalid credential. Every authorizer should refuse it without an error. */
export const BAD_TOKEN = 'Bearer not-a-token';

export function invokeAuthorizer(
  about: Pick<Undo, 'steps' | 'kind' | 'apiId' | 'stage' | 'functionArn'>,
  plane: ControlPlane,
  credential: string,
): Promise<ProbeResult> {
  const { method, path } = findProbeRoute(about);
  const header = headerOf(about).toLowerCase();
  return askFunction(about, plane, { credential, header, method, path });
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
    const said = await invokeAuthorizer(plan, plane, BAD_TOKEN);
    return said.kind === 'failed'
      ? `the function fails for stage ${plan.stage} of this API (${said.message}), so every caller would get 500`
      : undefined;
  } catch (error) {
    if (error instanceof PlaneError) return undefined;
    throw error;
  }
}

export const PERMISSION_ADVICE =
  'publish the document to the deployed authorizers first: gatewright access publish, or deploy the toolkit’s stack';

/** Thrown if the authorizer would refuse every caller. */
export class BreakingError extends UsageError {}

function tokenEvent(methodArn: string, { credential }: InvocationTarget): UnknownMembers {
  return { type: 'TOKEN', methodArn, authorizationToken: credential };
}

function requestEvent(
  arn: string,
  kind: Undo['kind'],
  settings: UnknownMembers,
  { credential, header, method, path }: InvocationTarget,
  { apiId, stage }: { readonly apiId: string; readonly stage: string },
): UnknownMembers {
  const now = Date.now();
  const common = {
    type: 'REQUEST',
    headers: { [header]: credential },
    queryStringParameters: {},
    pathParameters: {},
    stageVariables: {},
  };
  const sourceIp = '203.0.113.1';
  if (settings['authorizerPayloadFormatVersion'] === '2.0')
    return {
      ...common,
      version: '2.0',
      routeArn: arn,
      identitySource: [credential],
      rawPath: path,
      rawQueryString: '',
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
    multiValueHeaders: { [header]: [credential] },
    ...(kind === 'http' ? { version: '1.0', identitySource: credential } : {}),
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

/** Reads what the function returned: a policy, a simple response, or Lambda's error if the function threw. */
function readAnswer(answer: UnknownMembers): ProbeResult {
  const failure = textAt(answer, 'errorMessage');
  if (failure === 'Unauthorized') return { kind: 'unauthorized' };
  if (failure !== undefined) return { kind: 'failed', message: failure };
  if (typeof answer['isAuthorized'] === 'boolean')
    return { kind: answer['isAuthorized'] ? 'allowed' : 'denied' };
  if (answer['policyDocument'] === undefined)
    return {
      kind: 'failed',
      message: 'the function returned a result that is not the result of an authorizer',
    };
  const policy = JSON.stringify(answer['policyDocument']);
  return { kind: policy.includes('"Effect":"Allow"') ? 'allowed' : 'denied' };
}
