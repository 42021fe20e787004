/** Reads values in bodies for parameter mappings (docs/aws §7.6). */
import { type JsonValue, toJavaValue } from '@gatewright/velocity/java/json';
import { printJson } from '@gatewright/velocity/java/printing';
import { type JsonPath, readJsonPath } from '../json-path/json-path.ts';
import { hasTooManyNames, MAX_NAMES } from '@gatewright/velocity/java/member-names';
import { DEFAULT_RENDER_LIMITS, RenderBudget } from '@gatewright/velocity/java/render-budget';

/**
 * The error for a body that looks like JSON but is not valid JSON, or has too many different names. For a request body
 * AWS responds with 400, and for a response body with 500.
 */
export class MalformedBodyError extends Error {
  override readonly name = 'MalformedBodyError';
}

/** Matches the start of bodies that AWS parses as JSON. All other bodies are mapped as plain text [obs]. */
const LIKE_JSON = /^\s*[{["']/;

/**
 * Returns the whole body as text; `{}` if there is no body [obs].
 * @throws MalformedBodyError if the body looks like JSON but is not valid JSON
 */
export function readBodyText(body: string): string {
  if (body === '') return '{}';
  parse(body);
  return body;
}

/**
 * Returns the text of one value in a JSON body; undefined for a missing value or null.
 * @throws MalformedBodyError if the body looks like JSON but is not valid JSON
 */
export function readJsonText(body: string, path: JsonPath): string | undefined {
  const document = parse(body);
  if (document === undefined) return undefined;
  const budget = new RenderBudget(DEFAULT_RENDER_LIMITS);
  const value = readJsonPath(toJavaValue(document), path, budget) ?? null;
  if (value === null) return undefined;
  return typeof value === 'string' ? value : printJson(value, budget, { escapeSlash: false });
}

function parse(body: string): JsonValue | undefined {
  if (!LIKE_JSON.test(body)) return undefined;
  if (hasTooManyNames(body))
    throw new MalformedBodyError(`the body has more than ${MAX_NAMES} different names`);
  try {
    return JSON.parse(body) as JsonValue;
  } catch {
    throw new MalformedBodyError(
      'a parameter is mapped from the body, which starts like JSON but is not valid JSON',
    );
  }
}
