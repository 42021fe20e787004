/** Refusals in the words of AWS WAF (API reference, "Errors"). */
import { refuse } from '../../../kernel/calls/aws-operation.ts';
import type { OperationResult } from '../../../kernel/calls/aws-operation.ts';

export class WafError extends Error {
  override readonly name = 'WafError';
  readonly code: string;

  constructor(code: string, message: string) {
    super(message);
    this.code = code;
  }

  toResult(): OperationResult {
    return refuse(this.code, this.message);
  }
}

export function nonexistent(): WafError {
  return new WafError(
    'WAFNonexistentItemException',
    'AWS WAF couldn’t perform the operation because your resource doesn’t exist.',
  );
}

export function lockLost(): WafError {
  return new WafError(
    'WAFOptimisticLockException',
    'AWS WAF couldn’t save your changes because someone changed the resource after you started to edit it. Reapply your changes.',
  );
}

export function invalidParameter(reason: string, field: string): WafError {
  return new WafError('WAFInvalidParameterException', `Error reason: ${reason}, field: ${field}`);
}
