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

/** Files of `package/entries`: what handlers import, as `gatewright/quota`. */
const ENTRIES = ['access', 'quota', 'webhooks'];

/** What users bring along where they want it. Only the client of DynamoDB is loaded, late; of the others, types. */
const PEERS = {
  '@aws-lambda-powertools/metrics': '^2.0.0',
  '@aws-sdk/client-dynamodb': '^3.0.0',
  '@middy/core': '^6.0.0 || ^7.0.0',
  osls: '^4.0.0',
  serverless: '^3.38.0 || ^4.0.0',
};

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
        import: exportOf('./gateway/index'),
        // osls resolves a plug-in's name as `require` does: `plugins: [gatewright]` (docs/decisions/0009-npm-package-and-plugin.md).
        require: exportOf('./plugin/index'),
      },
      './plugin': exportOf('./plugin/index'),
      ...Object.fromEntries(ENTRIES.map((name) => [`./${name}`, exportOf(`./package/entries/${name}`)])),
      './package.json': './package.json',
    },
    // tsc leaves these specifiers as they are written.
    imports: { '#shared/*.ts': './shared/*.js' },
    dependencies,
    // A bundle of a handler takes what the handler uses of an entry, and no more.
    sideEffects: ['./bin/**', './cli/**', './gateway/**', './plugin/**'],
    peerDependencies: PEERS,
    peerDependenciesMeta: Object.fromEntries(Object.keys(PEERS).map((name) => [name, { optional: true }])),
  };
}

function exportOf(file: string): { readonly types: string; readonly default: string } {
  return { types: `${file}.d.ts`, default: `${file}.js` };
}

type Checkout = Pick<Manifest, 'name' | 'version' | 'dependencies'> & {
  readonly description: string;
  readonly license: string;
};

function parseManifest(text: string): Checkout {
  return JSON.parse(text) as Checkout;
}
