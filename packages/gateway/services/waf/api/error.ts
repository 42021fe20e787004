/** Refusals in the words of AWS WAF (API reference, "Errors"). */
import { OperationRefused } from '../../../kernel/calls/aws-operation.ts';

export function nonexistent(): OperationRefused {
  return new OperationRefused(
    'WAFNonexistentItemException',
    'AWS WAF couldn’t perform the operation because your resource doesn’t exist.',
  );
}

export function lockLost(): OperationRefused {
  return new OperationRefused(
    'WAFOptimisticLockException',
    'AWS WAF couldn’t save your changes because someone changed the resource after you started to edit it. Reapply your changes.',
  );
}

export function invalidParameter(reason: string, field: string): OperationRefused {
  return new OperationRefused('WAFInvalidParameterException', `Error reason: ${reason}, field: ${field}`);
}
