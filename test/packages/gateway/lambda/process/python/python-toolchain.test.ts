/** Which Python runs a function if the first choice does not answer; the interpreters are scripts. */
import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { chmodSync, globSync, readFileSync, realpathSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, it } from 'node:test';

import { Faults } from '../../../../../../packages/gateway/core/errors.ts';
import { HandlerFault } from '../../../../../../packages/gateway/lambda/code/handler-fault.ts';
import { describeUnprepared } from '../../../../../../packages/gateway/lambda/pool/refused-start.ts';
import { NO_LENDING } from '../../../../../../packages/gateway/lambda/lent/lending.ts';
import { findPython } from '../../../../../../packages/gateway/lambda/process/python/python-toolchain.ts';
import {
  type PythonAnswer,
  PythonProbe,
} from '../../../../../../packages/gateway/lambda/process/python/python-probe.ts';
import type { Machine } from '../../../../../../packages/gateway/lambda/process/machine.ts';
import { findPrograms } from '../../../../../../packages/gateway/lambda/process/machine.ts';
import { thisMachine } from '../../../../../../packages/gateway/lambda/process/find-toolchain.ts';
import { aFolder, aFolderFunction, failed, returned, startRuntime } from '../../start-runtime.ts';

const MACHINE: Machine = { environment: {}, home: '/nowhere', platform: 'linux', architecture: 'x64' };
const ANSWER = { missing: [], imported: [], uninstalled: [], versions: {}, fault: null };
const NEVER = 'exec /bin/sleep 60';
const DOES_NOT_RUN = 'exit 3';

function answers(version: string): string {
  const facts = {
    version,
    executable: `/usr/bin/python${version}`,
    hasDebugger: false,
    hasPip: true,
    answers: [ANSWER],
  };
  return `/bin/cat > /dev/null; echo '${JSON.stringify(facts)}'`;
}

function aScript(folder: string, name: string): string {
  chmodSync(join(folder, name), 0o755);
  return folder;
}

/** A late interpreter is late at once: the time of the others is left to them. */
class ImpatientProbe extends PythonProbe {
  readonly #late: PythonProbe;

  constructor(...[machine]: ConstructorParameters<typeof PythonProbe>) {
    super(machine);
    this.#late = new PythonProbe(machine, 50);
  }

  override ask(...[python, question]: Parameters<PythonProbe['ask']>): ReturnType<PythonProbe['ask']> {
    return python.endsWith('python3.13') ? this.#late.ask(python, question) : super.ask(python, question);
  }
}

