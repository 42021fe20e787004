/** What an administrator's change has API Gateway do: each step by itself, and what fails is said. */
import { DomainError } from '../errors.ts';
import type { AuthorizerCaches } from '../ports.ts';
import type { CachedApi } from './keys/key-prefixes.ts';

/** `reason`: why it did not work; sending the operation again tries again. */
export type OutsideStep = { readonly step: string; readonly reason: string | undefined };

/** Has API Gateway forget what it keeps of authorizers' answers: what one API refuses keeps no other from it. */
export async function flushCaches(
  caches: AuthorizerCaches,
  apis: readonly CachedApi[],
): Promise<readonly OutsideStep[]> {
  return await Promise.all(
    apis.map((api) => attemptStep(`flush ${api.kind} ${api.apiId}/${api.stage}`, () => caches.flush(api))),
  );
}

/** Only refusals are steps that failed; what else goes wrong is thrown. */
export async function attemptStep(step: string, run: () => Promise<void>): Promise<OutsideStep> {
  try {
    await run();
    return { step, reason: undefined };
  } catch (error) {
    if (!(error instanceof DomainError)) throw error;
    return { step, reason: error.message };
  }
}

/** `[{ step: 'flush rest a1b2c3/dev', done: false, reason: '…' }]`, as answers of the admin routes say it. */
export function printSteps(steps: readonly OutsideStep[]): readonly Readonly<Record<string, unknown>>[] {
  return steps.map(({ step, reason }) => ({ step, done: reason === undefined, ...(reason && { reason }) }));
}
