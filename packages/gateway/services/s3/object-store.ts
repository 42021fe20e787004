/**
 * The buckets and their objects: objects that calls have put, which are kept in memory, and objects of the values file.
 */
import { createHash } from 'node:crypto';
import type { Random, ServiceRequest } from '../../core/ports.ts';
import { encryptionHeaders } from './encryption.ts';
import type { WrittenObjects } from '../../kernel/service.ts';
import type { Bucket } from './list-buckets.ts';
import type { KeyedObject } from './list-objects.ts';
import type { S3Refusal } from '../../kernel/calls/s3-error.ts';
import { methodNotAllowed } from './object-request.ts';
import type { StoredObject } from './object-request.ts';
import {
  MAX_STORED_BYTES,
  noSuchVersion,
  NULL_VERSION,
  ObjectVersions,
  refuseVersionId,
} from './object-versions.ts';

export type ObjectPlace = { readonly id: string; readonly bucket: string; readonly key: string };

export type ObjectChange = {
  readonly bucket: string;
  /** The key without URL encoding. */
  readonly key: string;
  /** `mark` is a delete that adds a delete marker, because the bucket keeps versions. */
  readonly kind: 'put' | 'post' | 'copy' | 'complete' | 'delete' | 'mark' | 'tag' | 'untag';
  readonly size: number;
  /** The ETag without quotes. */
  readonly etag: string;
  readonly version?: string | undefined;
};

type StorePorts = {
  readonly random: Random;
  readonly written: WrittenObjects;
  readonly startedAt: number;
  readonly accountId: string;
};

const MAX_OBJECTS = 500;

export class ObjectStore {
  readonly #objects = new Map<string, StoredObject>();
  /**
   * The objects of the values file that calls have deleted. The set has the same maximum size as the map of objects
   * that were put.
   */
  readonly #deleted = new Set<string>();
  readonly #versions = new ObjectVersions();
  /** The versions of delete markers, by object. */
  readonly #markers = new Map<string, string>();
  readonly #ports: StorePorts;
  buckets: readonly Bucket[] = [];
  onChange: ((change: ObjectChange) => void) | undefined;
  /** Called with the id of an object that is written or deleted. */
  onWrite: ((id: string) => void) | undefined;

  constructor(ports: StorePorts) {
    this.#ports = ports;
  }

  hasBucket(name: string): boolean {
    return this.buckets.some((bucket) => bucket.name === name) || this.#ports.written.hasBucket(name);
  }

  regionOf(name: string): string | undefined {
    return this.buckets.find((bucket) => bucket.name === name)?.region;
  }

  find(id: string): StoredObject | undefined {
    return this.#objects.get(id) ?? this.#findWritten(id);
  }

  /** Finds an object for a call that does not read it. A missing object is not reported. */
  findQuietly(id: string): StoredObject | undefined {
    return this.#objects.get(id) ?? this.#findWritten(id, true);
  }

  /** Returns a version of an object; undefined if there is none, or if it is a delete marker. */
  findVersion(id: string, version: string | undefined): StoredObject | undefined {
    if (version === undefined) return this.find(id);
    const current = this.findQuietly(id);
    if (current !== undefined && (current.version ?? NULL_VERSION) === version) return current;
    const found = this.#versions.find(id, version);
    return found?.kind === 'object' ? found.object : undefined;
  }

