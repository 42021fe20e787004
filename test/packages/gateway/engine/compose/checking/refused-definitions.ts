/** Definitions that AWS refuses, by what they are about. */
import type { RefusedDefinition } from './refused/definition.ts';
import { OF_ARNS } from './refused/of-arns.ts';
import { OF_BUCKETS } from './refused/of-buckets.ts';
import { OF_BUSES } from './refused/of-buses.ts';
import { OF_CALLS } from './refused/of-calls.ts';
import { OF_COMBINATIONS } from './refused/of-combinations.ts';
import { OF_DELIVERIES } from './refused/of-deliveries.ts';
import { OF_CONDITIONS } from './refused/of-conditions.ts';
import { OF_EARLY_VALUES } from './refused/of-early-values.ts';
import { OF_EVENTS } from './refused/of-events.ts';
import { OF_FIELDS } from './refused/of-fields.ts';
import { OF_LITERALS } from './refused/of-literals.ts';
import { OF_INTEGRATIONS } from './refused/of-integrations.ts';
import { OF_ITEMS } from './refused/of-items.ts';
import { OF_HEALTH_CHECKS } from './refused/of-health-checks.ts';
import { OF_IDENTITIES } from './refused/of-identities.ts';
import { OF_IMPORTS } from './refused/of-imports.ts';
import { OF_LAMBDA } from './refused/of-lambda.ts';
import { OF_MEMBERS } from './refused/of-members.ts';
import { OF_MODELS } from './refused/of-models.ts';
import { OF_MACHINES } from './refused/of-machines.ts';
import { OF_NEIGHBOURS } from './refused/of-neighbours.ts';
import { OF_PASSED_MEMBERS } from './refused/of-passed-members.ts';
import { OF_PARTS } from './refused/of-parts.ts';
import { OF_PIPES } from './refused/of-pipes.ts';
import { OF_POLICIES } from './refused/of-policies.ts';
import { OF_RELATIONS } from './refused/of-relations.ts';
import { OF_ORDER } from './refused/of-order.ts';
import { OF_RESOURCES } from './refused/of-resources.ts';
import { OF_SECOND_PARTS } from './refused/of-second-parts.ts';
import { OF_SECTIONS } from './refused/of-sections.ts';
import { OF_SECURITY_RULES } from './refused/of-security-rules.ts';
import { OF_SERVICE_CALLS } from './refused/of-service-calls.ts';
import { OF_SETTINGS } from './refused/of-settings.ts';
import { OF_SAM, OF_SAM_PROPERTIES } from './refused/of-sam.ts';
import { OF_ROTATIONS } from './refused/of-rotations.ts';
import { OF_REST } from './refused/of-rest.ts';
import { OF_ROLES } from './refused/of-roles.ts';
import { OF_STATE_VALUES } from './refused/of-state-values.ts';
import { OF_STORES } from './refused/of-stores.ts';
import { OF_TEMPLATES } from './refused/of-templates.ts';
import { OF_THREADS } from './refused/of-threads.ts';
import { OF_USER_POOLS } from './refused/of-user-pools.ts';
import { OF_UNDEPLOYED } from './refused/of-undeployed.ts';
import { OF_VALUES } from './refused/of-values.ts';
import { OF_V2 } from './refused/of-v2.ts';

export const REFUSED_DEFINITIONS: readonly RefusedDefinition[] = [
  ...OF_BUCKETS,
  ...OF_BUSES,
  ...OF_CALLS,
  ...OF_MODELS,
  ...OF_PARTS,
  ...OF_SECTIONS,
  ...OF_SECURITY_RULES,
  ...OF_SERVICE_CALLS,
  ...OF_SECOND_PARTS,
  ...OF_LAMBDA,
  ...OF_REST,
  ...OF_V2,
  ...OF_EVENTS,
  ...OF_TEMPLATES,
  ...OF_RELATIONS,
  ...OF_THREADS,
  ...OF_UNDEPLOYED,
  ...OF_DELIVERIES,
  ...OF_CONDITIONS,
  ...OF_EARLY_VALUES,
  ...OF_POLICIES,
  ...OF_HEALTH_CHECKS,
  ...OF_IDENTITIES,
  ...OF_IMPORTS,
  ...OF_RESOURCES,
  ...OF_SAM,
  ...OF_PASSED_MEMBERS,
  ...OF_SAM_PROPERTIES,
  ...OF_USER_POOLS,
  ...OF_ROLES,
  ...OF_ORDER,
  ...OF_COMBINATIONS,
  ...OF_LITERALS,
  ...OF_ARNS,
  ...OF_VALUES,
  ...OF_SETTINGS,
  ...OF_MACHINES,
  ...OF_STATE_VALUES,
  ...OF_STORES,
  ...OF_FIELDS,
  ...OF_NEIGHBOURS,
  ...OF_INTEGRATIONS,
  ...OF_MEMBERS,
  ...OF_PIPES,
  ...OF_ITEMS,
  ...OF_ROTATIONS,
];
