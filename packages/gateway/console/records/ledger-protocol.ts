/**
 * Leaves out the conditional writes that DynamoDB refused in the toolkit's own tables. The ledger of quotas, the answer
 * cache and the claims of webhooks try a write first and read the item only if its condition does not hold, in the
 * functions of the toolkit and in handlers that use its library. These refusals are no fault of a request.
 */
import { findToolkit } from '../../core/stack/own-first.ts';
import type { ResolvedStack } from '../../core/stack/model.ts';
import type { StampedStep } from '../../kernel/event-step.ts';

/** The reasons of a cancelled transaction in which only conditions did not hold. */
const OF_CONDITIONS: ReadonlySet<string> = new Set(['None', 'ConditionalCheckFailed']);

export function withoutProtocol(
  steps: readonly StampedStep[],
  stacks: readonly ResolvedStack[],
): readonly StampedStep[] {
  if (!steps.some(isConditional)) return steps;
  const { ownsTable } = findToolkit(stacks);
  return steps.filter((step) => !isConditional(step) || !tablesOf(step).every(ownsTable));
}

type Rejected = Extract<StampedStep, { kind: 'rejected' }>;

function isConditional(step: StampedStep): step is Rejected {
  if (step.kind !== 'rejected' || step.service !== 'dynamodb') return false;
  if (step.code === 'ConditionalCheckFailedException') return true;
  const [, reasons = ''] = /\[([^\]]*)/.exec(step.message) ?? [];
  return (
    step.code === 'TransactionCanceledException' &&
    reasons.split(', ').every((reason) => OF_CONDITIONS.has(reason))
  );
}

/** The target names all tables of a call. A table may be named by its ARN. */
function tablesOf({ target = '' }: Rejected): readonly string[] {
  return target.split(', ').map((table) => table.slice(table.lastIndexOf('/') + 1));
}
