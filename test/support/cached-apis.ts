/** REST APIs whose stage `dev` has a stage cache. */
import { stagedApi } from './logged-apis.ts';
import { restApi } from './rest-apis.ts';
import type { JsonObject } from '@gatewright/aws/json-object';
import type { TestResource } from './a-stack.ts';
import type { TestApi, TestRequest } from './an-api.ts';
import type { FakeFunction } from './virtual-ports.ts';

export const CACHED = { CacheClusterEnabled: true, CacheClusterSize: '0.5' };

export function settings(setting: JsonObject, more: readonly JsonObject[] = []): JsonObject {
  return { ...CACHED, MethodSettings: [{ ResourcePath: '/*', HttpMethod: '*', ...setting }, ...more] };
}

export const ON = settings({ CachingEnabled: true });

/** A function that numbers its answers. */
export function counter(
  result: (count: number) => object = (count) => ({ statusCode: 200, body: String(count) }),
): FakeFunction {
  let count = 0;
  return () => {
    count += 1;
    return result(count);
  };
}

/** An API with `/pets` of this method, on a stage with these settings. */
export function cachedApi(
  stage: JsonObject = ON,
  method: JsonObject = {},
  list: FakeFunction = counter(),
  more: Record<string, TestResource> = {},
): TestApi {
  return stagedApi(stage, { list, auth: () => invalidator('Allow') }, restApi(method, more));
}

/** Returns an authorizer's answer that admits the caller, with this effect for `execute-api:InvalidateCache`. */
export function invalidator(effect: string): object {
  const Statement = [
    { Action: 'execute-api:Invoke', Effect: 'Allow', Resource: '*' },
    { Action: 'execute-api:InvalidateCache', Effect: effect, Resource: '*' },
  ];
  return { principalId: 'alice', policyDocument: { Version: '2012-10-17', Statement } };
}

export async function bodies(
  { send }: TestApi,
  requests: readonly (string | TestRequest)[],
): Promise<string[]> {
  const seen: string[] = [];
  for (const request of requests) {
    const { body } = await send(typeof request === 'string' ? { target: request } : request);
    seen.push(body.toString());
  }
  return seen;
}

export const PETS = '/dev/pets';
export const FRESH = { target: PETS, headers: ['Cache-Control', 'max-age=0'] };
