import type { Item } from '../table/item-write.ts';
import type { OutsideCache } from './invalidation.ts';
import { parseStageRecord } from './stage-record.ts';
import type { StageRecord } from './stage-record.ts';

export type Report = {
  readonly entries: number;
  readonly dropped: number;
  readonly refreshed: number;
  /** Stage caches that were flushed, each as API id and stage: `a1b2c3d4e5/prod`. */
  readonly flushed: readonly string[];
  /** Caches of authorizer results that were flushed, each as kind of API, API id and stage: `rest/a1b2c3d4e5/prod`. */
  readonly authorizersFlushed: readonly string[];
  readonly edgePaths: readonly string[];
  /** Entries that were not invalidated, each with the reason. The list contains at most 100 entries. */
  readonly left: readonly { readonly entry: string; readonly reason: string }[];
  readonly leftCount: number;
};

const MAX_LEFT = 100;
/** The value of `kind` in the items that `beyond` lists: items for authorizer caches and CloudFront paths. */
export const OUTSIDE_KIND = 'beyond';

export class Tally {
  readonly #counts = new Map<string, number>();
  readonly #flushed = new Set<string>();
  readonly #authorizers: string[] = [];
  readonly #edgePaths: string[] = [];
  readonly #left: { readonly entry: string; readonly reason: string }[] = [];
  #entries = 0;

  add(item: Item, result: string): void {
    this.#entries += 1;
    this.#counts.set(result, (this.#counts.get(result) ?? 0) + 1);
    if (result === 'flushed') this.#addFlushed(item);
    if (!['dropped', 'refreshed', 'flushed'].includes(result))
      this.#left.push({ entry: nameOf(item), reason: result });
  }

  #addFlushed(item: Item): void {
    const [record, beyond] = [recordOf(item), outsideCacheOf(item)];
    if (record !== undefined) this.#flushed.add(stageOf(record));
    if (beyond?.kind === 'authorizers') this.#authorizers.push(printAuthorizers(beyond));
    if (beyond?.kind === 'edge') this.#edgePaths.push(...beyond.paths);
  }

  report(): Report {
    return {
      entries: this.#entries,
      dropped: this.#counts.get('dropped') ?? 0,
      refreshed: this.#counts.get('refreshed') ?? 0,
      flushed: [...this.#flushed],
      authorizersFlushed: this.#authorizers,
      edgePaths: this.#edgePaths,
      left: this.#left.slice(0, MAX_LEFT),
      leftCount: this.#left.length,
    };
  }
}

/** Returns the stage cache's entry that an item describes. Returns undefined if the item describes anything else. */
export function recordOf({ kind, doc }: Item): StageRecord | undefined {
  return kind === 'stage' ? parseStageRecord(doc) : undefined;
}

/** Returns the whole cache that an item describes. Returns undefined if the item describes a single entry. */
export function outsideCacheOf({ kind, doc }: Item): OutsideCache | undefined {
  return kind === OUTSIDE_KIND ? (JSON.parse(String(doc)) as OutsideCache) : undefined;
}

function nameOf(item: Item): string {
  const [record, beyond] = [recordOf(item), outsideCacheOf(item)];
  if (record !== undefined) return printRecord(record);
  if (beyond === undefined) return 'response';
  return beyond.kind === 'edge'
    ? `CloudFront ${beyond.paths.join(' ')}`
    : `authorizers ${printAuthorizers(beyond)}`;
}

function printAuthorizers({ api, apiId, stage }: Extract<OutsideCache, { kind: 'authorizers' }>): string {
  return `${api}/${apiId}/${stage}`;
}

export const stageOf = ({ apiId, stage }: StageRecord): string => `${apiId}/${stage}`;

/** Returns a text such as `GET a1b2c3d4e5/prod/pets?page=2`. */
export function printRecord({ apiId, stage, method, path, query }: StageRecord): string {
  const pairs = new URLSearchParams(query.map(([name, value]): [string, string] => [name, value])).toString();
  return `${method} ${apiId}/${stage}${path}${pairs && `?${pairs}`}`;
}