describe('the Python of a function', () => {
  const rows: readonly {
    readonly name: string;
    readonly programs: Readonly<Record<string, string>>;
    readonly venv?: string;
    readonly findings?: readonly RegExp[];
    readonly missing?: RegExp;
  }[] = [
    {
      name: 'is another one, and a finding says so, if the nearest takes too long',
      programs: { 'python3.13': NEVER, 'python3.12': answers('3.12.1') },
      findings: [
        /^\S+\/python3\.13 did not respond within 0\.05 s → functions run with \/usr\/bin\/python3\.12\.1, Python 3\.12\.1$/,
        /^python3\.13 is not installed → /,
      ],
    },
    {
      name: 'is the machine’s, and a finding says so, if its virtual environment does not run',
      venv: DOES_NOT_RUN,
      programs: { 'python3.13': answers('3.13.2') },
      findings: [/\.venv\/bin\/python does not run \(3\) → functions run with \S+, Python 3\.13\.2$/],
    },
    {
      name: 'is that of its virtual environment, and a finding names its version, although the wanted one is here',
      venv: answers('3.11.7'),
      programs: { 'python3.13': answers('3.13.2') },
      findings: [
        /^\S*\.venv\/bin\/python, the virtual environment of the project, has Python 3\.11\.7, but the functions have the runtime python3\.13: create the environment again with Python 3\.13 → functions of this runtime run on Python 3\.11\.7$/,
      ],
    },
    {
      name: 'is the next one without a word if a version manager’s shim leads nowhere',
      programs: { 'python3.13': DOES_NOT_RUN, python3: answers('3.13.2') },
      findings: [],
    },
    {
      name: 'is missing, for the reason that it has',
      programs: { 'python3.13': NEVER },
      missing:
        /python3\.13 did not respond within 0\.05 s, and there is no other Python 3; install Python 3\.13/,
    },
    { name: 'is missing if there is none', programs: {}, missing: /Python 3 is not installed; install/ },
  ];
  for (const { name, programs, venv, findings, missing } of rows)
    it(name, async () => {
      const scripts = Object.entries(programs).map(([file, body]) => [file, `#!/bin/sh\n${body}\n`] as const);
      const bin = aFolder(Object.fromEntries(scripts));
      for (const file of Object.keys(programs)) aScript(bin, file);
      const project = aFolder({
        'app.py': '',
        ...(venv !== undefined && { '.venv/bin/python': `#!/bin/sh\n${venv}\n` }),
      });
      if (venv !== undefined) aScript(project, '.venv/bin/python');
      const machine: Machine = { ...MACHINE, environment: { PATH: bin }, home: aFolder({}) };
      const place = { file: join(project, 'template.yml'), line: 1 };
      const definition = aFolderFunction(project, 'app.handler', { runtime: 'python3.13', place });

      const isLate = programs['python3.13'] === NEVER;
      const probe = isLate ? new ImpatientProbe(machine) : new PythonProbe(machine);
      const options = { bytecodeFolder: project, debugger: undefined, lender: NO_LENDING };
      const found = await findPython(definition, project, machine, probe, options);

      if (missing !== undefined) {
        assert.equal(found.kind, 'missing');
        assert.match(found.error.message, missing);
        return;
      }
      assert.equal(found.kind, 'found');
      const messages = found.findings.map(({ error, consequence }) => `${error.message} → ${consequence}`);
      assert.equal(messages.length, findings?.length, messages.join('\n'));
      for (const [index, pattern] of (findings ?? []).entries()) assert.match(messages[index] ?? '', pattern);
    });
});

// Source: awslambdaric of AWS, `bootstrap.py`, `_get_handler`
describe('a handler in Python that cannot be', () => {
  const file = '/project/src/app.py';
  const rows: readonly {
    readonly handler: string;
    readonly fault: PythonAnswer['fault'];
    readonly type: string;
    readonly says: string;
    /** A pattern for the gateway's own log lines. */
    readonly here: RegExp;
    /** Files that would mend it, in the folder of the code. */
    readonly waitsFor?: readonly string[];
  }[] = [
    {
      handler: 'src.app.handler',
      fault: { kind: 'syntax', file, line: 3, message: "expected ':'" },
      type: 'UserCodeSyntaxError',
      says: "Syntax error in module 'src.app': expected ':' (app.py, line 3)",
      here: /^expected ':'$/,
    },
    {
      handler: 'app.none',
      fault: { kind: 'no-function', file, function: 'none' },
      type: 'HandlerNotFound',
      says: "Handler 'none' missing on module 'app'",
      here: /^handler "app\.none": \/project\/src\/app\.py has no function "none"$/,
    },
    {
      handler: 'gone.handler',
      fault: { kind: 'no-file', module: 'gone' },
      type: 'ImportModuleError',
      says: "Unable to import module 'gone': No module named 'gone'",
      here: /^handler "gone\.handler": there is no gone\.py in /,
      waitsFor: ['gone.py'],
    },
    {
      handler: 'src.app.gone.handler',
      fault: { kind: 'no-file', module: 'src.app.gone' },
      type: 'ImportModuleError',
      says: "Unable to import module 'src.app.gone': No module named 'src.app.gone'",
      here: /there is no src\/app\/gone\.py in /,
      waitsFor: ['src/app/gone.py'],
    },
    {
      handler: 'handler',
      fault: { kind: 'no-file', module: '' },
      type: 'MalformedHandlerName',
      says: "Bad handler 'handler': not enough values to unpack (expected 2, got 1)",
      here: /^handler "handler" is not of the form module\.function$/,
    },
  ];
  for (const { handler, fault, type, says, here, waitsFor = [] } of rows)
    it(`fails as at Lambda: ${type} of ${handler}`, async () => {
      const folder = aFolder({});
      const definition = aFolderFunction(folder, handler, { runtime: 'python3.13' });
      const facts = {
        version: '3.13.2',
        executable: '/usr/bin/python3.13',
        hasDebugger: false,
        hasPip: true,
      };
      const answer = { ...ANSWER, fault };
      const probe = { ask: () => Promise.resolve({ kind: 'answered', ...facts, answer } as const) };
      const machine: Machine = { ...MACHINE, environment: { PATH: aFolder({ python3: '' }) }, home: folder };
      chmodSync(join(machine.environment['PATH'] ?? '', 'python3'), 0o755);
      const options = { bytecodeFolder: folder, debugger: undefined, lender: NO_LENDING };

      const found = findPython(definition, folder, machine, probe, options);

      const error: unknown = await found.catch((reason: unknown) => reason);
      assert.match(error instanceof Error ? error.message : '', here);
      assert.deepEqual(describeUnprepared(error), { errorType: `Runtime.${type}`, errorMessage: says });
      assert.ok(error instanceof HandlerFault);
      assert.deepEqual(
        error.awaited,
        waitsFor.map((name) => join(folder, name)),
      );
    });
});

