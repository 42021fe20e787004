import type { BuildOptions } from 'esbuild';

const HONOURED = new Set([
  'alias',
  'banner',
  'charset',
  'conditions',
  'define',
  'drop',
  'dropLabels',
  'external',
  'footer',
  'format',
  'ignoreAnnotations',
  'inject',
  'jsx',
  'jsxDev',
  'jsxFactory',
  'jsxFragment',
  'jsxImportSource',
  'jsxSideEffects',
  'keepNames',
  'legalComments',
  'loader',
  'logOverride',
  'mainFields',
  'mangleCache',
  'mangleProps',
  'mangleQuoted',
  'minify',
  'minifyIdentifiers',
  'minifySyntax',
  'minifyWhitespace',
  'nodePaths',
  'packages',
  'preserveSymlinks',
  'pure',
  'reserveProps',
  'resolveExtensions',
  'supported',
  'target',
  'treeShaking',
  'tsconfig',
  'tsconfigRaw',
]);

const WITHOUT_EFFECT = new Set([
  'absWorkingDir',
  'allowOverwrite',
  'assetNames',
  'buildConcurrency',
  'chunkNames',
  'color',
  'concurrency',
  'disposeContext',
  'entryNames',
  'entryPoints',
  'installExtraArgs',
  'keepOutputDirectory',
  'lineLimit',
  'logLevel',
  'logLimit',
  'metafile',
  'nativeZip',
  'outExtension',
  'outbase',
  'outdir',
  'outfile',
  'outputBuildFolder',
  'outputWorkFolder',
  'packagePath',
  'packager',
  'packagerOptions',
  'skipBuildExcludeFns',
  'skipRebuild',
  'sourceRoot',
  'sourcemap',
  'sourcesContent',
  'splitting',
  'stripEntryResolveExtensions',
  'watch',
  'write',
  'zipConcurrency',
]);

const ONLY: Readonly<Record<string, unknown>> = {
  bundle: true,
  platform: 'node',
  skipBuild: false,
};

type ServiceBuild = {
  readonly options: BuildOptions;
  readonly format: 'esm' | 'cjs';
};

export function listRefusedOptions(given: Readonly<Record<string, unknown>>): string[] {
  return Object.entries(given).flatMap(([name, value]) => {
    if (HONOURED.has(name) || WITHOUT_EFFECT.has(name)) return [];
    if (Object.hasOwn(ONLY, name))
      return value === ONLY[name] ? [] : [`${name} (only ${String(ONLY[name])} is supported)`];
    if (name === 'exclude')
      return value === '*' || isTexts(value) ? [] : ['exclude (only "*" or a list of names is supported)'];
    if (name === 'outputFileExtension') return [];
    if (name === 'plugins') {
      if (Array.isArray(value) && value.length === 0) return [];
      return [`plugins ${pluginNames(value)} (the gateway does not run build plug-ins)`];
    }
    return [name];
  });
}

/**
 * Reads the service's build settings, which have already been checked. If `format` is absent, the file extension
 * determines the format, as in the packagers. esbuild itself writes CommonJS for the platform node, whatever the type of
 * the package is (https://esbuild.github.io/api/#format), and so do serverless-esbuild, SAM and NodejsFunction of CDK.
 */
export function readServiceBuild(given: Readonly<Record<string, unknown>>): ServiceBuild {
  const honoured = Object.fromEntries(Object.entries(given).filter(([name]) => HONOURED.has(name)));
  const { exclude } = given;
  const excluded = isTexts(exclude) ? exclude : [];
  const external = isTexts(given['external']) ? given['external'] : [];
  return {
    options: {
      ...honoured,
      external: [...external, ...excluded],
      ...(exclude === '*' ? { packages: 'external' as const } : {}),
    },
    format: formatOf(given),
  };
}

function formatOf(given: Readonly<Record<string, unknown>>): 'esm' | 'cjs' {
  if (given['format'] === 'esm' || given['format'] === 'cjs') return given['format'];
  return given['outputFileExtension'] === '.mjs' ? 'esm' : 'cjs';
}

function isTexts(value: unknown): value is string[] {
  return Array.isArray(value) && value.every((item) => typeof item === 'string');
}

function pluginNames(value: unknown): string {
  const items: unknown[] = Array.isArray(value) ? value : [value];
  return items
    .map((item) => (typeof item === 'object' && item !== null && 'name' in item ? item.name : item))
    .map((name) => JSON.stringify(name))
    .join(', ');
}
