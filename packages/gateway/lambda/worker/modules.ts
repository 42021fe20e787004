/**
 * Resolves a function's `import` and `require`: first its own packages, then the packages of its layers, then the
 * packages of Lambda's runtime. For packages that a bundle leaves out, the layers come first.
 */
import { isInstalled } from '../code/installed-files.ts';
import { createRequire, isBuiltin, registerHooks } from 'node:module';
import { existsSync, readFileSync } from 'node:fs';
import { dirname, join, sep } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';

import type { LayerDefinition } from '../../core/stack/function.ts';
import { packageIsModule } from '../build/package-type.ts';
import { layerRoots, nodeLayerFolders } from '../code/layer-folders.ts';
import { findRuntimePackage, isRuntimePackage, type RuntimePackages } from '../code/runtime-packages.ts';

type ModuleSetup = {
  readonly layers: readonly LayerDefinition[];
  readonly runtime: string;
  readonly runtimePackages: RuntimePackages;
  readonly taskRoot: string;
  /**
   * The code of the bundles by path. If there are no bundles, the code runs as it was deployed, with its packages next
   * to it.
   */
  readonly bundles: ReadonlyMap<string, string>;
  /** Whether the bundles are ES modules. A bundle that is an ES module has no file at its address. */
  readonly isModule: boolean;
  readonly onBuiltin: (name: string) => void;
  /** Called with the file of each module that is loaded and does not belong to an installed package. */
  readonly onLoad: (file: string) => void;
};

/**
 * Information about the modules that were loaded. `lastUrl` returns the URL of the module that was loaded last. If a
 * module does not compile, this is the URL of that module.
 */
export type LoadedModules = { readonly lastUrl: () => string | undefined };

/**
 * Hooks the resolution of both module systems in this thread. In Lambda, NODE_PATH finds packages of layers only for
 * `require`. In the gateway, ESM imports and absolute `/opt/…` specifiers also work, for code that was tested with
 * other tools.
 */
export function hookModules(setup: ModuleSetup): LoadedModules {
  let last: string | undefined;
  const roots = layerRoots(setup);
  const anchors = nodeLayerFolders(setup)
    .filter((folder) => existsSync(folder))
    .map((folder) => dirname(folder));
  const { bundles, isModule } = setup;
  // Only the code's folder is deployed, so a package.json above it does not set the module system.
  // https://docs.aws.amazon.com/lambda/latest/dg/nodejs-package.html
  const hasForeignScope = bundles.size === 0 && packageIsModule(setup.taskRoot);
  const isBundle = (url: string): boolean => isModule && bundles.has(url);
  const search = inLayers(anchors);
  registerHooks({
    resolve(specifier, context, next) {
      if (isBundle(specifier)) return { url: specifier, format: 'module', shortCircuit: true };
      const builtin = /^(?:node:)?(https?|http2|tls|net|child_process)$/.exec(specifier)?.[1];
      if (builtin !== undefined) setup.onBuiltin(builtin);
      // On AWS, there is no node_modules folder next to a bundle. Packages that are not in the bundle must therefore
      // come from layers and not from the checkout.
      const isLeftOut = context.parentURL !== undefined && bundles.has(context.parentURL);
      if (isLeftOut && isBare(specifier)) {
        const found = search.find(specifier, context, next);
        if (found !== undefined) return found;
      }
      try {
        return next(fromLayerPath(specifier, roots), context);
      } catch (error) {
        if (!isBare(specifier) || search.isRunning()) throw error;
        const found = search.find(specifier, context, next) ?? findInRuntime(specifier, setup);
        if (found === undefined) throw error;
        return found;
      }
    },
    load(url, context, next) {
      last = url;
      if (url.startsWith('file:') && !bundles.has(url)) noteLoaded(fileURLToPath(url), setup.onLoad);
      if (isBundle(url)) return { format: 'module', source: bundles.get(url), shortCircuit: true };
      if (!hasForeignScope || !isCommonJs(url, setup.taskRoot)) return next(url, context);
      return next(url, { ...context, format: 'commonjs' });
    },
  });
  return { lastUrl: () => last };
}

function noteLoaded(file: string, onLoad: (file: string) => void): void {
  if (!isInstalled(file)) onLoad(file);
}

const MODULE_SYNTAX = /(?:^|[;}])\s*(?:import|export)(?:\s+\w|\s*[{*"'])/m;

/**
 * Whether a `.js` file is in the code's folder, no package.json of this folder applies to it, and it has no syntax of
 * ES modules.
 */
function isCommonJs(url: string, taskRoot: string): boolean {
  if (!/^file:.*\.js$/.test(url)) return false;
  const file = fileURLToPath(url);
  if (!file.startsWith(taskRoot + sep)) return false;
  for (let folder = dirname(file); folder.length >= taskRoot.length; folder = dirname(folder))
    if (existsSync(join(folder, 'package.json'))) return false;
  return !MODULE_SYNTAX.test(readFileSync(file, 'utf8'));
}

type Resolve = NonNullable<Parameters<typeof registerHooks>[0]['resolve']>;

type LayerSearch = {
  find(
    specifier: string,
    context: Parameters<Resolve>[1],
    next: Parameters<Resolve>[2],
  ): ReturnType<Resolve> | undefined;
  /**
   * Whether a search is in progress. It prevents endless recursion, because `createRequire(…).resolve` calls the hook
   * again.
   */
  isRunning(): boolean;
};

function inLayers(anchors: readonly string[]): LayerSearch {
  let isRunning = false;
  return {
    isRunning: () => isRunning,
    find(specifier, context, next) {
      isRunning = true;
      try {
        for (const anchor of anchors) {
          const parent = pathToFileURL(join(anchor, 'layer.js')).href;
          try {
            // `next` uses parentURL for `import`, but ignores it for `require`.
            if (context.conditions.includes('import'))
              return next(specifier, { ...context, parentURL: parent });
            const file = createRequire(parent).resolve(specifier);
            return { url: pathToFileURL(file).href, shortCircuit: true };
          } catch {
            continue;
          }
        }
        return undefined;
      } finally {
        isRunning = false;
      }
    },
  };
}

function findInRuntime(
  specifier: string,
  { runtime, runtimePackages }: ModuleSetup,
): ReturnType<Resolve> | undefined {
  if (!isRuntimePackage(specifier, runtime)) return undefined;
  const file = findRuntimePackage(specifier, runtimePackages);
  return file === undefined ? undefined : { url: pathToFileURL(file).href, shortCircuit: true };
}

/** Maps a path such as `/opt/nodejs/thing.mjs` to the file of the last layer that contains it. */
function fromLayerPath(specifier: string, roots: readonly string[]): string {
  if (!specifier.startsWith('/opt/')) return specifier;
  for (const root of roots) {
    const path = join(root, specifier.slice('/opt/'.length));
    const found = ['', '.js', '.mjs', '.cjs', '/index.js'].map((ending) => path + ending).find(existsSync);
    if (found !== undefined) return found;
  }
  return specifier;
}

function isBare(specifier: string): boolean {
  return !/^(?:[./]|file:|data:)/.test(specifier) && !isBuiltin(specifier);
}
