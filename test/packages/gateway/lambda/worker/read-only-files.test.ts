/**
 * Writes of functions outside of /tmp. The expectations are what the same calls do on a read-only mount of Linux
 * (`mount -o ro`) with Node.js 24 and Python 3.11.
 */
import assert from 'node:assert/strict';
import { existsSync, mkdtempSync, rmSync, symlinkSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, describe, it } from 'node:test';

import { thisMachine } from '../../../../../packages/gateway/lambda/process/find-toolchain.ts';
import { findPrograms } from '../../../../../packages/gateway/lambda/process/machine.ts';
import { aFolder, aFolderFunction, returned, startRuntime, type StartedRuntime } from '../start-runtime.ts';

const PYTHON = findPrograms(thisMachine(), /^python3$/).length === 0 ? 'no Python on this machine' : false;

/** Each handler runs the calls of the event, and returns the error of each. */
const NODE = `
const fs = require('node:fs');
exports.handler = async ({ calls }) => {
  const results = [];
  for (const call of calls) {
    const run = new (Object.getPrototypeOf(async () => undefined).constructor)('fs', 'require', call);
    try { await run(fs, require); results.push('ok'); } catch (error) { results.push(error.message); }
  }
  return results;
};
exports.thrown = async () => { fs.writeFileSync('new', ''); };
`;
const PYTHON_HANDLER = `
import os, pathlib, shutil, sqlite3, tempfile
def handler(event, context):
    results = []
    for call in event['calls']:
        try:
            exec(call)
            results.append('ok')
        except Exception as error:
            results.append('%s: %s' % (type(error).__name__, error))
    return results
def thrown(event, context):
    open('.cache.json', 'w')
`;

type Row = readonly [call: string, expected: string | RegExp];
const EROFS = 'EROFS: read-only file system,';

