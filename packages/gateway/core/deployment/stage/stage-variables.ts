/** Variables of a stage and of its canary (docs/aws §10.1). */
import { DefinitionError } from '../../errors.ts';
import { readTextMap } from '../properties.ts';
import type { PropertyBag } from '../properties.ts';

export type StageVariables = Readonly<Record<string, string>>;

const NAME = /^[A-Za-z0-9_]{1,64}$/;
const VALUE = /^[A-Za-z0-9\-._~:/?#&=,]{1,512}$/;
const LIMIT = 100;

/**
 * Reads the stage variables; `null` if there are none.
 * @throws DefinitionError for names and values that AWS refuses
 */
export function readStageVariables(bag: PropertyBag, property: string): StageVariables | null {
  const variables = readTextMap(bag, property);
  const entries = Object.entries(variables ?? {});
  if (variables === undefined || entries.length === 0) return null;
  if (entries.length > LIMIT)
    throw new DefinitionError(
      bag.place(property),
      `A stage has at most ${LIMIT} variables, not ${entries.length}`,
    );
  for (const [name, value] of entries) {
    const place = bag.place(`${property}.${name}`);
    if (!NAME.test(name)) throw new DefinitionError(place, `Invalid stage variable name: ${name}`);
    if (value === '') throw new DefinitionError(place, 'Invalid stage variable value: the value is empty');
    if (!VALUE.test(value))
      throw new DefinitionError(
        place,
        `Invalid stage variable value: ${value}; expected [A-Za-z0-9-._~:/?#&=,]+, up to 512 characters`,
      );
  }
  return variables;
}
