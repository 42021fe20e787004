/**
 * API mappings of custom domains in apigatewayv2. Their keys may have several levels, and they may map to APIs of every
 * type.
 */
import { isBasePath } from '../../core/routing/base-path.ts';
import { makeId } from '@gatewright/aws/physical-ids';
import { badRequest, conflict, orNotFound } from '../control-error.ts';
import { MIXTURE, SEVERAL_LEVELS, hasMultiLevelPaths } from './read-domains.ts';
import type { ApiState } from '../api-state.ts';
import type { Domain, Domains, Mapping } from './domains.ts';

const ID_LENGTH = 6;

/** Returns the id that an API call set. Without such an id, returns an id that is the same in every run. */
export function mappingIdOf({ name }: Domain, basePath: string, { id }: Mapping): string {
  return id ?? makeId(ID_LENGTH, name, basePath);
}

/** @throws ControlError NotFoundException if the domain has no such mapping */
export function findMappingById(domain: Domain, id: string): readonly [basePath: string, mapping: Mapping] {
  return orNotFound(
    [...domain.mappings].find(([basePath, mapping]) => mappingIdOf(domain, basePath, mapping) === id),
    'The resource specified in the request was not found.',
  );
}

/**
 * @param from the current base path
 * @throws ControlError for a call that AWS refuses
 */
export function putV2Mapping(
  domains: Domains,
  findApi: (apiId: string) => ApiState | undefined,
  domain: Domain,
  basePath: string,
  mapping: Mapping,
  from?: string,
): void {
  const others = [...domain.mappings].filter(([other]) => other !== from);
  if (others.some(([other]) => other === basePath))
    throw conflict('ApiMapping key already exists for this domain name');
  if (!isBasePath(basePath)) throw badRequest(`Invalid api mapping key: "${basePath}"`);
  if (basePath.includes('/') && !hasMultiLevelPaths(domain.properties)) throw badRequest(SEVERAL_LEVELS);
  const api = findApi(mapping.apiId);
  if (api === undefined) throw badRequest('Invalid API identifier specified');
  if (api.stage(mapping.stage) === undefined) throw badRequest('Invalid stage identifier specified');
  const isWebSocket = (apiId: string): boolean => findApi(apiId)?.identity.protocol === 'websocket';
  if (others.some(([, other]) => isWebSocket(other.apiId) !== isWebSocket(mapping.apiId)))
    throw badRequest(MIXTURE);
  domains.put({ ...domain, mappings: new Map([...others, [basePath, mapping]]) });
}
