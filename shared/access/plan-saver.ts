/**
 * Saves the plans of a document in the usage table if the wrapper of an MCP server charges by them, because the wrapper
 * runs in a function that does not have the document. If the authorizer itself charges, its first charge saves the
 * plan.
 */
import type { QuotaKeeper } from '../ports.ts';
import type { CompiledDocument } from './compiled-document.ts';

type SavePlans = (document: CompiledDocument) => Promise<void>;

/** `quotas` is undefined in a TOKEN authorizer, which has no access to the table. */
export function createPlanSaver(quotas: (() => Promise<QuotaKeeper>) | undefined): SavePlans {
  const saved = new Set<string>();
  return async ({ name, mcp, quota }) => {
    const plans = quota?.plans ?? [];
    if (quotas === undefined || mcp?.charge !== true || plans.length === 0 || saved.has(name)) return;
    const keeper = await quotas();
    // During an outage, the wrapper refuses calls with 503.
    if (await keeper.savePlans(plans.map(({ id }) => id))) saved.add(name);
  };
}
