/** The log and metric options of `MethodSettings` and `RouteSettings` (docs/aws §10.3). */
import { DefinitionError } from '../../errors.ts';
import { gatherMethodSettings } from './method-settings.ts';
import { readBlock, readFlag, readText } from '../properties.ts';
import type { PropertyBag } from '../properties.ts';

export type RouteOptions = {
  readonly loggingLevel: 'OFF' | 'ERROR' | 'INFO';
  /** Whether headers and bodies are also written to the execution log. */
  readonly isDataTraced: boolean;
  /** Whether metrics are counted by method or route, in addition to the metrics by stage. */
  readonly hasDetailedMetrics: boolean;
};

/** The settings of one stage. A route inherits missing options from the stage. */
export type StageOptions = {
  readonly usual: RouteOptions;
  readonly byRouteKey: ReadonlyMap<string, RouteOptions>;
};

export const PLAIN_ROUTE: RouteOptions = {
  loggingLevel: 'OFF',
  isDataTraced: false,
  hasDetailedMetrics: false,
};

/**
 * Reads the options of a REST stage.
 * @throws DefinitionError for an unknown level
 */
export function readMethodOptions(stage: PropertyBag): StageOptions {
  const settings = gatherMethodSettings(stage);
  const usual = readOptions(settings.usual, 'MetricsEnabled', PLAIN_ROUTE);
  const byRouteKey = new Map<string, RouteOptions>();
  for (const [routeKey, bag] of settings.byRouteKey)
    byRouteKey.set(routeKey, readOptions(bag, 'MetricsEnabled', usual));
  return { usual, byRouteKey };
}

/**
 * Reads the options of an HTTP or WebSocket stage.
 * @param hasExecutionLog false for HTTP APIs, which have no execution log, regardless of their settings
 * @throws DefinitionError for an unknown level
 */
export function readRouteOptions(stage: PropertyBag, hasExecutionLog: boolean): StageOptions {
  const read = (bag: PropertyBag, otherwise: RouteOptions): RouteOptions => {
    const options = readOptions(bag, 'DetailedMetricsEnabled', otherwise);
    return hasExecutionLog ? options : { ...options, loggingLevel: 'OFF' };
  };
  const defaults = readBlock(stage, 'DefaultRouteSettings');
  const usual = defaults === undefined ? PLAIN_ROUTE : read(defaults, PLAIN_ROUTE);
  const byRouteKey = new Map<string, RouteOptions>();
  const routes = readBlock(stage, 'RouteSettings');
  for (const routeKey of Object.keys(routes?.properties ?? {})) {
    const settings = routes === undefined ? undefined : readBlock(routes, routeKey);
    if (settings !== undefined) byRouteKey.set(routeKey, read(settings, usual));
  }
  return { usual, byRouteKey };
}

function readOptions(bag: PropertyBag, metrics: string, usual: RouteOptions): RouteOptions {
  const flag = (property: string, otherwise: boolean): boolean =>
    bag.properties[property] === undefined ? otherwise : readFlag(bag, property);
  return {
    loggingLevel: readLevel(bag, usual.loggingLevel),
    isDataTraced: flag('DataTraceEnabled', usual.isDataTraced),
    hasDetailedMetrics: flag(metrics, usual.hasDetailedMetrics),
  };
}

function readLevel(bag: PropertyBag, usual: RouteOptions['loggingLevel']): RouteOptions['loggingLevel'] {
  const level = readText(bag, 'LoggingLevel', usual).toUpperCase();
  if (level === 'OFF' || level === 'ERROR' || level === 'INFO') return level;
  throw new DefinitionError(
    bag.place('LoggingLevel'),
    `Invalid logging level "${level}"; expected OFF, ERROR or INFO`,
  );
}

/** Returns the options of a route, or the options of its stage if the route has none, or is unknown (undefined). */
export function optionsOf(options: StageOptions, routeKey: string | undefined): RouteOptions {
  return (routeKey === undefined ? undefined : options.byRouteKey.get(routeKey)) ?? options.usual;
}
