/** Implements AuthorizerCaches and NativeKeys with API Gateway's API, signed with the function's credentials. */
import { DomainError } from '../errors.ts';
import type { AuthorizerCaches, NativeKeys } from '../ports.ts';
import { memberOf, parseJsonObject } from '@gatewright/aws/json-object';
import type { UnknownMembers } from '@gatewright/aws/json-object';
import { regionalAddress } from '@gatewright/aws/service-address';
import { callSigned } from '@gatewright/aws/signed-call';
import type { AwsCredentials } from '@gatewright/aws/sign-request';

export type ControlPlaneConfig = {
  readonly region: string;
  readonly credentials: AwsCredentials;
  /** The address that replaces AWS's own, from `AWS_ENDPOINT_URL_API_GATEWAY` or `AWS_ENDPOINT_URL`. */
  readonly endpoint: string | undefined;
};

type Reply = { readonly status: number; readonly body: UnknownMembers };
type Call = (method: 'GET' | 'POST' | 'PATCH' | 'DELETE', path: string, input?: object) => Promise<Reply>;

const TIMEOUT_MS = 5000;
const ANSWER_LIMIT_BYTES = 1024 * 1024;

export function createAuthorizerCaches(config: ControlPlaneConfig): AuthorizerCaches {
  const call = createCall(config);
  return {
    async flush({ kind, apiId, stage }) {
      const apis = kind === 'rest' ? '/restapis' : '/v2/apis';
      const path = `${apis}/${encodeURIComponent(apiId)}/stages/${encodeURIComponent(stage)}/cache/authorizers`;
      expectSuccess(await call('DELETE', path), `to flush the authorizers' cache of ${apiId}/${stage}`);
    },
  };
}

export function createNativeKeys(config: ControlPlaneConfig): NativeKeys {
  const call = createCall(config);
  return {
    async put({ name, value, usagePlanId }) {
      const made = await call('POST', '/apikeys', { name, value, enabled: true });
      // Status 409 means that the key already exists, because the operation is being repeated.
      const id = made.status === 409 ? await findKey(call, name) : idOf(made, 'to make an API key');
      const plan = `/usageplans/${encodeURIComponent(usagePlanId)}/keys`;
      const joined = await call('POST', plan, { keyId: id, keyType: 'API_KEY' });
      if (joined.status === 404)
        throw new DomainError('PLAN_UNKNOWN', `API Gateway has no usage plan with the id ${usagePlanId}`);
      if (joined.status !== 409) expectSuccess(joined, 'to put an API key into a usage plan');
      return id;
    },
    async disable(apiKeyId) {
      const patchOperations = [{ op: 'replace', path: '/enabled', value: 'false' }];
      const done = await call('PATCH', `/apikeys/${encodeURIComponent(apiKeyId)}`, { patchOperations });
      // Status 404 means that the key was deleted, so it need not be disabled.
      if (done.status !== 404) expectSuccess(done, 'to disable an API key');
    },
  };
}

async function findKey(call: Call, name: string): Promise<string> {
  const { body } = await call('GET', `/apikeys?name=${encodeURIComponent(name)}&includeValues=false`);
  const { item = memberOf(body['_embedded'], 'item') } = body;
  const items: readonly unknown[] = Array.isArray(item) ? item : [item];
  const found = items.find((key) => memberOf(key, 'name') === name);
  return idOf({ status: 200, body: { id: memberOf(found, 'id') } }, 'to find an existing API key');
}

function createCall({ region, credentials, endpoint }: ControlPlaneConfig): Call {
  const origin = endpoint ?? regionalAddress('apigateway', region);
  return async (method, path, input) => {
    const { status, text, cause } = await callSigned({
      method,
      url: new URL(path, origin),
      service: 'apigateway',
      region,
      credentials,
      headers: { Accept: 'application/json', 'Content-Type': 'application/json' },
      body: input && JSON.stringify(input),
      timeoutMs: TIMEOUT_MS,
      maxBytes: ANSWER_LIMIT_BYTES,
    });
    if (status === 0)
      throw new DomainError('CONTROL_PLANE_FAILED', 'API Gateway cannot be reached', { cause });
    return { status, body: parseJsonObject(text) ?? {} };
  };
}

function idOf(reply: Reply, what: string): string {
  expectSuccess(reply, what);
  const { id } = reply.body;
  if (typeof id === 'string') return id;
  throw new DomainError('CONTROL_PLANE_FAILED', `API Gateway was called ${what}, but returned no id`);
}

/**
 * The error contains only the status, because the text of the response may quote the request, which contains a key's
 * value.
 */
function expectSuccess({ status }: Reply, what: string): void {
  if (status >= 200 && status < 300) return;
  throw new DomainError(
    'CONTROL_PLANE_FAILED',
    `API Gateway was called ${what}, but answered with status ${status}`,
  );
}
