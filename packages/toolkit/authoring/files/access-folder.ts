import type { AccessFile } from '../compile/build-access.ts';
import type { OpenShared } from '../document/extend-document.ts';

/** The name of `access/webhooks.yml`. This file is not an access document, because it does not protect an API. */
export const WEBHOOKS_NAME = 'webhooks';
/** The name of `access/portal.yml`, which is not an access document either. */
export const PORTAL_NAME = 'portal';
const OTHER_NAMES: readonly string[] = [WEBHOOKS_NAME, PORTAL_NAME];

const DOCUMENT = /^([a-z0-9][a-z0-9-]*)\.ya?ml$/;
/** Matches files that documents extend. Such files may also be in any other folder. */
const SHARED = /^_[a-z0-9][a-z0-9-]*\.ya?ml$/;
/** Matches OpenAPI documents that `access/portal.yml` names. They may also be in any other folder. */
const REFERENCE = /\.openapi\.ya?ml$/;
const SNAPSHOT_END = '.jwks.json';

type FolderReader = {
  readonly names: readonly string[];
  readonly read: (name: string) => string;
  /** Returns the name of a file as messages show it. */
  readonly describe: (name: string) => string;
  readonly pathOf: (name: string) => string;
  readonly open: OpenShared;
};

export function toAccessFiles({
  names,
  read,
  describe: report,
  pathOf,
  open,
}: FolderReader): readonly AccessFile[] {
  return [...names].sort().flatMap((file) => {
    const name = DOCUMENT.exec(file)?.[1];
    if (name === undefined || OTHER_NAMES.includes(name)) return [];
    const inventory = inventoryName(name);
    const snapshots = names.filter((other) => other.startsWith(`${name}.`) && other.endsWith(SNAPSHOT_END));
    return [
      {
        name,
        file: report(file),
        text: read(file),
        sharing: { path: pathOf(file), open },
        inventory: names.includes(inventory) ? read(inventory) : undefined,
        snapshots: new Map(
          snapshots.map((snapshot) => [
            snapshot.slice(name.length + 1, -SNAPSHOT_END.length),
            read(snapshot),
          ]),
        ),
      },
    ];
  });
}

/** Returns whether a file of the folder is read: as an access document, as webhooks.yml or as portal.yml. */
export function isDocumentName(name: string): boolean {
  return DOCUMENT.test(name);
}

/**
 * Returns the YAML files that are not read because of their names. Users may believe that these files protect an API.
 */
export function findStrayNames(names: readonly string[]): readonly string[] {
  const known = [DOCUMENT, SHARED, REFERENCE];
  return names.filter((name) => /\.ya?ml$/i.test(name) && !known.some((form) => form.test(name)));
}

/** Returns a name such as `orders.routes.json`. */
export function inventoryName(name: string): string {
  return `${name}.routes.json`;
}

/** Returns a name such as `orders.main.jwks.json`. */
export function snapshotName(name: string, issuerId: string): string {
  return `${name}.${issuerId}${SNAPSHOT_END}`;
}
