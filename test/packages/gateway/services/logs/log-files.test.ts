import assert from 'node:assert/strict';
import { mkdtemp, readdir, readFile, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, describe, it } from 'node:test';
import { createLogFiles, fileNameOf } from '../../../../../packages/gateway/services/logs/log-files.ts';

describe('createLogFiles', () => {
  let root = '';
  before(async () => {
    root = await mkdtemp(join(tmpdir(), 'log-files-'));
  });
  after(() => rm(root, { recursive: true }));

  function openIn(name: string, maxFileBytes?: number) {
    const reports: string[] = [];
    const directory = join(root, name);
    const report = (message: string) => reports.push(message);
    const files = createLogFiles({
      directory,
      report,
      ...(maxFileBytes === undefined ? {} : { maxFileBytes }),
    });
    return { files, directory, reports };
  }

  it('creates no file before there is a line', async () => {
    const { files, directory } = openIn('empty');
    await files.close();
    await assert.rejects(readdir(directory), { code: 'ENOENT' });
  });

  it('keeps the order of lines, and groups apart', async () => {
    const { files, directory } = openIn('order');
    for (let index = 0; index < 1000; index += 1)
      files.write(index % 2 === 0 ? '/aws/even' : 'odd', String(index));
    await files.flush();
    files.write('odd', 'last');
    await files.close();

    const even = await readFile(join(directory, 'aws_even.log'), 'utf8');
    const odd = await readFile(join(directory, 'odd.log'), 'utf8');
    assert.equal(even.split('\n').length, 501);
    assert.ok(even.startsWith('0\n2\n4\n'));
    assert.ok(odd.endsWith('\n999\nlast\n'));
  });

  it('appends to what an earlier start has written', async () => {
    const first = openIn('again');
    first.files.write('g', 'one');
    await first.files.close();
    const second = openIn('again');
    second.files.write('g', 'two');
    await second.files.close();
    assert.equal(await readFile(join(first.directory, 'g.log'), 'utf8'), 'one\ntwo\n');
  });

  it('rotates a full file and keeps three of them', async () => {
    const { files, directory } = openIn('rotated', 10);
    for (const name of ['a', 'b', 'c', 'd', 'e', 'f']) {
      files.write('g', name.repeat(10));
      await files.flush();
    }
    await files.close();

    assert.deepEqual((await readdir(directory)).sort(), ['g.log', 'g.log.1', 'g.log.2', 'g.log.3']);
    assert.equal(await readFile(join(directory, 'g.log'), 'utf8'), 'ffffffffff\n');
    assert.equal(await readFile(join(directory, 'g.log.3'), 'utf8'), 'cccccccccc\n');
  });

  it('makes them readable only to the owner: a format may log keys', async () => {
    const { files, directory } = openIn('private');
    files.write('g', 'line');
    await files.close();
    assert.equal((await stat(join(directory, 'g.log'))).mode & 0o777, 0o600);
  });

  it('reports once that it cannot write, and continues', async () => {
    const { files, directory, reports } = openIn('blocked');
    await writeFile(directory, 'a file where the folder should be');
    files.write('g', 'one');
    await files.flush();
    files.write('g', 'two');
    await files.close();
    assert.equal(reports.length, 1);
    assert.match(reports[0] ?? '', /g\.log cannot be written/);
  });

  const names: readonly { group: string; file: string }[] = [
    { group: '/aws/api-gateway/pets', file: 'aws_api-gateway_pets.log' },
    { group: 'API-Gateway-Execution-Logs_abc/dev', file: 'API-Gateway-Execution-Logs_abc_dev.log' },
    { group: '../../etc/passwd', file: '.._.._etc_passwd.log' },
    { group: '/..', file: '...log' },
    { group: '#x', file: '_x.log' },
  ];
  for (const { group, file } of names)
    it(`writes the group ${group} to ${file}, inside its folder`, () => {
      assert.equal(fileNameOf(group), file);
    });
});
