/** Tells the journal of events which triggers a user pool called or left out, and which calls it refused. */
import { describeRun } from '../../kernel/describe-run.ts';
import type { ServiceRefusal } from '../../core/errors.ts';
import type { InvocationResult } from '../../core/ports.ts';
import type { EventStep } from '../../kernel/event-step.ts';
import type { PoolDefinition, TriggerName } from './pool-model.ts';
import type { PoolPorts } from './user-pool.ts';

type Journaling = {
  readonly definition: Pick<PoolDefinition, 'arn' | 'triggers'>;
  readonly ports: Pick<PoolPorts, 'journal' | 'random'>;
};

/** Notes the run of a trigger. Cognito waits for the result and does not repeat the call. */
export function noteTrigger(
  pool: Journaling,
  { source, arn, event }: { readonly source: string; readonly arn: string; readonly event: string },
  result: InvocationResult,
): void {
  const { arn: from } = pool.definition;
  const functionName = arn.startsWith('arn:') ? (arn.split(':')[6] ?? arn) : arn;
  note(pool, { what: 'trigger', name: source }, [
    {
      ...describeRun(result, event),
      functionName,
      from,
      records: 1,
      tries: 1,
      ...(result.kind !== 'returned' && { next: { kind: 'none' } }),
    },
  ]);
}

/**
 * Notes that a user is confirmed without PostConfirmation: Cognito calls this trigger only after ConfirmSignUp,
 * AdminConfirmSignUp and ConfirmForgotPassword.
 * @see https://docs.aws.amazon.com/cognito/latest/developerguide/user-pool-lambda-post-confirmation.html
 */
export function noteSkippedConfirmation(pool: Journaling, operation: string): void {
  const name: TriggerName = 'PostConfirmation';
  const trigger = pool.definition.triggers.get(name);
  const { arn: from } = pool.definition;
  if (trigger === undefined) return;
  note(pool, { what: 'call', name: operation }, [
    { kind: 'filtered', from, to: trigger.arn, by: 'LambdaConfig', rule: name, why: operation },
  ]);
}

export function noteRefusal(
  pool: Journaling,
  operation: string,
  clientId: string | undefined,
  { code, message, subject }: ServiceRefusal,
): void {
  const { arn: at } = pool.definition;
  note(pool, { what: 'call', name: operation }, [
    { kind: 'denied', at, operation, clientId, code, message, ...(subject !== undefined && { subject }) },
  ]);
}

/** Notes that a sign-in got a challenge instead of tokens, although the password was right. */
export function noteChallenge(pool: Journaling, challenge: 'NEW_PASSWORD_REQUIRED'): void {
  const { arn: at } = pool.definition;
  note(pool, { what: 'call', name: challenge }, [{ kind: 'challenged', at, challenge }]);
}

function note(
  { definition: { arn: at }, ports: { journal, random } }: Journaling,
  accepted: Pick<Extract<EventStep, { kind: 'accepted' }>, 'what' | 'name'>,
  steps: readonly EventStep[],
): void {
  const events = journal?.();
  if (events === undefined || at === '') return;
  const cause = events.accept({ kind: 'accepted', at, id: random.uuid(), ...accepted });
  for (const step of steps) events.note(step, cause);
}
