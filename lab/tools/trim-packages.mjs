/**
 * After `npm ci`: removes 100 MB of package files that nothing here uses. Node's headers are only needed to compile
 * addons, and there are no addons. classic-level contains its sources and a binary for every system. TypeScript
 * contains its messages in thirteen languages. The AWS SDK contains a second set of declarations for TypeScript 3. zod
 * and the MCP packages contain their sources, the latter in source maps. This
 * script is plain JavaScript, since any version of Node may run it.
 */
import { existsSync, readdirSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

const MODULES = fileURLToPath(new URL('../../node_modules', import.meta.url));

for (const path of [
  ...headersOfNode(),
  ...otherSystems(),
  ...translations(),
  ...oldDeclarations(),
  ...sources(),
])
  rmSync(join(MODULES, path), { recursive: true, force: true });

function headersOfNode() {
  const packages = [
    ...list('.'),
    ...list('node/node_modules').map((name) => join('node/node_modules', name)),
  ];
  return packages
    .filter((path) => /(^|[\\/])node-(bin-)?(linux|darwin|win)-\w+$/.test(path))
    .flatMap((path) => ['include', 'share', 'CHANGELOG.md'].map((name) => join(path, name)));
}

function otherSystems() {
  const folder = 'classic-level/prebuilds';
  // A binary for two architectures is in a folder with a name such as `darwin-x64+arm64`.
  const isOwn = (name) => {
    const [platform, architectures = ''] = name.split(/-(.*)/, 2);
    return platform === process.platform && architectures.split('+').includes(process.arch);
  };
  // Without a prebuilt binary for this system, the package was compiled here, so everything stays.
  if (!list(folder).some(isOwn)) return [];
  const others = list(folder).filter((name) => !isOwn(name));
  return ['classic-level/deps', ...others.map((name) => join(folder, name))];
}

function translations() {
  const files = list('typescript/lib').map((name) => join('typescript/lib', name));
  return files.filter((path) => existsSync(join(MODULES, path, 'diagnosticMessages.generated.json')));
}

function oldDeclarations() {
  return ['@aws-sdk', '@smithy'].flatMap((scope) =>
    list(scope).map((name) => join(scope, name, 'dist-types/ts3.4')),
  );
}

function sources() {
  const folders = ['client', 'core', 'server'].map((name) => join('@modelcontextprotocol', name, 'dist'));
  const maps = folders
    .flatMap((folder) => [folder, join(folder, 'ext')])
    .flatMap((folder) =>
      list(folder)
        .filter((name) => name.endsWith('.map'))
        .map((name) => join(folder, name)),
    );
  return ['zod/src', ...maps];
}

function list(folder) {
  const path = join(MODULES, folder);
  return existsSync(path) ? readdirSync(path) : [];
}
