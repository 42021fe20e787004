import type { FunctionDefinition } from '../core/stack/function.ts';

/** The only setting that makes a stack trust the local issuer. Its value in the template is only a default. */
const VARIABLE = 'GATEWRIGHT_ISSUER_URL';

export function trustsLocalIssuer({ environment }: Pick<FunctionDefinition, 'environment'>): boolean {
  const declared = environment[VARIABLE];
  return declared !== undefined && declared !== '';
}

/**
 * Sets the actual address of the local issuer if the template sets an address for it, because the control port may be
 * any free port. If the setting is missing or empty, a function does not trust the local issuer.
 */
export function trustLocalIssuer(definition: FunctionDefinition, controlUrl: string): FunctionDefinition {
  if (!trustsLocalIssuer(definition)) return definition;
  return { ...definition, environment: { ...definition.environment, [VARIABLE]: controlUrl } };
}
