/** The variables of a function that is a process: Lambda's, with search paths of this machine. */
import assert from 'node:assert/strict';
import { join } from 'node:path';
import { describe, it } from 'node:test';
import { findInLayers, layerRoots } from '../../../../../packages/gateway/lambda/code/layer-folders.ts';
import { processEnvironment } from '../../../../../packages/gateway/lambda/process/process-environment.ts';
import { aFolder, aFolderFunction } from '../start-runtime.ts';
import type { FunctionDefinition } from '../../../../../packages/gateway/core/stack/function.ts';

const TASK = aFolder({ 'index.py': '' });
const FIRST = aFolder({ 'python/a.py': '', bootstrap: '', 'both.txt': '1' });
const SECOND = aFolder({ 'both.txt': '2' });
const FACTS = {
  taskRoot: TASK,
  logGroupName: '/aws/lambda/f',
  logStreamName: 'stream',
  controlUrl: undefined,
  accessKey: { id: 'AKID', secret: 'secret' },
  extra: {},
};
const FOLDERS = { home: '/run/home', temporary: '/run/tmp' };
const LAUNCH = {
  command: 'python3',
  args: [],
  environment: { PYTHONPATH: '/run/python', PYTHONUNBUFFERED: '1' },
  searchPath: ['/usr/lib/python/bin'],
};
const LAYERS = [FIRST, undefined, SECOND].map((directory, index) => ({
  name: `layer ${index}`,
  directory,
})) as unknown as FunctionDefinition['layers'];

const environmentOf = (over: Partial<FunctionDefinition> = {}): Readonly<Record<string, string>> =>
  processEnvironment(
    aFolderFunction(TASK, 'index.handler', { runtime: 'python3.13', layers: LAYERS, ...over }),
    FACTS,
    LAUNCH,
    FOLDERS,
  );

// Search paths of layers: Lambda developer guide, "Packaging your layer content".
describe('the environment of a process', () => {
  for (const { name, given, expected } of [
    { name: 'has what its toolchain sets', given: undefined, expected: '1' },
    { name: 'has what the function sets in its place', given: '0', expected: '0' },
    { name: 'has what the function sets, though it is empty', given: '', expected: '' },
  ])
    it(name, () => {
      const environment = given === undefined ? {} : { PYTHONUNBUFFERED: given };

      assert.equal(environmentOf({ environment })['PYTHONUNBUFFERED'], expected);
    });

  it('has the search paths of its toolchain, its layers and this machine, in this order', () => {
    const environment = environmentOf();

    assert.deepEqual(environment['PATH']?.split(':'), [
      '/usr/lib/python/bin',
      join(SECOND, 'bin'),
      join(FIRST, 'bin'),
      '/usr/local/bin',
      '/usr/bin',
      '/bin',
    ]);
    assert.deepEqual(environment['LD_LIBRARY_PATH']?.split(':'), [
      TASK,
      join(TASK, 'lib'),
      join(SECOND, 'lib'),
      join(FIRST, 'lib'),
    ]);
    assert.equal(environment['PYTHONPATH'], '/run/python');
  });

  it("has its own folders in place of the user's", () => {
    const { HOME, TMPDIR, TEMP, TMP } = environmentOf({ environment: { HOME: '/root', TMPDIR: '/tmp' } });

    assert.deepEqual([HOME, TMPDIR, TEMP, TMP], ['/run/home', '/run/tmp', '/run/tmp', '/run/tmp']);
  });

  it('has the paths of the template before its own, and other variables of the template in place of its own', () => {
    const environment = environmentOf({
      environment: { PYTHONPATH: '/mine', PATH: '/mine/bin', AWS_EXECUTION_ENV: 'mine', STAGE: 'dev' },
    });

    assert.equal(environment['PYTHONPATH'], '/mine:/run/python');
    assert.match(environment['PATH'] ?? '', /^\/mine\/bin:\/usr\/lib\/python\/bin:/);
    assert.deepEqual([environment['AWS_EXECUTION_ENV'], environment['STAGE']], ['mine', 'dev']);
  });

  it('has packages of layers only for Node.js', () => {
    assert.equal('NODE_PATH' in environmentOf(), false);
    assert.ok('NODE_PATH' in environmentOf({ runtime: 'nodejs22.x' }));
  });

  for (const [value, expected] of [
    ['/var/task', TASK],
    ['/var/task/src:/usr/lib', `${join(TASK, 'src')}:/usr/lib`],
    ['/opt/both.txt', `${join(SECOND, 'both.txt')}:${join(FIRST, 'both.txt')}`],
    ['/a:/opt/python:/opt/nothing', `/a:${join(FIRST, 'python')}:/opt/nothing`],
    ['/var/tasks/a', '/var/tasks/a'],
    ['/optional', '/optional'],
    ['see /opt/python', 'see /opt/python'],
    ['', ''],
  ] as const)
    it(`has ${expected === value ? 'the unchanged' : 'a path of this machine for'} ${JSON.stringify(value)}`, () => {
      assert.equal(environmentOf({ environment: { WHERE: value } })['WHERE'], expected);
    });
});

describe('layers of a function', () => {
  it('hide the files of those before them', () => {
    assert.deepEqual(layerRoots({ layers: LAYERS }), [SECOND, FIRST]);
    assert.equal(findInLayers({ layers: LAYERS }, 'both.txt'), join(SECOND, 'both.txt'));
    assert.equal(findInLayers({ layers: LAYERS }, 'bootstrap'), join(FIRST, 'bootstrap'));
    assert.equal(findInLayers({ layers: LAYERS }, 'nothing'), undefined);
  });
});