describe('packages that a project lists and an interpreter lacks', () => {
  for (const [count, says, ofCdk = []] of [
    [1, 'packages of requirements.txt are not installed: p1; run '],
    [8, 'packages of requirements.txt are not installed: p1, p2, p3, p4, p5, p6, p7, p8; run '],
    [11, 'packages of requirements.txt are not installed: p1, p2, p3, p4, p5, p6, p7, p8 and 3 more; run '],
    // localstack-samples/sample-serverless-quiz-app: the requirements.txt of the CDK app is above its functions
    [
      1,
      'packages of requirements.txt are not installed: p1; run ',
      ['aws-cdk-lib==2.1.0 (2.2.0 is)', 'constructs'],
    ],
  ] as const)
    it(`are one finding that names eight of them: ${count}${ofCdk.length === 0 ? '' : ', without those of a CDK app'}`, async () => {
      const folder = aFolder({ 'requirements.txt': '', 'bin/python3': '' });
      aScript(join(folder, 'bin'), 'python3');
      const definition = aFolderFunction(folder, 'app.handler', { runtime: 'python3.13' });
      const facts = {
        version: '3.13.2',
        executable: '/usr/bin/python3.13',
        hasDebugger: false,
        hasPip: true,
      };
      const names = Array.from({ length: count }, (_, index) => `p${index + 1}`);
      const missing = names.map((module) => ({ module, file: 'app.py', line: 1, isCertain: true }));
      const answer = { ...ANSWER, missing, uninstalled: [...ofCdk, ...names] };
      const probe = { ask: () => Promise.resolve({ kind: 'answered', ...facts, answer } as const) };
      const machine: Machine = { ...MACHINE, environment: { PATH: join(folder, 'bin') }, home: '/nowhere' };
      const options = { bytecodeFolder: folder, debugger: undefined, lender: NO_LENDING };

      const found = await findPython(definition, folder, machine, probe, options);

      assert.equal(found.kind, 'found');
      const messages = found.findings.map(({ error }) => error.message);
      assert.equal(messages.length, 1);
      assert.ok(messages[0]?.startsWith(says), messages.join());
    });

  it('are checked by one process for all functions that ask together, in the folder of the first', async () => {
    const folders = [aFolder({}), aFolder({})];
    const facts = '"version":"3.13.2","hasDebugger":false,"hasPip":true';
    const body = `/bin/cat > /dev/null; echo "$PWD" >> "$HOME/runs"; printf '{"executable":"%s",${facts},"answers":[${JSON.stringify(ANSWER)},${JSON.stringify(ANSWER)}]}' "$PWD"`;
    const home = aFolder({ python3: `#!/bin/sh\n${body}\n` });
    aScript(home, 'python3');
    const probe = new PythonProbe({ ...MACHINE, home });
    const rest = { handler: 'app.handler', paths: [], requirements: undefined, pyproject: undefined };

    const replies = await Promise.all(
      folders.map((root) => probe.ask(join(home, 'python3'), { ...rest, root })),
    );

    const places = replies.map((reply) => reply.kind === 'answered' && reply.executable);
    assert.deepEqual(places, [realpathSync(folders[0] ?? ''), realpathSync(folders[0] ?? '')]);
    assert.equal(readFileSync(join(home, 'runs'), 'utf8').trim().split('\n').length, 1);
  });
});