const NODE_ROWS: readonly Row[] = [
  ["fs.mkdirSync('new')", `${EROFS} mkdir 'new'`],
  ["fs.mkdirSync('dir')", "EEXIST: file already exists, mkdir 'dir'"],
  ["fs.mkdirSync('new', { recursive: true })", "ENOENT: no such file or directory, mkdir 'new'"],
  [
    "await fs.promises.mkdir('new/a', { recursive: true })",
    "ENOENT: no such file or directory, mkdir 'new/a'",
  ],
  ["fs.mkdirSync('dir', { recursive: true })", 'ok'],
  ["fs.mkdtempSync('x-')", `${EROFS} mkdtemp 'x-XXXXXX'`],
  ["fs.writeFileSync('new', 'a')", `${EROFS} open 'new'`],
  ["fs.writeFileSync('file', 'a')", `${EROFS} open 'file'`],
  ["fs.writeFileSync('no/file', 'a')", "ENOENT: no such file or directory, open 'no/file'"],
  ["fs.appendFileSync('new', 'a')", `${EROFS} open 'new'`],
  ["await fs.promises.writeFile('new', 'a')", `${EROFS} open 'new'`],
  ["await fs.promises.open('new', 'w')", `${EROFS} open 'new'`],
  ["fs.openSync('file', 'r+')", `${EROFS} open 'file'`],
  ["fs.openSync('new', 'r+')", "ENOENT: no such file or directory, open 'new'"],
  ["fs.openSync('file', 'wx')", "EEXIST: file already exists, open 'file'"],
  ["fs.openSync('dir', 'w')", "EISDIR: illegal operation on a directory, open 'dir'"],
  ["fs.openSync('new', fs.constants.O_CREAT | fs.constants.O_WRONLY)", `${EROFS} open 'new'`],
  ["fs.closeSync(fs.openSync(process.env.LAMBDA_TASK_ROOT + '/file', 'r'))", 'ok'],
  [
    "await new Promise((done, fail) => fs.writeFile('new', 'a', (error) => (error ? fail(error) : done())))",
    `${EROFS} open 'new'`,
  ],
  [
    "await new Promise((done, fail) => fs.createWriteStream('new').on('error', fail).on('open', done))",
    `${EROFS} open 'new'`,
  ],
  ["await require('node:util').promisify(fs.unlink)('file')", `${EROFS} unlink 'file'`],
  ["fs.unlinkSync('new')", `${EROFS} unlink 'new'`],
  ["fs.rmdirSync('dir')", `${EROFS} rmdir 'dir'`],
  ["fs.rmSync('new', { force: true })", 'ok'],
  ["await fs.promises.rm('file')", `${EROFS} unlink 'file'`],
  ["fs.renameSync('file', 'b')", `${EROFS} rename 'file' -> 'b'`],
  ["fs.renameSync('file', '/tmp/b')", "EXDEV: cross-device link not permitted, rename 'file' -> '/tmp/b'"],
  ["fs.chmodSync('file', 0o600)", `${EROFS} chmod 'file'`],
  ["fs.chmodSync('new', 0o600)", "ENOENT: no such file or directory, chmod 'new'"],
  ["fs.utimesSync('file', 1, 1)", `${EROFS} utime 'file'`],
  ["fs.truncateSync('file')", `${EROFS} open 'file'`],
  ["fs.copyFileSync(process.env.LAMBDA_TASK_ROOT + '/file', 'b')", /^EROFS: .*, copyfile '.*\/file' -> 'b'$/],
  ["fs.copyFileSync('no', 'b')", "ENOENT: no such file or directory, copyfile 'no' -> 'b'"],
  ["fs.linkSync('file', 'b')", `${EROFS} link 'file' -> 'b'`],
  ["fs.symlinkSync('file', 'b')", `${EROFS} symlink 'file' -> 'b'`],
  ['fs.accessSync(process.env.LAMBDA_TASK_ROOT, fs.constants.W_OK)', /^EROFS: .*, access '/],
  [
    "fs.writeFileSync(new URL('file://' + process.env.LAMBDA_TASK_ROOT + '/new'), 'a')",
    /^EROFS: .*, open '.*\/new'$/,
  ],
  ["fs.writeFileSync(process.env.LAMBDA_TASK_ROOT + '/out/a', 'a')", 'ok'],
  [
    "const at = fs.mkdtempSync(require('node:os').tmpdir() + '/ro-'); fs.writeFileSync(at + '/a', ''); fs.rmSync(at, { recursive: true })",
    'ok',
  ],
  ["fs.writeFileSync('/dev/null', 'a')", 'ok'],
];

const ERRNO = 'OSError: [Errno 30] Read-only file system:';
const PYTHON_ROWS: readonly Row[] = [
  ["open('new', 'w')", `${ERRNO} 'new'`],
  ["open('file', 'a')", `${ERRNO} 'file'`],
  ["open('file', 'x')", "FileExistsError: [Errno 17] File exists: 'file'"],
  ["open('no/x', 'w')", "FileNotFoundError: [Errno 2] No such file or directory: 'no/x'"],
  ["open('new', 'r+')", "FileNotFoundError: [Errno 2] No such file or directory: 'new'"],
  ["open('dir', 'w')", "IsADirectoryError: [Errno 21] Is a directory: 'dir'"],
  ["open('file').close()", 'ok'],
  ["os.mkdir('new')", `${ERRNO} 'new'`],
  ["os.mkdir('dir')", "FileExistsError: [Errno 17] File exists: 'dir'"],
  ["os.makedirs('a/b/c')", `${ERRNO} 'a'`],
  ["os.makedirs('dir', exist_ok=True)", 'ok'],
  ["os.remove('new')", `${ERRNO} 'new'`],
  ["os.rename('file', 'b')", `${ERRNO} 'file' -> 'b'`],
  ["os.replace('file', '/tmp/b')", "OSError: [Errno 18] Invalid cross-device link: 'file' -> '/tmp/b'"],
  ["os.rmdir('dir')", `${ERRNO} 'dir'`],
  ["os.chmod('file', 0)", `${ERRNO} 'file'`],
  ["os.utime('file')", 'OSError: [Errno 30] Read-only file system'],
  ["os.truncate('file', 0)", `${ERRNO} 'file'`],
  ["shutil.copy('file', 'b')", `${ERRNO} 'b'`],
  ["os.symlink('file', 'b')", `${ERRNO} 'file' -> 'b'`],
  ["os.link('file', 'b')", `${ERRNO} 'file' -> 'b'`],
  ["sqlite3.connect('new.db')", 'OperationalError: unable to open database file'],
  ["pathlib.Path('new').touch()", `${ERRNO} 'new'`],
  ["assert not os.access('.', os.W_OK)", 'ok'],
  ["open('out/a', 'w').close()", 'ok'],
  ["sqlite3.connect(':memory:').execute('select 1')", 'ok'],
  ["with tempfile.TemporaryDirectory() as at: open(at + '/a', 'w').close()", 'ok'],
  ["open('/dev/null', 'w').close()", 'ok'],
];

describe('a write outside of /tmp', { skip: process.platform === 'win32' }, () => {
  let started: StartedRuntime;
  let writable: string;
  const folder = aFolder({
    'index.js': NODE,
    'index.py': PYTHON_HANDLER,
    'package.json': '{}',
    file: 'a',
    'dir/c': 'c',
  });
  before(async () => {
    writable = mkdtempSync(join(tmpdir(), 'gatewright-writable-'));
    symlinkSync(writable, join(folder, 'out'));
    const functions = (['index.handler', 'index.thrown'] as const).flatMap((handler) => [
      aFolderFunction(folder, handler, { name: `node-${handler}` }),
      ...(PYTHON === false
        ? [aFolderFunction(folder, handler, { name: `python-${handler}`, runtime: 'python3.12' })]
        : []),
    ]);
    const isolated = aFolderFunction(folder, 'index.handler', { name: 'isolated' });
    const isolation = ['isolated'];
    started = await startRuntime([...functions, isolated], { readOnly: true, isolation });
  });
  after(() => rmSync(writable, { recursive: true, force: true }));

  const check = (name: string, rows: readonly Row[]) => async () => {
    const results = returned(await started.invoke(name, { calls: rows.map(([call]) => call) })) as string[];
    for (const [index, [call, expected]] of rows.entries())
      if (typeof expected === 'string') assert.equal(results[index], expected, call);
      else assert.match(results[index] ?? '', expected, call);
  };
  it('fails in a thread', check('node-index.handler', NODE_ROWS));
  it('fails in a process of Node.js', check('isolated', NODE_ROWS));
  it('fails in Python', { skip: PYTHON }, check('python-index.handler', PYTHON_ROWS));

  it('has a trace that begins at the line of the function', async () => {
    const result = await started.invoke('node-index.thrown');

    assert.match(JSON.stringify(result), /EROFS: read-only file system, open 'new'/);
    assert.match(JSON.stringify(result), /"trace\\?":\[[^\]]*\\?"\s+at [^"]*index\.js:/);
    assert.doesNotMatch(JSON.stringify(result), /read-only-files/);
  });

  it('has a trace of the function only in Python', { skip: PYTHON }, async () => {
    const result = await started.invoke('python-index.thrown');

    assert.match(JSON.stringify(result), /\[Errno 30\] Read-only file system: '\.cache\.json'/);
    assert.doesNotMatch(JSON.stringify(result), /read_only/);
  });

  it('leaves nothing behind', () => {
    for (const name of ['new', 'b', 'new.db', '.cache.json'])
      assert.equal(existsSync(join(folder, name)), false, name);
  });
});

describe('a write in the folder of the code', () => {
  it('succeeds if the gateway lets functions write', async () => {
    const folder = aFolder({ 'index.js': NODE, 'package.json': '{}' });
    const { invoke } = await startRuntime([aFolderFunction(folder, 'index.handler')]);

    await invoke('index-handler', {
      calls: ["fs.writeFileSync(process.env.LAMBDA_TASK_ROOT + '/new', 'a')"],
    });

    assert.equal(existsSync(join(folder, 'new')), true);
  });
});
