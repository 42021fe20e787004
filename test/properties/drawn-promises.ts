/**
 * The promises that are tried with drawn inputs: one line for each, and the promises of a service from the folder of
 * its tests, so that they are removed with the service.
 */
import { globSync } from 'node:fs';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { accessDocuments } from './access-documents.ts';
import { authorizerResults } from './authorizer-results.ts';
import { basePaths } from './base-paths.ts';
import { boundClaims } from './bound-claims.ts';
import { equalStages } from './equal-stages.ts';
import { exactCredentials } from './exact-credentials.ts';
import { breakerStates } from './breaker-states.ts';
import { cacheScopes } from './cache-scopes.ts';
import { channelListeners } from './channel-listeners.ts';
import { customerBills } from './customer-bills.ts';
import { invoiceForms } from './invoice-forms.ts';
import { languages } from './languages.ts';
import { mcpCalls } from './mcp-calls.ts';
import { messageRoutes } from './message-routes.ts';
import { messageSignatures } from './message-signatures.ts';
import { modelChecks } from './model-checks.ts';
import { portalOrganisations } from './portal-organisations.ts';
import { renamedLimits } from './renamed-limits.ts';
import { resourcePolicies } from './resource-policies.ts';
import { samTemplates } from './sam-templates.ts';
import { storeFaults } from './store-faults.ts';
import { tableKeys } from './table-keys.ts';
import { usagePlans } from './usage-plans.ts';
import type { DrawnPromise } from './promises.ts';

const SERVICES = join(import.meta.dirname, '../packages/gateway/services');

export const DRAWN_PROMISES: readonly DrawnPromise[] = [
  accessDocuments,
  authorizerResults,
  basePaths,
  boundClaims,
  equalStages,
  exactCredentials,
  breakerStates,
  cacheScopes,
  channelListeners,
  customerBills,
  invoiceForms,
  languages,
  mcpCalls,
  messageRoutes,
  messageSignatures,
  modelChecks,
  portalOrganisations,
  renamedLimits,
  resourcePolicies,
  samTemplates,
  storeFaults,
  tableKeys,
  usagePlans,
  ...(await promisesOfServices()),
];

async function promisesOfServices(): Promise<readonly DrawnPromise[]> {
  const files = globSync('*/*.drawn.ts', { cwd: SERVICES }).sort();
  const modules = await Promise.all(
    files.map(async (file) => (await import(pathToFileURL(join(SERVICES, file)).href)) as object),
  );
  return modules.flatMap((module) => Object.values(module) as DrawnPromise[]);
}
