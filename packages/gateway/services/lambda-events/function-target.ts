import { DELIVERED, final } from '../../kernel/event-ports.ts';
import type { ServiceTarget } from '../../kernel/service.ts';
import type { AsyncInvocations } from './async-invocations.ts';

/** Functions take events asynchronously, from any source. */
export function deliverToFunction(
  async: AsyncInvocations,
  has: (functionName: string) => boolean,
): NonNullable<ServiceTarget['deliver']> {
  return (arn, payload, { options }) => {
    const [, functionName = '', qualifier] = /:function:([^:]+)(?::([^:]+))?$/.exec(arn) ?? [];
    if (!has(functionName)) return final('NOT_FOUND', `Function not found: ${arn}`);
    return async.accept({ functionName, qualifier, payload, options })
      ? DELIVERED
      : { kind: 'failed', isFinal: false, code: 'THROTTLING', message: 'too many events are waiting' };
  };
}