describe('an interpreter that was too slow', () => {
  it('is asked again, because it may be faster then; one that does not run is not', async () => {
    const folder = aFolder({ slow: `#!/bin/sh\n${NEVER}\n`, dead: `#!/bin/sh\n${DOES_NOT_RUN}\n` });
    for (const name of ['slow', 'dead']) aScript(folder, name);
    const machine: Machine = { ...MACHINE, home: folder };
    const asked = { requirements: undefined, pyproject: undefined };
    const question = { handler: 'app.handler', root: folder, paths: [], ...asked };

    const askTwice = async (probe: PythonProbe, name: string) => [
      await probe.ask(join(folder, name), question),
      await probe.ask(join(folder, name), question),
    ];
    const [late, lateAgain] = await askTwice(new PythonProbe(machine, 50), 'slow');
    const [dead, deadAgain] = await askTwice(new PythonProbe(machine), 'dead');

    const reason = 'did not respond within 0.05 s';
    assert.deepEqual(late, { kind: 'silent', reason, wasLate: true });
    assert.deepEqual(lateAgain, late);
    assert.notEqual(lateAgain, late);
    // The very reply of before.
    assert.equal(deadAgain, dead);
  });
});

const NO_PYTHON = findPrograms(thisMachine(), /^python3$/).length === 0 ? 'no Python on this machine' : false;

describe('a package that the project lists and this machine lacks', { skip: NO_PYTHON }, () => {
  for (const [name, source] of [
    ['at the top', 'import listed_one\ndef handler(event, context): pass'],
    ['inside the handler', 'def handler(event, context):\n    import listed_one.part'],
  ] as const)
    it(`is named in the error of the event with the command that installs all of them, if it is imported ${name}`, async () => {
      const folder = aFolder({ 'app.py': source, 'requirements.txt': 'listed-one==1.0\n' });
      const definition = aFolderFunction(folder, 'app.handler', { name: 'f', runtime: 'python3.12' });
      const { invoke } = await startRuntime([definition]);

      assert.match(
        failed(await invoke('f')).errorMessage,
        /No module named 'listed_one' \(run .*pip install -r \S*requirements\.txt\)$/,
      );
    });
});

describe('a requirements.txt with the tools of a project', { skip: NO_PYTHON }, () => {
  // andrevinicius201/serverless-todo-list-api: requirements.txt lists pytest and moto, and lacks PyJWT.
  it('says nothing about the tools, and names the package that it has to list', async () => {
    const folder = aFolder({
      'app.py': 'import jwt\ndef handler(event, context): pass',
      'b.py': 'def handler(event, context): pass',
      'requirements.txt': 'pytest-of-nobody\nmoto-of-nobody\n',
    });
    const functions = ['app', 'b'].map((name) =>
      aFolderFunction(folder, `${name}.handler`, { name, runtime: 'python3.12' }),
    );
    const { runtime, invoke } = await startRuntime([]);
    const faults = new Faults(false);
    (await runtime.prepare(functions, new Map(), faults))();
    const told = faults.all
      .map(({ error }) => error.message)
      .filter((message) => !message.startsWith('python3.12 is'));
    const remedy = /add PyJWT to requirements\.txt, and run .*pip install -r \S*requirements\.txt/;

    assert.equal(told.length, 1, told.join('\n'));
    assert.match(told[0] ?? '', new RegExp(`^no module named "jwt" is installed: ${remedy.source}$`));
    assert.match(
      failed(await invoke('app')).errorMessage,
      new RegExp(`No module named 'jwt' \\(${remedy.source}\\)$`),
    );
  });
});

