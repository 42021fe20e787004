/**
 * Bundles the AWS SDK of Lambda's runtimes for the package. The bundle reduces 44 MB of `node_modules` to 2 MB of plain
 * files.
 */
import { readdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { build } from 'esbuild';

/**
 * The clients that real services use most, and the parts from which custom clients are built. They are development
 * dependencies of the checkout. Lambda has every client, but with the gateway, a service has to install all other
 * clients itself.
 */
export const CARRIED: readonly string[] = [
  '@aws-sdk/client-apigatewaymanagementapi',
  '@aws-sdk/client-appconfigdata',
  '@aws-sdk/client-cloudwatch',
  '@aws-sdk/client-cognito-identity-provider',
  '@aws-sdk/client-dynamodb',
  '@aws-sdk/client-eventbridge',
  '@aws-sdk/client-kinesis',
  '@aws-sdk/client-lambda',
  '@aws-sdk/client-s3',
  '@aws-sdk/client-secrets-manager',
  '@aws-sdk/client-ses',
  '@aws-sdk/client-sfn',
  '@aws-sdk/client-sns',
  '@aws-sdk/client-sqs',
  '@aws-sdk/client-ssm',
  '@aws-sdk/client-sts',
  '@aws-sdk/credential-providers',
  '@aws-sdk/lib-dynamodb',
  '@aws-sdk/s3-request-presigner',
  '@aws-sdk/util-dynamodb',
  '@smithy/fetch-http-handler',
  '@smithy/node-http-handler',
  '@smithy/protocol-http',
  '@smithy/signature-v4',
];

/**
 * Defines `require` at the start of each bundle. ES modules do not have it, but packages in the bundle use it to load
 * Node's modules.
 */
const REQUIRE = `import { createRequire as __createRequire } from 'node:module'; const require = __createRequire(import.meta.url);`;

/**
 * Writes each package as `<folder>/<name>.js`. It is an ES module that can also be loaded by `require`. Code that
 * packages share exists only once, so that every importer gets the same classes.
 */
export async function bundleSdk(root: string, folder: string): Promise<void> {
  const { metafile } = await build({
    entryPoints: Object.fromEntries(CARRIED.map((name) => [name, name])),
    outdir: folder,
    absWorkingDir: root,
    bundle: true,
    splitting: true,
    platform: 'node',
    format: 'esm',
    target: 'node22',
    mainFields: ['module', 'main'],
    banner: { js: REQUIRE },
    minifySyntax: true,
    minifyWhitespace: true,
    legalComments: 'none',
    metafile: true,
    logLevel: 'silent',
  });
  const inputs = Object.keys(metafile.inputs);
  await writeFile(join(folder, 'LICENSES.txt'), await licencesOf(root, inputs));
}

async function licencesOf(root: string, inputs: readonly string[]): Promise<string> {
  const packages = inputs.map((input) => /^.*node_modules\/(?:@[^/]+\/)?[^/]+/.exec(input)?.[0] ?? '');
  const names = new Map<string, string[]>();
  for (const path of new Set(packages.filter((found) => found !== ''))) {
    const file = (await readdir(join(root, path))).find((name) => /^licen[cs]e/i.test(name));
    const { license } = JSON.parse(await readFile(join(root, path, 'package.json'), 'utf8')) as {
      license?: string;
    };
    const text = file === undefined ? `${license ?? ''}\n` : await readFile(join(root, path, file), 'utf8');
    names.set(text, [...(names.get(text) ?? []), path.slice(path.lastIndexOf('node_modules/') + 13)]);
  }
  return [...names].map(([text, of]) => `${of.toSorted().join(', ')}:\n\n${text}`).join('\n\n');
}
