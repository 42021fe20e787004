import { createHmac } from 'node:crypto';
import { toBase62 } from './api-key.ts';

/** 256 bits in base62; API Gateway takes values of 20 to 128 characters. */
export const NATIVE_VALUE_LENGTH = 43;

/**
 * Value of the API Gateway key that stands for ours in a native usage plan. Derived without the customer's
 * secret, so access to API Gateway's keys opens nothing. `stage`: of the authorizers' own stack; the same
 * operation in two stages makes keys of one id, and API Gateway accepts a value once per account and region.
 */
export function nativeKeyValue(usageKeySecret: string, stage: string, keyId: string): string {
  const hash = createHmac('sha256', usageKeySecret).update(`${stage}\n${keyId}`).digest('hex');
  return toBase62(hash, NATIVE_VALUE_LENGTH);
}
