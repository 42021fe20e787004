import { createHmac } from 'node:crypto';
import { toBase62 } from './api-key.ts';

/** 256 bits in base62; API Gateway takes values of 20 to 128 characters. */
export const NATIVE_VALUE_LENGTH = 43;

/**
 * Value of the API Gateway key that represents ours in a native usage plan. It is derived without the
 * customer's secret, so access to API Gateway's keys opens nothing. `stage`: the stage of the authorizers'
 * own stack; the same operation in two stages creates keys with the same id, but API Gateway accepts a value
 * once per account and region.
 */
export function nativeKeyValue(usageKeySecret: string, stage: string, keyId: string): string {
  const hash = createHmac('sha256', usageKeySecret).update(`${stage}\n${keyId}`).digest('hex');
  return toBase62(hash, NATIVE_VALUE_LENGTH);
}
