import { createHmac } from 'node:crypto';
import { toBase62 } from './api-key.ts';

/** Length of an API Gateway key's value: 256 bits in base62. API Gateway accepts 20 to 128 characters. */
export const NATIVE_VALUE_LENGTH = 43;

/**
 * Returns the value of the API Gateway key that represents our key in a native usage plan. It is not derived from the
 * customer's secret, so it cannot be used as one of our keys by somebody who can read API Gateway's keys. `stage` is
 * the stage of the authorizers' own stack. The value depends on the stage, because the same operation in two stages
 * creates keys with the same id, but API Gateway accepts a value only once per account and region.
 */
export function nativeKeyValue(usageKeySecret: string, stage: string, keyId: string): string {
  const hash = createHmac('sha256', usageKeySecret).update(`${stage}\n${keyId}`).digest('hex');
  return toBase62(hash, NATIVE_VALUE_LENGTH);
}
