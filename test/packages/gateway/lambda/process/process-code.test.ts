import assert from 'node:assert/strict';
import { chmodSync } from 'node:fs';
import { join, relative } from 'node:path';
import { describe, it } from 'node:test';
import { DefinitionError } from '../../../../../packages/gateway/core/errors.ts';
import { MACHINE_DEADLINES } from '../../../../../packages/gateway/lambda/invocation/deadlines.ts';
import { GroupMemory } from '../../../../../packages/gateway/lambda/process/group-memory.ts';
import { Keeper } from '../../../../../packages/gateway/lambda/process/keeper.ts';
import { ProcessCode, processProgram } from '../../../../../packages/gateway/lambda/process/process-code.ts';
import { LateProgram, readVersion } from '../../../../../packages/gateway/lambda/process/read-version.ts';
import type { Toolchain } from '../../../../../packages/gateway/lambda/process/launch.ts';
import { aFolder, aFolderFunction } from '../start-runtime.ts';

const LATE: Toolchain = {
  kind: 'missing',
  isLate: true,
  error: new DefinitionError({ file: 'template.yml' }, 'python3.12 cannot run here: no answer within 10 s'),
};
const FOUND: Toolchain = {
  kind: 'found',
  launch: () => Promise.resolve({ command: 'python3', args: [], environment: {}, searchPath: [] }),
  sources: /\.py$/,
  missing: [],
  findings: [],
};

function aSetup() {
  const runDirectory = aFolder({});
  return {
    clockOffset: new SharedArrayBuffer(8),
    log: () => undefined,
    deadlines: MACHINE_DEADLINES,
    keeper: new Keeper(runDirectory),
    memory: new GroupMemory(),
    runDirectory,
    ownApis: () => undefined,
    readOnly: false,
    factsOf: () => ({ controlUrl: undefined, accessKey: { id: 'a', secret: 's' }, extra: {} }),
  };
}

/** A function whose runtime is looked for again and again, with these results. */
function codeOf(...found: Toolchain[]): ProcessCode {
  const setup = aSetup();
  const definition = aFolderFunction(aFolder({}), 'app.handler', { runtime: 'python3.12' });
  return new ProcessCode(definition, setup, () => Promise.resolve(found.shift() ?? FOUND));
}

// clients.md 3: an interpreter on a busy machine
describe('a runtime that does not answer in time', () => {
  it('is not a reason to refuse the function, and is asked again when the function is built', async () => {
    const code = codeOf(LATE, LATE, FOUND);

    const { refused, findings = [] } = await code.check();
    assert.equal(refused, undefined);
    assert.deepEqual(
      findings.map(({ consequence }) => consequence),
      ['the gateway looks for the runtime again at the next request'],
    );
    await assert.rejects(code.build(), /no answer within 10 s/);
    assert.equal(typeof (await code.build()).program.start, 'function');
  });

  it('is distinguished from one that does not exist', async () => {
    const missing: Toolchain = { kind: 'missing', error: LATE.error };
    assert.equal((await codeOf(missing).check()).refused, LATE.error);
  });

  it('is distinguished from one that does not run', async () => {
    const bin = aFolder({ slow: '#!/bin/sh\nexec sleep 60\n', broken: '#!/bin/sh\nexit 1\n' });
    for (const name of ['slow', 'broken']) chmodSync(join(bin, name), 0o755);

    assert.equal(await readVersion(join(bin, 'broken'), [], /(.)/), undefined);
    await assert.rejects(readVersion(join(bin, 'slow'), [], /(.)/, 50), LateProgram);
  });
});

describe('the folder of a function that is compiled', () => {
  /** The project, and what is said of a function whose code is in its folder `code`. */
  async function check(files: Readonly<Record<string, string>>): Promise<readonly string[] | string> {
    const project = aFolder({ 'template.yml': '', ...files });
    const place = { file: join(project, 'template.yml'), line: 1 };
    const definition = aFolderFunction(join(project, 'code'), 'app', { runtime: 'java21', place });
    const looked: string[] = [];
    const code = new ProcessCode(definition, aSetup(), (_, taskRoot, built) => {
      looked.push(...[taskRoot, ...built].map((folder) => relative(project, folder)));
      return Promise.resolve(FOUND);
    });
    return code.check().then(
      () => looked,
      (error: unknown) => String(error),
    );
  }
  const BUILT = join('.aws-sam', 'build', 'TheFunction');

  it('is checked first, then what sam build has created', async () => {
    assert.deepEqual(await check({ 'code/app.jar': '' }), ['code', BUILT]);
  });

  it('may be missing if sam build has made the function', async () => {
    assert.deepEqual(await check({ [`${BUILT}/app.jar`]: '' }), ['code', BUILT]);
  });

  it('is missed if nothing has made it', async () => {
    assert.match(
      String(await check({})),
      /there is no folder \S*code; build the function first, or correct the path$/,
    );
  });
});

describe('the extensions of a function', () => {
  /** A layer with these programs; the ones with a "-" are not executable. */
  const aLayer = (...names: readonly string[]): { readonly arn: string; readonly directory: string } => {
    const files = names.map((name) => [`extensions/${name}`, '#!/bin/sh\n'] as const);
    const directory = aFolder(Object.fromEntries(files));
    for (const [file] of files) chmodSync(join(directory, file), file.includes('-') ? 0o644 : 0o755);
    return { arn: 'arn:aws:lambda:eu-west-1:123456789012:layer:l:1', directory };
  };

  // Lambda, "Configuring Lambda extensions (layers)": in /opt/extensions, where later layers replace files of earlier
  // ones.
  it('are the executable programs of its layers by name, of the last layer if two have one', () => {
    const [first, second, third] = [aLayer('c', 'same', 'z-off'), aLayer('a'), aLayer('same', 'b', 'd')];
    const definition = aFolderFunction(aFolder({}), 'app.handler', {
      runtime: 'python3.12',
      layers: [first, second, third],
    });
    const launch = { command: 'python3', args: ['-u'], environment: {}, searchPath: [] };

    const { program } = processProgram(definition, aFolder({}), launch, aSetup());

    assert.deepEqual(
      program.extensions.map(({ command }) => command),
      [
        join(second.directory, 'extensions/a'),
        join(third.directory, 'extensions/b'),
        join(first.directory, 'extensions/c'),
        join(third.directory, 'extensions/d'),
        join(third.directory, 'extensions/same'),
      ],
    );
    assert.deepEqual([program.runtime.command, program.runtime.args], ['python3', ['-u']]);
  });
});
