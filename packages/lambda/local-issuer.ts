/** Gives functions that trust the local issuer its actual address. */
import type { FunctionDefinition } from '../core/stack/function.ts';

/**
 * The one setting with which a stack trusts the local issuer; its value in the template is only a default.
 */
const VARIABLE = 'GATEWRIGHT_ISSUER_URL';

/** Whether its template has the setting. */
export function trustsLocalIssuer({ environment }: Pick<FunctionDefinition, 'environment'>): boolean {
  const declared = environment[VARIABLE];
  return declared !== undefined && declared !== '';
}

/**
 * Functions whose template names an address get the actual one, since the control port may be any free port.
 * A template without it, or with an empty one, does not trust the local issuer, and the gateway does not add
 * it.
 */
export function trustLocalIssuer(definition: FunctionDefinition, controlUrl: string): FunctionDefinition {
  if (!trustsLocalIssuer(definition)) return definition;
  return { ...definition, environment: { ...definition.environment, [VARIABLE]: controlUrl } };
}
