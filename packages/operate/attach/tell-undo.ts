/** What taking a step back does, for a person: `GET /orders: the authorizer → open`. By the step itself, so that undo files of any age tell it. Pure. */
import { textAt } from '../../terminal/aws-call.ts';
import type { Undo } from './journal.ts';
import { authorizerPart, describeGuard } from './live-api.ts';
import type { Outcome, Snapshot, Step } from './step.ts';

/** @param outcome the way in which the step was done: a canary may have been promoted since */
export function tellUndo(
  { functionArn, stage }: Pick<Undo, 'functionArn' | 'stage'>,
  { name: stepName, part, makes, before, after }: Step,
  outcome: Pick<Outcome, 'after'>,
  now: Snapshot,
): string {
  if (makes === 'authorizer') return `delete the authorizer ${textAt(after, 'name') ?? ''}`;
  if (makes === 'deployment') return 'delete the deployment that was made';
  if (part === 'stage')
    return outcome.after['canarySettings'] === undefined
      ? `point stage ${stage} back at deployment ${textAt(before ?? {}, 'deploymentId') ?? ''}`
      : `end the canary of stage ${stage}`;
  if (part === 'api') {
    const was = textAt(before ?? {}, 'apiKeySource') ?? 'HEADER';
    return `take API keys from ${was === 'HEADER' ? 'the header' : was} again, not from the authorizer`;
  }
  if (part.startsWith('permission '))
    return `no longer let API Gateway call ${functionArn.split(':').slice(6).join(':')} for this API`;
  const { authorizerId } = before ?? {};
  const was = describeGuard(
    textAt(before ?? {}, 'authorizationType') ?? 'NONE',
    typeof authorizerId === 'string' ? authorizerId : undefined,
    Object.entries(now).flatMap(([name, found]) => (name.startsWith(authorizerPart('')) ? [found] : [])),
  );
  const hadKey = after['apiKeyRequired'] === true ? ' and a key of its own' : '';
  return `${stepName.replace(/^route /, '')}: the authorizer${hadKey} → ${was}`;
}
