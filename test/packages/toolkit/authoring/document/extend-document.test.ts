import assert from 'node:assert/strict';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { describe, it } from 'node:test';
import { readAccessFiles, findStrayDocuments } from '@gatewright/authoring/files/access-files';
import { buildAccess } from '@gatewright/authoring/compile/build-access';
import { printProblem } from '@gatewright/authoring/document/read-document';

const INVENTORY = JSON.stringify({
  kind: 'rest',
  apiIds: { dev: ['a1b2c3d4e5'] },
  routes: [{ method: 'GET', path: '/orders', isProtected: true }],
});
const OWN = `version: 1
extends: [./_company.yml, '@acme/access/roles.yml']
api: { dev: { stack: shop-dev, logicalId: Api, stage: dev } }
routes: ../shop
rules: [{ id: read, effect: allow, methods: [GET], paths: [/orders], when: { roles: { any: [support] } } }]
`;
const COMPANY = `version: 1
issuers:
  - { id: main, type: oidc, issuer: 'https://issuer.example/', audience: [api] }
  - { id: partners, type: oidc, issuer: 'https://partners.example/', audience: [api] }
sources: [{ in: header, name: authorization, scheme: Bearer, issuers: [main] }]
`;
const ROLES = 'version: 1\nroles: { support: {}, admin: { inherits: [support] } }\n';
const FILES = {
  'access/shop.yml': OWN,
  'access/shop.routes.json': INVENTORY,
  'access/_company.yml': COMPANY,
  'node_modules/@acme/access/roles.yml': ROLES,
};

function built(files: Readonly<Record<string, string>>) {
  const root = mkdtempSync(join(tmpdir(), 'gatewright-extends-'));
  try {
    for (const [path, text] of Object.entries(files)) {
      mkdirSync(dirname(join(root, path)), { recursive: true });
      writeFileSync(join(root, path), text);
    }
    const build = buildAccess(readAccessFiles(join(root, 'access'), root), () => undefined);
    const stray = findStrayDocuments(join(root, 'access'), root);
    return { ...build, messages: build.problems.map(printProblem).join('\n'), stray };
  } finally {
    rmSync(root, { recursive: true });
  }
}

describe('a document that extends others', () => {
  it('has their issuers, sources and roles, from its folder and from an npm package, and says so', () => {
    const { compiled, extended, messages, stray } = built(FILES);

    assert.equal(messages, '');
    const [document] = compiled.documents;
    // An issuer that no source here uses is omitted: it would be trusted for nothing.
    assert.deepEqual(
      document?.issuers.map(({ id }) => id),
      ['main'],
    );
    assert.deepEqual(Object.keys(document.roles), ['support', 'admin']);
    assert.deepEqual(extended, [
      'shop extends access/_company.yml, node_modules/@acme/access/roles.yml: issuers main; roles support, admin',
    ]);
    assert.deepEqual(stray, [], 'a file that begins with _ is shared, and no forgotten document');
  });

  it('compiles to the same as if everything were in it', () => {
    const whole = OWN.replace(/^extends.*\n/m, '') + COMPANY.replace(/^version.*\n|^.*partners.*\n/gm, '');
    const { compiled } = built({
      ...FILES,
      'access/shop.yml': `${whole}${ROLES.replace(/^version.*\n/, '')}`,
    });

    assert.deepEqual(compiled, built(FILES).compiled);
  });

  const rows: readonly [what: string, change: Readonly<Record<string, string>>, told: RegExp][] = [
    [
      'a name that has two places',
      { 'access/shop.yml': `${OWN}roles: { support: {} }\n` },
      /^node_modules\/@acme\/access\/roles\.yml:2:10: roles\.support: support is also declared in access\/shop\.yml:6/,
    ],
    [
      'two files that have sources, whose order would be anybody’s',
      { 'node_modules/@acme/access/roles.yml': `${ROLES}sources: [{ in: clientCert, issuers: [main] }]\n` },
      /^node_modules\/@acme\/access\/roles\.yml:3:1: sources: sources is also declared in access\/_company\.yml:5/,
    ],
    [
      'a circle',
      {
        'access/_company.yml': `${COMPANY}extends: ./_b.yml\n`,
        'access/_b.yml': 'version: 1\nextends: ./_company.yml\n',
      },
      /^access\/_b\.yml:2:10: extends: access\/_company\.yml extends itself, directly or through another file/,
    ],
    [
      'a circle through the document itself',
      { 'access/_company.yml': `${COMPANY}extends: ./shop.yml\n` },
      /^access\/_company\.yml:6:10: extends: access\/shop\.yml extends itself, directly or through another file/,
    ],
    [
      'a file that is not there',
      { 'access/shop.yml': OWN.replace('./_company', './_nobody') },
      /^access\/shop\.yml:2:11: extends\[0\]: the file \.\/_nobody\.yml was not found; a path that begins with \. is relative to this file/,
    ],
    [
      'a way out of a package',
      { 'access/shop.yml': OWN.replace('@acme/access/roles.yml', '@acme/../../access/_company.yml') },
      /the file @acme\/\.\.\/\.\./,
    ],
    [
      'what cannot be shared, in the file where it stands',
      { 'access/_company.yml': `${COMPANY}rules: []\n` },
      /^access\/_company\.yml:6:1: rules: /,
    ],
    [
      'a mistake of a shared issuer, in its own file and line',
      { 'access/_company.yml': COMPANY.replace('[main] }', '[main, nobody] }') },
      /^access\/_company\.yml:5:\d+: sources\[0\]\.issuers\[1\]: "nobody" is not declared/,
    ],
    [
      'a mistake of a shared role, in its own file and line',
      { 'node_modules/@acme/access/roles.yml': ROLES.replace('[support]', '[nobody]') },
      /^node_modules\/@acme\/access\/roles\.yml:2:\d+: roles\.admin\.inherits\[0\]: "nobody" is not declared/,
    ],
    [
      'nothing that says who may be believed',
      { 'access/_company.yml': 'version: 1\n' },
      /^access\/shop\.yml:1:1: .*issuers.*is missing/,
    ],
  ];
  for (const [what, change, messages] of rows)
    it(`is refused for ${what}`, () => {
      assert.match(built({ ...FILES, ...change }).messages, messages);
    });

  it('may reach one file in two ways', () => {
    const { messages } = built({
      ...FILES,
      'access/_company.yml': `${COMPANY}extends: ../node_modules/@acme/access/roles.yml\n`,
    });
    assert.equal(messages, '');
  });
});
