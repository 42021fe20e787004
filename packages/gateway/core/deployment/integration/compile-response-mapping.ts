/** The integration response: its selection, headers and templates (docs/aws §7.6, §7.7). */
import { DefinitionError } from '../../errors.ts';
import { parseRegex } from '@gatewright/velocity/java/regex-program';
import { PARAMETER_NAME, parseParameterSource } from '../../mapping/parameter-source.ts';
import { TemplateError } from '@gatewright/velocity/java/template-error';
import { readContentHandling } from './content-handling-property.ts';
import { invalidMapping } from './mapping-refusal.ts';
import { compileMediaTemplates } from './media-templates.ts';
import { readBlock, readInteger, readList, readText, readTextMap } from '../properties.ts';
import type { IntegrationResponse, ResponseMapping, ResponseParameter } from '../../mapping/integration.ts';
import type { PropertyBag } from '../properties.ts';

const STATUS = { usual: 200, min: 100, max: 599 };
const TARGET = new RegExp(`^method\\.response\\.header\\.(${PARAMETER_NAME})$`);

/** The headers that each method response declares, by status. */
type Declared = ReadonlyMap<number, ReadonlySet<string>>;

/**
 * Compiles the integration response.
 * @throws DefinitionError for a definition that AWS refuses
 */
export function compileResponseMapping(method: PropertyBag, block: PropertyBag): ResponseMapping {
  const declared: Declared = new Map(
    readList(method, 'MethodResponses').map((response) => [
      readInteger(response, 'StatusCode', STATUS),
      new Set(Object.keys(readBlock(response, 'ResponseParameters')?.properties ?? {})),
    ]),
  );
  const responses = readList(block, 'IntegrationResponses').map((response) =>
    compileResponse(response, declared),
  );
  return { responses, methodStatuses: new Set(declared.keys()) };
}

function compileResponse(response: PropertyBag, declared: Declared): IntegrationResponse {
  const status = readInteger(response, 'StatusCode', STATUS);
  return {
    status,
    pattern: readPattern(response),
    parameters: compileParameters(response, declared.get(status)),
    templates: compileMediaTemplates(response, 'ResponseTemplates'),
    contentHandling: readContentHandling(response),
  };
}

/** Reads the selection pattern. A missing or empty pattern, or OpenAPI's `default`, means the default response. */
function readPattern(response: PropertyBag): string | undefined {
  const pattern = readText(response, 'SelectionPattern', '');
  if (pattern === '' || pattern === 'default') return undefined;
  return checkPattern(response, 'SelectionPattern', pattern);
}

/**
 * Returns the pattern.
 * @throws DefinitionError if it is not a Java regular expression
 */
export function checkPattern(response: PropertyBag, property: string, pattern: string): string {
  try {
    parseRegex(pattern);
  } catch (error) {
    if (error instanceof TemplateError)
      throw new DefinitionError(response.place(property), `Invalid selection pattern: ${error.message}`);
    throw error;
  }
  return pattern;
}

/** @param declared the headers of the method response; undefined if there is no method response of this status */
function compileParameters(
  response: PropertyBag,
  declared: ReadonlySet<string> | undefined,
): ResponseParameter[] {
  return Object.entries(readTextMap(response, 'ResponseParameters') ?? {}).map(([target, expression]) => {
    const place = response.place(`ResponseParameters.${target}`);
    const name = TARGET.exec(target)?.[1];
    if (name === undefined)
      throw new DefinitionError(place, invalidMapping(`Invalid mapping expression specified: ${target}`));
    if (declared === undefined)
      throw new DefinitionError(place, invalidMapping('No method response exists for method.'));
    if (!declared.has(target))
      throw new DefinitionError(
        place,
        invalidMapping(`Invalid mapping expression parameter specified: ${target}`),
      );
    const source = parseParameterSource(expression, 'integration.response');
    if (source === undefined)
      throw new DefinitionError(place, invalidMapping(`Invalid mapping expression specified: ${expression}`));
    return { name, source };
  });
}
