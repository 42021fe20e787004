/** Describes where a request was sent: the stage or custom domain, and the routes that its path nearly names. */
import { NONE } from '../../core/routing/base-path.ts';
import { findBehindSegment, findDoubledStage, findNearMisses } from './near-misses.ts';
import type { ServedApi } from '../../core/exchange.ts';
import type { Circumstances } from '../explain/circumstances.ts';
import type { RecordedRequest } from './recorded-request.ts';

type Address = Pick<
  Circumstances,
  | 'stagePath'
  | 'isPreflight'
  | 'domain'
  | 'doubledStage'
  | 'behindSegment'
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
    ...describeDomain(api),
    ...(stage !== undefined &&
      route === undefined &&
      stage.name === '$default' && { behindSegment: findBehindSegment(plans, method, path) }),
    ...(stage !== undefined &&
      route === undefined && { doubledStage: findDoubledStage(plans, method, path, stage.name) }),
    isEndpointDisabled: api.disableExecuteApiEndpoint && error?.code === 'STAGE_NOT_FOUND',
    nearMisses: stage === undefined ? [] : findNearMisses(plans, method, path, route),
  };
}

/** The custom domain of a request or a call; empty at the API's own endpoint. */
export function describeDomain({
  domainName,
  basePathMatched,
}: Pick<ServedApi, 'domainName' | 'basePathMatched'>): Pick<Circumstances, 'domain'> {
  if (basePathMatched === undefined) return {};
  return { domain: { name: domainName, basePath: basePathMatched === NONE ? '' : basePathMatched } };
}
