import { readStage } from './environment.ts';
import type { Environment } from './environment.ts';

/**
 * Reads the settings of `portal-page`: `GATEWRIGHT_STAGE`, the stage of this stack.
 * @throws DomainError CONFIG_INVALID if the variable is missing or invalid
 */
export function readPortalPageConfig(environment: Environment = process.env): { readonly stage: string } {
  return { stage: readStage(environment) };
}
