/** A role as its stack declares it, with the rights of its holders. */
import type { DefinitionPlace } from '../errors.ts';
import { describeElsewhere } from './elsewhere.ts';
import type { CompiledPolicy, PolicyDecision, PolicyQuestion } from './model.ts';

export type Role = {
  /** `arn:aws:iam::123456789012:role/dev-orders` */
  readonly arn: string;
  readonly name: string;
  /** `AROA…`; absent for a role of no stack. */
  readonly id?: string;
  /** Includes an allow-all policy if a part of the role is not known here. */
  readonly policies: readonly CompiledPolicy[];
  readonly boundary: CompiledPolicy | undefined;
  /** Who may assume it; undefined where that is not known, and then it is refused. */
  readonly trust?: CompiledPolicy | undefined;
  /** Longest session, in seconds; absent = an hour. */
  readonly maxSessionSeconds?: number | undefined;
  readonly tags: ReadonlyMap<string, string>;
  readonly place: DefinitionPlace;
};

/** The statement that a role lacks, in policy form. */
function missingStatement({ action, resource }: Pick<PolicyQuestion, 'action' | 'resource'>): string {
  return JSON.stringify({ Effect: 'Allow', Action: action, Resource: resource });
}

export function describeMissing(
  who: string,
  { name, place, arn, policies }: Pick<Role, 'name' | 'place' | 'arn' | 'policies'>,
  question: PolicyQuestion,
  decision: PolicyDecision,
): string {
  const where = place.line === undefined ? place.file : `${place.file}:${place.line}`;
  const begin = `${who} may not ${question.action} on ${question.resource}: role ${name} (${where})`;
  if (decision === 'explicit-deny') return `${begin} has a statement that denies it`;
  const elsewhere = describeElsewhere(arn, policies, question);
  return elsewhere !== undefined
    ? `${begin} ${elsewhere}`
    : `${begin} has no statement whose action, resource and conditions allow it. Add ${missingStatement(question)}`;
}
