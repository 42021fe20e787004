import assert from 'node:assert/strict';
import { chmodSync, statSync } from 'node:fs';
import { join, relative } from 'node:path';
import { describe, it } from 'node:test';

import { BuildError } from '../../../../../packages/gateway/lambda/build/build-error.ts';
import { NO_LENDING } from '../../../../../packages/gateway/lambda/lent/lending.ts';
import { makeExecutable } from '../../../../../packages/gateway/lambda/process/custom-toolchain.ts';
import { toolchainsOf } from '../../../../../packages/gateway/lambda/process/find-toolchain.ts';
import type { Machine } from '../../../../../packages/gateway/lambda/process/machine.ts';
import { aFolder, aFolderFunction } from '../start-runtime.ts';
import { aMachine, find } from './toolchain-builders.ts';

it('makeExecutable makes programs of an archive executable, and ignores missing ones', () => {
  const folder = aFolder({ bootstrap: '', other: '', 'handler/main': '' });
  for (const name of ['bootstrap', 'other']) chmodSync(join(folder, name), 0o644);
  makeExecutable(folder, ['bootstrap', 'handler', 'nothing']);

  assert.deepEqual(
    ['bootstrap', 'other'].map((name) => statSync(join(folder, name)).mode & 0o777),
    [0o755, 0o644],
  );
});

async function findGo(machine: Machine, root: string) {
  const folder = aFolder({});
  const setup = { runDirectory: folder, cacheDirectory: folder, lender: NO_LENDING };
  const definition = aFolderFunction(root, 'bootstrap', { runtime: 'provided.al2023', name: 'f' });
  const found = await toolchainsOf(machine, setup, undefined)(definition, root, []);
  return found.kind === 'found' ? found : assert.fail(found.error.message);
}

