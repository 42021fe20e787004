/** The throttle settings of stages in all kinds of template (docs/aws §5.1). */
import { asText } from '@gatewright/aws/json-object';
import { unescapePointer } from '@gatewright/aws/json-pointer';
import { DefinitionError } from '../../errors.ts';
import { readBlock, readText } from '../properties.ts';
import type { ThrottleLimit } from '../../metering/token-bucket.ts';
import type { PropertyBag } from '../properties.ts';

/** The account's limit in most regions. It is also the default if the rate or the burst is missing. */
export const ACCOUNT_LIMIT: ThrottleLimit = { rateLimit: 10_000, burstLimit: 5000 };

const SMALL_REGIONS: ReadonlySet<string> = new Set(['af-south-1', 'eu-south-1']);

/** Returns the account's limit by region (docs/aws §5.1). */
export function accountLimit(region: string): ThrottleLimit {
  return SMALL_REGIONS.has(region) ? { rateLimit: 2500, burstLimit: 1250 } : ACCOUNT_LIMIT;
}

/** The limits of one stage. Every route has its own bucket, even if the stage's default limit applies to it. */
export type ThrottleSettings = {
  /**
   * The default limit of the stage: `* /*` of a REST stage, or `DefaultRouteSettings` of an HTTP or WebSocket stage.
   */
  readonly usual: ThrottleLimit | undefined;
  /** The limits by route key, such as `GET /pets/{id}`. */
  readonly byRouteKey: ReadonlyMap<string, ThrottleLimit>;
};

const NAMES = {
  stage: { rate: 'ThrottlingRateLimit', burst: 'ThrottlingBurstLimit' },
  plan: { rate: 'RateLimit', burst: 'BurstLimit' },
};

/**
 * Reads a limit. Returns undefined if neither rate nor burst is set (−1 is AWS's "not set"). If only one of them is
 * set, the other has the account's value.
 */
export function readThrottle(bag: PropertyBag, kind: keyof typeof NAMES): ThrottleLimit | undefined {
  const rateLimit = readAmount(bag, NAMES[kind].rate);
  const burstLimit = readAmount(bag, NAMES[kind].burst);
  if (burstLimit !== undefined && !Number.isInteger(burstLimit))
    throw new DefinitionError(
      bag.place(NAMES[kind].burst),
      `${NAMES[kind].burst} must be a whole number, not ${burstLimit}`,
    );
  if (rateLimit === undefined && burstLimit === undefined) return undefined;
  return {
    rateLimit: rateLimit ?? ACCOUNT_LIMIT.rateLimit,
    burstLimit: burstLimit ?? ACCOUNT_LIMIT.burstLimit,
  };
}

function readAmount(bag: PropertyBag, property: string): number | undefined {
  const value = bag.properties[property];
  if (value === undefined || value === null) return undefined;
  const number = typeof value === 'string' && value.trim() !== '' ? Number(value) : value;
  if (number === -1) return undefined;
  if (typeof number === 'number' && number >= 0 && Number.isFinite(number)) return number;
  throw new DefinitionError(
    bag.place(property),
    `${property} must be a number of at least 0, not ${JSON.stringify(value)}`,
  );
}

/** Reads the limits in the `MethodSettings` of a REST stage. Returns undefined if nothing is throttled. */
export function readRestThrottles(stage: PropertyBag): ThrottleSettings | undefined {
  let usual: ThrottleLimit | undefined;
  const byRouteKey = new Map<string, ThrottleLimit>();
  for (const setting of readMethodSettings(stage)) {
    const limit = readThrottle(setting.bag, 'stage');
    if (limit === undefined) continue;
    if (setting.routeKey === undefined) usual = limit;
    else byRouteKey.set(setting.routeKey, limit);
  }
  return usual === undefined && byRouteKey.size === 0 ? undefined : { usual, byRouteKey };
}

type MethodSetting = {
  /** The route key, such as `GET /pets/{id}`; undefined means the default for all methods. */
  readonly routeKey: string | undefined;
  readonly bag: PropertyBag;
};

/**
 * Returns the items of a REST stage's `MethodSettings` with their routes. `ResourcePath` may be `/pets` or, as in the
 * API's patch paths, `/~1pets`.
 */
