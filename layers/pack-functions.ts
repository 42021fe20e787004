/** Bundles the stack's functions and makes osls upload the resulting archives instead of its own. */
import { mkdir, rm, writeFile } from 'node:fs/promises';
import { basename, join, parse } from 'node:path';
import type { BuildOptions } from 'esbuild';
import { bundleFunctions } from './bundle-functions.ts';
import { writeZip } from '@gatewright/aws/zip-archive';

/**
 * The folder for source maps, which is outside of the package. In the package, source maps would be five sixths of what
 * a cold start loads, and Lambda reads them only with `--enable-source-maps`. How to read a stack trace with them:
 * docs/guides/operate/operating.md.
 */
const SOURCE_MAPS = '.gatewright/source-maps';

/** The folder in which osls packs. osls copies its files to the folder that `--package` names. */
const WORKSHOP = '.serverless';

export type OslsFunction = {
  handler?: string;
  readonly name?: string;
  role?: unknown;
  versionFunction?: boolean;
  events?: readonly object[];
  package?: { readonly artifact?: string; readonly [setting: string]: unknown };
};

type PackSettings = {
  readonly pattern?: string;
  readonly esbuild?: BuildOptions;
  readonly packagesFrom?: string | undefined;
};

/** @throws Error if a handler names no file of functions/ */
export async function packFunctions(
  serviceDir: string,
  functions: Readonly<Record<string, OslsFunction>>,
  settings: PackSettings = {},
): Promise<void> {
  const fileOf = ({ handler = '' }: OslsFunction): string => parse(handler).name;
  const names = new Set(Object.values(functions).map(fileOf));
  const bundled = await bundleFunctions(serviceDir, { ...settings, names, sourcemap: 'external' });
  const bundles = new Map(bundled.map((bundle) => [bundle.name, bundle]));
  await mkdir(join(serviceDir, WORKSHOP), { recursive: true });
  for (const [name, definition] of Object.entries(functions)) {
    const bundle = bundles.get(fileOf(definition));
    if (bundle === undefined)
      throw new Error(
        definition.handler === undefined
          ? `the function ${name} has no handler: set its handler in serverless.yml, as in functions/portal.handler`
          : `the handler ${definition.handler} of the function ${name} is not in the folder functions/`,
      );
    const artifact = join(WORKSHOP, `${name}.zip`);
    const isMap = (path: string) => path.endsWith('.map');
    const code = new Map([...bundle.files].filter(([path]) => !isMap(path)));
    await writeFile(join(serviceDir, artifact), writeZip(code));
    await keepMaps(
      join(serviceDir, SOURCE_MAPS, name),
      [...bundle.files].filter(([path]) => isMap(path)),
    );
    definition.package = { ...definition.package, artifact };
  }
}

async function keepMaps(folder: string, maps: readonly (readonly [string, Uint8Array])[]): Promise<void> {
  await rm(folder, { recursive: true, force: true });
  await mkdir(folder, { recursive: true });
  for (const [path, content] of maps) await writeFile(join(folder, basename(path)), content);
}
