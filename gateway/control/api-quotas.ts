/** AWS's quotas per API that a definition can exceed (aws-behaviour §13). */
import { DefinitionError } from '../errors.ts';
import type { DefinitionPlace } from '../errors.ts';

const QUOTAS = { Resources: 300, Routes: 300, Integrations: 300, Stages: 10, Authorizers: 10 };

type Placed = { place(): DefinitionPlace };

/**
 * Points at the first item that is too many; the words are those that public threads quote of resources and
 * authorizers. @throws DefinitionError
 */
export function refuseOverQuota(what: keyof typeof QUOTAS, items: Iterable<Placed>): void {
  const excess = [...items][QUOTAS[what]];
  if (excess !== undefined)
    throw new DefinitionError(
      excess.place(),
      `Maximum number of ${what} for this API has been reached. Please contact AWS if you need additional ${what}.`,
    );
}
