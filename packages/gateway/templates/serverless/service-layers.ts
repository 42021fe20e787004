/** Finds the content of a service's layers: the folder or the archive that the service names. */
import { existsSync } from 'node:fs';
import { resolve } from 'node:path';
import { isArchive } from '../packed-code.ts';
import type { Finding } from '../raw-stack.ts';
import { packagesMissing, runsNodeOnly } from './layer-packages.ts';
import type { PackagedService } from './packaged-service.ts';
import { describeMissingArchive } from './service-code.ts';
import type { PlaceOfArtifact } from './service-code.ts';

/**
 * The name of the layer of serverless-python-requirements. Functions use the packages of the machine's Python instead
 * of this layer.
 */
const PYTHON_REQUIREMENTS = 'pythonRequirements';

type ServiceLayers = {
  readonly folders: ReadonlyMap<string, string | undefined>;
  readonly archives: readonly string[];
  readonly findings: readonly Finding[];
};

export function findServiceLayers(
  packaged: PackagedService,
  folder: string,
  placeOf: PlaceOfArtifact,
): ServiceLayers {
  const folders = new Map<string, string | undefined>();
  const archives: string[] = [];
  const findings: Finding[] = [];
  for (const [logicalId, { name, path, artifact }] of packaged.layers) {
    const at = { logicalId, type: 'AWS::Lambda::LayerVersion', property: 'Content' };
    if (artifact !== undefined) {
      const archive = resolve(folder, artifact);
      const isThere = isArchive(archive);
      archives.push(archive);
      folders.set(logicalId, isThere ? archive : undefined);
      const consequence = 'functions that use the layer lack its files';
      const place = placeOf(['layers', name]);
      if (!isThere) findings.push({ ...at, ...describeMissingArchive(artifact, folder), consequence, place });
      continue;
    }
    if (path === undefined) {
      if (name === PYTHON_REQUIREMENTS) folders.set(logicalId, undefined);
      continue;
    }
    const isThere = existsSync(resolve(folder, path));
    folders.set(logicalId, isThere ? resolve(folder, path) : undefined);
    if (isThere) continue;
    const missing = runsNodeOnly(packaged.template) ? packagesMissing(packaged.esbuild, folder) : undefined;
    if (missing?.length === 0) continue;
    const found = missing === undefined ? '' : `; the service lacks ${missing.join(', ')}`;
    findings.push({
      ...at,
      rule: 'missing-file',
      message: `the folder ${path} of the layer does not exist, so osls cannot deploy the service`,
      consequence: `functions find the packages of the layer only if the service itself has them${found}`,
      remedy: `create ${path} before you deploy, for example with the build script of the project, or correct layers.${name}.path`,
    });
  }
  return { folders, archives, findings };
}
