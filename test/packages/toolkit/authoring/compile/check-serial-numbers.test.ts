import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { anInventory, compile, documentText } from '../../../../support/an-access-document.ts';

const rule = (over: object) => ({ id: 'r', effect: 'allow', methods: ['GET'], paths: ['/orders'], ...over });

function problemsOf(over: object): readonly string[] {
  const compilation = compile(documentText(over), anInventory(['GET /orders']));
  return compilation.kind === 'invalid' ? compilation.problems.map(({ message }) => message) : [];
}

describe('checkSerialNumbers', () => {
  // docs/design/authorizers §K06: a deny list by serial number that can never match would let every certificate of it
  // in.
  for (const [value, expected] of [
    [
      ['0A:1B'],
      /rules\[0\]\.when\.claims\[0\]: serial numbers have lower-case letters, no colons .* write "a1b"/,
    ],
    [['bad', '00ff'], /write "ff"/],
    [[27], /write serial numbers in quotes/],
  ] as const)
    it(`refuses a rule about certificates of serial number ${JSON.stringify(value)}`, () => {
      const when = { not: { any: [{ claims: [{ claim: 'serialNumber', op: 'in', value }] }] } };
      const nested = { claims: [{ claim: 'serialNumber', op: 'in', value }] };
      const issuers = [{ id: 'partners', type: 'clientCert', match: [{ issuerDN: 'CN=Partner CA' }] }];
      const sources = [{ in: 'clientCert', issuers: ['partners'] }];
      const problems = problemsOf({ issuers, sources, rules: [rule({ effect: 'deny', when: nested })] });

      assert.match(problems.join('\n'), expected);
      assert.equal(problemsOf({ issuers, sources, rules: [rule({ when })] }).length, 1);
      assert.deepEqual(problemsOf({ rules: [rule({ when: nested })] }), [], 'a token may have such a claim');
    });
});
