import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import {
  buildAccess,
  printCompiledAccess,
} from '../../../../../packages/toolkit/authoring/compile/build-access.ts';
import { findDocument, parseCompiledAccess } from '#shared/access/find-document.ts';
import { printSnapshot } from '../../../../../packages/toolkit/authoring/compile/key-snapshot.ts';
import { printProblem } from '../../../../../packages/toolkit/authoring/document/read-document.ts';
import {
  parseInventory,
  printInventory,
} from '../../../../../packages/toolkit/authoring/inventory/route-inventory.ts';
import { aKeySet, aRsaKey } from '../../../../support/signed-tokens.ts';
import { anInventory, ARN, documentText } from '../../../../support/an-access-document.ts';

const file = (
  name: string,
  over: object = {},
  inventory: string | undefined = printInventory(anInventory(['GET /users'])),
) => ({
  name,
  file: `access/${name}.yml`,
  text: JSON.stringify(documentText(over)),
  inventory,
});
const other = { prod: { apiId: 'other00000', stage: 'prod' } };

describe('buildAccess', () => {
  it('compiles every document that it can', () => {
    const build = buildAccess([file('a'), file('b', { api: other })]);

    assert.deepEqual(
      build.compiled.documents.map(({ name }) => name),
      ['a', 'b'],
    );
    assert.deepEqual(build.problems, []);
    assert.deepEqual(parseCompiledAccess(JSON.parse(printCompiledAccess(build.compiled))), build.compiled);
  });

  it('refuses two documents for one API', () => {
    const { problems } = buildAccess([file('a'), file('b')]);

    assert.deepEqual(problems.map(printProblem), [
      'access/b.yml:1:14: api: names an API that the document "a" already protects; move the rules into one of the two documents and delete the other document, or correct api',
    ]);
  });

  it('names the documents whose routes have not been read', () => {
    for (const inventory of [
      '',
      '{}',
      '{"kind":"soap","apiIds":{},"routes":[]}',
      '{"kind":"rest","apiIds":{},"routes":[{"path":"/"}]}',
    ]) {
      const build = buildAccess([file('a', {}, inventory)]);
      assert.match(build.withoutInventory[0]?.message ?? '', /run gatewright access sync/);
      assert.deepEqual(build.compiled.documents, []);
    }
  });

  it('reports the problems of one document and still reads the next', () => {
    const build = buildAccess([file('a', { rules: [] }), file('b', { api: other })]);

    assert.equal(build.problems.length, 1);
    assert.deepEqual(
      build.compiled.documents.map(({ name }) => name),
      ['b'],
    );
  });
});

describe('a snapshot of keys', () => {
  const key = aRsaKey();
  const issuers = [
    {
      id: 'main',
      type: 'oidc',
      issuer: 'https://issuer.example/',
      audience: ['api'],
      jwks: { snapshotMaxAgeDays: 7 },
    },
  ];
  const withSnapshot = (text: string) =>
    buildAccess([{ ...file('a', { issuers }), snapshots: new Map([['main', text]]) }]);

  it('ships with the issuer, and says until when it is trusted', () => {
    const { compiled, problems } = withSnapshot(printSnapshot(aKeySet(key), 1_000));
    const snapshot = compiled.documents[0]?.issuers[0]?.trust.keys.snapshot;

    assert.deepEqual(problems, []);
    assert.equal(snapshot?.expiresAtEpochSeconds, 1_000 + 7 * 86_400);
    assert.deepEqual(JSON.parse(snapshot.keySet), JSON.parse(aKeySet(key)));
  });

  for (const text of [
    '',
    '{}',
    '{"takenAtEpochSeconds":1,"keys":[]}',
    '{"takenAtEpochSeconds":"1","keys":[{}]}',
  ])
    it(`is reported as missing if there is ${text || 'nothing'}`, () => {
      assert.match(withSnapshot(text).problems[0]?.message ?? '', /run gatewright access snapshot/);
    });

  it('is not taken from an issuer that answers no usable key', () => {
    assert.throws(() => printSnapshot('{"keys":[]}', 1), { code: 'KEY_SET_UNAVAILABLE' });
  });
});

describe('parseInventory', () => {
  it('reads what was printed', () => {
    const inventory = { ...anInventory(['GET /a', 'open ANY /b'], 'http'), apiIds: { dev: ['x'] } };

    assert.deepEqual(parseInventory(printInventory(inventory)), inventory);
  });
});

describe('findDocument', () => {
  const { compiled } = buildAccess([file('a')]);
  const arn = { ...ARN, target: 'GET/users' };
  const rows = [
    { name: 'another API', stage: 'prod', over: { apiId: 'other00000' } },
    { name: 'another stage of the API', stage: 'prod', over: { stage: 'dev' } },
    { name: 'a stack deployed for another stage', stage: 'dev', over: {} },
  ];
  it('finds the document of API and stage', () => {
    assert.equal(findDocument(compiled, 'prod', arn, 'rest').name, 'a');
  });
  for (const { name, stage, over } of rows)
    it(`finds no document for ${name}`, () => {
      assert.throws(() => findDocument(compiled, stage, { ...arn, ...over }, 'rest'), {
        code: 'API_UNKNOWN',
      });
    });
  it('does not accept a document for another kind of API', () => {
    assert.throws(() => findDocument(compiled, 'prod', arn, 'http-2.0'), { code: 'API_UNKNOWN' });
  });
});

describe('a document to which other files belong', () => {
  it('is refused at the line where it accepts tickets of a document that does not exist', () => {
    const tickets = {
      issuers: [
        { id: 'main', type: 'oidc', issuer: 'https://issuer.example/', audience: ['api'] },
        { id: 'once', type: 'ticket', from: ['nobody'] },
      ],
      sources: [
        { in: 'query', name: 'ticket', issuers: ['once'] },
        { in: 'query', name: 'token', issuers: ['main'] },
      ],
      rules: [{ id: 'ws', effect: 'allow', connect: true }],
    };
    const routes = printInventory(anInventory(['ANY $connect'], 'websocket'));

    const { problems } = buildAccess([file('chat', tickets, routes)]);

    assert.match(
      problems.map(printProblem).join('\n'),
      /^access\/chat\.yml:1:\d+: issuers\[1\]\.from\[0\]: there is no access document "nobody"/,
    );
  });

  it('says whether the routes of a stack that it protects are read from the deployed API', () => {
    const api = { prod: { stack: 'shop', logicalId: 'Api', stage: 'prod' } };
    const isReadLive = (over: object) =>
      buildAccess([file('a', { api, ...over })]).protects.map((stack) => stack.isReadLive);

    assert.deepEqual([isReadLive({ routes: 'live' }), isReadLive({})], [[true], [false]]);
  });
});
