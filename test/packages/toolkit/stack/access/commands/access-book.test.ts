import assert from 'node:assert/strict';
import { mkdirSync, mkdtempSync, rmSync, utimesSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, describe, it } from 'node:test';
import { openAccessBook } from '../../../../../../packages/toolkit/stack/access/commands/access-book.ts';
import { explain } from '../../../../../../packages/toolkit/stack/access/commands/access-explain.ts';
import { writeCompiledAccess } from '@gatewright/authoring/files/access-files';
import { printInventory } from '@gatewright/authoring/inventory/route-inventory';
import { aDocument } from '../../../../../support/an-access-document.ts';
import type { AccessQuestion } from '../../../../../../packages/gateway/engine/index.ts';

const NOW = 1_790_000_000;
const DOCUMENT = aDocument({
  rules: [
    {
      id: 'read',
      effect: 'allow',
      methods: ['GET'],
      paths: ['/users'],
      when: { roles: { any: ['support'] } },
    },
    { id: 'own', effect: 'allow', methods: ['GET'], paths: ['/users/{id}'], bind: { id: { claim: 'sub' } } },
  ],
});
const question = (over: Partial<AccessQuestion>): AccessQuestion => ({
  document: DOCUMENT.name,
  method: 'GET',
  roles: [],
  scopes: [],
  ...over,
});

