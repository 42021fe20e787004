/**
 * Finds a value that a request lacks where API Gateway reads it, and has in another place. The place is named without
 * the value, which may be a secret.
 */
import { parseJsonObject } from '@gatewright/aws/json-object';
import { bareType } from '../../core/events/media-types.ts';
import type { Received } from '../../core/exchange.ts';

type Sent = Pick<Received, 'headers' | 'rawQuery' | 'body'>;

/** Returns where else the request has a value of this name, such as `header Auth`; undefined if nowhere. */
export function findElsewhere(where: 'header' | 'querystring', name: string, sent: Sent): string | undefined {
  const isSame = (other: string): boolean => other.toLowerCase() === name.toLowerCase();
  return (where === 'header' ? inQuery(sent, isSame) : inHeaders(sent, isSame)) ?? inBody(sent, isSame);
}

/** Returns where the request has an API key by a name that API Gateway does not read. */
export function findKeyElsewhere(sent: Sent): string | undefined {
  const isKey = (name: string): boolean => /^(?:x-?)?api-?key$/.test(name.toLowerCase().replaceAll('_', '-'));
  return inQuery(sent, isKey) ?? inHeaders(sent, (name) => isKey(name) && name.toLowerCase() !== 'x-api-key');
}

function inQuery({ rawQuery }: Sent, isSame: (name: string) => boolean): string | undefined {
  const [name] = [...new URLSearchParams(rawQuery)].find(([key, value]) => isSame(key) && value !== '') ?? [];
  return name === undefined ? undefined : `query parameter ${name}`;
}

function inHeaders({ headers }: Sent, isSame: (name: string) => boolean): string | undefined {
  let found: string | undefined;
  headers.each((_, name, value) => {
    if (found === undefined && value !== '' && isSame(name)) found = `header ${name}`;
  });
  return found;
}

function inBody({ headers, body }: Sent, isSame: (name: string) => boolean): string | undefined {
  if (body === undefined || body.length === 0) return undefined;
  const text = body.toString();
  const isForm = bareType(headers.last('content-type') ?? '') === 'application/x-www-form-urlencoded';
  const names = isForm ? [...new URLSearchParams(text).keys()] : Object.keys(parseJsonObject(text) ?? {});
  return names.some(isSame) ? 'the body' : undefined;
}
