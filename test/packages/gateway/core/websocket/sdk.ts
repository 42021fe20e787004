/** The AWS SDK against a running API, and the local identities that sign. */
import assert from 'node:assert/strict';
import { after } from 'node:test';
import { ApiGatewayManagementApiClient } from '@aws-sdk/client-apigatewaymanagementapi';
import { compilePolicy } from '../../../../../packages/gateway/core/policy/evaluate.ts';
import { createIdentities } from '../../../../../packages/gateway/core/policy/identities.ts';
import { anApi, OK, STARTED_AT_EPOCH_MS } from './fixture.ts';
import { startApi } from './server.ts';
import type { LocalIdentity } from '../../../../../packages/gateway/core/policy/identities.ts';
import type { Handler } from './fixture.ts';
import type { RunningApi } from './server.ts';

export const ROUTES = { $connect: { functionName: 'connect' }, $disconnect: { functionName: 'bye' } };
export const SECRET = 'a-secret-of-nobody-else';

function anIdentity(name: string, statement: Readonly<Record<string, unknown>>): LocalIdentity {
  const compiled = compilePolicy({ Version: '2012-10-17', Statement: [statement] });
  assert.equal(compiled.kind, 'compiled');
  return {
    name,
    accessKeyId: `AKIALOCAL${name.toUpperCase()}`,
    secretAccessKey: SECRET,
    arn: `arn:aws:iam::123456789012:user/${name}`,
    policies: [compiled.policy],
  };
}

const API_ARN = 'arn:aws:execute-api:us-east-1:123456789012:abc123defg';
export const IDENTITIES = createIdentities([
  anIdentity('admin', { Effect: 'Allow', Action: '*', Resource: '*' }),
  anIdentity('poster', {
    Effect: 'Allow',
    Action: 'execute-api:ManageConnections',
    Resource: `${API_ARN}/dev/POST/@connections/*`,
  }),
  anIdentity('invoker', { Effect: 'Allow', Action: 'execute-api:Invoke', Resource: '*' }),
]);

export async function start(
  handlers: Readonly<Record<string, Handler>> = {},
  api = anApi(ROUTES),
): Promise<RunningApi> {
  const running = await startApi(api, { connect: OK, bye: OK, ...handlers }, IDENTITIES);
  // Signatures are of now: SDK clients cannot be given a virtual clock.
  running.at.clock.moveWall(Date.now() - STARTED_AT_EPOCH_MS);
  after(() => running.close());
  return running;
}

export type ClientChanges = {
  readonly name?: string;
  readonly stage?: string;
  readonly secretAccessKey?: string;
};

/** The unmodified AWS SDK; only its endpoint and its keys are local. */
export function sdk(running: RunningApi, changes: ClientChanges = {}): ApiGatewayManagementApiClient {
  const { name = 'admin', stage = 'dev', secretAccessKey = SECRET } = changes;
  return new ApiGatewayManagementApiClient({
    region: 'us-east-1',
    endpoint: `http://${running.host}/${stage}`,
    credentials: { accessKeyId: `AKIALOCAL${name.toUpperCase()}`, secretAccessKey },
    maxAttempts: 1,
  });
}

export function idOf(running: RunningApi): string {
  return String(running.at.invoker.events[0]?.requestContext.connectionId);
}
