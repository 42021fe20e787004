import { DefinitionError } from '../errors.ts';
import type { ContentHandling } from '../mapping/content-handling.ts';
import type { PropertyBag } from './properties.ts';

/** `ContentHandling` of an integration or of one of its responses. @throws DefinitionError */
export function readContentHandling(block: PropertyBag): ContentHandling | undefined {
  const value = block.properties['ContentHandling'];
  if (value === undefined || value === null || value === '') return undefined;
  if (value === 'CONVERT_TO_TEXT' || value === 'CONVERT_TO_BINARY') return value;
  throw new DefinitionError(
    block.place('ContentHandling'),
    'ContentHandling must be CONVERT_TO_BINARY or CONVERT_TO_TEXT',
  );
}