describe('the access book of a start', () => {
  let folder = '';
  before(() => {
    folder = mkdtempSync(join(tmpdir(), 'gatewright-access-book-'));
    mkdirSync(join(folder, 'access'));
    writeFileSync(join(folder, 'access/compiled.json'), JSON.stringify({ documents: [DOCUMENT] }));
  });
  after(() => rmSync(folder, { recursive: true }));
  const book = () => openAccessBook([folder, join(folder, 'has-no-documents')], 'prod', () => undefined);

  it('has the matrix of each document, and which APIs of the stage it protects', () => {
    const [shown] = book().documents();

    assert.deepEqual(
      [shown?.name, shown?.columns, shown?.issuers, shown?.apis.length],
      [DOCUMENT.name, ['anybody', 'support', 'admin'], ['main'], 1],
    );
    assert.deepEqual(
      shown?.rows.map(({ path, cells }) => [path, cells]),
      [
        ['/users', ['deny', 'allow', 'allow']],
        ['/users/{id}', ['own', 'own', 'own']],
      ],
    );
    assert.deepEqual(openAccessBook([folder], 'dev', () => undefined).documents()[0]?.apis, []);
  });

  const cases: { says: string; asked: Partial<AccessQuestion>; flags: readonly string[] }[] = [
    { says: 'ALLOW', asked: { path: '/users', roles: ['admin'] }, flags: ['admin'] },
    { says: 'DENY', asked: { path: '/users' }, flags: [] },
    { says: 'DENY', asked: { path: '/users/bob', claims: '{"sub":"alice"}' }, flags: [] },
    { says: 'ALLOW', asked: { path: '/users/alice', claims: '{"sub":"alice"}' }, flags: [] },
  ];
  for (const { says, asked, flags } of cases)
    it(`says ${says} of ${JSON.stringify(asked)}, as gatewright access explain does`, async () => {
      const reply = await book().ask(question(asked), NOW);

      assert.ok(reply.kind === 'answer');
      const { text: messages } = explain(DOCUMENT, 'GET', asked.path, {
        role: flags,
        scope: [],
        policy: false,
        ...(asked.claims !== undefined && { claims: asked.claims }),
      });
      assert.equal(reply.answer.word, says);
      assert.equal(reply.unasked, undefined, 'the document charges nothing');
      assert.match(messages, new RegExp(`^${says} .*${reply.answer.reason}`));
      assert.ok(messages.includes(`caller ${reply.answer.caller ?? ''}`));
      for (const rule of reply.answer.rules) assert.ok(messages.includes(`rule   ${rule}`));
    });

  it('decides by the rules for a request of an attached authorizer, though its route is listed as open', () => {
    const listed = mkdtempSync(join(tmpdir(), 'gatewright-access-listed-'));
    try {
      mkdirSync(join(listed, 'access'));
      const documents = [
        { ...DOCUMENT, routes: DOCUMENT.routes.map((route) => ({ ...route, isOpen: true as const })) },
      ];
      writeFileSync(join(listed, 'access/compiled.json'), JSON.stringify({ documents }));
      const decide = (source: string, roles: readonly string[]) => {
        const { word, reason, isListedOpen, rules } =
          openAccessBook([source], 'prod', () => undefined).decide(
            question({ path: '/users', roles }),
            NOW,
          ) ?? {};
        return { word, reason, isListedOpen, rules: rules?.map(({ text, lacks }) => [text, lacks]) };
      };

      assert.deepEqual(decide(listed, []), { ...decide(folder, []), isListedOpen: true });
      assert.deepEqual(decide(listed, ['support']), { ...decide(folder, ['support']), isListedOpen: true });
      assert.deepEqual([decide(folder, []).word, decide(folder, []).isListedOpen], ['DENY', false]);
    } finally {
      rmSync(listed, { recursive: true });
    }
  });

  it('answers for every route if no path is named', async () => {
    const reply = await book().ask(question({ roles: ['support'] }), NOW);

    assert.deepEqual(reply.kind === 'routes' && reply.routes.map(({ route, word }) => [route, word]), [
      ['GET /users', 'ALLOW'],
      ['GET /users/{id}', 'DENY'],
    ]);
  });

  it('says what is wrong with the credential as well as what the rules say', async () => {
    const claims = {
      iss: 'https://issuer.example/',
      sub: 'alice',
      aud: 'api',
      exp: NOW - 3600,
      iat: NOW - 7200,
    };
    const text = (value: object): string => Buffer.from(JSON.stringify(value)).toString('base64url');
    const token = `${text({ alg: 'RS256', typ: 'JWT', kid: 'a' })}.${text(claims)}.c2ln`;

    const reply = await book().ask(question({ path: '/users/alice', token }), NOW);

    assert.match(reply.kind === 'answer' ? (reply.answer.refusal ?? '') : '', /expired/);
  });

  it('says that a document was changed after it was compiled only if it compiles to another version', () => {
    const clone = mkdtempSync(join(tmpdir(), 'gatewright-access-clone-'));
    try {
      const access = join(clone, 'access');
      mkdirSync(access);
      const text = (role: string): string => `
version: 1
api: { dev: { apiId: abcdefghij, stage: prod } }
routes: ../service
issuers: [{ id: local, type: local, only: [dev] }]
sources: [{ in: header, name: authorization, scheme: Bearer, issuers: [local] }]
roles: { support: {}, admin: {} }
rules: [{ id: read, effect: allow, methods: [GET], paths: [/users], when: { roles: { any: [${role}] } } }]
`;
      writeFileSync(join(access, 'orders.yml'), text('support'));
      writeFileSync(
        join(access, 'orders.routes.json'),
        printInventory({
          kind: 'rest',
          apiIds: { dev: ['abcdefghij'] },
          routes: [{ method: 'GET', path: '/users', isProtected: true }],
        }),
      );
      const { problems, withoutInventory } = writeCompiledAccess(access);
      assert.deepEqual([problems, withoutInventory], [[], []]);
      const later = new Date(Date.now() + 60_000);
      const isNewer = (): boolean | undefined =>
        openAccessBook([clone], 'dev', () => undefined).decide(
          question({ document: 'orders', path: '/users', claims: '{"sub":"ann"}', issuer: 'local' }),
          NOW,
        )?.isFileNewer;

      utimesSync(join(access, 'orders.yml'), later, later);
      assert.equal(isNewer(), false, 'a clone has files with any time');

      writeFileSync(join(access, 'orders.yml'), text('admin'));
      utimesSync(join(access, 'orders.yml'), later, later);
      assert.equal(isNewer(), true);
    } finally {
      rmSync(clone, { recursive: true });
    }
  });

  it('finds the line of a limit of a customer plan, unless the limit in force has other units', () => {
    const own = mkdtempSync(join(tmpdir(), 'gatewright-access-limit-'));
    try {
      mkdirSync(join(own, 'access'));
      writeFileSync(
        join(own, 'access/orders.yml'),
        `version: 1
api: { dev: { apiId: abcdefghij, stage: prod } }
routes: ../service
issuers: [{ id: local, type: local, only: [dev] }]
sources: [{ in: header, name: authorization, scheme: Bearer, issuers: [local] }]
rules: [{ id: read, effect: allow, methods: [GET], paths: [/users] }]
quota:
  plan: free
  tenant: { claim: tenant }
  plans:
    - id: free
      version: 1
      limits:
        - id: steady
          level: tenant
          rate: 5
          burst: 10
        - id: daily
          level: tenant
          quota: 100
          period: DAY
`,
      );
      const placeOf = (limit: string, of?: number, plan = 'free'): string | undefined =>
        openAccessBook([own], 'dev', () => undefined)
          .placeOfLimit?.({ document: 'orders', plan, limit, of })
          ?.replace(/^.*\//, '');

      assert.equal(placeOf('daily', 100), 'orders.yml:20');
      assert.equal(placeOf('daily'), 'orders.yml:20');
      assert.equal(placeOf('steady', 5), 'orders.yml:16');
      assert.equal(placeOf('daily', 7), undefined, 'the customer has a limit of its own');
      assert.equal(placeOf('weekly'), undefined);
      assert.equal(placeOf('daily', 100, 'gold'), undefined);
    } finally {
      rmSync(own, { recursive: true });
    }
  });

  const problems: { asked: Partial<AccessQuestion>; says: RegExp }[] = [
    { asked: { document: 'nobody' }, says: /no access document nobody/ },
    { asked: { path: 'users' }, says: /path must begin with "\/" and must not contain the stage/ },
    { asked: { path: '/users', roles: ['king'] }, says: /unknown role "king"/ },
    { asked: { path: '/users', token: 'x' }, says: /^The token is not a JWT/ },
    { asked: { path: '/users', claims: '[]' }, says: /^The text of the claims is not a JSON object/ },
    { asked: { path: '/users', ip: 'here' }, says: /^The address "here" is not an IP address/ },
  ];
  for (const { asked, says } of problems)
    it(`refuses ${JSON.stringify(asked)} in a sentence`, async () => {
      const reply = await book().ask(question(asked), NOW);

      assert.match(reply.kind === 'problem' ? reply.problem : '', says);
    });
});
