/** What Lambda includes and a project lacks: installed once, from fixed lists, outside of every project. */
import assert from 'node:assert/strict';
import {
  chmodSync,
  existsSync,
  mkdirSync,
  readFileSync,
  readdirSync,
  statSync,
  symlinkSync,
  truncateSync,
  utimesSync,
  writeFileSync,
} from 'node:fs';
import { homedir } from 'node:os';
import { join } from 'node:path';
import { describe, it } from 'node:test';

import { npmCommand, pipCommand } from '../../../../../packages/gateway/lambda/lent/install-commands.ts';
import {
  Lending,
  NO_LENDING,
  bytesOf,
  lentFolder,
} from '../../../../../packages/gateway/lambda/lent/lending.ts';
import {
  AWS_SDK_2,
  pythonListFor,
  type LockList,
} from '../../../../../packages/gateway/lambda/lent/lock-lists.ts';
import { runInstaller } from '../../../../../packages/gateway/lambda/lent/run-installer.ts';
import type { RunInstaller } from '../../../../../packages/gateway/lambda/lent/run-installer.ts';
import { aFolder } from '../start-runtime.ts';

const COMMAND = { file: 'pip', args: [], environment: {} };
const commandIn = () => Promise.resolve(COMMAND);

function aList(text = 'boto3==1.0.0\n'): LockList {
  const folder = aFolder({ 'list.txt': text });
  return {
    name: 'python-3',
    file: join(folder, 'list.txt'),
    what: 'boto3 1.0.0',
    proof: 'boto3/__init__.py',
  };
}

/** Installs by writing a file of `bytes` bytes, which proves the installation. */
function installer(bytes = 10): { readonly run: RunInstaller; readonly ran: string[] } {
  const ran: string[] = [];
  return {
    ran,
    run(_command, folder) {
      ran.push(folder);
      mkdirSync(join(folder, 'boto3'));
      writeFileSync(join(folder, 'boto3/__init__.py'), 'x'.repeat(bytes));
      return Promise.resolve(undefined);
    },
  };
}

type Options = ConstructorParameters<typeof Lending>[0];

function aLending(changes: Partial<Options> = {}): { readonly lending: Lending; readonly said: string[] } {
  const said: string[] = [];
  const inform = (sentence: string): void => void said.push(sentence);
  const folder = join(aFolder({}), 'lent');
  return { lending: new Lending({ folder, installs: true, inform, ...changes }), said };
}

