/** What osls packages is the same for a service that Gatewright has served as for one that it never served. */
import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { mkdirSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import { dirname, join, resolve } from 'node:path';
import { describe, it } from 'node:test';

import { readDirectory } from '../../../../packages/gateway/lambda/code/unpack-archive.ts';

const OSLS = join(
  dirname(createRequire(import.meta.url).resolve('serverless/package.json')),
  'bin/serverless.js',
);
const PLUGIN = resolve('packages/gatewright/plugin/index.ts');

const serviceOf = (packaging: string): string => `
service: packed
plugins: [./plugin.mjs]
provider: { name: aws, runtime: nodejs22.x }
package: { excludeDevDependencies: false${packaging} }
functions:
  all: { handler: src/a.handler, package: { individually: true, patterns: ['**', '!.serverless/**'] } }
  one: { handler: src/a.handler, package: { individually: true, patterns: ['!**', 'src/*', '.gatewright/**', 'services/**'] } }
  rest: { handler: src/a.handler }
`;
const FILES = {
  'src/a.js': 'exports.handler = async () => 1;',
  'node_modules/dep/package.json': '{"name":"dep","version":"1.0.0"}',
  'package.json': '{"name":"packed","dependencies":{"dep":"1.0.0"}}',
};
/** Whatever a gateway leaves in the folder, and the stack of `gatewright init` with what its deployment leaves there. */
const STATE = {
  '.gatewright/source-maps/connect/a.mjs.map': '{}',
  '.gatewright/stack/functions/connect.mjs': '',
  'gatewright/serverless.yml': 'plugins: [gatewright/stack]\n',
  'gatewright/access/compiled.json': '{}',
  'gatewright/.serverless/connect.zip': 'zip',
  'gatewright/.gatewright/stack/layer/nodejs/node_modules/a/index.js': '',
  'gatewright/.gatewright/source-maps/connect/a.mjs.map': '{}',
  'gatewright/node_modules/gatewright/package.json': '{}',
  'services/orders/.gatewright/credentials.json': '{}',
  '.gatewright/.gitignore': '*\n',
  '.gatewright/credentials.json': '{}',
  '.gatewright/cache/builds/a.json': '{}',
  '.gatewright/cache/run-1/x.mjs': '',
  '.gatewright/logs/a.log': 'x',
  '.gatewright/tls/ca.key': 'x',
};

async function packagesOf(
  files: Readonly<Record<string, string>>,
): Promise<Record<string, readonly string[]>> {
  const folder = mkdtempSync(join(tmpdir(), 'gatewright-packaged-'));
  try {
    for (const [name, text] of Object.entries(files)) {
      mkdirSync(dirname(join(folder, name)), { recursive: true });
      writeFileSync(join(folder, name), text);
    }
    await runOsls(folder);
    const archives = readdirSync(join(folder, '.serverless')).filter((name) => name.endsWith('.zip'));
    return Object.fromEntries(
      archives.map((name) => {
        return [name, namesIn(readDirectory(join(folder, '.serverless', name))).toSorted()];
      }),
    );
  } finally {
    rmSync(folder, { recursive: true });
  }
}

/** The names in the central directory of a zip archive. */
function namesIn(directory: Buffer): readonly string[] {
  const names: string[] = [];
  for (let at = 0; at + 46 <= directory.length && directory.readUInt32LE(at) === 0x02014b50;) {
    const [name = 0, extra = 0, comment = 0] = [28, 30, 32].map((place) =>
      directory.readUInt16LE(at + place),
    );
    names.push(directory.toString('utf8', at + 46, at + 46 + name));
    at += 46 + name + extra + comment;
  }
  return names;
}

function runOsls(cwd: string): Promise<void> {
  const { PATH, HOME } = process.env;
  const env = { PATH, HOME, AWS_ACCESS_KEY_ID: 'x', AWS_SECRET_ACCESS_KEY: 'y', SLS_TELEMETRY_DISABLED: '1' };
  const child = spawn(process.execPath, [OSLS, 'package'], { cwd, env, stdio: ['ignore', 'pipe', 'pipe'] });
  let said = '';
  for (const stream of [child.stdout, child.stderr]) stream.on('data', (text) => (said += String(text)));
  return new Promise((done, fail) => {
    child.on('error', fail);
    child.on('close', (code) => (code === 0 ? done() : fail(new Error(said))));
  });
}

describe('osls packages with the plug-in', () => {
  for (const [name, packaging] of [
    ['of the service', ''],
    ['of each function', ', individually: true, patterns: ["src/**"]'],
  ] as const)
    it(`have the files that they had without Gatewright: ${name}`, async () => {
      const service = { ...FILES, 'serverless.yml': serviceOf(packaging) };
      const own = { 'plugin.mjs': `export { default } from '${PLUGIN}';` };
      const other = { 'plugin.mjs': 'export default class {}' };
      const [served, unseen] = await Promise.all([
        packagesOf({ ...service, ...own, ...STATE }),
        packagesOf({ ...service, ...other }),
      ]);

      assert.ok(Object.keys(unseen).length >= 3, Object.keys(unseen).join());
      assert.deepEqual(served, unseen);
    });
});
