/** Bundles the client library into one file, as the pages of the examples load it. */
import { build } from 'esbuild';
import { readdirSync, existsSync } from 'node:fs';
import { join } from 'node:path';

const ENTRY = 'shared/entries/websocket-client.ts';
const NAME = 'page/channels.txt';
const BANNER =
  '// The client library of gatewright/websocket-client as one file; written by npm run schemas.';

/** Paths of the bundles in the examples that ship the library, relative to the root of the checkout. */
export function clientBundles(root: string): readonly string[] {
  return readdirSync(join(root, 'examples'))
    .map((example) => join('examples', example, NAME))
    .filter((path) => existsSync(join(root, path)));
}

export async function bundleClient(root: string): Promise<string> {
  const { outputFiles } = await build({
    absWorkingDir: root,
    entryPoints: [ENTRY],
    bundle: true,
    write: false,
    minify: true,
    format: 'esm',
    platform: 'neutral',
    target: 'es2022',
    banner: { js: BANNER },
  });
  return outputFiles[0]?.text ?? '';
}