describe('Lending', () => {
  it('installs a list once, for all functions and starts, and reports it once', async () => {
    const [folder, list, { run, ran }] = [join(aFolder({}), 'lent'), aList(), installer()];
    const first = aLending({ folder, run });
    const second = aLending({ folder, run });

    const lent = await Promise.all([
      first.lending.lend(list, commandIn),
      first.lending.lend(list, commandIn),
    ]);
    const again = await second.lending.lend(list, commandIn);

    assert.deepEqual(
      [...lent, again].map(({ kind }) => kind),
      ['lent', 'lent', 'lent'],
    );
    assert.deepEqual([ran.length, first.said.length, second.said.length], [1, 1, 0]);
    // Only the user's own programs may put code into it.
    if (process.platform !== 'win32') assert.equal(statSync(folder).mode & 0o777, 0o700);
    assert.match(first.said[0] ?? '', /^installing boto3 1\.0\.0 in \S+, once/);
    assert.equal(again.kind === 'lent' && existsSync(join(again.folder, 'boto3/__init__.py')), true);
  });

  it('lends what is there without installing if installing is off', async () => {
    const [folder, list, { run, ran }] = [join(aFolder({}), 'lent'), aList(), installer()];
    const none = await aLending({ folder, run, installs: false }).lending.lend(list, commandIn);
    await aLending({ folder, run }).lending.lend(list, commandIn);
    const there = await aLending({ folder, run, installs: false }).lending.lend(list, commandIn);

    assert.deepEqual(none, {
      kind: 'refused',
      reason:
        'the gateway installs no packages, because of --no-install or because the program does not set `install: true`',
    });
    assert.deepEqual([there.kind, ran.length], ['lent', 1]);
  });

  it('takes another list of the same name for another one', async () => {
    const [folder, { run, ran }] = [join(aFolder({}), 'lent'), installer()];
    for (const text of ['boto3==1.0.0\n', 'boto3==1.0.1\n'])
      await aLending({ folder, run }).lending.lend(aList(text), commandIn);

    assert.equal(ran.length, 2);
  });

  const failures: readonly { name: string; run: RunInstaller; reason: RegExp }[] = [
    {
      name: 'the installer fails',
      run: () => Promise.resolve('pip failed: ERROR: no network'),
      reason: /no network/,
    },
    {
      name: 'the installer leaves nothing',
      run: () => Promise.resolve(undefined),
      reason: /installed nothing/,
    },
    {
      name: 'the installer cannot be run, for a reason that is not an error',
      run() {
        const { promise, reject } = Promise.withResolvers<undefined>();
        reject('EMFILE');
        return promise;
      },
      reason: /^EMFILE$/,
    },
  ];
  for (const { name, run, reason } of failures)
    it(`refuses with the reason, once, and leaves nothing behind if ${name}`, async () => {
      const folder = join(aFolder({}), 'lent');
      const { lending, said } = aLending({ folder, run });
      const list = aList();

      const lent = await lending.lend(list, commandIn);
      const again = await lending.lend(list, commandIn);

      assert.match(lent.kind === 'refused' ? lent.reason : 'lent', reason);
      assert.deepEqual([again, readdirSync(folder)], [lent, []]);
      assert.equal(said.length <= 1, true);
    });

  it('gives each installation 60 s, whenever it begins', async () => {
    const limits: number[] = [];
    const run: RunInstaller = (_command, _folder, limitMs) => {
      limits.push(limitMs);
      return Promise.resolve('no');
    };
    const { lending } = aLending({ run });
    await lending.lend(aList(), commandIn);
    await lending.lend({ ...aList(), name: 'other' }, commandIn);

    assert.deepEqual(limits, [60_000, 60_000]);
  });

  it('tries again one minute after an installation has failed, and not before', async () => {
    let nowMs = 0;
    const answers = ['no network', 'no network'];
    const { run, ran } = installer();
    const failing: RunInstaller = (command, folder, limitMs) => {
      const answer = answers.shift();
      return answer === undefined ? run(command, folder, limitMs) : Promise.resolve(answer);
    };
    const { lending } = aLending({ run: failing, nowMs: () => nowMs });
    const list = aList();
    const kinds: string[] = [];
    for (nowMs of [0, 59_999, 60_000, 119_999, 120_000])
      kinds.push((await lending.lend(list, commandIn)).kind);

    assert.deepEqual([kinds, ran.length], [['refused', 'refused', 'refused', 'refused', 'lent'], 1]);
  });

  // Attack: another user's folder in its place would bring that user's code into functions.
  it('refuses a link in place of its folder', async () => {
    const folder = join(aFolder({}), 'lent');
    symlinkSync(aFolder({}), folder);
    const lent = await aLending({ folder, run: installer().run }).lending.lend(aList(), commandIn);

    assert.match(lent.kind === 'refused' ? lent.reason : '', /is not a folder that belongs to this user/);
  });

  it('refuses a folder that other users may write to, with its mode, even if the list exists', async () => {
    const [folder, list, { run }] = [join(aFolder({}), 'lent'), aList(), installer()];
    await aLending({ folder, run }).lending.lend(list, commandIn);
    for (const mode of [0o777, 0o770, 0o702]) {
      chmodSync(folder, mode);
      const { lending } = aLending({ folder, run });
      const lent = await lending.lend(list, commandIn);

      assert.equal(lending.find(list), undefined);
      assert.match(lent.kind === 'refused' ? lent.reason : '', /other users can write to .*lent.*chmod go-w/);
    }
  });

  for (const home of ['', undefined])
    it(`has its folder in the user's if GATEWRIGHT_HOME is ${home === '' ? 'empty' : 'unset'}`, () => {
      assert.equal(lentFolder({ GATEWRIGHT_HOME: home }), join(homedir(), '.gatewright', 'lent'));
    });

  it('keeps 300 MB by default', async () => {
    const folder = aFolder({ 'older/a': '', 'old/b': '' });
    chmodSync(folder, 0o700);
    // These files are sparse, so that they take no space on the disk.
    for (const [name, megabytes] of [
      ['older/a', 100],
      ['old/b', 299],
    ] as const)
      truncateSync(join(folder, name), megabytes * 1024 ** 2);
    utimesSync(join(folder, 'older'), 1, 1);
    const { lending } = aLending({ folder, run: installer().run });

    assert.equal((await lending.lend(aList(), commandIn)).kind, 'lent');
    assert.deepEqual(
      ['older', 'old'].map((name) => existsSync(join(folder, name))),
      [false, true],
    );
  });

  it('has a maximum size in bytes, beyond which the oldest list is removed', async () => {
    const [folder, { run }] = [join(aFolder({}), 'lent'), installer(600)];
    for (const text of ['a==1\n', 'a==2\n', 'a==3\n'])
      await aLending({ folder, run, maxBytes: 1000 }).lending.lend(aList(text), commandIn);

    assert.equal(bytesOf(folder), 600);
  });
});

