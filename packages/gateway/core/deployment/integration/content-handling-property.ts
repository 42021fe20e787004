import { DefinitionError } from '../../errors.ts';
import type { ContentHandling } from '../../mapping/content-handling.ts';
import type { PropertyBag } from '../properties.ts';

/**
 * Reads `ContentHandling` of an integration or of one of its responses. API Gateway v2 calls it a strategy.
 * @throws DefinitionError for an unknown value
 */
export function readContentHandling(
  block: PropertyBag,
  property: 'ContentHandling' | 'ContentHandlingStrategy' = 'ContentHandling',
): ContentHandling | undefined {
  const value = block.properties[property];
  if (value === undefined || value === null || value === '') return undefined;
  if (value === 'CONVERT_TO_TEXT' || value === 'CONVERT_TO_BINARY') return value;
  throw new DefinitionError(
    block.place(property),
    `${property} must be CONVERT_TO_BINARY or CONVERT_TO_TEXT, not ${JSON.stringify(value)}`,
  );
}
