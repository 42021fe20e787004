/**
 * Provides the parts of the stack from the npm package. The service that deploys them contains only its access
 * documents.
 */
import {
  existsSync,
  lstatSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { dirname, join, parse } from 'node:path';
import type { BuildOptions } from 'esbuild';
import { packFunctions } from './pack-functions.ts';
import { LAYER_MODULES } from './stack-parts.ts';
import type { PartsOfService, StackParts } from './stack-parts.ts';

/** The name by which functions import a service's documents (packages/gatewright/package/build-package.ts). */
export const DOCUMENTS = 'gatewright-documents';
/**
 * The folder in the service into which the parts are copied. Files that differ from the package's files are replaced or
 * removed, so it must not contain files of a user.
 */
export const STACK_FOLDER = '.gatewright/stack';
const FUNCTIONS = `${STACK_FOLDER}/functions`;
const NOTHING: Readonly<Record<string, string>> = {
  'compiled.json': '{"documents":[]}\n',
  'webhooks.compiled.json': '{"sources":[]}\n',
  'portal.compiled.json': '{"offers":{"name":"","plans":[]},"signIn":{}}\n',
  'portal-page.compiled.json': '{"files":{}}\n',
};

/** @param packageFolder folder of the installed package `gatewright` */
export function npmParts(serviceDir: string, packageFolder: string): StackParts {
  return {
    layerPath: `${STACK_FOLDER}/layer`,
    prepare(service) {
      const own = join(serviceDir, STACK_FOLDER);
      makeOwnFolder(serviceDir);
      copyTree(join(packageFolder, 'stack/layer'), join(own, 'layer', LAYER_MODULES));
      for (const definition of Object.values(service.functions ?? {})) {
        const { name } = parse(definition.handler ?? '');
        writeIfChanged(join(serviceDir, FUNCTIONS, `${name}.mjs`), stubOf(name));
        definition.handler = `${FUNCTIONS}/${name}.handler`;
      }
      setEsbuild(service, serviceDir);
    },
    async pack(service, packages) {
      const functions = service.functions ?? {};
      // The paths are the same as in the package, so that the deployed code does not depend on where it was
      // packed.
      for (const definition of Object.values(functions))
        definition.handler = `functions/${parse(definition.handler ?? '').name}.handler`;
      const { esbuild } = (service.custom ?? {}) as { readonly esbuild?: BuildOptions };
      await packFunctions(serviceDir, functions, {
        pattern: `${FUNCTIONS}/*.mjs`,
        ...(esbuild !== undefined && { esbuild }),
        packagesFrom:
          packages === 'functions' ? join(serviceDir, STACK_FOLDER, 'layer', LAYER_MODULES) : undefined,
      });
    },
  };
}

function stubOf(name: string): string {
  return `// Written by gatewright/stack.\nexport { handler } from 'gatewright/functions/${name}';\n`;
}

function setEsbuild(service: PartsOfService, serviceDir: string): void {
  const { esbuild } = (service.custom ?? {}) as { readonly esbuild?: { alias?: Record<string, string> } };
  if (esbuild === undefined) return;
  const alias: Record<string, string> = {};
  for (const [name, text] of Object.entries(NOTHING)) {
    const empty = join(serviceDir, STACK_FOLDER, name);
    writeIfChanged(empty, text);
    const own = join(serviceDir, 'access', name);
    alias[`${DOCUMENTS}/${name}`] = existsSync(own) ? own : empty;
  }
  esbuild.alias = { ...esbuild.alias, ...alias };
}

/**
 * Creates the folder and its parents. Attack: git stores symbolic links, so a link in a cloned repository could make
 * the gateway write outside of the folder.
 * @throws Error if a part of the path is a link or a file
 */
function makeOwnFolder(serviceDir: string): void {
  let path = serviceDir;
  for (const part of [...STACK_FOLDER.split('/'), 'functions']) {
    path = join(path, part);
    const found = lstatSync(path, { throwIfNoEntry: false });
    if (found === undefined) mkdirSync(path, { mode: 0o700 });
    else if (!found.isDirectory())
      throw new Error(`${path} must be a folder, but is a link or a file; remove it`);
  }
  const ignore = join(serviceDir, '.gatewright/.gitignore');
  if (!existsSync(ignore)) writeFileSync(ignore, '*\n', { flag: 'wx' });
}

/** Copies a folder, and removes files that another version of the package has left. */
function copyTree(from: string, to: string): void {
  const wanted = filesIn(from);
  const found = existsSync(to) ? filesIn(to) : [];
  if (found.some((file) => !wanted.includes(file))) rmSync(to, { recursive: true });
  for (const file of wanted) writeIfChanged(join(to, file), readFileSync(join(from, file)));
}

function filesIn(folder: string): readonly string[] {
  return readdirSync(folder, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => join(entry.parentPath, entry.name).slice(folder.length + 1));
}

/**
 * Writes atomically, since a gateway may be running the file. Does not write an unchanged file, so that no reload is
 * triggered.
 */
function writeIfChanged(path: string, content: string | Buffer): void {
  const bytes = Buffer.from(content);
  if (existsSync(path) && readFileSync(path).equals(bytes)) return;
  mkdirSync(dirname(path), { recursive: true });
  const draft = `${path}.${process.pid}`;
  writeFileSync(draft, bytes);
  renameSync(draft, path);
}
