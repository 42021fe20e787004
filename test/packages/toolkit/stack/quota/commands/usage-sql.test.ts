import assert from 'node:assert/strict';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, describe, it } from 'node:test';
import {
  queryExport,
  readStatement,
  STATEMENTS,
} from '../../../../../../packages/toolkit/stack/quota/commands/export-query.ts';
import { runCommandHere } from '../../../../../support/command-in-process.ts';
import { installFakeDuckDb } from '../../../../../support/fake-duckdb.ts';

describe('the SQL over exports of the usage table', () => {
  let folder = '';
  before(() => void (folder = mkdtempSync(join(tmpdir(), 'sql-'))));
  after(() => rmSync(folder, { recursive: true, force: true }));

  for (const statement of STATEMENTS)
    it(`is printed unchanged for Athena: ${statement}`, async () => {
      const { code, stdout } = await runCommandHere(['usage', 'sql', statement]);

      assert.equal(code, 0);
      assert.equal(stdout, await readStatement(statement));
    });

  it('says where to install DuckDB, before anything is read', async () => {
    const args = ['usage', 'sql', 'invoices', '--export', folder, '--period', '2026-11'];
    const { code, stderr } = await runCommandHere(args, { cwd: folder });

    assert.equal(code, 1);
    assert.match(stderr, /@duckdb\/node-api is not installed in .*: run npm install @duckdb\/node-api/);
  });

  for (const [files, pattern] of [
    ['export', 'export/*.json.gz'],
    ['export/one.json.gz', 'export/one.json.gz'],
    ['export/*.gz.part', 'export/*.gz.part'],
    ['.gz-files', '.gz-files/*.json.gz'],
  ] as const)
    it(`reads ${pattern} if ${files} is named`, async () => {
      const asked = installFakeDuckDb(folder);
      const query = { files, statement: 'usage', month: '2026-11', spillFolder: folder } as const;
      for await (const rows of queryExport(query, folder)) assert.equal(rows.length, 1);

      assert.ok(asked().prelude.includes(`'${pattern}'`), asked().prelude);
    });

  it('takes a size for the memory, and nothing else', async () => {
    installFakeDuckDb(folder);
    const run = (size: string) =>
      runCommandHere(['usage', 'sql', 'usage', '--export', '.', '--period', '2026-11', '--memory', size], {
        cwd: folder,
      });

    assert.deepEqual((await run('512MB')).stdout, '{"row":1}\n{"row":2}\n');
    for (const size of ['lots', '4', '4 GB', '-1GB'])
      assert.match(
        (await run(size)).stderr,
        /--memory is "[^"]+"; expected a size such as 4GB or 512MB/,
        size,
      );
  });

  // OWASP, "CSV Injection": https://owasp.org/www-community/attacks/CSV_Injection
  it('prints CSV that no spreadsheet executes, as one table with one heading', async () => {
    const formula = '=HYPERLINK("https://attacker.example")';
    const pages = [[], [{ tenant: formula, key: null, used: -1 }], [{ tenant: '@a', key: 'k', used: 2 }], []];
    // A module is loaded once for each path, so these rows need a folder of their own.
    const cwd = join(folder, 'of formulas');
    installFakeDuckDb(cwd, pages);
    const args = ['usage', 'sql', 'usage', '--export', '.', '--period', '2026-11', '--format', 'csv'];

    const { stdout } = await runCommandHere(args, { cwd });

    assert.deepEqual(stdout.split('\r\n'), [
      'tenant,key,used',
      `"'=HYPERLINK(""https://attacker.example"")",,-1`,
      "'@a,k,2",
      '',
    ]);
  });

  it('passes the named files to DuckDB, quoted, and the month as a value', async () => {
    const asked = installFakeDuckDb(folder);
    const files = join(folder, "o'brien");
    const query = { files, statement: 'invoices', month: "2026-11' OR 1=1", spillFolder: folder } as const;
    const rows = [];
    for await (const some of queryExport({ ...query, around: ['A (', ')'] }, folder)) rows.push(...some);

    const { prelude, sql, values, options } = asked();
    assert.deepEqual(rows, [{ row: 1 }, { row: 2 }]);
    assert.ok(prelude.includes(`'${folder}/o''brien/*.json.gz'`), prelude);
    assert.deepEqual([sql.startsWith('A (--'), sql.endsWith(')')], [true, true]);
    assert.deepEqual(values, ["2026-11' OR 1=1"]);
    assert.ok(!sql.includes('OR 1=1'));
    assert.equal(options['autoinstall_known_extensions'], 'false');
  });
});
