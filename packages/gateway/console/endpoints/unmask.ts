/**
 * Restores original values in a request that was edited in its masked form. If a value is still masked where the
 * original has a secret, it was not edited.
 */
import { isJsonObject, parseJson } from '@gatewright/aws/json-object';
import type { Redactor } from '../records/redact.ts';

/** Restores the parameters of a query or a form that still have their masked value. */
export function unmaskPairs(edited: string, original: string, redactor: Redactor): string {
  const secrets = new Map(
    original.split('&').flatMap((pair): (readonly [string, string])[] => {
      const shown = redactor.query(pair);
      return shown === pair ? [] : [[shown, pair]];
    }),
  );
  return edited
    .split('&')
    .map((pair) => secrets.get(pair) ?? pair)
    .join('&');
}

/** Restores whole strings of a JSON body. Any other body is returned as it was edited. */
export function unmaskJson(edited: string, original: string, redactor: Redactor): string {
  const [before, shown] = [parseJson(original), parseJson(redactor.text(original))];
  if (before === undefined || shown === undefined) return edited;
  const secrets = new Map<string, string>();
  compare(before, shown, secrets);
  return [...secrets].reduce((text, [mask, secret]) => text.replaceAll(mask, () => secret), edited);
}

/** Records each leaf that the redactor changed: its JSON text as shown, and its original JSON text. */
function compare(before: unknown, shown: unknown, secrets: Map<string, string>): void {
  if (Array.isArray(before) && Array.isArray(shown)) {
    for (const [index, item] of before.entries()) compare(item, shown[index], secrets);
    return;
  }
  if (isJsonObject(before) && isJsonObject(shown)) {
    // Names may be masked too, so members are compared in order.
    const members = Object.values(shown);
    for (const [index, item] of Object.values(before).entries()) compare(item, members[index], secrets);
    return;
  }
  if (typeof shown === 'string' && shown !== before)
    secrets.set(JSON.stringify(shown), JSON.stringify(before));
}
