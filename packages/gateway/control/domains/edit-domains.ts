/** The calls for custom domains and base path mappings, with AWS's checks and wording (public captures). */
import { isBasePath } from '../../core/routing/base-path.ts';
import type { ApiIdentity } from '../../core/deployment/model.ts';
import { refuseBeyondQuota } from '../api-quotas.ts';
import { badRequest, conflict, orNotFound } from '../control-error.ts';
import { byPriority } from './domains.ts';
import { findTruststore } from './mutual-tls.ts';
import { routingModeOf } from './read-routing-rules.ts';
import { mapOf, textOf } from '@gatewright/aws/json-object';
import type { JsonObject } from '@gatewright/aws/json-object';
import { isDomainName, ONLY_ONE, refusesBeside, SINGLE_LEVEL } from './read-domains.ts';
import type { Account } from '../account.ts';
import type { RoutingRule } from '../../core/routing/routing-rules.ts';
import type { ApiState } from '../api-state.ts';
import type { TruststoreSource } from './mutual-tls.ts';
import type { Truststore } from '@gatewright/aws/certificates/truststore';
import type { Domain, Domains, Mapping } from './domains.ts';

/** @throws ControlError NotFoundException if there is no such domain */
export function getDomain(domains: Domains, name: string): Domain {
  return orNotFound(domains.get(name), 'Invalid domain name identifier specified');
}

/** @throws ControlError NotFoundException if the domain has no such mapping */
export function getMapping(domain: Domain, basePath: string): Mapping {
  return orNotFound(domain.mappings.get(basePath), 'Invalid base path mapping identifier specified');
}

/** @throws ControlError for a call that AWS refuses */
export function createDomain(
  domains: Domains,
  name: string,
  properties: JsonObject,
  { clock, quotas, truststores }: Pick<Account, 'clock' | 'quotas' | 'truststores'>,
): Domain {
  const lower = name.toLowerCase();
  if (!isDomainName(lower)) throw badRequest(`Invalid domain name: ${name}`);
  if (domains.get(lower) !== undefined) throw badRequest('The domain name you provided already exists.');
  refuseBeyondQuota('domains', domains.all.length, quotas);
  const truststore = requireTruststore(properties, truststores);
  const domain = {
    name: lower,
    properties,
    mappings: new Map<string, Mapping>(),
    rules: [],
    truststore,
    createdAtEpochMs: clock.nowEpochMs(),
  };
  domains.put(domain);
  return domain;
}

/**
 * Returns the domain with its new properties.
 * @throws ControlError if the domain requires client certificates that cannot be checked
 */
export function changeDomain(
  domains: Domains,
  domain: Domain,
  properties: JsonObject,
  { truststores }: Pick<Account, 'truststores'>,
): Domain {
  const truststore = requireTruststore(properties, truststores);
  const changed = { ...domain, properties, truststore, closedBecause: undefined };
  domains.put(changed);
  return changed;
}

/** Returns the domain's truststore; undefined if the domain requires no certificate. */
function requireTruststore(properties: JsonObject, source: TruststoreSource): Truststore | undefined {
  const mutualTls = mapOf(properties, 'MutualTlsAuthentication');
  if (textOf(mutualTls, 'TruststoreUri') === '') return undefined;
  try {
    return findTruststore(mutualTls, source);
  } catch (error) {
    if (error instanceof RangeError) throw badRequest(`MutualTlsAuthentication: ${error.message}`);
    throw error;
  }
}

/**
 * Replaces the rule that has the same id, or adds it.
 * @throws ControlError for a call that AWS refuses
 */
export function putRule(domains: Domains, domain: Domain, rule: RoutingRule): void {
  if (routingModeOf(domain.properties) === 'mappings')
    throw badRequest('The routing mode of the domain name does not support routing rules');
  const others = domain.rules.filter(({ id }) => id !== rule.id);
  if (others.some(({ priority }) => priority === rule.priority))
    throw conflict('A routing rule with this priority already exists');
  if (others.length >= MAX_RULES)
    throw badRequest(`A domain name can have at most ${MAX_RULES} routing rules`);
  domains.put({ ...domain, rules: byPriority([...others, rule]) });
}

