/** package.json of the published package. */
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

/** What undici, of all dependencies, needs; `registerHooks`, which instances use, came with 22.15. */
const MINIMUM_NODE = '22.19.0';

/** The checkout's manifest with what is true of the compiled package alone. */
export async function makeManifest(root: string): Promise<Manifest> {
  const { name, version, description, license, dependencies } = parseManifest(
    await readFile(join(root, 'package.json'), 'utf8'),
  );
  return {
    ...{ name, version, description, license },
    keywords: ['api-gateway', 'serverless-plugin', 'serverless-offline', 'osls', 'lambda', 'websocket'],
    type: 'module',
    engines: { node: `>=${MINIMUM_NODE}` },
    bin: { gatewright: './bin/gatewright.cjs' },
    exports: {
      '.': {
        import: { types: './gateway/index.d.ts', default: './gateway/index.js' },
        // osls resolves a plug-in's name as `require` does: `plugins: [gatewright]` (docs/decisions/0009-npm-package-and-plugin.md).
        require: { types: './plugin/index.d.ts', default: './plugin/index.js' },
      },
      './plugin': { types: './plugin/index.d.ts', default: './plugin/index.js' },
      './package.json': './package.json',
    },
    // tsc leaves these specifiers as they are written.
    imports: { '#shared/*.ts': './shared/*.js' },
    dependencies,
    peerDependencies: { osls: '^4.0.0', serverless: '^3.38.0 || ^4.0.0' },
    peerDependenciesMeta: { osls: { optional: true }, serverless: { optional: true } },
  };
}

type Checkout = Pick<Manifest, 'name' | 'version' | 'dependencies'> & {
  readonly description: string;
  readonly license: string;
};

function parseManifest(text: string): Checkout {
  return JSON.parse(text) as Checkout;
}
