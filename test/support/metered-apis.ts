/** A REST API whose routes require API keys, with plans and keys for its stages. */
import { headerOf } from './an-api.ts';
import { restApi } from './rest-apis.ts';
import type { JsonObject } from '@gatewright/aws/json-object';
import type { Reply } from '../../packages/gateway/core/exchange.ts';
import type { TestResource } from './a-stack.ts';
import type { TestApi } from './an-api.ts';

export const API_ID = 'abcdefghij';
export const KEY_VALUE = '0123456789abcdefghijklmn';
export const withKey = ['x-api-key', KEY_VALUE];

/**
 * An API whose `GET /dev/pets` and `GET /dev/` require the key `Key` of the plan `Plan`. The plan has these properties.
 */
export function meteredApi(
  plan: JsonObject = {},
  more: Record<string, TestResource> = {},
): Record<string, TestResource> {
  return restApi(
    { ApiKeyRequired: true },
    {
      Key: aKey(),
      Plan: aPlan(plan),
      PlanKey: aPlanKey('Plan', 'Key'),
      ...more,
    },
  );
}

export function aKey(properties: JsonObject = {}): TestResource {
  return {
    type: 'AWS::ApiGateway::ApiKey',
    properties: { Enabled: true, Value: KEY_VALUE, Name: 'customer', ...properties },
  };
}

export function aPlan(properties: JsonObject = {}): TestResource {
  return {
    type: 'AWS::ApiGateway::UsagePlan',
    properties: {
      UsagePlanName: 'basic',
      ApiStages: [{ ApiId: API_ID, Stage: 'dev' }],
      ...properties,
    },
  };
}

export function aPlanKey(planId: string, keyId: string): TestResource {
  return {
    type: 'AWS::ApiGateway::UsagePlanKey',
    properties: { UsagePlanId: planId, KeyId: keyId, KeyType: 'API_KEY' },
  };
}

/** Sends `count` requests one after the other, and returns their statuses. */
export async function statuses(
  api: TestApi,
  count: number,
  target = '/dev/pets',
  headers = withKey,
): Promise<number[]> {
  const seen: number[] = [];
  for (let index = 0; index < count; index += 1) seen.push((await api.send({ target, headers })).status);
  return seen;
}

/** Returns the parts of a refusal that the client sees. */
export function describeReply(reply: Reply): {
  readonly status: number;
  readonly body: string | Buffer;
  readonly errorType: string | undefined;
} {
  return { status: reply.status, body: reply.body, errorType: headerOf(reply, 'x-amzn-errortype') };
}
