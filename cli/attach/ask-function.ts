/**
 * Asks an authorizer's function what it would decide, by an event as API Gateway sends it for the real stage. AWS's own
 * TestInvokeAuthorizer names a stage `ESTestInvoke-stage`, which no access document protects.
 */
import type { JsonObject } from '@gatewright/aws/json-object';
import { textAt } from '../aws-call.ts';
import { apiArnBeside } from './authorizer-function.ts';
import type { ControlPlane } from './control-plane.ts';
import type { Undo } from './journal.ts';

export type Asked = {
  /** `Bearer …`, or whatever stands in the header. */
  readonly credential: string;
  /** Lower case. */
  readonly header: string;
  readonly method: string;
  readonly path: string;
};

export type Said =
  | { readonly kind: 'allowed' | 'denied' | 'unauthorized' }
  /** It broke off, so API Gateway would answer 500. */
  | { readonly kind: 'failed'; readonly message: string };

export async function askFunction(
  {
    steps,
    kind,
    apiId,
    stage,
    functionArn,
  }: Pick<Undo, 'steps' | 'kind' | 'apiId' | 'stage' | 'functionArn'>,
  plane: ControlPlane,
  asked: Asked,
): Promise<Said> {
  const settings = steps.find(({ makes }) => makes === 'authorizer')?.after ?? {};
  const target = kind === 'websocket' ? '$connect' : `${asked.method}${asked.path}`;
  const arn = `${apiArnBeside(functionArn, apiId)}/${stage}/${target}`;
  const [, , , , , , name = '', qualifier] = functionArn.split(':');
  const query = qualifier === undefined ? '' : `?Qualifier=${encodeURIComponent(qualifier)}`;
  const answer = await plane.write({
    ...{ service: 'lambda', method: 'POST' },
    path: `/2015-03-31/functions/${encodeURIComponent(name)}/invocations${query}`,
    body:
      settings['type'] === 'TOKEN'
        ? tokenEvent(arn, asked)
        : requestEvent(arn, kind, settings, asked, { apiId, stage }),
  });
  return readAnswer(answer);
}

function tokenEvent(methodArn: string, { credential }: Asked): JsonObject {
  return { type: 'TOKEN', methodArn, authorizationToken: credential };
}

function requestEvent(
  arn: string,
  kind: Undo['kind'],
  settings: JsonObject,
  { credential, header, method, path }: Asked,
  { apiId, stage }: { readonly apiId: string; readonly stage: string },
): JsonObject {
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
      ...{
        ...common,
        version: '2.0',
        routeArn: arn,
        identitySource: [credential],
        rawPath: path,
        rawQueryString: '',
      },
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
    ...{ ...common, methodArn: arn, multiValueHeaders: { [header]: [credential] } },
    ...(kind === 'http' ? { version: '1.0', identitySource: credential } : {}),
    ...(kind === 'websocket' ? {} : { resource: path, path, httpMethod: method }),
    requestContext: {
      ...{ apiId, stage, requestId: 'gatewright-verify', requestTimeEpoch: now, identity: { sourceIp } },
      ...(kind === 'websocket'
        ? { eventType: 'CONNECT', routeKey: '$connect' }
        : { httpMethod: method, resourcePath: path }),
    },
  };
}

/** A policy, a simple answer, or what Lambda says of one that threw. */
function readAnswer(answer: JsonObject): Said {
  const failure = textAt(answer, 'errorMessage');
  if (failure === 'Unauthorized') return { kind: 'unauthorized' };
  if (failure !== undefined) return { kind: 'failed', message: failure };
  if (typeof answer['isAuthorized'] === 'boolean')
    return { kind: answer['isAuthorized'] ? 'allowed' : 'denied' };
  if (answer['policyDocument'] === undefined)
    return { kind: 'failed', message: 'its answer is none of an authorizer' };
  const policy = JSON.stringify(answer['policyDocument']);
  return { kind: policy.includes('"Effect":"Allow"') ? 'allowed' : 'denied' };
}
