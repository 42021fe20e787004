import assert from 'node:assert/strict';
import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { describe, it } from 'node:test';

import {
  findDependencyList,
  installCommand,
} from '../../../../../packages/gateway/lambda/code/package-manager.ts';
import { aFolder } from '../start-runtime.ts';

const LISTED = '{ "dependencies": { "ms": "2" } }';

/** The lock file of each manager, and its words for a new package (`<manager> help add`). */
const MANAGERS: readonly {
  readonly lock: string;
  readonly all: string;
  readonly one: string;
  readonly forDev: string;
}[] = [
  { lock: 'package-lock.json', all: 'npm install', one: 'npm install', forDev: 'npm install --save-dev' },
  { lock: 'pnpm-lock.yaml', all: 'pnpm install', one: 'pnpm add', forDev: 'pnpm add --save-dev' },
  { lock: 'yarn.lock', all: 'yarn install', one: 'yarn add', forDev: 'yarn add --dev' },
  { lock: 'bun.lock', all: 'bun install', one: 'bun add', forDev: 'bun add --dev' },
  { lock: 'bun.lockb', all: 'bun install', one: 'bun add', forDev: 'bun add --dev' },
];

/** A repository, whose lock files are used however deep a file is in it. */
function aRepository(files: Readonly<Record<string, string>>): string {
  const root = aFolder({ 'src/f.js': '', ...files });
  mkdirSync(join(root, '.git'));
  return root;
}

describe('the command that installs a package', () => {
  for (const { lock, all, one, forDev } of MANAGERS)
    it(`is the command of the package manager that wrote ${lock}`, () => {
      const root = aRepository({ [lock]: '', 'package.json': LISTED });
      const file = join(root, 'src/f.js');
      const commands = [
        installCommand('ms', file),
        installCommand('left-pad', file),
        installCommand('left-pad', file, { isForDev: true }),
      ];

      assert.deepEqual(commands, [
        `cd ${root} && ${all}`,
        `cd ${root} && ${one} left-pad`,
        `cd ${root} && ${forDev} left-pad`,
      ]);
    });

  for (const list of ['dependencies', 'devDependencies', 'optionalDependencies', 'peerDependencies'])
    it(`installs everything if the package is already in the ${list} of package.json`, () => {
      const root = aRepository({ 'yarn.lock': '', 'package.json': JSON.stringify({ [list]: { ms: '2' } }) });

      assert.equal(installCommand('ms', root), `cd ${root} && yarn install`);
    });

  for (const [what, manifest] of [
    ['a package.json that cannot be read', '{'],
    ['an empty list', '{ "dependencies": {} }'],
  ] as const)
    it(`adds the package to a project with ${what}`, () => {
      const root = aRepository({ 'package.json': manifest });

      assert.deepEqual(
        [installCommand('ms', root), installCommand('constructor', root)],
        [`cd ${root} && npm install ms`, `cd ${root} && npm install constructor`],
      );
    });

  it('is npm without a folder if nothing is known about the project', () => {
    const root = aRepository({});

    assert.deepEqual(
      [
        installCommand('ms'),
        installCommand('ms', join(root, 'src')),
        installCommand('ms', undefined, { isForDev: true }),
      ],
      ['npm install ms', 'npm install ms', 'npm install --save-dev ms'],
    );
  });

  it('runs in the folder of the nearest package.json, with the lock file of a folder above it', () => {
    const root = aRepository({
      'pnpm-lock.yaml': '',
      'package.json': '{}',
      'a/package.json': LISTED,
      'a/f.js': '',
    });

    assert.equal(installCommand('ms', join(root, 'a/f.js')), `cd ${join(root, 'a')} && pnpm install`);
  });

  it('does not use the lock file of another repository around this one', () => {
    const outer = aRepository({ 'yarn.lock': '', 'package.json': LISTED, 'inner/f.js': '' });
    mkdirSync(join(outer, 'inner/.git'));

    assert.equal(installCommand('ms', join(outer, 'inner/f.js')), 'npm install ms');
  });

  it('names the folder as seen from the working directory, and not at all if it is the working directory', () => {
    const here = process.cwd();
    const below = join(here, 'examples/orders');

    assert.deepEqual(
      [
        installCommand('left-pad', here),
        installCommand('left-pad', here, { isElsewhere: true }),
        installCommand('left-pad', below),
        installCommand('left-pad', below, { isElsewhere: true }),
      ],
      [
        'npm install left-pad',
        `cd ${here} && npm install left-pad`,
        'cd examples/orders && npm install left-pad',
        `cd ${below} && npm install left-pad`,
      ],
    );
  });
});

describe('the package.json that lists a package', () => {
  it('is the nearest one, with the names of all its dependencies and the command that installs them', () => {
    const root = aRepository({ 'package.json': '{ "dependencies": { "ms": "2", "ws": "8" } }' });

    assert.deepEqual(findDependencyList('ws', join(root, 'src/f.js')), {
      file: join(root, 'package.json'),
      names: ['ms', 'ws'],
      installAll: `cd ${root} && npm install`,
    });
  });

  for (const [what, files] of [
    [
      'has the package in its devDependencies only',
      { 'package.json': '{ "devDependencies": { "ws": "8" } }' },
    ],
    ['does not exist', {}],
    ['cannot be read', { 'package.json': 'dependencies: ws' }],
  ] as const)
    it(`is not found if it ${what}`, () => {
      assert.equal(findDependencyList('ws', aRepository(files)), undefined);
    });
});
