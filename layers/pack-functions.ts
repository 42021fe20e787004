/** Bundles the stack's functions and has osls upload these archives in place of ones of its own. */
import { mkdir, writeFile } from 'node:fs/promises';
import { join, parse } from 'node:path';
import { bundleFunctions } from './bundle-functions.ts';
import { writeZip } from './zip.ts';

/** osls copies what is there to the folder that `--package` names. */
const WORKSHOP = '.serverless';

/** A function as osls has it. */
export type OslsFunction = {
  readonly handler?: string;
  package?: { readonly artifact?: string; readonly [setting: string]: unknown };
};

/** @throws Error where a handler names no file of functions/ */
export async function packFunctions(
  serviceDir: string,
  functions: Readonly<Record<string, OslsFunction>>,
): Promise<void> {
  const bundles = new Map(
    (await bundleFunctions(serviceDir, { sourcemap: 'linked' })).map((bundle) => [bundle.name, bundle]),
  );
  await mkdir(join(serviceDir, WORKSHOP), { recursive: true });
  for (const [name, definition] of Object.entries(functions)) {
    const bundle = bundles.get(parse(definition.handler ?? '').name);
    if (bundle === undefined)
      throw new Error(`${name}: ${definition.handler ?? 'no handler'} is not in functions/`);
    const artifact = join(WORKSHOP, `${name}.zip`);
    await writeFile(join(serviceDir, artifact), writeZip(bundle.files));
    definition.package = { ...definition.package, artifact };
  }
}