export function readMethodSettings(stage: PropertyBag): readonly MethodSetting[] {
  const list = stage.properties['MethodSettings'];
  if (list === undefined || list === null) return [];
  if (!Array.isArray(list))
    throw new DefinitionError(
      stage.place('MethodSettings'),
      `MethodSettings must be a list, not ${JSON.stringify(list)}`,
    );
  return list.flatMap((item: unknown, index) => {
    const bag = readBlock(
      { ...stage, properties: { [`MethodSettings.${index}`]: item } },
      `MethodSettings.${index}`,
    );
    if (bag === undefined)
      throw new DefinitionError(
        stage.place(`MethodSettings.${index}`),
        `A method setting must be a map, not ${JSON.stringify(item)}`,
      );
    // API Gateway drops an item without a setting, and does not read its path (docs/aws §10.1).
    return hasSetting(bag) ? [{ routeKey: readRouteKey(bag), bag }] : [];
  });
}

function hasSetting({ properties }: PropertyBag): boolean {
  return Object.entries(properties).some(
    ([name, value]) => name !== 'HttpMethod' && name !== 'ResourcePath' && value !== null,
  );
}

/**
 * CloudFormation template reference, MethodSetting: HttpMethod and ResourcePath are "required when you specify a
 * MethodSetting". Without them, CloudFormation sends `null` in their place (aws/serverless-application-model#399).
 */
function readRouteKey(bag: PropertyBag): string | undefined {
  const [given, on] = [bag.properties['ResourcePath'], bag.properties['HttpMethod']].map(
    (one) => asText(one) ?? 'null',
  );
  if (given === 'null' || on === 'null')
    throw new DefinitionError(
      bag.place(given === 'null' ? 'ResourcePath' : 'HttpMethod'),
      `Invalid method setting path: ${given}/${on}. A method setting needs ResourcePath and HttpMethod`,
    );
  const method = readText(bag, 'HttpMethod', '*').toUpperCase();
  const path = unescapePath(readText(bag, 'ResourcePath', '/*'));
  if (method === '*' && (path === '/*' || path === '*')) return undefined;
  if (method === '*' || path === '/*' || path === '*')
    throw new DefinitionError(
      bag.place(method === '*' ? 'HttpMethod' : 'ResourcePath'),
      `Invalid method setting path: ${path}/${method}. Name one method of one resource, or */* for all methods`,
    );
  return `${method} ${path}`;
}

/** Converts `/~1pets~1{id}` to `/pets/{id}`. The root is `/`. */
export function unescapePath(path: string): string {
  if (!path.includes('~1')) return path.startsWith('/') || path === '*' ? path : `/${path}`;
  return unescapePointer(path.replace(/^\//, ''));
}

/**
 * Returns the error message for a route that does not exist, in AWS's wording
 * (terraform-aws-modules/terraform-aws-apigateway-v2#80).
 */
export function noRouteOfSettings(routeKey: string): string {
  return `Unable to find Route by key ${routeKey} within the provided RouteSettings`;
}

/**
 * Reads `DefaultRouteSettings` and `RouteSettings` of an HTTP or WebSocket stage. `routeKeys` are the route keys of the
 * API.
 */
export function readRouteThrottles(
  stage: PropertyBag,
  routeKeys: ReadonlySet<string>,
): ThrottleSettings | undefined {
  const defaults = readBlock(stage, 'DefaultRouteSettings');
  const usual = defaults === undefined ? undefined : readThrottle(defaults, 'stage');
  const byRouteKey = new Map<string, ThrottleLimit>();
  const routes = readBlock(stage, 'RouteSettings');
  for (const routeKey of Object.keys(routes?.properties ?? {})) {
    if (!routeKeys.has(routeKey))
      throw new DefinitionError(stage.place(`RouteSettings.${routeKey}`), noRouteOfSettings(routeKey));
    const settings = routes === undefined ? undefined : readBlock(routes, routeKey);
    const limit = settings === undefined ? undefined : readThrottle(settings, 'stage');
    if (limit !== undefined) byRouteKey.set(routeKey, limit);
  }
  return usual === undefined && byRouteKey.size === 0 ? undefined : { usual, byRouteKey };
}
