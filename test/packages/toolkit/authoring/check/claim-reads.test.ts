import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { findClaimReads } from '@gatewright/authoring/check/claim-reads';

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
    // An authorizer that may be missing, and casts.
    ['const claims = (event.requestContext.authorizer || {}).claims || {};', 1, 'authorizer.claims'],
    ['const sub = (event.requestContext.authorizer ?? {}).jwt?.claims.sub;', 1, 'authorizer.jwt'],
    [
      '(event.requestContext.authorizer as { jwt: { claims: C } } | undefined)?.jwt.claims',
      1,
      'authorizer.jwt',
    ],
    // Patterns in patterns, with defaults and types.
    ['const { claims: { sub } } = event.requestContext.authorizer;', 1, 'authorizer.claims'],
    ['const { claims = {} } = event.requestContext.authorizer || {};', 1, 'authorizer.claims'],
    ['const { jwt: { claims: { sub } = {} } = {} } = e.requestContext.authorizer', 1, 'authorizer.claims'],
    ['const { claims }: { claims: C } = event.requestContext.authorizer', 1, 'authorizer.claims'],
    // Other names of the authorizer.
    ['const auth = event.requestContext.authorizer;\nreturn auth.claims.sub;', 2, 'authorizer.claims'],
    [
      'const auth = event.requestContext?.authorizer ?? {}\nconst { sub } = auth?.claims ?? {}',
      2,
      'authorizer.claims',
    ],
    ['const auth: any = e.requestContext\n  .authorizer;\nconst { claims } = auth;', 3, 'authorizer.claims'],
    ['const auth = (e as any).requestContext.authorizer as Auth;\nauth.claims', 2, 'authorizer.claims'],
    ['const { authorizer: auth } = event.requestContext;\nauth.jwt.claims', 2, 'authorizer.jwt'],
    ['f = ({ requestContext: { authorizer: auth = {} } }) =>\n  auth.claims', 2, 'authorizer.claims'],
    ['const authOf = (e) => e.requestContext.authorizer;\nauthOf(event).claims.sub', 2, 'authorizer.claims'],
    ["auth = event['requestContext']['authorizer']\nsub = auth.get('claims')", 2, 'authorizer.claims'],
  ];
  for (const [text, line, what] of reads)
    it(`finds ${JSON.stringify(text).slice(0, 70)}`, () => {
      assert.deepEqual(findClaimReads(text), [{ line, what }]);
    });

  for (const text of [
    'const { sub } = event.requestContext.authorizer;',
    'const who = claimsOf(event).sub;',
    'const { lambda } = event.requestContext.authorizer; const claims = lambda;',
    'import jwt from "jsonwebtoken"; const claims = jwt.decode(token);',
    'const authorizerName = "x"; jwt.claims;',
    'const caller = callerOf(event.requestContext.authorizer);\nreturn caller.claims;',
    'const auth = event.requestContext.authorizer;\nreturn [auth.sub, token.claims, other.auth.claims];',
    'const id = event.requestContext.authorizer.principalId;\nreturn id.claims',
    'function f(e) {\n  const claims = claimsOf(e)\n  const { sub } = e.requestContext.authorizer\n  return { claims, sub }\n}',
    '// gatewright: claims acknowledged, this one is behind Cognito\nconst sub = event.requestContext.authorizer.claims.sub;',
    'const sub = authorizer.claims.sub; // gatewright: claims acknowledged',
  ])
    it(`finds nothing in ${JSON.stringify(text).slice(0, 70)}`, () => {
      assert.deepEqual(findClaimReads(text), []);
    });

  // As the types of each runtime's events have them: aws-lambda-go/events, aws-lambda-java-events,
  // Amazon.Lambda.APIGatewayEvents, lambda_http; dictionaries in Python and Ruby.
  const elsewhere: readonly (readonly [file: string, text: string, line: number, what: string])[] = [
    ['a.py', 'a = event["requestContext"]["authorizer"]["claims"]["sub"]', 1, 'authorizer.claims'],
    [
      'a.py',
      'authorizer = event["requestContext"].get("authorizer", {})\nsub = authorizer.get("jwt", {}).get("claims", {}).get("sub")',
      2,
      'authorizer.jwt',
    ],
    [
      'a.py',
      'sub = event.get("requestContext", {}).get("authorizer", {}).get("claims", {})',
      1,
      'authorizer.claims',
    ],
    ['a.py', "auth = context.get('authorizer') or {}\n\nsub = auth['claims']['sub']", 3, 'authorizer.claims'],
    ['a.py', "x = 'it is # no comment'; y = authorizer['claims']", 1, 'authorizer.claims'],
    ['a.rb', "event.dig('requestContext', 'authorizer', 'claims', 'sub')", 1, 'authorizer.claims'],
    ['a.rb', "event['requestContext']['authorizer']&.dig('jwt', 'claims')", 1, 'authorizer.jwt'],
    [
      'a.go',
      'claims := req.RequestContext.Authorizer["claims"].(map[string]interface{})',
      1,
      'authorizer.claims',
    ],
    ['a.go', 'sub := req.RequestContext.Authorizer.JWT.Claims["sub"]', 1, 'authorizer.jwt'],
    ['a.go', 'auth := req.RequestContext.Authorizer\nsub := auth.JWT.Claims["sub"]', 2, 'authorizer.jwt'],
    [
      'A.java',
      'Map<String, Object> auth = event.getRequestContext().getAuthorizer();\nObject c = auth.get("claims");',
      2,
      'authorizer.claims',
    ],
    [
      'A.java',
      'event.getRequestContext()\n  .getAuthorizer()\n  .getJwt().getClaims().get("sub")',
      3,
      'authorizer.jwt',
    ],
    ['A.cs', 'var sub = request.RequestContext.Authorizer.Claims["sub"];', 1, 'authorizer.claims'],
    ['A.cs', 'var sub = request?.RequestContext?.Authorizer?.Jwt?.Claims["sub"];', 1, 'authorizer.jwt'],
    ['a.rs', 'let jwt = ctx.authorizer.as_ref().and_then(|a| a.jwt.as_ref());', 1, 'authorizer.jwt'],
    [
      'a.rs',
      'let auth = ctx.authorizer.unwrap();\nlet sub = auth.jwt.unwrap().claims["sub"];',
      2,
      'authorizer.jwt',
    ],
  ];
  for (const [file, text, line, what] of elsewhere)
    it(`finds ${JSON.stringify(text).slice(0, 70)} in ${file}`, () => {
      assert.deepEqual(findClaimReads(text, file), [{ line, what }]);
    });

  for (const [file, text] of [
    ['a.py', '# event["requestContext"]["authorizer"]["claims"]'],
    ['a.py', '"""reads authorizer["claims"] no more"""\nsub = event["requestContext"]["authorizer"]["sub"]'],
    ['a.py', 'sub = authorizer["claims"]["sub"]  # gatewright: claims acknowledged'],
    ['a.py', 'claims = jwt.decode(token)\nauthorizer = event["requestContext"]["authorizer"]["lambda"]'],
    ['a.rb', "# authorizer['claims']\nsub = event['requestContext']['authorizer']['sub']"],
    ['a.go', '// Authorizer["claims"]\n/* Authorizer.JWT */ sub := req.RequestContext.Authorizer["sub"]'],
    ['A.java', '/** getAuthorizer().getJwt() */ Object sub = getAuthorizer().get("sub");'],
    ['A.cs', 'var sub = request.RequestContext.Authorizer["sub"]; var claims = token.Claims;'],
    ['a.rs', 'let sub = ctx.authorizer.lambda["sub"]; // authorizer.jwt'],
  ] as const)
    it(`finds nothing in ${JSON.stringify(text).slice(0, 70)} in ${file}`, () => {
      assert.deepEqual(findClaimReads(text, file), []);
    });

  it('takes no long time over any text', () => {
    const texts = [
      'a = b.authorizer.authorizer '.repeat(5_000),
      '"'.repeat(50_000),
      'authorizer : { '.repeat(20_000) + '{ '.repeat(20_000),
      'x = a.authorizer || { '.repeat(20_000),
      '{ a claims {b} '.repeat(20_000),
      'const a = e.authorizer;\na a a '.repeat(10_000),
      `x = ${'a.'.repeat(40_000)}`,
    ];
    const started = process.cpuUsage().user;
    for (const text of texts) for (const file of ['a.js', 'a.py', 'a.go']) findClaimReads(text, file);

    assert.ok(process.cpuUsage().user - started < 3_000_000, 'three seconds of processor time');
  });
});
