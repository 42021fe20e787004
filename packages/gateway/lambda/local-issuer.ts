import type { FunctionDefinition } from '../core/stack/function.ts';

/**
 * The one setting with which a stack trusts the local issuer; its value in the template is only a default.
 */
const VARIABLE = 'GATEWRIGHT_ISSUER_URL';

export function trustsLocalIssuer({ environment }: Pick<FunctionDefinition, 'environment'>): boolean {
  const declared = environment[VARIABLE];
  return declared !== undefined && declared !== '';
}

/**
 * Sets the actual address where the template names one, since the control port may be any free port. Without
 * the setting, or with an empty one, a function does not trust the local issuer.
 */
export function trustLocalIssuer(definition: FunctionDefinition, controlUrl: string): FunctionDefinition {
  if (!trustsLocalIssuer(definition)) return definition;
  return { ...definition, environment: { ...definition.environment, [VARIABLE]: controlUrl } };
}
