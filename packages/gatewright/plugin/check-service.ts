/** Checks that a packaged service uses the toolkit's authorizers as the access documents require. */
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join, relative, resolve } from 'node:path';
import { toAccessFiles } from '@gatewright/authoring/files/access-folder';
import { buildAccess } from '@gatewright/authoring/compile/build-access';
import { checkStack } from '@gatewright/authoring/check/check-stack';
import { printProblem } from '@gatewright/authoring/document/read-document';
import { openSharedFrom } from '@gatewright/authoring/files/shared-files';
import { readWiring } from '@gatewright/authoring/check/read-wiring';
import { defaultAccessFolder } from '@gatewright/authoring/files/stack-files';
import { refuseUnknownSetting } from './gateway-settings.ts';

export type PackagedService = {
  readonly directory: string;
  /** The section `custom.gatewright` of the service. */
  readonly settings: unknown;
  readonly stackName: string;
  /** Resources of the compiled template. */
  readonly resources: Readonly<Record<string, unknown>>;
  /** Whether the template is only served on this machine, and not deployed. */
  readonly isServed?: boolean;
};

type ServiceCheck = {
  /** The problems that were found. Each text names the change to make. */
  readonly complaints: readonly string[];
  readonly warnings: readonly string[];
};

const SETTING = 'custom.gatewright.access';
/**
 * A file that only the toolkit's commands write. It distinguishes the folder of documents from other folders that are
 * named `access`.
 */
const SIGN = 'compiled.json';

/**
 * Checks a packaged service. The documents are in `custom.gatewright.access`, otherwise in `access` or
 * `gatewright/access` next to serverless.yml. If there are no documents, nothing is checked.
 */
export function checkService({
  directory,
  settings,
  stackName,
  resources,
  isServed = false,
}: PackagedService): ServiceCheck {
  const unknown = typeof settings === 'object' && settings !== null && refuseUnknownSetting(settings);
  if (unknown) return { complaints: [unknown], warnings: [] };
  const setting = settingOf(settings);
  const isNamed = setting !== undefined;
  const folder = resolve(directory, typeof setting === 'string' ? setting : defaultAccessFolder(directory));
  if (isNamed && (typeof setting !== 'string' || !existsSync(join(folder, SIGN))))
    return {
      complaints: [
        typeof setting === 'string'
          ? `${SETTING} must be the folder of the toolkit's access documents, but ${folder} does not contain ${SIGN}: correct the path, or run gatewright access sync, which writes this file`
          : `${SETTING} must be the path of a folder, as text`,
      ],
      warnings: [],
    };
  if (!existsSync(join(folder, SIGN))) return { complaints: [], warnings: [] };
  const files = toAccessFiles({
    names: readdirSync(folder, { withFileTypes: true })
      .filter((entry) => !entry.isDirectory())
      .map(({ name }) => name),
    read: (name) => readFileSync(join(folder, name), 'utf8'),
    describe: (name) => relative(directory, join(folder, name)),
    pathOf: (name) => join(folder, name),
    open: openSharedFrom(directory),
  });
  // Customer plans are not checked here, because they are checked when they are deployed.
  const { protects, problems, withoutInventory } = buildAccess(files, () => undefined);
  // If a document could not be compiled, it may be the document that protects the API. In this case, no API is reported
  // as unprotected.
  const isWhole = problems.length + withoutInventory.length === 0;
  const names = (logicalId: string): boolean =>
    !isWhole || protects.some((api) => api.stack === stackName && api.logicalId === logicalId);
  const { unsafe, uncharged } = checkStack(protects, stackName, resources, isServed ? 'served' : 'deployed');
  return {
    complaints: [...problems.map(printProblem), ...unsafe, ...(isServed ? [] : uncharged)],
    warnings: [
      ...(isServed ? uncharged : []),
      ...withoutInventory.map(printProblem),
      ...Object.keys(resources)
        .filter((logicalId) => readWiring(resources, logicalId).length > 0 && !names(logicalId))
        .map(
          (logicalId) =>
            `${logicalId} of stack ${stackName} uses authorizers of Gatewright's stack, but no document in ${relative(directory, folder)} names this API by stack and logical id, so the API was not checked. To have it checked, add an entry under api in its document. The key of the entry is the stage of Gatewright's stack, for example prod: { stack: ${stackName}, logicalId: ${logicalId}, stage: the stage of the API }`,
        ),
    ],
  };
}

function settingOf(settings: unknown): unknown {
  return typeof settings === 'object' && settings !== null && 'access' in settings
    ? settings.access
    : undefined;
}