/** @see https://docs.aws.amazon.com/lambda/latest/dg/golang-package.html */
describe('a function in Go', () => {
  const MAIN = 'package main\n\nfunc main() {}\n';
  const GO = { go: '#!/bin/sh\n' };

  it('is a package main of a module that begins above it, all of whose files count', async () => {
    const root = aFolder({
      'go.mod': 'module m\n',
      'cmd/f/main.go': MAIN,
      'shared/s.go': 'package shared\n',
    });
    const found = await find(aMachine(GO), join(root, 'cmd/f'), 'provided.al2023', 'bootstrap');
    assert.deepEqual([found.messages, found.folder], ['', root]);
  });

  it('runs as it was built if there is no Go, or no package main to compile', async () => {
    const root = aFolder({ 'go.mod': 'module m\n', 'main.go': MAIN, 'none/go.mod': 'module n\n' });
    const built = aFolder({ bootstrap: '#!/bin/sh\n' });
    chmodSync(join(built, 'bootstrap'), 0o755);
    for (const [machine, taskRoot] of [
      [aMachine({}), root],
      [aMachine(GO), join(root, 'none')],
    ] as const) {
      const found = await find(machine, taskRoot, 'provided.al2023', 'bootstrap', [built]);
      assert.equal(found.launch?.command, join(built, 'bootstrap'));
    }
  });

  for (const [what, printed, message, first] of [
    [
      'with its place',
      './main.go:7:2: undefined: foo',
      './main.go:7:2: undefined: foo',
      { file: 'main.go', line: 7, text: 'undefined: foo' },
    ],
    ['as it is', 'go: cannot find main module', 'go: cannot find main module', undefined],
  ] as const)
    it(`that does not compile is reported ${what}`, async () => {
      const root = aFolder({ 'go.mod': 'module m\n', 'main.go': MAIN });
      const found = await findGo(aMachine({ go: `#!/bin/sh\necho '${printed}' >&2\nexit 1\n` }), root);

      const failed = await Promise.resolve(found.launch()).catch((error: unknown) => error);

      assert.ok(failed instanceof BuildError);
      assert.equal(failed.message, message);
      assert.deepEqual(failed.first, first && { ...first, file: join(root, first.file) });
    });

  // The lines of go build (Go 1.25) with GOPROXY=off, of which a project of 9 modules gets more than 1,000 characters.
  it('says first and briefly that its modules are not downloaded, at the start and when it is compiled', async () => {
    const root = aFolder({ 'go.mod': 'module m\n', 'main.go': MAIN });
    const prints = [
      'go: downloading example.com/a v1.0.0',
      'main.go:3:8: module lookup disabled by GOPROXY=off',
      'lib/b.go:4:2: module lookup disabled by GOPROXY=off',
    ];
    const errors = prints.map((line) => `echo '${line}' >&2`).join('\n');
    const machine = aMachine({
      go: `#!/bin/sh\nif [ "$1" = list ]; then echo 'main.go:3:8: module lookup disabled by GOPROXY=off'; exit 0; fi\n${errors}\nexit 1\n`,
    });
    const expected = `modules that go.mod lists are not downloaded: run go mod download in ${relative(process.cwd(), root)}`;

    const found = await findGo(machine, root);
    const failed = await Promise.resolve(found.launch()).catch((error: unknown) => error);

    assert.deepEqual(
      found.findings.map(({ error, consequence }) => [error.message, error.place.file, consequence]),
      [[expected, join(root, 'go.mod'), 'every invocation of f fails']],
    );
    assert.ok(failed instanceof BuildError);
    assert.equal(failed.message, expected);
    assert.deepEqual(failed.first, { file: join(root, 'main.go'), line: 3, text: expected });
  });

  // Source: the blog post of AWS on go1.x, and a program with 1.17.0 and 1.18.0, of which only the second one answers.
  for (const [version, isOld] of [
    ['v1.13.3', true],
    ['v1.17.0', true],
    ['v1.18.0', false],
    ['v1.47.0', false],
  ] as const)
    it(`with aws-lambda-go ${version} is ${isOld ? '' : 'not '}reported, because it does not call the Runtime API`, async () => {
      const root = aFolder({
        'go.mod': `module m\nrequire github.com/aws/aws-lambda-go ${version}\n`,
        'main.go': MAIN,
      });
      const { findings } = await findGo(aMachine(GO), root);

      assert.deepEqual(
        findings.map(({ error, consequence }) => [error.message, consequence]),
        isOld
          ? [
              [
                `aws-lambda-go ${version} works only with the runtime go1.x, which AWS has removed; run go get github.com/aws/aws-lambda-go@latest in ${relative(process.cwd(), root)}`,
                'every invocation of f times out',
              ],
            ]
          : [],
      );
    });

  it('that does not compile is reported without the lines about downloads that do not happen', async () => {
    const root = aFolder({ 'go.mod': 'module m\n', 'main.go': MAIN });
    const prints = ['go: downloading example.com/a v1.0.0', './main.go:7:2: undefined: foo'];
    const errors = prints.map((line) => `echo '${line}' >&2`).join('\n');
    const found = await findGo(aMachine({ go: `#!/bin/sh\n${errors}\nexit 1\n` }), root);

    const failed = await Promise.resolve(found.launch()).catch((error: unknown) => error);

    assert.ok(failed instanceof BuildError);
    assert.equal(failed.message, './main.go:7:2: undefined: foo');
    assert.deepEqual(found.findings, []);
  });

  // A public project has this handler for serverless-offline. The advice was chmod +x, after which a shell read the
  // source.
  it('is not its source, even if the source is executable', async () => {
    for (const mode of [0o644, 0o755]) {
      const root = aFolder({ 'f/main.go': MAIN });
      chmodSync(join(root, 'f/main.go'), mode);
      const found = await find(aMachine({}), root, 'go1.x', 'f/main.go');
      assert.match(
        found.messages,
        /main\.go is source code, .* build it in its folder \(for example, GOOS=linux go build -o bin\/main\)/,
      );
    }
  });

  const refusals: readonly {
    files: Record<string, string>;
    programs: Record<string, string>;
    messages: RegExp;
  }[] = [
    {
      files: { 'go.mod': 'module m\n', 'main.go': MAIN },
      programs: {},
      messages: /install Go \(https:\/\/go\.dev\/dl\)$/,
    },
    {
      files: { 'go.mod': 'module m\n', 'a.go': 'package a\n' },
      programs: GO,
      messages: /and no package main .* CodeUri must name the folder/,
    },
    { files: { 'main.go': MAIN }, programs: GO, messages: /and no go\.mod in that folder .*go mod init$/ },
    {
      files: { 'go.mod': 'module m\n', Makefile: 'build-F:\n' },
      programs: GO,
      messages: /Makefile in this folder builds the program: run make, or sam build if the template is SAM$/,
    },
    {
      files: { 'Cargo.toml': '' },
      programs: {},
      messages: /run cargo lambda build, or sam build if the template is SAM$/,
    },
    {
      files: { 'main.sh': '' },
      programs: {},
      messages: /there is no program "bootstrap" in .*; build it first$/,
    },
  ];
  for (const { files, programs, messages } of refusals)
    it(`is created by: ${Object.keys(files).join(', ')}${'go' in programs ? ', with Go' : ''}`, async () => {
      const found = await find(aMachine(programs), aFolder(files), 'provided.al2023', 'bootstrap');
      assert.equal(found.launch, undefined);
      assert.match(found.messages, messages);
    });
});