describe('a package that nothing lists and this machine lacks', { skip: NO_PYTHON }, () => {
  const ARN = 'arn:aws:lambda:eu-west-1:1:layer:deps:1';
  const rows: readonly (readonly [module: string, says: RegExp, layer?: string])[] = [
    ['cv2', /No module named 'cv2' \(run \S+ -m venv \S+ && \S+pip install opencv-python\)$/],
    // One command installs all that is missing; a package that is not known is not guessed.
    ['cv2, our_own_thing, jwt', /No module named 'cv2' \(run .*pip install opencv-python PyJWT\)$/],
    ['pymysql', /No module named 'pymysql' \(run .*pip install PyMySQL\)$/],
    [
      'our_own_thing',
      /No module named 'our_own_thing' \(install the package that provides our_own_thing: run .*pip install …\)$/,
    ],
    [
      'our_own_thing',
      /\(the module may come from a layer that is not on this machine: arn:aws:lambda:eu-west-1:1:layer:deps:1\)$/,
      ARN,
    ],
  ];
  for (const [module, says, arn] of rows)
    it(`is ${module}${arn === undefined ? '' : ', and a layer is elsewhere'}: the error names what provides it`, async () => {
      const folder = aFolder({ 'app.py': `import ${module}\ndef handler(event, context): pass` });
      const layers = arn === undefined ? [] : [{ arn, directory: undefined }];
      const definition = aFolderFunction(folder, 'app.handler', { name: 'f', runtime: 'python3.12', layers });
      const { invoke } = await startRuntime([definition]);

      assert.match(failed(await invoke('f')).errorMessage, says);
    });
});

describe('a virtual environment that is created after startup', { skip: NO_PYTHON }, () => {
  it('runs the next start of an instance', async () => {
    const folder = aFolder({
      'app.py': 'import made_later\ndef handler(event, context): return made_later.VALUE',
    });
    const definition = aFolderFunction(folder, 'app.handler', { name: 'f', runtime: 'python3.12' });
    const { invoke } = await startRuntime([definition]);
    assert.match(failed(await invoke('f')).errorMessage, /No module named 'made_later'/);

    spawnSync('python3', ['-m', 'venv', '--without-pip', join(folder, '.venv')]);
    assert.match(failed(await invoke('f')).errorMessage, /No module named 'made_later'/);
    const [packages = ''] = globSync(join(folder, '.venv/lib/python3.*/site-packages'));
    writeFileSync(join(packages, 'made_later.py'), 'VALUE = 5');

    assert.equal(returned(await invoke('f')), 5);
  });
});

// Source: aws-sam-cli, "Building layers": BuildMethod of a layer installs its requirements.txt
describe('a module that only a layer’s requirements.txt lists', () => {
  it('is installed by the command for that file, though packages of the function are not installed either', async () => {
    const folder = aFolder({
      'src/requirements.txt': 'simplejson\n',
      'layer/requirements.txt': 'httpx==0.28\n',
    });
    const code = join(folder, 'src');
    const layers = [{ arn: 'arn:layer', directory: join(folder, 'layer') }];
    const definition = aFolderFunction(code, 'app.handler', { runtime: 'python3.13', layers });
    const missing = ['httpx', 'simplejson'].map((module, index) => ({
      module,
      file: join(code, 'app.py'),
      line: index + 1,
      isCertain: true,
    }));
    const answer = { ...ANSWER, missing, uninstalled: ['simplejson'] };
    const facts = { version: '3.13.2', executable: '/usr/bin/python3.13', hasDebugger: false, hasPip: true };
    const probe = { ask: () => Promise.resolve({ kind: 'answered', ...facts, answer } as const) };
    const machine: Machine = { ...MACHINE, environment: { PATH: aFolder({ python3: '' }) }, home: folder };
    chmodSync(join(machine.environment['PATH'] ?? '', 'python3'), 0o755);
    const options = { bytecodeFolder: folder, debugger: undefined, lender: NO_LENDING };

    const found = await findPython(definition, code, machine, probe, options);

    assert.ok(found.kind === 'found');
    assert.equal(found.missing.length, 1);
    assert.match(
      found.missing[0]?.message ?? '',
      /"httpx" is installed: run .* install -r \S*layer\/requirements\.txt$/,
    );
    const [told] = found.findings.filter(({ error }) => error.message.includes('not installed'));
    assert.match(
      told?.error.message ?? '',
      /packages of requirements\.txt are not installed: simplejson; run /,
    );
  });
});
