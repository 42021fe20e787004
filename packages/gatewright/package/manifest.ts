/** Creates the package.json of each published package from the manifests of the workspaces. */
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';

export type Manifest = {
  readonly name: string;
  readonly version: string;
  readonly engines: { readonly node: string };
  readonly dependencies: Readonly<Record<string, string>>;
  readonly peerDependencies: Readonly<Record<string, string>>;
  readonly [field: string]: unknown;
};

/**
 * The minimum Node version, which undici requires. This version also has `registerHooks`, which instances use and which
 * was added in 22.15. A checkout has its own Node version.
 */
const ENGINES = { node: '>=22.19.0' };

export const SCOPE = '@gatewright/';

/**
 * Workspaces by the last part of their name. The rest of the package `gatewright` is in `build-package.ts`.
 */
export const WORKSPACES: Readonly<Record<string, string>> = {
  authoring: 'packages/toolkit/authoring',
  aws: 'packages/base/aws',
  dynamodb: 'packages/gateway/dynamodb',
  handlers: 'shared',
  velocity: 'packages/gateway/velocity',
};

/** Workspaces that are published separately, and are not part of `gatewright`. */
export const SUITES: Readonly<Record<string, string>> = { conformance: 'packages/conformance' };

/** Workspaces that are also published separately. */
export const STANDALONE_PACKAGES = ['aws', 'dynamodb', 'handlers', 'velocity'];

/**
 * Third-party packages inside the tarball. `ajv-draft-04` finds its `ajv` only next to itself. Without peer resolution
 * (`--legacy-peer-deps`, Yarn 1), an installer places `ajv-draft-04` next to the project's own `ajv`, whose version may
 * be too old.
 */
export const CARRIED_PACKAGES = ['ajv', 'ajv-draft-04'];

/** Entries `gatewright/<name>` that re-export `@gatewright/handlers/<name>`. */
export const HANDLER_ENTRIES = [
  'access',
  'cache',
  'gather',
  'mcp',
  'mcp-verifier',
  'quota',
  'resilience',
  'webhooks',
  'websocket',
  'websocket-client',
];

/** Optional tools that users install themselves. They are tools for deployment, and the engine of `usage sql`. */
const BROUGHT_TOOLS = ['@duckdb/node-api', 'aws-cdk-lib', 'constructs', 'osls', 'serverless'];
/**
 * The version range of peer dependencies. The command can serve services with any versions of these packages. With a
 * narrower range, npm would refuse to install `gatewright` next to other versions, even if the dependency is optional
 * (ERESOLVE). The exact ranges are declared by `@gatewright/handlers`, which handlers import. npm treats each release
 * of DuckDB as a pre-release (1.5.6-r.1), which only `*` matches.
 */
const ANY_VERSION = '*';

type Source = {
  readonly name: string;
  readonly version: string;
  readonly description: string;
  readonly license: string;
  readonly private?: boolean;
  readonly bin?: Readonly<Record<string, string>>;
  readonly exports: Readonly<Record<string, string>>;
  readonly dependencies?: Readonly<Record<string, string>>;
  readonly peerDependencies?: Readonly<Record<string, string>>;
};

/** Returns the manifest of a workspace, with compiled files instead of the sources. */
export async function makeWorkspaceManifest(root: string, folder: string): Promise<Manifest> {
  const { bin, exports, dependencies = {}, peerDependencies = {}, ...rest } = await readSource(root, folder);
  const compiled = Object.entries(exports).map(([path, file]) => [path, exportOf(file.replace(/\.ts$/, ''))]);
  return {
    ...rest,
    // Only the workspace itself is private, so that its sources cannot be published by mistake.
    private: undefined,
    engines: ENGINES,
    ...(bin === undefined ? {} : { bin: compiledNames(bin) }),
    exports: { ...(Object.fromEntries(compiled) as object), './package.json': './package.json' },
    // With this setting, a bundler includes only the parts of an entry that a handler uses.
    sideEffects: false,
    dependencies,
    peerDependencies,
    // The dependencies are part of the tarball, so that their installation does not need the registry.
    bundleDependencies: ownNames(dependencies),
  };
}

