/**
 * Reads and writes the files of the portal. Users write `access/portal.yml`, and `access/portal.compiled.json` and
 * `access/portal-page.compiled.json` are deployed.
 */
import { existsSync, readFileSync } from 'node:fs';
import { join, relative, resolve } from 'node:path';
import { statOf } from '@gatewright/aws/file-marks';
import { PORTAL_NAME } from '../files/access-folder.ts';
import { readWebhooks } from '../webhooks/webhook-files.ts';
import { writeIfChanged } from '../files/access-files.ts';
import type { Problem } from '../document/read-document.ts';
import type { AccessBuild } from '../compile/build-access.ts';
import { compilePortal } from './compile-portal.ts';
import type { PortalBuild, PortalSurroundings } from './compile-portal.ts';
import type { KeyDocuments } from './offered-keys.ts';
import type { PageSources } from './page-assets.ts';

type Reading = {
  /** File names in messages are relative to this folder. */
  readonly from?: string | undefined;
  /** Returns the built page. It is called only if there is a document. */
  readonly page: () => PageSources;
  /** The documents of the folder, with which `keys` is compared. */
  readonly access?: KeyBuild | undefined;
  /** The stages in one of which the keys must be accepted. Default: the stages that the documents name. */
  readonly stages?: readonly string[] | undefined;
};

type KeyBuild = KeyDocuments & Pick<AccessBuild, 'problems' | 'withoutInventory'>;

/** Reads and compiles the document; undefined if there is none. */
export function readPortal(
  folder: string,
  { from = process.cwd(), page, access, stages }: Reading,
): PortalBuild | undefined {
  const path = ['yml', 'yaml']
    .map((end) => join(folder, `${PORTAL_NAME}.${end}`))
    .find((one) => existsSync(one));
  if (path === undefined) return undefined;
  const webhooks = readWebhooks(folder, from) ?? { kind: 'compiled', webhooks: { sources: [] } };
  return compilePortal(readFileSync(path, 'utf8'), relative(from, path), {
    page: page(),
    sources: webhooks.kind === 'compiled' ? webhooks.webhooks.sources : undefined,
    // The documents that are missing in such a build may be those that accept the keys.
    access: access && access.problems.length + access.withoutInventory.length === 0 ? access : undefined,
    stages,
    open: openFrom(folder, from),
  });
}

function openFrom(folder: string, from: string): PortalSurroundings['open'] {
  return (name, limitBytes) => {
    const path = resolve(folder, name);
    const found = statOf(path);
    if (found?.isFile() !== true) return undefined;
    if (found.size > limitBytes) return 'too large';
    try {
      return { file: relative(from, path), bytes: readFileSync(path) };
    } catch {
      return undefined;
    }
  };
}

export function portalProblems(build: PortalBuild | undefined): readonly Problem[] {
  return build?.kind === 'invalid' ? build.problems : [];
}

/**
 * Compiles the document, and writes the compiled files if they have changed. If there are problems, the old files stay.
 */
export function writeCompiledPortal(folder: string, reading: Reading): PortalBuild | undefined {
  const build = readPortal(folder, reading);
  if (build?.kind === 'compiled')
    for (const [name, content] of [
      [PORTAL_NAME, build.portal],
      [`${PORTAL_NAME}-page`, build.page],
    ] as const)
      writeIfChanged(join(folder, `${name}.compiled.json`), `${JSON.stringify(content)}\n`);
  return build;
}
