/** Describes where a request was sent: the stage or custom domain, and the routes that its path nearly names. */
import { NONE } from '../../core/routing/base-path.ts';
import { findNearMisses, findServed } from './near-misses.ts';
import { isGreedy, segmentsOf } from '../../core/routing/template-fit.ts';
import type { RoutePlan } from '../../core/deployment/model.ts';
import type { ServedApi } from '../../core/exchange.ts';
import type { Circumstances, NearMiss } from '../explain/circumstances.ts';
import type { RecordedRequest } from './recorded-request.ts';

type Address = Pick<
  Circumstances,
  | 'stagePath'
  | 'isPreflight'
  | 'isHandshake'
  | 'domain'
  | 'doubledStage'
  | 'behindSegment'
  | 'staged'
  | 'servedBy'
  | 'isWithoutRoutes'
  | 'isEndpointDisabled'
  | 'nearMisses'
>;

export function describeAddress({ received, error }: RecordedRequest): Address {
  const { api, stage, route, rawPath, path, method, headers } = received;
  const plans = stage?.deployment.routes.plans ?? [];
  return {
    ...(rawPath.endsWith(path) && { stagePath: rawPath.slice(0, -path.length) }),
    ...(method === 'OPTIONS' &&
      headers.last('origin') !== undefined &&
      headers.last('access-control-request-method') !== undefined && { isPreflight: true }),
    ...(api.protocol !== 'websocket' &&
      headers.last('upgrade')?.toLowerCase() === 'websocket' && { isHandshake: true }),
    ...describeDomain(api),
    ...(stage === undefined ? describeStaged(api, method, rawPath) : {}),
    ...(stage !== undefined && route === undefined && describeShorter(plans, method, path, stage.name)),
    isEndpointDisabled: api.disableExecuteApiEndpoint && error?.code === 'STAGE_NOT_FOUND',
    nearMisses: withoutPreflights(findNearMisses(plans, method, path, route), route),
  };
}

/** An OPTIONS method exists for preflights, so a client whose request found no route did not mean such a method. */
function withoutPreflights(found: readonly NearMiss[], answered: RoutePlan | undefined): readonly NearMiss[] {
  const meant = found.filter(({ otherMethod }) => otherMethod !== 'OPTIONS');
  return answered !== undefined || meant.length === 0 ? found : meant;
}

/**
 * Returns the path without the stage at its beginning, or without a segment before the stage $default, if a route
 * serves it.
 */
function describeShorter(
  plans: readonly RoutePlan[],
  method: string,
  path: string,
  stageName: string,
): Pick<Circumstances, 'doubledStage' | 'behindSegment' | 'servedBy'> {
  const [first, behind] = splitPath(path);
  const served = findServed(plans, method, behind);
  if (served === undefined) return {};
  return {
    ...(first === stageName && { doubledStage: behind }),
    ...(stageName === '$default' && { behindSegment: behind }),
    ...((first === stageName || stageName === '$default') && { servedBy: served.routeKey }),
  };
}

/**
 * Adds the name of a stage to a path that has none: before the whole path, or in place of its first segment. Returns
 * the first such path that a route serves.
 */
function describeStaged(
  { stages }: Pick<ServedApi, 'stages'>,
  method: string,
  path: string,
): Pick<Circumstances, 'staged' | 'servedBy' | 'isWithoutRoutes'> {
  if (stages.size > 0 && [...stages.values()].every(({ deployment }) => deployment.routes.plans.length === 0))
    return { isWithoutRoutes: true };
  const [first, behind] = splitPath(path);
  for (const { rest, instead } of [{ rest: path }, { rest: behind, instead: first }])
    for (const [name, { deployment }] of stages) {
      const served = findServed(deployment.routes.plans, method, rest);
      // A route for all paths serves both paths, so it does not show which path was meant.
      if (served === undefined || isGreedy(segmentsOf(served.resourcePath)[0] ?? '')) continue;
      return { staged: { path: `/${name}${rest}`, instead }, servedBy: served.routeKey };
    }
  return {};
}

function splitPath(path: string): readonly [first: string, behind: string] {
  const [, first = ''] = path.split('/');
  const behind = path.slice(first.length + 1);
  return [first, behind === '' ? '/' : behind];
}

/** Returns the custom domain of a request or a call; empty at the API's own endpoint. */
export function describeDomain({
  domainName,
  basePathMatched,
}: Pick<ServedApi, 'domainName' | 'basePathMatched'>): Pick<Circumstances, 'domain'> {
  if (basePathMatched === undefined) return {};
  return { domain: { name: domainName, basePath: basePathMatched === NONE ? '' : basePathMatched } };
}
