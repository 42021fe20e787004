/** Builds the npm packages from the command, the gateway, the plug-in, and the modules that handlers import. */
import { execFile } from 'node:child_process';
import { existsSync } from 'node:fs';
import { chmod, copyFile, cp, glob, mkdir, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { createRequire, isBuiltin } from 'node:module';
import { dirname, join, relative } from 'node:path';
import { promisify } from 'node:util';
import { buildLayer } from '../../../layers/build-layer.ts';
import { bundledLicenses } from '../../../layers/bundled-licenses.ts';
import { DOCUMENTS } from '../../../layers/npm-parts.ts';
import { bundlePortalPage, PORTAL_PAGE } from '../../../layers/portal-page.ts';
import { shipPrograms } from '../../gateway/lambda/thread/worker-program.ts';
import { bundleCommand, JOINED } from './bundle-command.ts';
import { bundleSdk } from './bundle-sdk.ts';
import { typeTexts } from './type-texts.ts';
import { bundleConsole } from '../command/start/console-bundle.ts';
import {
  asCarried,
  CARRIED_PACKAGES,
  HANDLER_ENTRIES,
  makeManifest,
  makeWorkspaceManifest,
  ownNames,
  SCOPE,
  SUITES,
  WORKSPACES,
} from './manifest.ts';
import { writeGuides } from './guides.ts';
import type { Manifest } from './manifest.ts';
import { makeStackConfig } from './stack-config.ts';

const run = promisify(execFile);

/**
 * The files of the package `gatewright` that tsc does not write. Maps each file's path in the checkout to its path in
 * the package.
 */
const COPIED = {
  LICENSE: 'LICENSE',
  'docs/gatewright.schema.json': 'gatewright.schema.json',
  'packages/gatewright/package/launcher.cjs': 'bin/gatewright.cjs',
  'packages/toolkit/stack/quota/over-quota.json': 'stack/over-quota.json',
};
/** The folders that are not shipped, or are shipped in another form. */
const NOT_COPIED = new Set(['gatewright/package', 'gateway/console/page', 'toolkit/stack/portal/page']);
/** Folders of packages/ that contain one folder for each part of the code. */
const OF_ROOMS = new Set(['base', 'gateway', 'toolkit']);
/** Schemas for editors that complete documents. */
const SCHEMAS = ['access.schema.json', 'webhooks.schema.json', 'portal.schema.json'];
const BUNDLED_PACKAGES = [
  'preact',
  'uplot',
  '@codemirror/view',
  '@codemirror/state',
  '@codemirror/commands',
  '@codemirror/language',
  '@codemirror/lang-json',
  '@lezer/common',
  '@lezer/highlight',
  '@lezer/json',
  '@lezer/lr',
  'style-mod',
  'w3c-keyname',
  'crelt',
  '@marijn/find-cluster-break',
];
/**
 * Matches the files other than TypeScript that are shipped: programs that are loaded by other programs, their types,
 * queries, lists of locked versions, and CloudFormation's schemas.
 */
const PLAIN_FILES = '**/{*.{cjs,cts,py,sql},lent/*.{json,txt},deployability/*.json}';
/** The folder in which `packages/gateway/lambda/code/runtime-packages.ts` looks for the AWS SDK. */
const SDK_FOLDER = 'packages/gateway/lambda/aws-sdk';
/** Matches an import path. tsc puts rewritten paths into double quotes. */
const SPECIFIER =
  /^(?:import|export)\b[^'"`;]*?\bfrom\s*['"]([^'"]+)['"]|^import\s*['"]([^'"]+)['"]|\bimport\(['"]([^'"]+)['"]\)/gm;

/** Compiles a project, given by its tsconfig.json, to JavaScript in a folder. */
type Compile = (project: string, outputDirectory: string) => Promise<void>;

/**
 * Rebuilds the folder of the package `gatewright`. Our other packages are put into its `node_modules`. In that folder,
 * their manifests name only those dependencies that are our own packages. `root` is the checkout.
 * @throws Error if a file imports a file that is not shipped, or a package that is not a dependency
 */
export async function buildPackage(
  root: string,
  outputDirectory: string,
  compile: Compile = runTsc,
): Promise<Manifest> {
  await rm(outputDirectory, { recursive: true, force: true });
  const compiled = join(outputDirectory, '.compiled');
  await compile(join(root, 'packages/gatewright/package/tsconfig.build.json'), compiled);

  for (const [name, folder] of Object.entries(WORKSPACES)) {
    const target = join(outputDirectory, 'node_modules', SCOPE, name);
    await writeManifest(
      target,
      asCarried(await writeWorkspace(root, folder, join(compiled, folder), target)),
    );
  }
  await carryPackages(root, join(outputDirectory, 'node_modules'));
  const manifest = await makeManifest(root);
  for (const folder of ['functions', 'layers'])
    await cp(join(compiled, folder), join(outputDirectory, folder), { recursive: true });
  await writeRooms(root, compiled, outputDirectory);
  await bundleSdk(root, join(outputDirectory, SDK_FOLDER));
  await shipPrograms(join(outputDirectory, 'packages/gateway/lambda'));
  await writeStack(root, outputDirectory);
  await writeConsole(root, join(outputDirectory, 'packages/gateway/console/page'));
  await writePortalPage(root, join(outputDirectory, PORTAL_PAGE));
  for (const [source, target] of Object.entries(COPIED))
    await copyInto(join(root, source), join(outputDirectory, target));
  await chmod(join(outputDirectory, 'bin/gatewright.cjs'), 0o755);
  await writeGuides(root, outputDirectory);
  await writeEntries(outputDirectory);
  await rm(compiled, { recursive: true });
  // The manifest is written first, because the bundler needs it to resolve imports of shared files.
  await writeManifest(outputDirectory, manifest);
  await bundleCommand(outputDirectory, root);
  const [name, licenses] = bundledLicenses(root, JOINED);
  await writeFile(join(outputDirectory, 'packages/gatewright/command/bundled', name), licenses);
  await checkImports(outputDirectory, manifest);
  return manifest;
}

/** Copies third-party packages and everything that they depend on. npm packs what is in `node_modules`. */
async function carryPackages(root: string, target: string): Promise<void> {
  const names = new Set(CARRIED_PACKAGES);
  for (const name of names) {
    const source = join(root, 'node_modules', name);
    const { dependencies = {} } = JSON.parse(await readFile(join(source, 'package.json'), 'utf8')) as {
      readonly dependencies?: Readonly<Record<string, string>>;
    };
    for (const needed of Object.keys(dependencies)) names.add(needed);
    await cp(source, join(target, name), { recursive: true });
  }
}

async function runTsc(project: string, outputDirectory: string): Promise<void> {
  const tsc = createRequire(import.meta.url).resolve('typescript/bin/tsc');
  await run(process.execPath, [tsc, '--project', project, '--outDir', outputDirectory]);
}

/**
 * Copies one of our packages from a built `gatewright`. Our other packages that it needs are placed below it.
 * @returns the manifest of the copied package
 */
export async function detachPackage(
  root: string,
  builtDirectory: string,
  name: string,
  outputDirectory: string,
): Promise<Manifest> {
  const scope = join(builtDirectory, 'node_modules', SCOPE);
  await rm(outputDirectory, { recursive: true, force: true });
  await cp(join(scope, name), outputDirectory, { recursive: true });
  const manifest = await makeWorkspaceManifest(root, WORKSPACES[name] ?? '');
  await writeManifest(outputDirectory, manifest);
  for (const needed of ownNames(manifest.dependencies)) {
    await cp(join(scope, needed.slice(SCOPE.length)), join(outputDirectory, 'node_modules', needed), {
      recursive: true,
    });
  }
  return manifest;
}

/**
 * Writes the package of a suite in `SUITES`, such as the conformance suite, from a built `gatewright`. Our packages
 * that the suite needs are placed below it.
 * @returns the manifest of the suite
 */
export async function buildSuite(
  root: string,
  name: string,
  builtDirectory: string,
  outputDirectory: string,
  compile: Compile = runTsc,
): Promise<Manifest> {
  const folder = SUITES[name] ?? '';
  const compiled = `${outputDirectory}.compiled`;
  await rm(outputDirectory, { recursive: true, force: true });
  await compile(join(root, folder, 'tsconfig.build.json'), compiled);
  const manifest = await writeWorkspace(root, folder, join(compiled, folder), outputDirectory);
  await writeManifest(outputDirectory, manifest);
  await rm(compiled, { recursive: true });
  const source = join(root, folder);
  for await (const file of glob(['{cases,schema}/**/*.json', '*.md'], { cwd: source }))
    await copyInto(join(source, file), join(outputDirectory, file));
  for (const needed of ownNames(manifest.dependencies)) {
    await cp(join(builtDirectory, 'node_modules', needed), join(outputDirectory, 'node_modules', needed), {
      recursive: true,
    });
  }
  return manifest;
}

/**
 * Writes the files for `serverless deploy` of the stack, next to the functions' code. They are plain data, so that osls
 * resolves their variables.
 */
async function writeStack(root: string, outputDirectory: string): Promise<void> {
  const stack = join(outputDirectory, 'stack');
  const layer = join(outputDirectory, '.layer');
  await buildLayer(root, layer);
  // The folder gets another name, because npm does not pack folders that are named node_modules.
  await cp(join(layer, 'nodejs/node_modules'), join(stack, 'layer'), { recursive: true });
  await rm(layer, { recursive: true });
  await writeFile(join(stack, 'stack.json'), `${JSON.stringify(await makeStackConfig(root), null, 1)}\n`);
  for (const name of SCHEMAS) await copyInto(join(root, 'access', name), join(stack, name));
  for await (const file of glob('functions/*.js', { cwd: outputDirectory })) {
    const path = join(outputDirectory, file);
    const text = await readFile(path, 'utf8');
    await writeFile(
      path,
      text.replace(
        /(["'])\.\.\/access\/((?:(?:webhooks|portal|portal-page)\.)?compiled\.json)\1/g,
        `$1${DOCUMENTS}/$2$1`,
      ),
    );
  }
}

/**
 * Copies the folders of packages/ that are not workspaces. In the package, they have the same place as in the checkout.
 */
async function writeRooms(root: string, compiled: string, outputDirectory: string): Promise<void> {
  const workspaces = new Set(Object.values(WORKSPACES));
  for (const folder of await listRooms(compiled)) {
    if (workspaces.has(folder)) continue;
    await cp(join(compiled, folder), join(outputDirectory, folder), {
      recursive: true,
      filter: (file) => !NOT_COPIED.has(relative(join(compiled, 'packages'), file)),
    });
    await copyPlainFiles(join(root, folder), join(outputDirectory, folder));
  }
}

async function listRooms(compiled: string): Promise<readonly string[]> {
  const rooms: string[] = [];
  for (const name of await readdir(join(compiled, 'packages'))) {
    const folder = join('packages', name);
    const inner = OF_ROOMS.has(name) ? await readdir(join(compiled, folder)) : [];
    rooms.push(...(OF_ROOMS.has(name) ? inner.map((room) => join(folder, room)) : [folder]));
  }
  return rooms;
}

async function copyPlainFiles(source: string, target: string): Promise<void> {
  for await (const file of glob(PLAIN_FILES, { cwd: source, exclude: ['node_modules/**', 'package/**'] }))
    await copyInto(join(source, file), join(target, file));
}

async function writeWorkspace(
  root: string,
  folder: string,
  compiled: string,
  target: string,
): Promise<Manifest> {
  await cp(compiled, target, { recursive: true });
  await copyPlainFiles(join(root, folder), target);
  await copyFile(join(root, 'LICENSE'), join(target, 'LICENSE'));
  const readme = join(root, folder, 'README.md');
  if (existsSync(readme)) await copyFile(readme, join(target, 'README.md'));
  const manifest = await makeWorkspaceManifest(root, folder);
  await checkImports(target, manifest);
  return manifest;
}

/**
 * Bundles the console's page, so that users do not have to build anything. The licenses of the bundled packages are
 * included.
 */
async function writeConsole(root: string, target: string): Promise<void> {
  await mkdir(target, { recursive: true });
  const files = await bundleConsole(join(root, 'packages/gateway/console/page'));
  // The page is served by an installed package, whatever builds it.
  const typed = [...files].map(
    ([name, body]) => [name, name.endsWith('.js') ? typeTexts(Buffer.from(body).toString()) : body] as const,
  );
  for (const [name, body] of [...typed, bundledLicenses(root, BUNDLED_PACKAGES)])
    await writeFile(join(target, name), body);
}

/** Bundles the portal's page, which `layers/portal-page.ts` reads when a service with a portal is packaged. */
async function writePortalPage(root: string, target: string): Promise<void> {
  await mkdir(target, { recursive: true });
  for (const [name, body] of bundlePortalPage(root)) await writeFile(join(target, name), body);
}

/**
 * Writes the entries of the package. `gatewright` exports the gateway, and the other entries, such as
 * `gatewright/quota`, export the functions for handlers. Each entry is one line, which is written as an ES module and
 * as its types.
 */
async function writeEntries(outputDirectory: string): Promise<void> {
  const entries = [
    ['gateway', '../packages/gateway/engine/index.js'],
    ...HANDLER_ENTRIES.map((name) => [name, `${SCOPE}handlers/${name}`]),
  ] as const;
  await mkdir(join(outputDirectory, 'entries'));
  for (const [name, specifier] of entries) {
    const line = `export * from '${specifier}';\n`;
    for (const ending of ['.js', '.d.ts'])
      await writeFile(join(outputDirectory, 'entries', `${name}${ending}`), line);
  }
}

async function copyInto(source: string, target: string): Promise<void> {
  await mkdir(dirname(target), { recursive: true });
  await copyFile(source, target);
}

function writeManifest(directory: string, manifest: Manifest): Promise<void> {
  return writeFile(join(directory, 'package.json'), `${JSON.stringify(manifest, null, 2)}\n`);
}

async function checkImports(directory: string, manifest: Manifest): Promise<void> {
  for await (const file of glob('**/*.js', { cwd: directory, exclude: ['node_modules/**'] })) {
    const text = await readFile(join(directory, file), 'utf8');
    for (const match of text.matchAll(SPECIFIER)) {
      const specifier = match[1] ?? match[2] ?? match[3] ?? '';
      if (!isShipped(specifier, join(directory, file), manifest))
        throw new Error(
          `${manifest.name}: ${file} imports ${specifier}, which is neither in the package nor a dependency`,
        );
    }
  }
}

function isShipped(specifier: string, file: string, manifest: Manifest): boolean {
  if (isBuiltin(specifier)) return true;
  if (specifier.startsWith('.')) return existsSync(join(dirname(file), specifier));
  // The manifest of `gatewright` maps `#shared/` to one of our packages.
  if (specifier.startsWith('#shared/')) return manifest.name === 'gatewright';
  // The compiled documents are not shipped. They are a dependency of the service that packages the function.
  if (specifier.startsWith(`${DOCUMENTS}/`)) return file.includes('functions');
  const name = /^(@[^/]+\/)?[^/]+/.exec(specifier)?.[0] ?? '';
  return Object.hasOwn(manifest.dependencies, name) || Object.hasOwn(manifest.peerDependencies, name);
}
