/** Reads members of a document whose content is not known. */

import { asList, asNonEmptyText, isJsonList, memberOf, membersOf } from '@gatewright/aws/json-object';
import type { Json, JsonObject } from '@gatewright/aws/json-object';

export function getText(value: Json | undefined, name: string): string | undefined {
  return asNonEmptyText(memberOf(value, name));
}

export function getMap(value: Json | undefined, name: string): JsonObject {
  return membersOf(memberOf(value, name));
}

export function getList(value: Json | undefined, name: string): readonly Json[] {
  return asList(memberOf(value, name));
}

const HOPS_LIMIT = 20;

/**
 * Follows references of the document. Returns undefined if a reference has no target, or if references form a cycle.
 */
export function resolved(document: Json, value: Json | undefined): Json | undefined {
  let found = value;
  for (let hops = 0; hops < HOPS_LIMIT; hops += 1) {
    const reference = getText(found, '$ref');
    if (reference === undefined) return found;
    found = atPointer(document, reference);
  }
  return undefined;
}

/** @see RFC 6901 */
function atPointer(document: Json, reference: string): Json | undefined {
  if (!reference.startsWith('#/')) return undefined;
  let found: Json | undefined = document;
  for (const step of reference.slice(2).split('/')) {
    const name = unescaped(step);
    found = isJsonList(found) ? found[Number(name)] : memberOf(found, name);
  }
  return found;
}

function unescaped(step: string): string {
  let text = step;
  try {
    text = decodeURIComponent(step);
  } catch {
    // The text is not percent-encoded, so its percent sign is part of the name.
  }
  return text.replaceAll('~1', '/').replaceAll('~0', '~');
}
