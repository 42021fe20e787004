/**
 * Carries out the steps in API Gateway that follow an administrator's change. If one step fails, the others are still
 * carried out.
 */
import { DomainError } from '../errors.ts';
import type { AuthorizerCaches } from '../ports.ts';
import type { CachedApi } from './keys/key-prefixes.ts';

/**
 * `reason` says why the step failed. It is undefined if the step succeeded. Repeating the operation tries a failed step
 * again.
 */
export type OutsideStep = { readonly step: string; readonly reason: string | undefined };

/**
 * Flushes API Gateway's caches of authorizer results. If the flush fails for one API, the other APIs are still flushed.
 */
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

/**
 * Formats the steps for a response of the admin routes: `[{ step: 'flush rest a1b2c3/dev', done: false, reason: '…'
 * }]`.
 */
export function printSteps(steps: readonly OutsideStep[]): readonly Readonly<Record<string, unknown>>[] {
  return steps.map(({ step, reason }) => ({ step, done: reason === undefined, ...(reason && { reason }) }));
}
