import type { FunctionDefinition } from '../core/stack/function.ts';

/**
 * The variable that makes a function trust the local issuer. The value in the template is replaced by the actual
 * address.
 */
const VARIABLE = 'GATEWRIGHT_ISSUER_URL';

export function trustsLocalIssuer({ environment }: Pick<FunctionDefinition, 'environment'>): boolean {
  const declared = environment[VARIABLE];
  return declared !== undefined && declared !== '';
}

/**
 * Replaces the local issuer's address in the function's variable with the actual address, because the control port may
 * be any free port. If the variable is missing or empty, the function does not trust the local issuer, and nothing is
 * replaced.
 */
export function trustLocalIssuer(definition: FunctionDefinition, controlUrl: string): FunctionDefinition {
  if (!trustsLocalIssuer(definition)) return definition;
  return { ...definition, environment: { ...definition.environment, [VARIABLE]: controlUrl } };
}
