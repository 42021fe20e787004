/** Which Node.js runs a function of another version; the programs of this test are scripts that print their version. */
import assert from 'node:assert/strict';
import { chmodSync } from 'node:fs';
import { join } from 'node:path';
import { describe, it } from 'node:test';
import { NO_LENDING } from '../../../../../packages/gateway/lambda/lent/lending.ts';
import { NodeProcessCode } from '../../../../../packages/gateway/lambda/process/node-process.ts';
import { aFolder, aFolderFunction } from '../start-runtime.ts';
import type { FunctionBuild } from '../../../../../packages/gateway/lambda/build/bundle.ts';

const OWN = process.versions.node;
const DOES_NOT_RUN = '';

/** @param nodes what each file below the home answers to `--version` */
async function runsOn(
  runtime: string,
  nodes: Readonly<Record<string, string>>,
  environment: Readonly<Record<string, string>> = {},
): Promise<readonly string[]> {
  const home = aFolder(
    Object.fromEntries(
      Object.entries(nodes).map(([file, said]) => [
        file,
        said === DOES_NOT_RUN ? '#!/bin/sh\nexit 1\n' : `#!/bin/sh\necho ${said}\n`,
      ]),
    ),
  );
  for (const file of Object.keys(nodes)) chmodSync(join(home, file), 0o755);
  const inHome = Object.entries(environment).map(([name, folder]) => [name, join(home, folder)] as const);
  const machine = {
    environment: { PATH: join(home, 'bin'), ...Object.fromEntries(inHome) },
    home,
    platform: 'linux',
    architecture: 'x64',
  } as const;
  const checked = { missing: [], borrowed: [] };
  const build = { check: () => Promise.resolve(checked) } as unknown as FunctionBuild;
  const setup = { machine, lender: NO_LENDING } as unknown as ConstructorParameters<
    typeof NodeProcessCode
  >[2];
  const code = new NodeProcessCode(aFolderFunction(home, 'a.handler', { runtime }), build, setup);
  return ((await code.check()).findings ?? []).map(({ consequence }) => consequence);
}

describe('the Node.js of a function in a process', { skip: process.platform === 'win32' }, () => {
  const instead = [`functions of this runtime run on Node ${OWN}`];
  const rows: readonly (readonly [
    name: string,
    nodes: Readonly<Record<string, string>>,
    expected: readonly string[],
    environment?: Readonly<Record<string, string>>,
  ])[] = [
    ['is that of nvm', { '.nvm/versions/node/v22.20.1/bin/node': 'v22.20.1' }, []],
    ['is that of fnm', { '.local/share/fnm/node-versions/v22.20.1/installation/bin/node': 'v22.20.1' }, []],
    ['is that of Volta', { '.volta/tools/image/node/22.20.1/bin/node': 'v22.20.1' }, []],
    ['is that of asdf', { '.asdf/installs/nodejs/22.20.1/bin/node': 'v22.20.1' }, []],
    ['is that of mise', { '.local/share/mise/installs/node/22.20.1/bin/node': 'v22.20.1' }, []],
    ['is that of the path', { 'bin/node': 'v22.20.1' }, []],
    [
      'is where the variables of a version manager say',
      { 'own/versions/node/v22.20.1/bin/node': 'v22.20.1' },
      [],
      { NVM_DIR: 'own' },
    ],
    ['is at least 22.15, the first one with the hooks that it needs', { 'bin/node': 'v22.15.0' }, []],
    ['is no older one', { 'bin/node': 'v22.14.9' }, instead],
    [
      'is no other version',
      { 'bin/node': 'v23.5.0', '.nvm/versions/node/v20.1.0/bin/node': 'v20.1.0' },
      instead,
    ],
    [
      'is the next one if one does not run',
      { '.nvm/versions/node/v22.20.1/bin/node': DOES_NOT_RUN, 'bin/node': 'v22.20.1' },
      [],
    ],
    ['is the gateway’s if there is none', {}, instead],
  ];
  for (const [name, nodes, expected, environment] of rows)
    it(name, async () => {
      assert.deepEqual(await runsOn('nodejs22.x', nodes, environment), expected);
    });

  it('is the gateway’s own of the same version, whatever else is there', async () => {
    const [major = ''] = OWN.split('.');

    assert.deepEqual(await runsOn(`nodejs${major}.x`, { 'bin/node': DOES_NOT_RUN }), []);
  });
});
