/** `CacheKeyParameters` and `CacheNamespace` of a REST integration (docs/aws §9). */
import { DefinitionError } from '../../errors.ts';
import { parseParameterSource } from '../../mapping/parameter-source.ts';
import { compileRequestParameters } from './compile-request-mapping.ts';
import { invalidMapping } from './mapping-refusal.ts';
import { readBlock, readText, readTextList, readTextMap } from '../properties.ts';
import type { ParameterSource } from '../../mapping/parameter-source.ts';
import type { CacheKeyPlan } from '../model.ts';
import type { PropertyBag } from '../properties.ts';

const OF_METHOD = /^method\.request\.(?:header|querystring|path|multivalueheader|multivaluequerystring)\..+$/;
const OF_INTEGRATION = /^integration\.request\.(header|querystring|path)\.(.+)$/;

/**
 * Returns the cache namespace of a method, and the parameters that distinguish its cached responses. The default
 * namespace is the id of the resource. Methods with the same namespace share cache entries, as AWS documents.
 * @throws DefinitionError for a parameter that the method does not declare or the integration does not map
 */
export function compileCacheKey(method: PropertyBag, resourceId: string): CacheKeyPlan {
  const block = readBlock(method, 'Integration');
  if (block === undefined) return { namespace: resourceId, sources: [] };
  const sources = readTextList(block, 'CacheKeyParameters').map((expression, index) => {
    const source = readSource(expression, method, block);
    if (source !== undefined) return source;
    throw new DefinitionError(
      block.place(`CacheKeyParameters.${index}`),
      invalidMapping(`Invalid mapping expression parameter specified: ${expression}`),
    );
  });
  return { namespace: readText(block, 'CacheNamespace', '') || resourceId, sources };
}

function readSource(
  expression: string,
  method: PropertyBag,
  block: PropertyBag,
): ParameterSource | undefined {
  if (OF_METHOD.test(expression)) {
    const declared = readTextMap(method, 'RequestParameters') ?? {};
    const isDeclared = Object.hasOwn(declared, expression.replace('multivalue', ''));
    return isDeclared ? parseParameterSource(expression, 'method.request') : undefined;
  }
  const [, place, name] = OF_INTEGRATION.exec(expression) ?? [];
  return compileRequestParameters(method, block).find(
    (parameter) => parameter.place === place && parameter.name === name,
  )?.source;
}
