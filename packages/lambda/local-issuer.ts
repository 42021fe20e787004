/** Points functions that trust the local issuer at where it really is. */
import type { FunctionDefinition } from './model.ts';

/** The one setting by which a stack says that it trusts the local issuer; its value in the template is only a default. */
const VARIABLE = 'GATEWRIGHT_ISSUER_URL';

/**
 * Functions whose template names an address get the actual one (the control port may be any free port). A
 * template without it, or with an empty one, does not trust the local issuer, and the gateway does not make it.
 */
export function trustLocalIssuer(definition: FunctionDefinition, controlUrl: string): FunctionDefinition {
  const declared = definition.environment[VARIABLE];
  if (declared === undefined || declared === '') return definition;
  return { ...definition, environment: { ...definition.environment, [VARIABLE]: controlUrl } };
}
