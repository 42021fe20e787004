/** Differences that are none of the embedded DynamoDB's, with what AWS's documentation says (docs/aws/dynamodb.md). */
import type { Difference } from './compare.ts';

type Decision = {
  readonly operation?: RegExp;
  readonly ours?: RegExp;
  readonly theirs?: RegExp;
  readonly reason: string;
};

const DECISIONS: readonly Decision[] = [];

export function reasonFor(operation: string, { ours, theirs }: Difference): string | undefined {
  return DECISIONS.find(
    (decision) =>
      (decision.operation?.test(operation) ?? true) &&
      (decision.ours?.test(ours) ?? true) &&
      (decision.theirs?.test(theirs) ?? true),
  )?.reason;
}
