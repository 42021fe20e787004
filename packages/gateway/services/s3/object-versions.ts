/**
 * The versions of objects in buckets that keep versions, with their delete markers
 * [obs: s3, `test_delete_object_versioned`].
 */
import type { S3Refusal } from '../../kernel/calls/s3-error.ts';
import type { StoredObject } from './object-request.ts';

type ObjectVersion =
  | { readonly kind: 'object'; readonly version: string; readonly object: StoredObject }
  | { readonly kind: 'marker'; readonly version: string };

type RemovedVersion = {
  readonly removed: ObjectVersion;
  readonly latest: ObjectVersion | undefined;
  readonly wasLatest: boolean;
};

/**
 * The maximum number of versions of all objects, and the maximum total size in bytes of the objects in these versions.
 */
const MAX_VERSIONS = 500;
export const MAX_STORED_BYTES = 1024 * 1024 * 1024;

export class ObjectVersions {
  /** The versions of each object, oldest first. No list is empty. */
  readonly #versions = new Map<string, ObjectVersion[]>();
  #count = 0;
  #bytes = 0;

  add(id: string, version: ObjectVersion): void {
    const known = this.#versions.get(id) ?? [];
    // The object that has changed last is dropped last.
    this.#versions.delete(id);
    this.#versions.set(id, [...known, version]);
    this.#count += 1;
    this.#bytes += sizeOf(version);
    for (const [oldest, [first]] of this.#versions)
      for (let next = first; next !== undefined && this.#isFull(); [next] = this.#versions.get(oldest) ?? [])
        this.remove(oldest, next.version);
  }

  find(id: string, version: string): ObjectVersion | undefined {
    return this.#versions.get(id)?.find((one) => one.version === version);
  }

  /** Removes a version, and returns it together with the version that is then the latest one. */
  remove(id: string, version: string): RemovedVersion | undefined {
    const removed = this.find(id, version);
    if (removed === undefined) return undefined;
    const known = this.#versions.get(id) ?? [];
    const others = known.filter((one) => one !== removed);
    if (others.length === 0) this.#versions.delete(id);
    else this.#versions.set(id, others);
    this.#count -= 1;
    this.#bytes -= sizeOf(removed);
    return { removed, latest: others.at(-1), wasLatest: known.at(-1) === removed };
  }

  /** Replaces the object of a version, such as after a change of its tags. */
  replace(id: string, object: StoredObject): void {
    const versions = this.#versions.get(id);
    const at = versions?.findIndex(({ version }) => version === object.version) ?? -1;
    if (versions !== undefined && at !== -1 && object.version !== undefined)
      versions[at] = { kind: 'object', version: object.version, object };
  }

  clear(): void {
    this.#versions.clear();
    this.#count = 0;
    this.#bytes = 0;
  }

  #isFull(): boolean {
    return this.#count > MAX_VERSIONS || this.#bytes > MAX_STORED_BYTES;
  }
}

function sizeOf(version: ObjectVersion): number {
  return version.kind === 'object' ? version.object.body.length : 0;
}

/** The version id of an object that a bucket stored without versions. */
export const NULL_VERSION = 'null';

const VERSION_ID = /^[\w.-]{32}$/;

/** Refuses an id that the bucket cannot have given [obs: s3, `test_get_object_with_version_unversioned_bucket`]. */
export function refuseVersionId(version: string, isVersioned: boolean): S3Refusal | undefined {
  if (version === NULL_VERSION || (isVersioned && VERSION_ID.test(version))) return undefined;
  return {
    status: 400,
    code: 'InvalidArgument',
    message: 'Invalid version id specified',
    details: { ArgumentName: 'versionId', ArgumentValue: version },
  };
}

export function noSuchVersion(Key: string, VersionId: string): S3Refusal {
  return {
    status: 404,
    code: 'NoSuchVersion',
    message: 'The specified version does not exist.',
    details: { Key, VersionId },
  };
}
