import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { findClaimReads } from '@gatewright/authoring/claim-reads';

describe('findClaimReads', () => {
  const reads: readonly (readonly [text: string, line: number, what: string])[] = [
    ['const sub = event.requestContext.authorizer.claims.sub;', 1, 'authorizer.claims'],
    ["return event.requestContext?.authorizer?.claims['cognito:groups'];", 1, 'authorizer.claims'],
    ['const { sub } = event.requestContext.authorizer!.jwt.claims;', 1, 'authorizer.jwt'],
    [
      'const a = event.requestContext.authorizer as Claims | undefined;\na?.b;\nf(authorizer.claims)',
      3,
      'authorizer.claims',
    ],
    ["const groups = (event.requestContext.authorizer as any)['claims']", 1, 'authorizer.claims'],
    ['const { claims } = event.requestContext.authorizer;', 1, 'authorizer.claims'],
    ['const {\n  principalId,\n  claims,\n} = event.requestContext.authorizer;', 3, 'authorizer.claims'],
    ['const {\n  requestContext: {\n    authorizer: { jwt },\n  },\n} = event;', 3, 'authorizer.jwt'],
    [
      'export const f = ({ requestContext: { authorizer: { claims: who } } }) => who.sub;',
      1,
      'authorizer.claims',
    ],
    ['event.requestContext.authorizer\n  .claims.sub', 2, 'authorizer.claims'],
    ["sub = event['requestContext']['authorizer']['claims']['sub']", 1, 'authorizer.claims'],
    ["sub = event['requestContext']['authorizer'].get('jwt')", 1, 'authorizer.jwt'],
    ['// gatewright: claims acknowledged\nx();\nauthorizer.claims', 3, 'authorizer.claims'],
  ];
  for (const [text, line, what] of reads)
    it(`sees ${JSON.stringify(text).slice(0, 70)}`, () => {
      assert.deepEqual(findClaimReads(text), [{ line, what }]);
    });

  for (const text of [
    'const { sub } = event.requestContext.authorizer;',
    'const who = claimsOf(event).sub;',
    'const { lambda } = event.requestContext.authorizer; const claims = lambda;',
    'import jwt from "jsonwebtoken"; const claims = jwt.decode(token);',
    'const authorizerName = "x"; jwt.claims;',
    '// gatewright: claims acknowledged, this one is behind Cognito\nconst sub = event.requestContext.authorizer.claims.sub;',
    'const sub = authorizer.claims.sub; // gatewright: claims acknowledged',
  ])
    it(`sees nothing in ${JSON.stringify(text).slice(0, 70)}`, () => {
      assert.deepEqual(findClaimReads(text), []);
    });

  it('takes no long time over any text', () => {
    const text = 'authorizer : { '.repeat(20_000) + '{ '.repeat(20_000);
    const started = process.cpuUsage().user;
    findClaimReads(text);

    assert.ok(process.cpuUsage().user - started < 3_000_000, 'three seconds of processor time');
  });
});
