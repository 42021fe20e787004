/**
 * Finds the routes that a call makes open, or protects only with a guard that AWS does not show. What the call does is
 * printed, and the user must enter the name of each route.
 */
import { isJsonObject, membersOf } from '@gatewright/aws/json-object';
import type { UnknownMembers } from '@gatewright/aws/json-object';
import { textAt } from '../../terminal/aws-call.ts';
import type { ControlPlane } from './control-plane.ts';
import type { Undo } from './journal.ts';
import type { LiveApi } from './live-api.ts';
import { findIds, findUndone, stateOfMembers } from './step.ts';
import type { Snapshot } from './step.ts';

export type Opening = {
  /** What the call does, such as `stage prod will serve deployment a1b2c3`. */
  readonly does: string;
  /**
   * The names that the user must enter. They are route keys, or `deployment a1b2c3` if AWS does not show the
   * deployment's routes.
   */
  readonly names: readonly string[];
};

type Api = Pick<LiveApi, 'kind' | 'address' | 'api'>;

type Guard = { readonly type: string; readonly asksKey: boolean };

/** Returns what becomes open if the steps that were done are undone. */
export async function openingsOfUndo(
  plane: Pick<ControlPlane, 'read'>,
  api: Api,
  undo: Undo,
  now: Snapshot,
): Promise<readonly Opening[]> {
  const ids = findIds(undo.steps, now);
  const openings: Opening[] = [];
  for (const step of undo.steps.toReversed()) {
    const done = stateOfMembers(step, now, ids) === 'after' ? findUndone(step, now, ids) : undefined;
    if (done === undefined || step.before === null) continue;
    if (step.part === 'stage' && done.after['canarySettings'] === undefined) {
      const [from, to] = [now['stage'], step.before].map((stage) => textAt(stage, 'deploymentId') ?? '');
      const names = await openedByMove(plane, api, from ?? '', to ?? '', false);
      openings.push({ does: describeMove(undo.stage, to ?? ''), names });
    }
    // Attack: a file specifies a weak authorizer, or no API key, as the former authorization of a route. Only AWS_IAM
    // is known to protect a route, whatever its settings are.
    const isKnown =
      textAt(step.before, 'authorizationType') === 'AWS_IAM' && done.after['apiKeyRequired'] !== true;
    if (step.part.startsWith('route ') && !isKnown)
      openings.push({ does: describeRoute(step.before), names: [step.part.slice('route '.length)] });
  }
  return openings.filter(({ names }) => names.length > 0);
}

export function describeMove(stage: string, deploymentId: string): string {
  return `stage ${stage} will serve deployment ${deploymentId}`;
}

/** Describes the guard that a route gets back. The call of the step sends exactly these members (restore-steps.ts). */
function describeRoute(before: UnknownMembers): string {
  const type = textAt(before, 'authorizationType') ?? 'NONE';
  const id = textAt(before, 'authorizerId') ?? '';
  const key = before['apiKeyRequired'] === true ? ', and API Gateway will require an API key' : '';
  return `its authorization will be ${type}${id === '' ? '' : ` by authorizer ${id}`}${key}`;
}

/**
 * Returns the routes that become open if a stage gets another deployment. In the new deployment, such a route has no
 * guard, another kind of guard, or no required API key. At present, it is guarded or does not exist. AWS shows neither
 * the authorizers nor the resource policy of a deployment.
 * @param isNamed whether the user has named the deployment. If not, the user must name the deployment if authorizers
 * guard its routes.
 */
export async function openedByMove(
  plane: Pick<ControlPlane, 'read'>,
  { kind, address, api }: Api,
  from: string,
  to: string,
  isNamed = true,
): Promise<readonly string[]> {
  const [before, after] =
    kind === 'rest' ? [await guardsOf(plane, address, from), await guardsOf(plane, address, to)] : [];
  const whole = [`deployment ${to}`];
  if (after === undefined) return whole;
  const routes = [...after]
    .flatMap(([key, guard]) => (isLooser(guard, before?.get(key)) ? [key] : []))
    .sort();
  const isHidden =
    (textAt(api, 'policy') ?? '') !== '' || (!isNamed && [...after.values()].some(hasAuthorizer));
  return [...routes, ...(isHidden ? whole : [])];
}

function isLooser({ type, asksKey }: Guard, before: Guard | undefined): boolean {
  const isOther = type !== 'AWS_IAM' && type !== before?.type && before?.type !== 'NONE';
  return isOther || (!asksKey && before?.asksKey === true);
}

function hasAuthorizer({ type }: Guard): boolean {
  return type !== 'NONE' && type !== 'AWS_IAM';
}

/** Returns the guard of each route; undefined if AWS does not show the deployment's routes. */
async function guardsOf(
  plane: Pick<ControlPlane, 'read'>,
  address: string,
  deploymentId: string,
): Promise<ReadonlyMap<string, Guard> | undefined> {
  const path = `${address}/deployments/${encodeURIComponent(deploymentId)}?embed=apisummary`;
  const summary = (await plane.read('apigateway', path))?.['apiSummary'];
  if (!isJsonObject(summary)) return undefined;
  return new Map(
    Object.entries(summary).flatMap(([route, methods]) =>
      Object.entries(membersOf(methods)).map(([method, shown]): [string, Guard] => [
        `${method} ${route}`,
        {
          type: textAt(shown, 'authorizationType') ?? 'NONE',
          asksKey: membersOf(shown)['apiKeyRequired'] === true,
        },
      ]),
    ),
  );
}