  /** Returns why a version of an object cannot be read; undefined if it can. */
  refuseVersion(
    { bucket, key }: Pick<ObjectPlace, 'bucket' | 'key'>,
    version: string,
    method = 'GET',
  ): S3Refusal | undefined {
    const id = `${bucket}/${key}`;
    const invalid = refuseVersionId(version, this.isVersioned(bucket));
    if (invalid !== undefined || this.findVersion(id, version) !== undefined) return invalid;
    if (this.#versions.find(id, version) === undefined) return noSuchVersion(key, version);
    const { details, ...refusal } = methodNotAllowed(method);
    return { ...refusal, details: { ...details, ResourceType: 'DeleteMarker' } };
  }

  /**
   * Removes a version for good, and returns whether it was a delete marker. The preceding version becomes the current
   * object.
   */
  removeVersion(place: ObjectPlace, version: string): boolean {
    const { id, bucket, key } = place;
    const current = this.findQuietly(id);
    const found = this.#versions.remove(id, version);
    if (found === undefined) return this.#removeDropped(place, version);
    const { removed, latest, wasLatest } = found;
    // An object that was stored without a version is newer than the kept versions.
    if (current === undefined ? wasLatest : current.version === version) {
      this.#objects.delete(id);
      this.#markers.delete(id);
      if (latest?.kind === 'object') this.#objects.set(id, latest.object);
      if (latest?.kind === 'marker') this.#markers.set(id, latest.version);
    }
    this.#tell({ bucket, key, size: 0, etag: '', kind: 'delete', version });
    return removed.kind === 'marker';
  }

  /**
   * Removes a version that is stored only as the current object, because the list of versions never contained it or has
   * dropped it.
   */
  #removeDropped({ id, bucket, key }: ObjectPlace, version: string): boolean {
    const current = this.findQuietly(id);
    const isObject = current !== undefined && (current.version ?? NULL_VERSION) === version;
    const isMarker = this.#markers.get(id) === version;
    if (isObject) this.#drop(id);
    if (isMarker) this.#markers.delete(id);
    if (isObject || isMarker)
      this.#tell({
        bucket,
        key,
        size: 0,
        etag: '',
        kind: 'delete',
        version: isMarker ? version : current?.version,
      });
    return isMarker;
  }

  #drop(id: string): boolean {
    const isKnown = this.#objects.delete(id) || this.#findWritten(id, true) !== undefined;
    if (this.#deleted.size < MAX_OBJECTS) this.#deleted.add(id);
    return isKnown;
  }

  /**
   * Returns the headers that state the encryption of an object that a request, or the values file, writes into a
   * bucket.
   */
  encryptionOf(bucket: string, request?: ServiceRequest): readonly string[] {
    const found = this.buckets.find(({ name }) => name === bucket);
    const { accountId } = this.#ports;
    return encryptionHeaders(request, found?.encryption, { region: found?.region, accountId });
  }

  /** Returns the version of the delete marker of an object that was deleted in a bucket that keeps versions. */
  markerOf(id: string): string | undefined {
    return this.#markers.get(id);
  }

  /** Returns the objects of a bucket that calls have put, and its objects in the values file. */
  objectsOf(bucket: string): readonly KeyedObject[] {
    const folder = `${bucket}/`;
    const ids = new Set([
      ...[...this.#objects.keys()].filter((id) => id.startsWith(folder)),
      ...this.#ports.written.keysOf(bucket).map((key) => folder + key),
    ]);
    return [...ids].flatMap((id) => {
      const object = this.findQuietly(id);
      return object === undefined ? [] : [{ key: id.slice(folder.length), object }];
    });
  }

  store(place: ObjectPlace, stored: StoredObject, kind: ObjectChange['kind']): void {
    this.#markers.delete(place.id);
    const { version } = stored;
    if (version !== undefined) this.#versions.add(place.id, { kind: 'object', version, object: stored });
    this.change(place, stored, kind);
  }

  /** Stores a changed object, drops the oldest objects if there are too many, and reports the change. */
  change({ id, bucket, key }: ObjectPlace, stored: StoredObject, kind: ObjectChange['kind']): void {
    this.#objects.delete(id);
    this.#objects.set(id, stored);
    this.#versions.replace(id, stored);
    let bytes = [...this.#objects.values()].reduce((sum, { body }) => sum + body.length, 0);
    for (const [oldest, { body }] of this.#objects) {
      if (this.#objects.size <= MAX_OBJECTS && bytes <= MAX_STORED_BYTES) break;
      this.#objects.delete(oldest);
      bytes -= body.length;
    }
    const { etag, version } = stored;
    this.#tell({ bucket, key, kind, size: stored.body.length, etag: etag.replaceAll('"', ''), version });
  }

  /** Deletes an object. Returns the version of the delete marker; undefined if the bucket does not keep versions. */
  remove({ id, bucket, key }: ObjectPlace): string | undefined {
    const version = this.makeVersion(bucket);
    const change = { bucket, key, size: 0, etag: '' };
    const isKnown = this.#drop(id);
    if (version === undefined) {
      if (isKnown) this.#tell({ ...change, kind: 'delete' });
      return undefined;
    }
    if (this.#markers.size < MAX_OBJECTS) this.#markers.set(id, version);
    this.#versions.add(id, { kind: 'marker', version });
    this.#tell({ ...change, kind: 'mark', version });
    return version;
  }

  /** Returns the id of a new version; undefined if the bucket does not keep versions. */
  makeVersion(bucket: string): string | undefined {
    return this.isVersioned(bucket) ? this.#ports.random.hex(32) : undefined;
  }

  isVersioned(bucket: string): boolean {
    return this.buckets.some(({ name, isVersioned: keeps }) => name === bucket && keeps);
  }

  hasObjectLock(bucket: string): boolean {
    return this.buckets.some(({ name, hasObjectLock: locks }) => name === bucket && locks);
  }

  clear(): void {
    this.#objects.clear();
    this.#deleted.clear();
    this.#versions.clear();
    this.#markers.clear();
  }

  #tell(change: ObjectChange): void {
    const { bucket, key, kind } = change;
    if (kind !== 'tag' && kind !== 'untag') this.onWrite?.(`${bucket}/${key}`);
    this.onChange?.(change);
  }

  /** @param isQuiet whether a missing object is not reported, because the call does not read it */
  #findWritten(id: string, isQuiet = false): StoredObject | undefined {
    const found = this.#deleted.has(id) ? undefined : this.#ports.written.object(id, isQuiet);
    if (found === undefined) return undefined;
    const { bytes: body, contentType } = found;
    const changedMs = this.#ports.startedAt;
    const headers = ['Content-Type', contentType];
    const encryption = this.encryptionOf(id.slice(0, id.indexOf('/')));
    return { body, etag: etagOf(body), headers, changedMs, storageClass: 'STANDARD', encryption };
  }
}

export function etagOf(body: Buffer): string {
  return `"${createHash('md5').update(body).digest('hex')}"`;
}
