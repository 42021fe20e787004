/** The integration request: parameters, templates, passthrough (docs/aws §7.1, §7.6). */
import { DefinitionError } from '../../errors.ts';
import { PARAMETER_NAME, parseParameterSource } from '../../mapping/parameter-source.ts';
import { readContentHandling } from './content-handling-property.ts';
import { invalidMapping } from './mapping-refusal.ts';
import { compileMediaTemplates } from './media-templates.ts';
import { readText, readTextMap } from '../properties.ts';
import type { Passthrough, RequestMapping, RequestParameter } from '../../mapping/integration.ts';
import type { PropertyBag } from '../properties.ts';

/**
 * Compiles the integration request.
 * @throws DefinitionError for a definition that AWS refuses
 */
export function compileRequestMapping(method: PropertyBag, block: PropertyBag): RequestMapping {
  return {
    parameters: compileRequestParameters(method, block),
    templates: compileMediaTemplates(block, 'RequestTemplates'),
    passthrough: readPassthrough(block),
    contentHandling: readContentHandling(block),
  };
}

export function readPassthrough(block: PropertyBag): Passthrough {
  const value = readText(block, 'PassthroughBehavior', '').toUpperCase() || 'WHEN_NO_MATCH';
  if (value === 'WHEN_NO_MATCH' || value === 'WHEN_NO_TEMPLATES' || value === 'NEVER') return value;
  throw new DefinitionError(
    block.place('PassthroughBehavior'),
    `Enumeration value for PassthroughBehavior must be WHEN_NO_MATCH, WHEN_NO_TEMPLATES or NEVER, not "${value}"`,
  );
}

export const REQUEST_TARGET = new RegExp(
  `^integration\\.request\\.(header|querystring|path)\\.(${PARAMETER_NAME})$`,
);
/** Matches the sources that the method must declare. */
const DECLARED = /^method\.request\.(?:multivalue)?(?:header|querystring|path)\.(.+)$/;

/**
 * Compiles the parameters of the integration request.
 * @throws DefinitionError in AWS's words for an invalid mapping, or a source that the method does not declare
 */
export function compileRequestParameters(method: PropertyBag, block: PropertyBag): RequestParameter[] {
  // AWS compares only the name of a parameter: a path parameter may be read from the query string [obs].
  const declared = new Set(
    Object.keys(readTextMap(method, 'RequestParameters') ?? {}).map((key) => DECLARED.exec(key)?.[1]),
  );
  return Object.entries(readTextMap(block, 'RequestParameters') ?? {}).map(([target, expression]) => {
    const place = block.place(`RequestParameters.${target}`);
    const [, where = '', name = ''] = REQUEST_TARGET.exec(target) ?? [];
    if (where !== 'header' && where !== 'querystring' && where !== 'path')
      throw new DefinitionError(place, invalidMapping(`Invalid mapping expression specified: ${target}`));
    const source = parseParameterSource(expression, 'method.request');
    if (source === undefined)
      throw new DefinitionError(place, invalidMapping(`Invalid mapping expression specified: ${expression}`));
    const [, parameter] = DECLARED.exec(expression) ?? [];
    if (parameter !== undefined && !declared.has(parameter))
      throw new DefinitionError(
        place,
        invalidMapping(`Invalid mapping expression parameter specified: ${expression}`),
      );
    return { place: where, name, source };
  });
}
