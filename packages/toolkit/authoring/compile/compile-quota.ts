/** Compiles the quota of an access document to the data that the authorizer needs to charge callers. */
import type { ApiKind, CompiledQuota, CompiledRoute } from '@gatewright/handlers/access/compiled-document';
import type { AccessDocument } from '../document/document.ts';
import type { PlanText } from '../document/document-quota.ts';
import { QUOTA_CONTEXT_NAMES } from '@gatewright/handlers/access/quota-context';
import type { Path } from '../document/shape.ts';

/**
 * The component that charges callers by a plan. `request` is the authorizer. `access-log` is `usage-tracker`, which
 * charges later and cannot enforce a rate.
 */
type CountedBy = 'request' | 'access-log';

export type CheckPlan = (
  plan: unknown,
  countedBy: CountedBy,
) => { readonly path: Path; readonly message: string } | undefined;

type QuotaSurroundings = {
  readonly kind: ApiKind;
  readonly routes: readonly CompiledRoute[];
  /** Checks a customer plan. If it is undefined, a document must not define plans. */
  readonly checkPlan: CheckPlan | undefined;
  readonly complain: (path: Path, message: string, at?: 'key') => void;
  /** Path of the routes that the wrapper of an MCP server charges; undefined if the authorizer charges all routes. */
  readonly chargedElsewhere: string | undefined;
};

/** Compiles the quota of a document; undefined if the document has no quota. */
export function compileQuota(document: AccessDocument, around: QuotaSurroundings): CompiledQuota | undefined {
  const { quota } = document;
  if (quota === undefined) return undefined;
  const { plan, tenant, key, plans = [], admissionKey } = quota;
  const isTracked = quota.count === 'access-log';
  const others = around.routes.flatMap((route, index) =>
    route.path === around.chargedElsewhere ? [] : [index],
  );
  const isWhole = quota.routes === undefined && !isTracked && others.length > 0;
  checkSurroundings(document, isWhole, around);
  checkPlans(plans, isTracked ? 'access-log' : 'request', around);
  if (admissionKey !== undefined && around.kind !== 'rest')
    around.complain(
      ['quota', 'admissionKey'],
      'is for REST APIs only; other APIs always return 403 when the quota is exceeded: remove admissionKey',
    );
  const routes = quota.routes
    ? chargedRoutes(quota.routes, around)
    : around.chargedElsewhere === undefined
      ? undefined
      : others;
  const issuers = quota.when?.issuers;
  checkIssuers(document, issuers ?? [], isTracked, around);
  return {
    plan,
    tenant,
    ...(isTracked && { isTracked }),
    ...(key !== undefined && { key: key.claim }),
    ...(routes !== undefined && { routes }),
    ...(issuers !== undefined && { issuers }),
    plans,
    ...(admissionKey !== undefined && { admissionKey }),
  };
}

/** Whether the wrappers of MCP servers charge all routes, so that an authorizer charges none. */
export const isChargedInFunction = ({ routes }: CompiledQuota): boolean => routes?.length === 0;

function checkIssuers(
  { issuers }: AccessDocument,
  charged: readonly string[],
  isTracked: boolean,
  { complain }: QuotaSurroundings,
): void {
  if (isTracked && charged.length > 0)
    complain(
      ['quota', 'when'],
      'has no effect with count: access-log, which charges every logged caller: remove when',
    );
  const known = issuers.map(({ id }) => id);
  for (const [index, id] of charged.entries())
    if (!known.includes(id))
      complain(
        ['quota', 'when', 'issuers', index],
        `"${id}" is not declared under issuers; expected one of ${known.join(', ')}`,
      );
}

function checkSurroundings(
  { context = {}, result = {} }: AccessDocument,
  isWhole: boolean,
  { complain }: QuotaSurroundings,
): void {
  for (const name of Object.keys(context))
    if (QUOTA_CONTEXT_NAMES.has(name))
      complain(
        ['context', name],
        'is a name that the quota itself passes to the backend: rename the claim',
        'key',
      );
  if (isWhole && (result.cacheTtlSeconds ?? 0) > 0)
    complain(
      ['result', 'cacheTtlSeconds'],
      'would cache results, and requests that get a cached result are not charged, but the quota covers every route: set cacheTtlSeconds to 0, or remove cacheTtlSeconds',
    );
}

function checkPlans(
  plans: readonly PlanText[],
  countedBy: CountedBy,
  { checkPlan = refusePlan, complain }: QuotaSurroundings,
): void {
  for (const [index, plan] of plans.entries()) {
    const place: Path = ['quota', 'plans', index];
    const wrong = checkPlan(plan, countedBy);
    if (wrong !== undefined) complain([...place, ...wrong.path], wrong.message);
    if (plans.findIndex(({ id }) => id === plan.id) < index)
      complain([...place, 'id'], 'is already used by an earlier plan');
  }
}

const refusePlan: CheckPlan = () => ({
  path: [],
  message: 'is a plan that this compiler cannot check: save the plan in the usage table',
});

function chargedRoutes(
  names: readonly string[],
  { kind, routes, complain }: QuotaSurroundings,
): readonly number[] {
  if (kind === 'websocket') {
    complain(
      ['quota', 'routes'],
      'is for REST and HTTP APIs; a WebSocket API charges connections: remove routes',
    );
    return [];
  }
  const known = routes.map(({ method, path }) => `${method} ${path}`);
  return names.flatMap((name, index) => {
    const found = known.indexOf(name);
    const place = ['quota', 'routes', index];
    if (found === -1)
      complain(place, `the API has no route ${name}; it has ${known.slice(0, 12).join(', ')}`);
    else if (routes[found]?.isOpen === true)
      complain(
        place,
        'has no authorizer to charge the route: charge the route in its handler instead; or attach an authorizer, run gatewright access sync, and then list the route again',
      );
    return found === -1 ? [] : [found];
  });
}
