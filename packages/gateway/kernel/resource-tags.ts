/** The tags of a service's resources by ARN: as the stacks define them, and as calls have changed them. */
import { isJsonObject, listOf, textOf } from '@gatewright/aws/json-object';
import type { UnknownMembers } from '@gatewright/aws/json-object';

export type Tags = Readonly<Record<string, string>>;

type Tag = { readonly Key: string; readonly Value: string };

type Defined = ReadonlyMap<string, Tags>;

export class ResourceTags {
  readonly #tags = new Map<string, Tags>();
  #defined: Defined = new Map();

  /** Sets the tags of the stacks' resources. Changes by calls stay until the stack's own tags change. */
  define(defined: Defined): void {
    for (const arn of this.#defined.keys()) if (!defined.has(arn)) this.#tags.delete(arn);
    for (const [arn, tags] of defined)
      if (JSON.stringify(this.#defined.get(arn)) !== JSON.stringify(tags)) this.#tags.set(arn, tags);
    this.#defined = defined;
  }

  of(arn: string): Tags {
    return this.#tags.get(arn) ?? {};
  }

  add(arn: string, tags: Tags): void {
    this.#tags.set(arn, { ...this.of(arn), ...tags });
  }

  remove(arn: string, names: readonly string[]): void {
    const kept = Object.entries(this.of(arn)).filter(([name]) => !names.includes(name));
    this.#tags.set(arn, Object.fromEntries(kept));
  }

  /** Removes the tags of a resource that a call deletes. */
  forget(arn: string): void {
    this.#tags.delete(arn);
  }

  /** Restores the tags of the stacks. */
  reset(): void {
    this.#tags.clear();
    for (const [arn, tags] of this.#defined) this.#tags.set(arn, tags);
  }
}

/** Reads tags from a list of `{Key, Value}`, as templates and most calls write them. */
export function readTagList(members: UnknownMembers): Tags {
  const tags = listOf(members, 'Tags').filter(isJsonObject);
  return Object.fromEntries(tags.map((tag) => [textOf(tag, 'Key'), textOf(tag, 'Value')]));
}

export function printTagList(tags: Tags): readonly Tag[] {
  return Object.entries(tags).map(([Key, Value]) => ({ Key, Value }));
}

/** Reads tags from a map, as some calls write them. */
export function readTagMap(tags: UnknownMembers): Tags {
  return Object.fromEntries(Object.entries(tags).map(([name, value]) => [name, String(value)]));
}
