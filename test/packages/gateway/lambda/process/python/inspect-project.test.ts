/** The program that looks at a Python project, run by the Python of this machine. */
import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { describe, it } from 'node:test';
import { aFolder } from '../../start-runtime.ts';

const PROGRAM = fileURLToPath(
  new URL('../../../../../../packages/gateway/lambda/process/python/inspect_project.py', import.meta.url),
);
/** Python 3.7 lacks the module. */
const WITHOUT_METADATA = `import runpy, sys
sys.modules["importlib.metadata"] = None
runpy.run_path(${JSON.stringify(PROGRAM)})`;
/** Python 3.9 does not list its modules. */
const WITHOUT_NAMES = `import runpy, sys
del sys.stdlib_module_names
runpy.run_path(${JSON.stringify(PROGRAM)})`;
const HAS_PYTHON = spawnSync('python3', ['--version']).status === 0;

const installed = (name: string, version: string) => ({
  [`${name}-${version}.dist-info/METADATA`]: `Metadata-Version: 2.1\nName: ${name}\nVersion: ${version}\n`,
});

describe('inspect_project.py', { skip: HAS_PYTHON ? false : 'Python is not installed' }, () => {
  const reportsPackages =
    'reports packages that are not installed, and those of another version than the only one wanted';
  for (const [python, args] of [
    ['with importlib.metadata', [PROGRAM]],
    ['as in Python 3.7', ['-c', WITHOUT_METADATA]],
  ] as const)
    it(`${reportsPackages}, ${python}`, () => {
      const root = aFolder({
        'app.py': 'def handler(event, context): pass',
        'requirements.txt': `pinned-other==3.10
pinned.same == 2.1.0  # why
unpinned>=9
any-of==3.*
absent==1.0
`,
        ...installed('pinned-other', '3.20'),
        ...installed('pinned_same', '2.1'),
        ...installed('unpinned', '1.0'),
        ...installed('any-of', '3.4'),
      });
      const question = { handler: 'app.handler', root, paths: [], requirements: `${root}/requirements.txt` };

      const { stdout } = spawnSync('python3', args, {
        input: JSON.stringify([question]),
        encoding: 'utf8',
      });

      const { answers } = JSON.parse(stdout) as { answers: { uninstalled: string[] }[] };
      assert.deepEqual(answers[0]?.uninstalled, ['pinned-other==3.10 (3.20 is)', 'absent']);
    });

  // Source: https://docs.aws.amazon.com/lambda/latest/dg/packaging-layers.html: /opt/python is on the path
  it('finds a handler in a layer, and follows what it imports', () => {
    const root = aFolder({ 'app.py': '' });
    const layer = aFolder({
      'wrapper.py': 'import app\nimport absent_module\ndef handler(event, context): pass',
    });
    const question = { handler: 'wrapper.handler', root, paths: [layer] };

    const { stdout } = spawnSync('python3', [PROGRAM], {
      input: JSON.stringify([question]),
      encoding: 'utf8',
    });

    const { answers } = JSON.parse(stdout) as {
      answers: [{ fault: unknown; missing: { module: string }[] }];
    };
    assert.equal(answers[0].fault, null);
    assert.deepEqual(
      answers[0].missing.map(({ module }) => module),
      ['absent_module'],
    );
  });

  for (const isOld of [false, true])
    it(`lists what is imported from outside the code, without modules of Python itself${isOld ? ', in Python 3.9 as well' : ''}`, () => {
      const root = aFolder({
        'app.py': 'import os, json, email, own, there.part, absent\ndef handler(event, context): pass',
        'own.py': '',
      });
      const layer = aFolder({ 'lib/there.py': '' });
      const question = { handler: 'app.handler', root, paths: [] };

      const { stdout } = spawnSync('python3', isOld ? ['-c', WITHOUT_NAMES] : [PROGRAM], {
        input: JSON.stringify([question]),
        encoding: 'utf8',
        env: { ...process.env, PYTHONPATH: `${layer}/lib` },
      });

      const { answers } = JSON.parse(stdout) as { answers: { imported: string[] }[] };
      assert.ok(answers[0]?.imported.includes('there'));
      for (const name of ['own', 'absent', 'os', 'json', 'email'])
        assert.ok(answers[0]?.imported.includes(name) === false, name);
    });

  it('reads a module of thousands of statements within seconds', () => {
    const root = aFolder({ 'app.py': `import absent\n${'a = [1, 2, 3, 4, 5, 6, 7, 8, 9]\n'.repeat(8000)}` });
    const question = { handler: 'app.a', root, paths: [] };

    const { stdout } = spawnSync('python3', [PROGRAM], {
      input: JSON.stringify([question]),
      encoding: 'utf8',
      timeout: 8000,
    });

    const { answers } = JSON.parse(stdout) as { answers: { missing: { module: string }[] }[] };
    assert.equal(answers[0]?.missing[0]?.module, 'absent');
  });
});
