import assert from 'node:assert/strict';
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, it } from 'node:test';
import { fileURLToPath } from 'node:url';
import { MODULES } from '../../../../lab/tools/site/modules.ts';
import {
  asCarried,
  HANDLER_ENTRIES,
  makeManifest,
  makeWorkspaceManifest,
  STANDALONE_PACKAGES,
  WORKSPACES,
} from '../../../../packages/gatewright/package/manifest.ts';

const ROOT = fileURLToPath(new URL('../../../../', import.meta.url));

describe('the manifest of the npm package', () => {
  it('admits each release of DuckDB, of which npm takes every one for a pre-release', async () => {
    const { peerDependencies } = await makeManifest(ROOT);
    assert.equal(peerDependencies['@duckdb/node-api'], '*');
  });

  // Seen with npm 11: an optional peer of another major version in the service ends the install with ERESOLVE.
  it('can be installed next to any version of a tool or library that a service already has', async () => {
    const { peerDependencies } = await makeManifest(ROOT);
    assert.deepEqual([...new Set(Object.values(peerDependencies))], ['*']);
    assert.ok('@middy/core' in peerDependencies && 'serverless' in peerDependencies);
  });

  // npm's search, and the lists of plug-ins that are made from it.
  it('is found among plug-ins of Serverless, and by the plug-in whose commands it has', async () => {
    const { keywords } = await makeManifest(ROOT);

    for (const word of ['api-gateway', 'serverless-plugin', 'serverless-offline', 'websocket'])
      assert.ok((keywords as readonly string[]).includes(word), word);
  });

  it('has an entry for each of the handlers’ modules, and no other of that form', async () => {
    const source = JSON.parse(readFileSync(join(ROOT, 'shared/package.json'), 'utf8')) as {
      readonly exports: Readonly<Record<string, string>>;
    };
    const entries = Object.keys(source.exports).filter((path) =>
      source.exports[path]?.startsWith('./entries/'),
    );
    const { exports } = await makeManifest(ROOT);

    assert.deepEqual(entries.map((path) => path.slice('./'.length)).toSorted(), HANDLER_ENTRIES.toSorted());
    for (const path of entries)
      assert.deepEqual((exports as Readonly<Record<string, unknown>>)[path], {
        types: path.replace('./', './entries/').concat('.d.ts'),
        default: path.replace('./', './entries/').concat('.js'),
      });
  });
});

// Each page tells a user which modules there are; both had fallen behind the list of entries.
describe('the modules for handlers', () => {
  const pages: readonly (readonly [path: string, scope: string])[] = [
    ['shared/README.md', '@gatewright/handlers/'],
    ['shared/README.md', 'gatewright/'],
    ['docs/guides/protect/own-repository.md', 'gatewright/'],
  ];
  for (const [path, scope] of pages)
    it(`are all named in ${path}, as ${scope}<name>`, () => {
      const text = readFileSync(join(ROOT, path), 'utf8');
      const unnamed = HANDLER_ENTRIES.filter((name) => !text.includes(`\`${scope}${name}\``));

      assert.deepEqual(unnamed, []);
    });

  it('are all described by the site, from sources that exist', () => {
    assert.deepEqual(
      HANDLER_ENTRIES.filter((name) => !MODULES.includes(`shared/entries/${name}.ts`)),
      [],
    );
    assert.deepEqual(
      MODULES.filter((path) => !existsSync(join(ROOT, path))),
      [],
    );
  });
});

describe('the manifests of the other packages', () => {
  it('name each as the folder of its workspace says, and carry ours with them', async () => {
    for (const [name, folder] of Object.entries(WORKSPACES)) {
      const manifest = await makeWorkspaceManifest(ROOT, folder);
      const ours = Object.keys(manifest.dependencies).filter((one) => one.startsWith('@gatewright/'));

      assert.equal(manifest.name, `@gatewright/${name}`);
      assert.deepEqual(manifest['bundleDependencies'], ours);
      assert.equal(manifest['private'], undefined, 'npm publishes nothing private');
    }
  });

  // Beside yaml 1 of a project, npm left node_modules/gatewright/node_modules/yaml empty, and each command but start
  // ended.
  it('leave third-party packages to the package that carries them, so that npm fetches these', async () => {
    const outer = await makeManifest(ROOT);
    for (const folder of Object.values(WORKSPACES)) {
      const manifest = await makeWorkspaceManifest(ROOT, folder);
      const carried = Object.keys(asCarried(manifest).dependencies);

      assert.deepEqual(carried, manifest['bundleDependencies'], folder);
      for (const [name, version] of Object.entries(manifest.dependencies))
        assert.equal(outer.dependencies[name], version, `${folder} needs ${name}`);
    }
  });

  // `@gatewright/authoring` is for our own commands.
  it('are published separately if others can use them', () => {
    assert.deepEqual(
      STANDALONE_PACKAGES.toSorted(),
      Object.keys(WORKSPACES)
        .filter((name) => name !== 'authoring')
        .toSorted(),
    );
  });
});
