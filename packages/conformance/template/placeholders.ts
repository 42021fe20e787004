/**
 * Placeholders of a case, such as `${fn:name}` and `${backend}`. `${stageVariables.x}` belongs to API Gateway and stays
 * unchanged.
 */
import type { Json, JsonObject } from '../schema/parity-case.ts';

const CASE_PLACEHOLDER =
  /\$\{((?:fn|fnName|deployment|token|fill|waf):[A-Za-z0-9_-]+|backend|backendHost|apiId|region|accountId|role|host|issuer)\}/;

/**
 * Returns the value of a placeholder, which is text or an intrinsic function such as `{Ref: …}`; undefined if the
 * placeholder is unknown.
 */
type PlaceholderValues = (name: string) => string | JsonObject | undefined;

/**
 * Replaces every placeholder inside `value`. Text that contains an intrinsic function becomes `Fn::Join`.
 * @param placeholder a pattern with one group, the name
 * @throws Error for a placeholder that `values` does not contain
 */
export function fillPlaceholders(
  value: Json,
  values: PlaceholderValues,
  placeholder = CASE_PLACEHOLDER,
): Json {
  if (typeof value === 'string') return fillText(value, values, placeholder);
  const fill = (item: Json): Json => fillPlaceholders(item, values, placeholder);
  if (Array.isArray(value)) return (value as readonly Json[]).map(fill);
  if (value === null || typeof value !== 'object') return value;
  return Object.fromEntries(Object.entries(value as JsonObject).map(([key, item]) => [key, fill(item)]));
}

function fillText(text: string, values: PlaceholderValues, placeholder: RegExp): Json {
  // `split` with one capture group alternates: text, name, text, name, text.
  const pieces = text.split(placeholder).map((piece, index) => {
    if (index % 2 === 0) return piece;
    const filled = values(piece);
    if (filled === undefined) throw new Error(`unknown placeholder \${${piece}}`);
    return filled;
  });
  const parts = pieces.filter((piece) => piece !== '');
  if (parts.every((part) => typeof part === 'string')) return parts.join('');
  const [only] = parts;
  return parts.length === 1 && only !== undefined ? only : { 'Fn::Join': ['', parts] };
}
