/** Points functions that trust the local issuer at where it really is. */
import type { FunctionDefinition } from '../core/stack/function.ts';

/** The one setting by which a stack says that it trusts the local issuer; its value in the template is only a default. */
const VARIABLE = 'GATEWRIGHT_ISSUER_URL';

/** Whether its template says so. */
export function trustsLocalIssuer({ environment }: Pick<FunctionDefinition, 'environment'>): boolean {
  const declared = environment[VARIABLE];
  return declared !== undefined && declared !== '';
}

/**
 * Functions whose template names an address get the actual one (the control port may be any free port). A
 * template without it, or with an empty one, does not trust the local issuer, and the gateway does not make it.
 */
export function trustLocalIssuer(definition: FunctionDefinition, controlUrl: string): FunctionDefinition {
  if (!trustsLocalIssuer(definition)) return definition;
  return { ...definition, environment: { ...definition.environment, [VARIABLE]: controlUrl } };
}
