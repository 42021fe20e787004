/**
 * Authorizers that an undo gives back to routes, by id. An id says nothing of what answers behind it: the authorizer may
 * have been edited, deleted or made again since.
 */
import { textAt } from '../../terminal/aws-call.ts';
import { authorizerPart } from './live-api.ts';
import { describe, isSame } from './step.ts';
import type { Snapshot, Step } from './step.ts';

/** As they are when the routes lose them. */
export function findFormerGuards(steps: readonly Step[], parts: Snapshot): Snapshot {
  return Object.fromEntries(
    steps.flatMap((step) => {
      const id = idBefore(step);
      const found = id === undefined ? undefined : findAuthorizer(parts, id);
      return id === undefined || found === undefined ? [] : [[id, found.shown] as const];
    }),
  );
}

/**
 * How the authorizer that a step gives back differs from what the route had; undefined: not, or it gives none back.
 * @param guards of the undo file; files of earlier versions have none, and only missing authorizers are found
 */
export function describeChangedGuard(step: Step, guards: Snapshot, now: Snapshot): string | undefined {
  const id = idBefore(step);
  if (id === undefined) return undefined;
  const found = findAuthorizer(now, id);
  const was = guards[id];
  if (found === undefined) return `${step.part}: its former authorizer ${id} is gone`;
  if (was === undefined || isSame(was, found.shown)) return undefined;
  return `${step.part}: of its former authorizer, ${describe(found.part, was, found.shown)}`;
}

function idBefore({ part, before }: Step): string | undefined {
  const type = textAt(before ?? {}, 'authorizationType') ?? 'NONE';
  const id = textAt(before ?? {}, 'authorizerId') ?? '';
  const isGuarded = part.startsWith('route ') && type !== 'NONE' && type !== 'AWS_IAM';
  return isGuarded && id !== '' ? id : undefined;
}

function findAuthorizer(parts: Snapshot, id: string) {
  for (const [part, shown] of Object.entries(parts))
    if (part.startsWith(authorizerPart('')) && (shown['id'] === id || shown['authorizerId'] === id))
      return { part, shown };
  return undefined;
}
