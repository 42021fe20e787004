/** What a call opens to everybody: printed as the call itself, and asked for by name. */
import { isJsonObject, membersOf } from '@gatewright/aws/json-object';
import { textAt } from '../../terminal/aws-call.ts';
import type { ControlPlane } from './control-plane.ts';
import type { Undo } from './journal.ts';
import type { LiveApi } from './live-api.ts';
import { fillIds, findIds, findUndone, stateOfMembers } from './step.ts';
import type { PlaneCall, Snapshot } from './step.ts';

export type Opening = {
  readonly call: PlaneCall;
  /** Route keys; or `deployment a1b2c3`, whose routes AWS does not show. */
  readonly names: readonly string[];
};

type Api = Pick<LiveApi, 'kind' | 'address'>;

/** Of undoing the steps that are done. */
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
    const call = fillIds(done.revert, ids) as PlaneCall;
    if (step.part === 'stage' && done.after['canarySettings'] === undefined) {
      const [from, to] = [now['stage'], step.before].map((stage) => textAt(stage, 'deploymentId') ?? '');
      openings.push({ call, names: await openedByMove(plane, api, from ?? '', to ?? '') });
    }
    if (step.part.startsWith('route ') && (textAt(step.before, 'authorizationType') ?? 'NONE') === 'NONE')
      openings.push({ call, names: [step.part.slice('route '.length)] });
  }
  return openings.filter(({ names }) => names.length > 0);
}

/** Of a stage that gets another deployment: routes that are open there, and guarded or missing now. */
export async function openedByMove(
  plane: Pick<ControlPlane, 'read'>,
  { kind, address }: Api,
  from: string,
  to: string,
): Promise<readonly string[]> {
  const [before, after] =
    kind === 'rest' ? [await guardsOf(plane, address, from), await guardsOf(plane, address, to)] : [];
  if (after === undefined) return [`deployment ${to}`];
  return [...after]
    .flatMap(([key, type]) => (type === 'NONE' && before?.get(key) !== 'NONE' ? [key] : []))
    .sort();
}

/** `authorizationType` by route; undefined: AWS does not show it. */
async function guardsOf(
  plane: Pick<ControlPlane, 'read'>,
  address: string,
  deploymentId: string,
): Promise<ReadonlyMap<string, string> | undefined> {
  const path = `${address}/deployments/${encodeURIComponent(deploymentId)}?embed=apisummary`;
  const summary = (await plane.read('apigateway', path))?.['apiSummary'];
  if (!isJsonObject(summary)) return undefined;
  return new Map(
    Object.entries(summary).flatMap(([route, methods]) =>
      Object.entries(membersOf(methods)).map(
        ([method, shown]) => [`${method} ${route}`, textAt(shown, 'authorizationType') ?? 'NONE'] as const,
      ),
    ),
  );
}