/** AWS's default quota of routing rules. The number is limited, because a request may evaluate all rules. */
const MAX_RULES = 50;

/** @throws ControlError NotFoundException if the domain has no such rule */
export function getRule({ rules }: Domain, id: string): RoutingRule {
  return orNotFound(
    rules.find((one) => one.id === id),
    'Invalid routing rule identifier specified',
  );
}

export function deleteRule(domains: Domains, domain: Domain, id: string): void {
  getRule(domain, id);
  domains.put({ ...domain, rules: domain.rules.filter((one) => one.id !== id) });
}

/**
 * Creates a mapping, whose `stage` may be empty.
 * @throws ControlError for a call that AWS refuses
 */
export function createMapping(
  domains: Domains,
  domain: Domain,
  basePath: string,
  mapping: Mapping,
  findApi: (apiId: string) => ApiState | undefined,
): void {
  if (domain.mappings.has(basePath)) throw conflict('Base path already exists for this domain name');
  putMapping(domains, domain, basePath, mapping, findApi);
}

/**
 * Adds a mapping like `createMapping`, but replaces the mapping at `from`.
 * @throws ControlError for a call that AWS refuses
 */
export function moveMapping(
  domains: Domains,
  domain: Domain,
  from: string,
  basePath: string,
  mapping: Mapping,
  findApi: (apiId: string) => ApiState | undefined,
): void {
  const mappings = new Map([...domain.mappings].filter(([other]) => other !== from));
  if (mappings.has(basePath)) throw conflict('Base path already exists for this domain name');
  putMapping(domains, { ...domain, mappings }, basePath, mapping, findApi);
}

export function deleteMapping(domains: Domains, domain: Domain, basePath: string): void {
  getMapping(domain, basePath);
  const mappings = new Map([...domain.mappings].filter(([other]) => other !== basePath));
  domains.put({ ...domain, mappings });
}

function putMapping(
  domains: Domains,
  domain: Domain,
  basePath: string,
  mapping: Mapping,
  findApi: (apiId: string) => ApiState | undefined,
): void {
  if (basePath.includes('/')) throw badRequest(SINGLE_LEVEL);
  if (!isBasePath(basePath)) throw badRequest(`Invalid base path: "${basePath}"`);
  const api = findApi(mapping.apiId);
  if (api?.identity.protocol !== 'rest') throw badRequest('Invalid REST API identifier specified');
  if (mapping.stage !== '' && api.stage(mapping.stage) === undefined)
    throw badRequest('Invalid stage identifier specified');
  if (refusesBeside([...domain.mappings.keys()], basePath)) throw conflict(ONLY_ONE);
  domains.put({ ...domain, mappings: new Map([...domain.mappings, [basePath, mapping]]) });
}

/**
 * Refuses to delete an API, or one stage of it, to which a domain maps. Must be called before the deletion.
 * @throws ControlError if a domain maps to it
 */
export function refuseMapped(
  domains: Domains,
  { protocol, apiId }: Pick<ApiIdentity, 'protocol' | 'apiId'>,
  stage?: string,
): void {
  const names = domains.all
    .filter(({ mappings, rules }) =>
      [...mappings.values(), ...rules].some(
        (mapping) => mapping.apiId === apiId && (stage === undefined || mapping.stage === stage),
      ),
    )
    .map(({ name }) => name);
  if (names.length === 0) return;
  if (stage === undefined && protocol !== 'rest')
    throw badRequest(
      `Deleting API ${apiId} failed. Please remove all API mappings for the API from your custom domain names.`,
    );
  throw badRequest(
    stage === undefined
      ? `Deleting RestApi ${apiId} failed. Please remove all base path mappings related to the RestApi in your domains.`
      : `Deleting stage ${stage} failed. Please remove all base path mappings related to the stage in your domains: ${names.join(', ')}`,
  );
}
