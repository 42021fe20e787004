import { createHash } from 'node:crypto';
import { isJsonObject } from '@gatewright/aws/json-object';
import { RequestInvalid } from '../errors.ts';
import { isTag, pathLabel, partLabel, tagLabel } from './entry-labels.ts';
import type { Label } from './labels.ts';

export type Invalidation = {
  readonly namespace: string;
  /** Labels in sorted order. */
  readonly labels: readonly Label[];
  /** Whether a whole stage cache may be flushed if one of its entries cannot be requested again. */
  readonly allowFlush: boolean;
  /**
   * If a stage has more entries than this, its cache is flushed instead of being refreshed entry by entry. It is
   * undefined if the cache is never flushed.
   */
  readonly flushAbove: number | undefined;
  /** Caches that are flushed completely, whatever `labels` contains. */
  readonly beyond?: readonly OutsideCache[];
};

/** Caches without entries in the table: cached authorizer results of a stage, and paths in CloudFront. */
export type OutsideCache =
  | {
      readonly kind: 'authorizers';
      readonly api: 'rest' | 'http';
      readonly apiId: string;
      readonly stage: string;
    }
  | { readonly kind: 'edge'; readonly paths: readonly string[] };

export const NAMESPACE = /^[A-Za-z0-9._-]{1,64}$/;
const PART = /^(query|header)\.([^=]{1,256})=(.*)$/s;
const MAX_LABELS = 100;
const MEMBERS = [
  'namespace',
  'tags',
  'paths',
  'parts',
  'all',
  'authorizers',
  'edgePaths',
  'allowFlush',
  'flushAbove',
  'dryRun',
];
/** Matches the kind of API, the API's id and the stage, as in `rest/a1b2c3d4e5/prod`. */
const AUTHORIZERS = /^(rest|http)\/([a-z0-9]{1,32})\/([A-Za-z0-9_$-]{1,128})$/;
/** Matches the paths that CloudFront accepts: unreserved and escaped characters, and `*` at the end. */
const EDGE_PATH = /^\/(?:[A-Za-z0-9\-_.~!'();:@&=+$,/?]|%[0-9A-Fa-f]{2})*\*?$/;

/**
 * Reads an invalidation from a request or an event.
 * @throws RequestInvalid if a member is missing, invalid or unknown. An unknown member may be a misspelled one.
 */
export function parseInvalidation(value: unknown): Invalidation & { readonly dryRun: boolean } {
  if (!isJsonObject(value)) throw new RequestInvalid('body', 'must be an object');
  const unknown = Object.keys(value).find((name) => !MEMBERS.includes(name));
  if (unknown !== undefined)
    throw new RequestInvalid('body', `may only have the members ${MEMBERS.join(', ')}`);
  const { namespace, flushAbove } = value;
  if (typeof namespace !== 'string' || !NAMESPACE.test(namespace))
    throw new RequestInvalid('namespace', 'must be 1 to 64 letters, digits, dots, dashes and underscores');
  if (flushAbove !== undefined && !(Number.isInteger(flushAbove) && Number(flushAbove) >= 0))
    throw new RequestInvalid('flushAbove', 'must be a whole number, 0 or more');
  const labels = [
    ...textsOf(value, 'tags', isTag).map(tagLabel),
    ...textsOf(value, 'paths', isPath).map(pathLabel),
    ...textsOf(value, 'parts', (part) => PART.test(part)).map(toPart),
    ...(flagOf(value, 'all') ? ['all'] : []),
  ];
  const beyond = [
    ...textsOf(value, 'authorizers', (text) => AUTHORIZERS.test(text)).map(toAuthorizers),
    ...toEdge(textsOf(value, 'edgePaths', (path) => EDGE_PATH.test(path))),
  ];
  if (labels.length + beyond.length === 0)
    throw new RequestInvalid('body', 'must name tags, paths, parts, all, authorizers or edgePaths');
  if (labels.length + beyond.length > MAX_LABELS)
    throw new RequestInvalid(
      'body',
      `must name at most ${MAX_LABELS} tags, paths, parts, authorizers and edgePaths in total`,
    );
  return {
    namespace,
    labels: [...new Set(labels)].sort(),
    allowFlush: flagOf(value, 'allowFlush'),
    flushAbove: flushAbove === undefined ? undefined : Number(flushAbove),
    ...(beyond.length > 0 && { beyond }),
    dryRun: flagOf(value, 'dryRun'),
  };
}

/** Returns the same id for equal requests, so that a burst of equal requests is carried out only once. */
export function invalidationId({
  namespace,
  labels,
  allowFlush,
  flushAbove,
  beyond = [],
}: Invalidation): string {
  const text = JSON.stringify([namespace, labels, allowFlush, flushAbove ?? null, ...beyond]);
  return createHash('sha256').update(text).digest('hex').slice(0, 32);
}

const isPath = (path: string): boolean => path.startsWith('/');

const RULES = {
  tags: '1 to 256 visible ASCII characters each',
  paths: 'paths that begin with a slash: /orders/17',
  parts: 'parts of the key: query.page=2 or header.accept-language=de',
  authorizers: 'stages with their kind: rest/a1b2c3d4e5/prod or http/a1b2c3d4e5/$default',
  edgePaths: 'CloudFront paths that begin with a slash and may end with *: /orders/*',
};

function textsOf(
  value: Readonly<Record<string, unknown>>,
  member: keyof typeof RULES,
  isGood: (text: string) => boolean,
): readonly string[] {
  const { [member]: given = [] } = value;
  const texts: readonly unknown[] = Array.isArray(given) ? given : [given];
  return texts.map((text) => {
    if (typeof text === 'string' && text.length <= 4096 && isGood(text)) return text;
    throw new RequestInvalid(member, `must be ${RULES[member]}`);
  });
}

function flagOf(value: Readonly<Record<string, unknown>>, member: string): boolean {
  const { [member]: flag = false } = value;
  if (typeof flag === 'boolean') return flag;
  throw new RequestInvalid(member, 'must be true or false');
}

function toAuthorizers(text: string): OutsideCache {
  const [, api = '', apiId = '', stage = ''] = AUTHORIZERS.exec(text) ?? [];
  return { kind: 'authorizers', api: api === 'rest' ? 'rest' : 'http', apiId, stage };
}

/** Returns one CloudFront invalidation for all paths. */
function toEdge(paths: readonly string[]): readonly OutsideCache[] {
  if (paths.length > MAX_LABELS) throw new RequestInvalid('edgePaths', `must name at most ${MAX_LABELS}`);
  return paths.length === 0 ? [] : [{ kind: 'edge', paths: [...new Set(paths)].sort() }];
}

function toPart(part: string): Label {
  const [, where, name = '', value = ''] = PART.exec(part) ?? [];
  return partLabel(where === 'header' ? 'header' : 'query', name, value);
}