/**
 * Returns the manifest of a workspace that another package carries. The other package must name the third-party
 * dependencies, because npm expects the dependencies of a carried package to be carried as well, and does not fetch
 * them. In a project that has another version of such a dependency, the folder of the dependency would stay empty.
 */
export function asCarried(manifest: Manifest): Manifest {
  const own = ownNames(manifest.dependencies).map((name) => [name, manifest.dependencies[name]]);
  return { ...manifest, dependencies: Object.fromEntries(own) as Manifest['dependencies'] };
}

/**
 * Returns the manifest of the package that users install: command, plug-in and library, with all our packages inside.
 */
export async function makeManifest(root: string): Promise<Manifest> {
  const folders = Object.values(WORKSPACES);
  const manifests = await Promise.all(folders.map((folder) => makeWorkspaceManifest(root, folder)));
  const source = await readSource(root, '.');
  const dependencies = Object.assign({}, ...[source, ...manifests].map((one) => one.dependencies)) as object;
  const peers = [...manifests.flatMap((one) => Object.keys(one.peerDependencies)), ...BROUGHT_TOOLS];
  const { name, version, description, license } = source;
  const entries = HANDLER_ENTRIES.map((entry) => [`./${entry}`, exportOf(`./entries/${entry}`)]);
  return {
    name,
    version,
    description,
    license,
    engines: ENGINES,
    keywords: ['api-gateway', 'serverless-plugin', 'serverless-offline', 'osls', 'lambda', 'websocket'],
    type: 'module',
    bin: { gatewright: './bin/gatewright.cjs' },
    exports: {
      '.': {
        import: exportOf('./entries/gateway'),
        // The entry must be loadable by `require`, because osls resolves the name in `plugins: [gatewright]` in this
        // way.
        require: exportOf('./packages/gatewright/plugin/index'),
      },
      './plugin': exportOf('./packages/gatewright/plugin/index'),
      './testing': {
        import: exportOf('./packages/gatewright/testing/entry'),
        // Jest needs a CommonJS entry, because its loader does not accept ES modules.
        require: {
          types: './packages/gatewright/testing/commonjs.d.cts',
          default: './packages/gatewright/testing/commonjs.cjs',
        },
      },
      './cdk': {
        types: './packages/gatewright/cdk/gatewright.d.cts',
        default: './packages/gatewright/cdk/gatewright.cjs',
      },
      './stack': exportOf('./layers/npm-plugin'),
      './stack.json': './stack/stack.json',
      './functions/*': './functions/*.js',
      ...(Object.fromEntries(entries) as object),
      './package.json': './package.json',
    },
    // This mapping is needed because tsc does not rewrite these specifiers.
    imports: { '#shared/*.ts': `${SCOPE}handlers/*` },
    dependencies: Object.fromEntries(Object.entries(dependencies).sort()),
    bundleDependencies: [
      ...Object.keys(WORKSPACES).map((workspace) => `${SCOPE}${workspace}`),
      ...CARRIED_PACKAGES,
    ],
    sideEffects: ['./bin/**', './layers/**', './packages/**'],
    peerDependencies: Object.fromEntries(peers.map((peer) => [peer, ANY_VERSION])),
    peerDependenciesMeta: Object.fromEntries(peers.map((peer) => [peer, { optional: true }])),
  };
}

function compiledNames(files: Readonly<Record<string, string>>): object {
  return Object.fromEntries(
    Object.entries(files).map(([name, file]) => [name, file.replace(/\.ts$/, '.js')]),
  );
}

export function ownNames(dependencies: Readonly<Record<string, string>>): readonly string[] {
  return Object.keys(dependencies).filter((name) => name.startsWith(SCOPE));
}

function exportOf(file: string): { readonly types: string; readonly default: string } {
  return { types: `${file}.d.ts`, default: `${file}.js` };
}

async function readSource(root: string, folder: string): Promise<Source> {
  return JSON.parse(await readFile(join(root, folder, 'package.json'), 'utf8')) as Source;
}
