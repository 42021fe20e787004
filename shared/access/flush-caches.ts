/** Steps in API Gateway after an administrator's change; one failure does not stop the others. */
import { DomainError } from '../errors.ts';
import type { AuthorizerCaches } from '../ports.ts';
import type { CachedApi } from './keys/key-prefixes.ts';

/** `reason`: why it failed; repeating the operation tries again. */
export type OutsideStep = { readonly step: string; readonly reason: string | undefined };

/** Flushes API Gateway's caches of authorizer results: a failure for one API does not stop the others. */
export async function flushCaches(
  caches: AuthorizerCaches,
  apis: readonly CachedApi[],
): Promise<readonly OutsideStep[]> {
  return await Promise.all(
    apis.map((api) => attemptStep(`flush ${api.kind} ${api.apiId}/${api.stage}`, () => caches.flush(api))),
  );
}

export async function attemptStep(step: string, run: () => Promise<void>): Promise<OutsideStep> {
  try {
    await run();
    return { step, reason: undefined };
  } catch (error) {
    if (!(error instanceof DomainError)) throw error;
    return { step, reason: error.message };
  }
}

/** `[{ step: 'flush rest a1b2c3/dev', done: false, reason: '…' }]`, as in answers of the admin routes. */
export function printSteps(steps: readonly OutsideStep[]): readonly Readonly<Record<string, unknown>>[] {
  return steps.map(({ step, reason }) => ({ step, done: reason === undefined, ...(reason && { reason }) }));
}
