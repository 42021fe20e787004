import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import {
  checkClaims,
  forwardedClaims,
} from '../../../../../packages/toolkit/authoring/compile/compile-claims.ts';
import { aDocument, anInventory, compile, documentText } from '../../../../support/an-access-document.ts';

const ROUTES = ['GET /orders'];
const carry = (over: object) => ({ result: { claims: { as: 'cognito', names: ['sub', 'email'], ...over } } });
const PARTNERS = {
  issuers: [
    { id: 'main', type: 'oidc', issuer: 'https://issuer.example/', audience: ['api'] },
    { id: 'partners', type: 'apiKey', prefix: 'shop' },
  ],
  sources: [{ in: 'header', name: 'authorization', scheme: 'Bearer', issuers: ['main', 'partners'] }],
};

function sayingsOf(over: object): readonly string[] {
  const compilation = compile(documentText(over), anInventory(ROUTES));
  const all = compilation.kind === 'compiled' ? compilation.warnings : compilation.problems;
  return all.map(({ message }) => message);
}

function compileWith(over: object) {
  const compilation = compile(documentText(over), anInventory(ROUTES));
  assert.ok(compilation.kind === 'compiled');
  return compilation;
}

describe('forwardedClaims', () => {
  it('requires every claim that the service reads, except those that it can do without', () => {
    assert.deepEqual(forwardedClaims({ as: 'jwt', names: ['sub', 'name'], optional: ['name'] }), {
      as: 'jwt',
      names: ['sub', 'name'],
      required: ['sub'],
    });
    assert.deepEqual(aDocument(carry({}), ROUTES).result.claims?.required, ['sub', 'email']);
  });
});

describe('checkClaims', () => {
  it('refuses an optional claim that is not among the names', () => {
    assert.match(
      sayingsOf(carry({ optional: ['mail'] })).join(),
      /"mail" is not listed under result\.claims\.names/,
    );
  });

  // The options of `keys create`: --meta refuses names that have another meaning (METADATA_NAME).
  for (const [names, lack, remedy] of [
    [['email'], 'claim email', 'list email under optional, or create the keys with --meta email=…'],
    [['owner'], 'claim owner', 'list owner under optional, or create the keys with --owner …'],
    [['plan'], 'claim plan', 'list plan under optional, or create the keys with --plan …'],
    [
      ['plan', 'email'],
      'claims plan, email',
      'list plan, email under optional, or create the keys with --plan … --meta email=…',
    ],
    [['scope'], 'claim scope', 'list scope under optional'],
    [['cognito:groups'], 'claim cognito:groups', 'list cognito:groups under optional'],
  ] as const)
    it(`warns that API keys may lack what is required: ${names.join(', ')}`, () => {
      const { warnings } = compileWith({ ...PARTNERS, ...carry({ names: ['sub', ...names] }) });
      assert.deepEqual(
        warnings.map(({ message }) => message),
        [
          `result.claims.names: API keys of "partners" may lack the ${lack}, and callers with such a key are denied: ${remedy}`,
        ],
      );
    });

  it('is content if they can do without', () => {
    for (const claims of [carry({ optional: ['email'] }), carry({ names: ['sub', 'tenant'] })])
      assert.doesNotMatch(sayingsOf({ ...PARTNERS, ...claims }).join('\n'), /API keys/);
  });

  it('checks nothing if no claims are named', () => {
    const said: string[] = [];
    const say = (_: unknown, message: string) => said.push(message);
    checkClaims({ issuers: [] } as unknown as Parameters<typeof checkClaims>[0], say, say);

    assert.deepEqual(said, []);
  });
});
