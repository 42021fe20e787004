import { DefinitionError } from '../../errors.ts';
import { TemplateError } from '@gatewright/velocity/java/template-error';
import { compileTemplate } from '@gatewright/velocity/compile';
import { readTextMap } from '../properties.ts';
import type { MediaTemplates } from '../../mapping/integration.ts';
import type { PropertyBag } from '../properties.ts';

/**
 * Compiles `RequestTemplates` or `ResponseTemplates`. `keyOf` normalizes a key: media types are case-insensitive, but
 * the keys that an expression selects are not.
 * @throws DefinitionError with line and column inside the template, if the template is invalid
 */
export function compileMediaTemplates(
  block: PropertyBag,
  property: string,
  keyOf: (key: string) => string = (mediaType) => mediaType.toLowerCase(),
): MediaTemplates {
  const templates = readTextMap(block, property) ?? {};
  return new Map(
    Object.entries(templates).map(([mediaType, source]) => {
      const place = `${property}.${mediaType}`;
      try {
        return [keyOf(mediaType), compileTemplate(source, mediaType)];
      } catch (error) {
        if (error instanceof TemplateError) throw new DefinitionError(block.place(place), error.describe());
        throw error;
      }
    }),
  );
}
