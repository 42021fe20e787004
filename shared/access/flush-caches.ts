/** Has API Gateway forget what it keeps of authorizers' answers. */
import { DomainError } from '../errors.ts';
import type { AuthorizerCaches } from '../ports.ts';
import type { OutsideStep } from './key-admin.ts';
import type { CachedApi } from './key-prefixes.ts';

/** Each by itself: what one API refuses is said, and the others are flushed. */
export async function flushCaches(
  caches: AuthorizerCaches,
  apis: readonly CachedApi[],
): Promise<readonly OutsideStep[]> {
  return await Promise.all(
    apis.map(async (api) => {
      const step = `flush ${api.kind} ${api.apiId}/${api.stage}`;
      try {
        await caches.flush(api);
        return { step, reason: undefined };
      } catch (error) {
        if (!(error instanceof DomainError)) throw error;
        return { step, reason: error.message };
      }
    }),
  );
}
