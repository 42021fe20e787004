import type { RoutePlan } from '../../core/deployment/model.ts';
import type { Fault, FaultRule } from './model.ts';

type IntegrationKind = RoutePlan['integration']['kind'];
type Family = 'function proxy' | 'mapped function' | 'backend' | 'mock' | 'none';

const FAMILIES: Readonly<Record<IntegrationKind, Family>> = {
  'lambda-proxy': 'function proxy',
  'lambda-stream': 'function proxy',
  function: 'mapped function',
  http: 'backend',
  'http-proxy': 'backend',
  'http-stream': 'backend',
  'http-api-proxy': 'backend',
  service: 'backend',
  'http-api-service': 'backend',
  mock: 'mock',
  none: 'none',
  misconfigured: 'none',
  unsupported: 'none',
};

/**
 * The kinds of integrations on which each fault has an effect. A status has no effect if the function's result is
 * mapped, because the status would then be only an input for the mapping template.
 */
const ACTS_ON: Readonly<Record<Fault['kind'], readonly Family[]>> = {
  latency: ['function proxy', 'mapped function', 'backend', 'mock'],
  status: ['function proxy', 'backend'],
  error: ['function proxy', 'mapped function'],
  crash: ['function proxy', 'mapped function'],
  throttle: ['function proxy', 'mapped function'],
  'cold start': ['function proxy', 'mapped function'],
  reset: ['function proxy', 'mapped function', 'backend', 'mock'],
  'cut body': ['function proxy', 'mapped function', 'backend', 'mock'],
  table: [],
};

export function actsOn({ fault, isOfFunctions }: FaultRule, integration: IntegrationKind): boolean {
  const family = FAMILIES[integration];
  if (isOfFunctions && family !== 'function proxy' && family !== 'mapped function') return false;
  return ACTS_ON[fault.kind].includes(family);
}
