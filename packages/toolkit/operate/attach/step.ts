/**
 * Represents the steps of an attachment as data. Each step contains the name of a part of the API, and the part's state
 * before and after. Therefore, the current API is enough to determine which steps are done, even after an interrupted
 * run, and what others have changed.
 */
import { isJsonObject } from '@gatewright/aws/json-object';
import type { UnknownMembers } from '@gatewright/aws/json-object';

/**
 * The parts of an API by their names, such as `api`, `stage`, `route GET /orders`, `authorizer ours` and
 * `permission …`.
 */
export type Snapshot = Readonly<Record<string, UnknownMembers>>;

/**
 * One call to AWS's own API. `{authorizer}` and `{deployment}` are replaced by the ids that earlier steps have created.
 */
export type PlaneCall = {
  readonly service: 'apigateway' | 'lambda';
  readonly method: 'POST' | 'PUT' | 'PATCH' | 'DELETE';
  readonly path: string;
  readonly body?: UnknownMembers;
};

type Made = 'authorizer' | 'deployment';

/**
 * The state of a part after a change, and the call that undoes the change. In `after`, `null` means that the member is
 * absent.
 */
export type Outcome = { readonly after: UnknownMembers; readonly revert: PlaneCall };

export type Step = Outcome & {
  readonly name: string;
  readonly does: string;
  readonly part: string;
  /** The state of the part before the step; null if the part did not exist. */
  readonly before: UnknownMembers | null;
  readonly apply: PlaneCall;
  /** Other states in which the step also counts as done, for example because a canary has been promoted since then. */
  readonly orElse?: readonly Outcome[];
  /** The percentage of requests that the deployment gets at first. Only REST APIs support this. */
  readonly canaryPercent?: number;
  /** The kind of id that this step creates and later steps need. */
  readonly makes?: Made;
  /** Whether callers can notice that the step is done. */
  readonly isLive: boolean;
};

type StepState = 'before' | 'after' | 'other';

type Ids = Readonly<Partial<Record<Made, string>>>;

/** Returns the ids that completed steps have created. */
export function findIds(steps: readonly Step[], now: Snapshot): Ids {
  return Object.fromEntries(
    steps.flatMap(({ makes, part }) => {
      const found = now[part];
      const id = found?.['id'] ?? found?.['authorizerId'] ?? found?.['deploymentId'];
      return makes !== undefined && typeof id === 'string' ? [[makes, id]] : [];
    }),
  );
}

export function stateOf(step: Step, now: Snapshot, ids: Ids): StepState {
  return outcomeOf(step, now, ids) !== undefined ? 'after' : isUntouched(step, now) ? 'before' : 'other';
}

/** Returns the outcome of a step; undefined if the step is not done. */
function outcomeOf(step: Step, now: Snapshot, ids: Ids): Outcome | undefined {
  const found = now[step.part];
  if (found === undefined) return undefined;
  return [step, ...(step.orElse ?? [])].find(({ after }) => {
    const wanted = fillIds(after, ids) as UnknownMembers;
    const names = new Set([...Object.keys(wanted), ...Object.keys(step.before ?? {})]);
    if (step.before !== null) for (const name of Object.keys(found)) names.add(name);
    return [...names].every((name) =>
      Object.hasOwn(wanted, name)
        ? covers(found[name], wanted[name])
        : step.before === null || isSame(found[name], step.before[name]),
    );
  });
}

/**
 * Returns the state of a step for its undo. Only the members that the step has changed are compared and restored.
 * Changes that others have made to other members stay. Returns undefined if the part no longer exists, because there is
 * nothing to undo.
 */
export function stateOfMembers(step: Step, now: Snapshot, ids: Ids): StepState | undefined {
  const found = now[step.part];
  if (found === undefined) return step.before === null ? 'before' : undefined;
  if (findUndone(step, now, ids) !== undefined) return 'after';
  const { before } = step;
  const isBefore =
    before !== null && Object.keys(step.after).every((name) => isSame(found[name], before[name]));
  return isBefore ? 'before' : 'other';
}

/** Returns the first outcome whose members are all present in the API; undefined if there is none. */
export function findUndone(step: Step, now: Snapshot, ids: Ids): Outcome | undefined {
  const found = now[step.part];
  if (found === undefined) return undefined;
  return [step, ...(step.orElse ?? [])].find(({ after }) => covers(found, fillIds(after, ids)));
}

/**
 * Returns the step of the stage if the stage got another deployment after that step, for example by a deployment of
 * the service. The new deployment contains the attachment, so an undo has to deploy the API without it.
 */
