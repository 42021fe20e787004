import assert from 'node:assert/strict';
import { cpSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, it } from 'node:test';
import { readAccessFiles } from '../../../../../packages/toolkit/authoring/files/access-files.ts';
import {
  portalProblems,
  writeCompiledPortal,
} from '../../../../../packages/toolkit/authoring/portal/portal-files.ts';
import { REPOSITORY } from '../../../../architecture/source-files.ts';

const page = () => new Map([['index.html', '<title>Portal</title>']]);

function aFolder(isEmpty = false): { folder: string } & Disposable {
  const folder = mkdtempSync(join(tmpdir(), 'gatewright-portal-'));
  if (!isEmpty) cpSync(join(REPOSITORY, 'test/fixtures/portal'), folder, { recursive: true });
  return { folder, [Symbol.dispose]: () => rmSync(folder, { recursive: true }) };
}

describe('writeCompiledPortal', () => {
  it('writes the file that the functions read, and the file of the page', () => {
    using service = aFolder();

    writeCompiledPortal(service.folder, { page });

    const read = (name: string): unknown => JSON.parse(readFileSync(join(service.folder, name), 'utf8'));
    assert.equal((read('portal.compiled.json') as { offers: { name: string } }).offers.name, 'Harvest');
    assert.equal(
      (read('portal-page.compiled.json') as { files: Record<string, { body: string }> }).files['']?.body,
      '<title>Harvest</title>',
    );
  });

  it('keeps the old files if the document is wrong, and names the place', () => {
    using service = aFolder();
    writeCompiledPortal(service.folder, { page });
    const path = join(service.folder, 'portal.yml');
    writeFileSync(path, readFileSync(path, 'utf8').replace('from: now', 'from: soon'));

    const build = writeCompiledPortal(service.folder, { from: service.folder, page });

    assert.deepEqual(
      portalProblems(build).map(({ file, line }) => [file, line]),
      [['portal.yml', 17]],
    );
    assert.match(readFileSync(join(service.folder, 'portal.compiled.json'), 'utf8'), /"from":"now"/);
  });

  it('writes nothing, and asks for no page, without a document', () => {
    using service = aFolder(true);

    const build = writeCompiledPortal(service.folder, {
      page: () => assert.fail('the page is not needed'),
    });

    assert.equal(build, undefined);
    assert.deepEqual(readdirSync(service.folder), []);
  });

  it('says which files next to the document cannot be read', () => {
    using service = aFolder();
    rmSync(join(service.folder, 'logo.png'));

    const build = writeCompiledPortal(service.folder, { from: service.folder, page });

    assert.match(portalProblems(build)[0]?.message ?? '', /^logo: logo\.png cannot be read/);
  });
});

describe('readAccessFiles', () => {
  it('takes the document of the portal for no document of an API', () => {
    using service = aFolder();
    for (const name of ['orders.openapi.yml', 'stock.openapi.json']) rmSync(join(service.folder, name));

    assert.deepEqual(readAccessFiles(service.folder), []);
  });
});
