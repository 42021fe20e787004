import { createHash } from 'node:crypto';
import { keyHeaders } from './cache-key.ts';
import type { KeyParameters } from './cache-key.ts';
import { headerOf } from './cached-request.ts';
import type { CachedRequest } from './cached-request.ts';
import { CREDENTIAL_HEADERS } from '@gatewright/aws/credential-headers';
import type { Label } from './labels.ts';

const MAX_TAGS = 32;
const MAX_PARTS = 32;
const TAG = /^[\x21-\x7e]{1,256}$/;
const MAX_VALUE = 256;

/**
 * Collects the labels of an entry.
 * @returns undefined if there are too many tags or key parts, or if a tag is malformed. The response is then not
 * cached.
 */
export function labelsOf(
  request: Pick<CachedRequest, 'path' | 'query' | 'headers'>,
  parameters: KeyParameters,
  tags: readonly string[],
): readonly Label[] | undefined {
  if (tags.length > MAX_TAGS || !tags.every(isTag)) return undefined;
  const named = parameters.query ?? [...request.query.keys()];
  const parts = [
    ...named.flatMap((name) =>
      (request.query.get(name) ?? []).map((value) => partLabel('query', name, value)),
    ),
    ...keyHeaders(parameters).map((name) => partLabel('header', name, headerOf(request, name) ?? '')),
  ];
  if (parts.length > MAX_PARTS) return undefined;
  return [...new Set(['all', pathLabel(request.path), ...parts, ...tags.map(tagLabel)])];
}

/** A tag has 1 to 256 visible ASCII characters. */
export function isTag(tag: unknown): tag is string {
  return typeof tag === 'string' && TAG.test(tag);
}

export const tagLabel = (tag: string): Label => `tag:${tag}`;

export const pathLabel = (path: string): Label => `path:${shortened(path)}`;

export function partLabel(where: 'query' | 'header', name: string, value: string): Label {
  const shown = where === 'header' ? name.toLowerCase() : name;
  const isSecret = where === 'header' && CREDENTIAL_HEADERS.has(shown);
  return `${where}.${shortened(shown)}=${isSecret ? hashed(value) : shortened(value)}`;
}

function shortened(value: string): string {
  return value.length <= MAX_VALUE ? value : hashed(value);
}

function hashed(value: string): string {
  return `sha256:${createHash('sha256').update(value).digest('hex')}`;
}