export function findRedeployed(steps: readonly Step[], now: Snapshot): Step | undefined {
  const ids = findIds(steps, now);
  return steps.find(
    (step) =>
      step.part === 'stage' &&
      step.canaryPercent === undefined &&
      stateOfMembers(step, now, ids) === 'other' &&
      steps.some((other) => other.part !== 'stage' && stateOfMembers(other, now, ids) === 'after'),
  );
}

/**
 * Whether the API shows anything that the steps have set. It shows nothing if it was created again since then, as the
 * local gateway does at each start, or if others have undone the attachment.
 */
export function hasTrace(steps: readonly Step[], now: Snapshot): boolean {
  const ids = findIds(steps, now);
  return steps.some(({ part, before, after }) => {
    const found = now[part];
    if (found === undefined) return false;
    return Object.entries(fillIds(after, ids) as UnknownMembers).some(
      ([name, wanted]) => covers(found[name], wanted) && (before === null || !covers(before[name], wanted)),
    );
  });
}

function isUntouched({ part, before }: Step, now: Snapshot): boolean {
  const found = now[part];
  return before === null ? found === undefined : found !== undefined && isSame(found, before);
}

/** Whether `found` contains everything in `wanted`. Objects from AWS may have more members. */
function covers(found: unknown, wanted: unknown): boolean {
  if (found === undefined || found === null || found === '')
    return wanted === null || wanted === false || isSame(wanted, []);
  if (wanted === null) return isSame(found, []);
  if (isJsonObject(wanted) && isJsonObject(found))
    return Object.entries(wanted).every(([name, value]) => covers(found[name], value));
  return isSame(found, wanted);
}

export function isSame(a: unknown, b: unknown): boolean {
  if (a === b) return true;
  if (Array.isArray(a) && Array.isArray(b))
    return a.length === b.length && a.every((item, index) => isSame(item, b[index]));
  if (!isJsonObject(a) || !isJsonObject(b)) return false;
  const names = new Set([...Object.keys(a), ...Object.keys(b)]);
  return [...names].every((name) => isSame(a[name], b[name]));
}

export function fillIds(value: unknown, ids: Ids): unknown {
  if (typeof value === 'string')
    return value.replace(/\{(authorizer|deployment)\}/g, (whole, name: Made) => ids[name] ?? whole);
  if (Array.isArray(value)) return value.map((item) => fillIds(item, ids));
  if (!isJsonObject(value)) return value;
  return Object.fromEntries(Object.entries(value).map(([name, item]) => [name, fillIds(item, ids)]));
}

/**
 * Returns the parts that others have changed since the plan was made, with the differences. Changes by the steps
 * themselves are ignored.
 */
export function findForeignEdits(
  planned: Snapshot,
  steps: readonly Step[],
  now: Snapshot,
): readonly string[] {
  const ids = findIds(steps, now);
  const ours = new Map(steps.map((step) => [step.part, step]));
  const parts = [...new Set([...Object.keys(planned), ...Object.keys(now)])].sort();
  return parts.flatMap((part) => {
    const step = ours.get(part);
    if (step !== undefined) {
      if (stateOf(step, now, ids) !== 'other') return [];
      return [describe(part, step.before ?? undefined, now[part])];
    }
    return isSame(planned[part], now[part]) ? [] : [describe(part, planned[part], now[part])];
  });
}

/** The members whose values are never secret and may therefore be shown. */
const TELLABLE = new Set([
  'authorizationType',
  'authorizerId',
  'apiKeyRequired',
  'deploymentId',
  'routeKey',
  'target',
  'path',
  'name',
  'type',
  'identitySource',
  'authorizerResultTtlInSeconds',
  'autoDeploy',
  'apiKeySource',
  'cacheClusterEnabled',
  'disableExecuteApiEndpoint',
  'statusCode',
  'percentTraffic',
]);

/** Returns a line such as `route GET /orders: authorizationType was NONE and is now AWS_IAM`. */
export function describe(
  part: string,
  was: UnknownMembers | undefined,
  now: UnknownMembers | undefined,
): string {
  if (was === undefined) return `${part} is new`;
  if (now === undefined) return `${part} no longer exists`;
  const names = [...new Set([...Object.keys(was), ...Object.keys(now)])].sort();
  const said = names
    .filter((name) => !isSame(was[name], now[name]))
    .map((name) =>
      TELLABLE.has(name)
        ? `${name} was ${format(was[name])} and is now ${format(now[name])}`
        : `${name} has changed`,
    );
  return `${part}: ${said.join(', ')}`;
}

function format(value: unknown): string {
  return value === undefined ? 'nothing' : typeof value === 'string' ? value : JSON.stringify(value);
}
