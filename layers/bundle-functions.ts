/** Bundles every function the way packaging does, to measure it and to prove that nothing ships twice. */
import { glob, readFile } from 'node:fs/promises';
import { join, parse } from 'node:path';
import { build } from 'esbuild';
import type { BuildOptions, Metafile } from 'esbuild';
import { parse as parseYaml } from 'yaml';
import { LAYER_PACKAGES, specifierOf } from './contents.ts';

export type FunctionBundle = { readonly name: string; readonly code: Uint8Array };

/** @throws Error when a bundle holds a package, or imports one that the layer does not have. */
export async function bundleFunctions(root: string): Promise<readonly FunctionBundle[]> {
  const options = await readEsbuildOptions(root);
  const bundles: FunctionBundle[] = [];
  for await (const file of glob('functions/*.ts', { cwd: root })) {
    const { name } = parse(file);
    const { metafile, outputFiles } = await build({
      ...options,
      absWorkingDir: root,
      entryPoints: [file],
      outfile: `${name}.mjs`,
      bundle: true,
      platform: 'node',
      sourcemap: false,
      write: false,
      metafile: true,
      logLevel: 'warning',
    });
    assertPackagesInLayer(name, metafile);
    bundles.push({ name, code: outputFiles[0]?.contents ?? new Uint8Array() });
  }
  return bundles.sort((a, b) => a.name.localeCompare(b.name));
}

/** `custom.esbuild` of serverless.yml, so that what is measured is what is deployed. */
async function readEsbuildOptions(root: string): Promise<BuildOptions> {
  // CloudFormation's own tags (!Ref, !GetAtt) mean nothing here.
  const yaml: unknown = parseYaml(await readFile(join(root, 'serverless.yml'), 'utf8'), {
    logLevel: 'error',
  });
  const { format, target, external, minify } = (yaml as { custom: { esbuild: BuildOptions } }).custom.esbuild;
  return {
    ...(format && { format }),
    ...(target && { target }),
    ...(external && { external }),
    ...(minify !== undefined && { minify }),
  };
}

/** @throws Error */
export function assertPackagesInLayer(name: string, metafile: Metafile): void {
  const bundled = Object.keys(metafile.inputs).find((input) => input.includes('node_modules/'));
  if (bundled !== undefined)
    throw new Error(`${name}: ${bundled} is bundled, but packages belong in the layer`);
  const provided = new Set(
    LAYER_PACKAGES.flatMap(({ name: packageName, subpaths }) =>
      subpaths.map((subpath) => specifierOf(packageName, subpath)),
    ),
  );
  for (const { imports } of Object.values(metafile.outputs))
    for (const { path, external } of imports)
      if (external === true && !path.startsWith('node:') && !provided.has(path))
        throw new Error(`${name}: imports ${path}, which the layer does not hold (layers/contents.ts)`);
}
