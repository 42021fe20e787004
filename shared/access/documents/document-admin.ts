/**
 * Publishes documents: first writes the parts, then a version that names them. An old version is restored as a new
 * version.
 */
import { DomainError, RequestInvalid } from '../../errors.ts';
import type { Clock, ItemListing, ItemStore } from '../../ports.ts';
import type { Operation } from '../admin-operation.ts';
import { accessTableSilent, readAccessItem } from '../access-item.ts';
import type { CompiledAccess } from '../compiled-document.ts';
import {
  DOCUMENTS_PARTITION,
  headKey,
  parseVersion,
  partKey,
  printVersion,
  readDocuments,
  versionKey,
} from './publication.ts';
import type { Version } from './publication.ts';

type DocumentAdminPorts = {
  readonly store: ItemStore;
  readonly listing: Pick<ItemListing, 'range'>;
  readonly clock: Clock;
};

type DocumentAdminSetting = {
  /** Whether the authorizers of this stage use published documents. */
  readonly follows: boolean;
  /**
   * Checks that the authorizers could use the documents in this stage.
   * @throws DomainError if they could not
   */
  readonly check: (access: CompiledAccess) => void;
};

const LISTED = 50;

export class DocumentAdmin {
  readonly #ports: DocumentAdminPorts;
  readonly #setting: DocumentAdminSetting;

  constructor(ports: DocumentAdminPorts, setting: DocumentAdminSetting) {
    this.#ports = ports;
    this.#setting = setting;
  }

  /**
   * Stores one part of the documents to publish.
   * @throws RequestInvalid if the current version has other data in this part; DomainError DOCUMENTS_NOT_FOLLOWED,
   * STORE_UNAVAILABLE
   */
  async keepPart(checksum: string, index: number, data: string): Promise<void> {
    this.#assertFollowed();
    const head = await this.#head();
    const written = await this.#ports.store.update({
      purpose: 'record',
      key: partKey(checksum, index),
      // A part that the current version uses is never overwritten, even if a caller claims the same checksum for other
      // data.
      when: head?.checksum === checksum ? [{ attribute: 'data', is: 'equal', value: data }] : [],
      change: { kind: 'put', item: { data } },
    });
    if (written.kind === 'refused') throw new RequestInvalid('data', 'differs from the current version');
    if (written.kind !== 'done') throw accessTableSilent();
  }

  /**
   * Returns the last 50 versions, newest first.
   * @throws DomainError STORE_UNAVAILABLE if the table is unavailable
   */
  async list(): Promise<readonly Version[]> {
    const page = await this.#ports.listing.range({
      pk: DOCUMENTS_PARTITION,
      from: 'V#',
      to: 'V#~',
      limit: LISTED,
      newestFirst: true,
    });
    if (page.kind !== 'done') throw accessTableSilent();
    return page.items.flatMap(({ item }) => parseVersion(item) ?? []);
  }

  /**
   * Publishes documents as a new version, unless they are the current version. Returns the version that is now current.
   * @throws RequestInvalid if the documents cannot be used; DomainError DOCUMENTS_NOT_FOLLOWED, EDIT_CONFLICT,
   * STORE_UNAVAILABLE
   */
  async publish(
    { checksum, parts }: Pick<Version, 'checksum' | 'parts'>,
    { by }: Operation,
  ): Promise<Version> {
    this.#assertFollowed();
    const head = await this.#head();
    if (head?.checksum === checksum) return head;
    const documents = await this.#check({ checksum, parts });
    return this.#put({ checksum, parts, documents, by }, head);
  }

  /**
   * Publishes an old version again, as a new version, unless the current version has the same documents.
   * @throws RequestInvalid if the old version does not exist or cannot be used; DomainError DOCUMENTS_NOT_FOLLOWED,
   * EDIT_CONFLICT, STORE_UNAVAILABLE
   */
  async restore(version: number, { by }: Operation): Promise<Version> {
    this.#assertFollowed();
    const wanted = parseVersion(await readAccessItem(this.#ports.store, versionKey(version)));
    if (wanted === undefined) throw new RequestInvalid('version', 'was not published');
    const head = await this.#head();
    if (head?.checksum === wanted.checksum) return head;
    // The documents are checked again, because an older release may have published this version in another format.
    const documents = await this.#check(wanted);
    const { checksum, parts } = wanted;
    return this.#put({ checksum, parts, documents, by, restores: version }, head);
  }

  async #check(wanted: Pick<Version, 'checksum' | 'parts'>): Promise<number> {
    const access = await readDocuments(this.#ports.store, wanted);
    try {
      this.#setting.check(access);
    } catch (error) {
      if (!(error instanceof DomainError)) throw error;
      throw new RequestInvalid(
        'checksum',
        `names documents that cannot be used in this stage: ${error.message}`,
      );
    }
    return access.documents.length;
  }

  async #head(): Promise<Version | undefined> {
    return parseVersion(await readAccessItem(this.#ports.store, headKey()));
  }

  /**
   * Writes a new version.
   * @throws DomainError EDIT_CONFLICT if another version was published in the meantime
   */
  async #put(
    made: Omit<Version, 'version' | 'publishedAtEpochMs'>,
    before: Version | undefined,
  ): Promise<Version> {
    const published = {
      ...made,
      version: (before?.version ?? 0) + 1,
      publishedAtEpochMs: this.#ports.clock.nowEpochMs(),
    };
    const change = { kind: 'put', item: printVersion(published) } as const;
    const written = await this.#ports.store.transact([
      {
        purpose: 'record',
        key: versionKey(published.version),
        change,
        when: [{ attribute: 'version', is: 'absent' }],
      },
      {
        purpose: 'record',
        key: headKey(),
        change,
        when: [
          before === undefined
            ? { attribute: 'version', is: 'absent' }
            : { attribute: 'version', is: 'equal', value: before.version },
        ],
      },
    ]);
    if (written.kind === 'done') return published;
    if (written.kind === 'refused')
      throw new DomainError(
        'EDIT_CONFLICT',
        'another version was published meanwhile; check it, and publish again',
      );
    throw accessTableSilent();
  }

  #assertFollowed(): void {
    if (!this.#setting.follows)
      throw new DomainError(
        'DOCUMENTS_NOT_FOLLOWED',
        'the authorizers of this stack use the documents that were deployed with them, so publishing would change nothing. Add "documents: published" to the params of this stage in serverless.yml, deploy the stack once, and publish again',
      );
  }
}