describe('an installer', () => {
  const HINT = 'npm error A log is elsewhere';
  for (const [name, script, limitMs, reason] of [
    ['that ends well', 'exit 0', 10_000, undefined],
    [
      'that names its fault',
      `echo 'npm error no network' >&2; echo '${HINT}' >&2; exit 1`,
      10_000,
      / failed: npm error no network$/,
    ],
    [
      'that ends with its fault',
      "echo first >&2; echo ' last ' >&2; echo >&2; exit 1",
      10_000,
      / failed: last$/,
    ],
    ['whose fault is long', `printf 'ERROR: %0300d' 7 >&2; exit 1`, 10_000, / failed: ERROR: 0{193}$/],
    ['that says nothing', 'exit 3', 10_000, / failed: Command failed: /],
    ['that takes too long', 'exec sleep 10', 50, / did not end within 0 s$/],
  ] as const)
    it(`${name} ${reason === undefined ? 'has installed' : 'is the reason'}`, async () => {
      const folder = aFolder({ 'install.sh': `#!/bin/sh\n${script}\n` });
      const file = join(folder, 'install.sh');
      chmodSync(file, 0o755);

      const said = await runInstaller({ file, args: [], environment: process.env }, folder, limitMs);

      if (reason === undefined) assert.equal(said, undefined);
      else assert.match(said ?? '', reason);
    });
});

describe('a gateway that installs nothing', () => {
  it('provides nothing, and says why', async () => {
    assert.equal(NO_LENDING.find(aList()), undefined);
    assert.deepEqual(await NO_LENDING.lend(aList(), commandIn), {
      kind: 'refused',
      reason: 'the gateway does not install packages',
    });
  });
});

describe('what can be installed', () => {
  for (const [version, name] of [
    ['3.6', undefined],
    ['3.7', 'python-3.7'],
    ['3.8', 'python-3.8'],
    ['3.9', 'python-3.9'],
    ['3.10', 'python-3.10'],
    ['3.14', 'python-3.10'],
  ] as const)
    it(`is for Python ${version} ${name ?? 'nothing'}`, () => {
      assert.equal(pythonListFor(version)?.name, name);
    });

  const python = ['3.7.1', '3.8.18', '3.9.0', '3.10.2', '3.12.1', '3.14.0'].map(pythonListFor);
  // Source: AWS Lambda developer guide, "Runtime dependencies in Python": Boto3 and its dependencies
  const names = ['boto3', 'botocore', 'jmespath', 'python-dateutil', 's3transfer', 'six', 'urllib3'];

  it('is for Python Boto3 and its dependencies, each in one version and with its hash', () => {
    assert.equal(pythonListFor('3.6.15'), undefined);
    for (const list of python) {
      const lines = readFileSync(list?.file ?? '', 'utf8')
        .trim()
        .split('\n');
      assert.deepEqual(
        lines.map((line) => line.split('==')[0]),
        names,
      );
      for (const line of lines) assert.match(line, /^[\w-]+==[\w.]+ --hash=sha256:[0-9a-f]{64}$/);
      assert.equal(lines[0]?.startsWith((list?.what ?? '').replace(' ', '==')), true);
    }
  });

  it('is for Node.js the AWS SDK 2 with what it needs, each with its hash', () => {
    const lock = JSON.parse(readFileSync(AWS_SDK_2.file, 'utf8')) as {
      packages: Record<string, { version?: string; integrity?: string; dependencies?: unknown }>;
    };
    const { '': root, ...packages } = lock.packages;

    assert.deepEqual(root?.dependencies, { 'aws-sdk': AWS_SDK_2.what.split(' ')[1] });
    for (const [name, { integrity = '' }] of Object.entries(packages))
      assert.match(integrity, /^sha512-[\w+/=]{88}$/, name);
  });

  it('is requested from pip by hash, as wheels, without dependencies, and from npm without scripts', () => {
    const [list = aList()] = python;
    const folder = aFolder({});
    const pip = pipCommand('/python', list, folder, { PIP_PREFIX: '/x' });
    const npm = npmCommand('/npm', folder, {});

    const rules = '--require-hashes --only-binary :all: --no-deps --no-compile --retries 1';
    assert.equal(
      [pip.file, ...pip.args].join(' '),
      `/python -m pip install --quiet ${rules} --target ${folder} --requirement ${list.file}`,
    );
    const { PIP_PREFIX, PIP_NO_INPUT, PIP_DISABLE_PIP_VERSION_CHECK } = pip.environment;
    assert.deepEqual([PIP_PREFIX, PIP_NO_INPUT, PIP_DISABLE_PIP_VERSION_CHECK], [undefined, '1', '1']);
    assert.equal(
      [npm.file, ...npm.args].join(' '),
      '/npm ci --ignore-scripts --omit=dev --no-audit --no-fund --fetch-retries=1',
    );
    assert.deepEqual(JSON.parse(readFileSync(join(folder, 'package.json'), 'utf8')), {
      name: 'lent',
      private: true,
      dependencies: { 'aws-sdk': AWS_SDK_2.what.split(' ')[1] },
    });
    assert.equal(
      readFileSync(join(folder, 'package-lock.json'), 'utf8'),
      readFileSync(AWS_SDK_2.file, 'utf8'),
    );
  });
});
