import assert from 'node:assert/strict';
import { cpSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, it } from 'node:test';
import { checkPlan } from '../../../../../packages/toolkit/authoring/check/check-plan.ts';
import { buildAccess } from '../../../../../packages/toolkit/authoring/compile/build-access.ts';
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

describe('keys of the portal that no access document accepts', () => {
  const DOCUMENT = `version: 1
api: { dev: { apiId: abcdefghij, stage: dev }, prod: { apiId: bcdefghija, stage: prod } }
routes: ..
issuers: [{ id: keys, type: apiKey, prefix: shop }, { id: own, type: apiKey, prefix: own, only: [prod] }]
sources: [{ in: header, name: x-api-key, issuers: [keys, own] }]
roles: { user: {}, admin: {} }
rules: [{ id: all, effect: allow, methods: [GET], paths: [/users] }]
`;
  const ROUTES = JSON.stringify({
    kind: 'rest',
    apiIds: {},
    routes: [{ method: 'GET', path: '/users', isProtected: true }],
  });
  const build = (
    keys: string,
    { text = DOCUMENT, inventory = ROUTES, stages = undefined as readonly string[] | undefined } = {},
  ) => {
    using service = aFolder(true);
    const portal = join(service.folder, 'portal.yml');
    const head = `version: 1\nname: A\ncolour: '#0b5fa5'\nplans: [{ plan: a, title: A, changesTo: [], from: now }]\n`;
    writeFileSync(portal, `${head}keys: ${keys}\n`);
    const access = buildAccess([{ name: 'users', file: 'users.yml', text, inventory }], checkPlan);
    const found = writeCompiledPortal(service.folder, { from: service.folder, page, access, stages });
    return {
      problems: portalProblems(found).map(({ file, line, message }) => `${file}:${line} ${message}`),
      written: readdirSync(service.folder).length > 1,
    };
  };
  const FAULTS: readonly (readonly [
    fault: string,
    keys: string,
    message: string,
    stages?: readonly string[],
  ])[] = [
    [
      'an unknown prefix',
      '{ prefix: nope, roles: [user], most: 3 }',
      'keys.prefix: no access document has an apiKey issuer with the prefix nope in stage "dev"; the prefixes are shop. Add such an issuer to a document, or change keys.prefix',
    ],
    [
      'a prefix whose issuer is only for other stages than that of the local gateway',
      '{ prefix: own, roles: [user], most: 3 }',
      'keys.prefix: no access document has an apiKey issuer with the prefix own in stage "dev"; the issuer "own" of access/users.yml has the prefix, but its "only" does not contain the stage. Add dev to "only", or change keys.prefix',
      ['dev'],
    ],
    [
      'an undeclared role',
      '{ prefix: shop, roles: [user, customer], most: 3 }',
      'keys.roles: keys get the role customer, but the documents that accept keys with the prefix shop declare only user, admin; declare the role in these documents, or remove it from keys.roles',
    ],
  ];
  for (const [fault, keys, message, stages] of FAULTS)
    it(`reports ${fault} with its line, and does not write the file that the functions would read`, () => {
      assert.deepEqual(build(keys, { stages }), { problems: [`portal.yml:5 ${message}`], written: false });
    });

  it('accepts keys of a document, and waits while a document is wrong or its routes are unknown', () => {
    const compiled = { problems: [], written: true };
    assert.deepEqual(build('{ prefix: shop, roles: [user], most: 3 }'), compiled);
    assert.deepEqual(build('{ prefix: own, roles: [user], most: 3 }'), compiled);
    assert.deepEqual(build('{ prefix: nope, most: 3 }', { inventory: '' }), compiled);
    assert.deepEqual(build('{ prefix: nope, most: 3 }', { text: `${DOCUMENT}wrong: 1\n` }), compiled);
  });
});

describe('readAccessFiles', () => {
  it('takes the document of the portal for no document of an API', () => {
    using service = aFolder();
    for (const name of ['orders.openapi.yml', 'stock.openapi.json']) rmSync(join(service.folder, name));

    assert.deepEqual(readAccessFiles(service.folder), []);
  });
});
