import { describe, it } from 'node:test';
import assert from 'node:assert/strict';
import fc from 'fast-check';
import { compilePolicy } from '../../../../../packages/gateway/core/policy/evaluate.ts';
import type {
  PolicyDecision,
  PolicyQuestion,
  PolicyReading,
} from '../../../../../packages/gateway/core/policy/model.ts';

const API = 'arn:aws:execute-api:us-east-1:123456789012:abc123';

const allow = { Effect: 'Allow', Action: 'execute-api:Invoke', Resource: '*' };
const policy = (...statements: unknown[]): unknown => ({ Version: '2012-10-17', Statement: statements });

const invalidReason = (document: unknown): string => {
  const compiled = compilePolicy(document);
  return compiled.kind === 'invalid' ? compiled.reason : '';
};

function decide(
  document: unknown,
  question: Partial<PolicyQuestion> = {},
  options?: PolicyReading,
): PolicyDecision {
  const compiled = compilePolicy(document, options);
  assert.ok(compiled.kind === 'compiled', compiled.kind === 'invalid' ? compiled.reason : '');
  return compiled.policy.decide({
    action: 'execute-api:Invoke',
    resource: `${API}/dev/GET/pets/1`,
    conditions: new Map(),
    ...question,
  });
}

type Row = { name: string; document: unknown; question?: Partial<PolicyQuestion>; expected: PolicyDecision };

const ROWS: Row[] = [
  { name: 'allows what a statement allows', document: policy(allow), expected: 'allow' },
  { name: 'takes one statement without a list', document: { Statement: allow }, expected: 'allow' },
  {
    name: 'denies by default',
    document: policy({ ...allow, Resource: `${API}/prod/*` }),
    expected: 'implicit-deny',
  },
  {
    name: 'decides a deny over an allow',
    document: policy(allow, { ...allow, Effect: 'Deny' }),
    expected: 'explicit-deny',
  },
  {
    name: 'compares actions without case',
    document: policy({ ...allow, Action: 'EXECUTE-API:invoke' }),
    expected: 'allow',
  },
  {
    name: 'accepts wildcards in actions',
    document: policy({ ...allow, Action: 'execute-api:*' }),
    expected: 'allow',
  },
  { name: 'accepts any action', document: policy({ ...allow, Action: '*' }), expected: 'allow' },
  {
    name: 'does not mix up actions',
    document: policy({ ...allow, Action: 'execute-api:ManageConnections' }),
    expected: 'implicit-deny',
  },
  {
    name: 'takes lists',
    document: policy({ ...allow, Action: ['a:b', 'execute-api:Invoke'], Resource: ['arn:x', '*'] }),
    expected: 'allow',
  },
  {
    name: 'reads NotAction as everything else',
    document: policy({ Effect: 'Allow', NotAction: 'execute-api:ManageConnections', Resource: '*' }),
    expected: 'allow',
  },
  {
    name: 'reads NotResource as everything else',
    document: policy({ Effect: 'Deny', Action: '*', NotResource: `${API}/dev/*` }, allow),
    expected: 'allow',
  },
  {
    name: 'denies by NotResource what is not listed',
    document: policy({ Effect: 'Deny', Action: '*', NotResource: `${API}/prod/*` }, allow),
    expected: 'explicit-deny',
  },
  {
    name: 'runs * over slashes',
    document: policy({ ...allow, Resource: `${API}/*/1` }),
    expected: 'allow',
  },
  {
    name: 'is case-sensitive about resources',
    document: policy({ ...allow, Resource: `${API}/dev/get/*` }),
    expected: 'implicit-deny',
  },
  {
    name: 'fills in a policy variable',
    document: policy({ ...allow, Resource: `${API}/dev/GET/pets/\${aws:username}` }),
    question: { conditions: new Map([['aws:username', ['1']]]) },
    expected: 'allow',
  },
  {
    name: 'takes wildcards inside a value for characters',
    document: policy({ ...allow, Resource: `${API}/dev/GET/pets/\${aws:username}` }),
    question: { conditions: new Map([['aws:username', ['*']]]) },
    expected: 'implicit-deny',
  },
  {
    name: 'mixes variables with wildcards',
    document: policy({ ...allow, Resource: 'arn:*/${aws:username}/?/${*}' }),
    question: { resource: 'arn:a/b/al/x/*', conditions: new Map([['aws:username', ['al']]]) },
    expected: 'allow',
  },
  {
    name: 'matches nothing with a variable that has no value',
    document: policy({ ...allow, Resource: `${API}/dev/GET/pets/\${aws:username}` }),
    expected: 'implicit-deny',
  },
  {
    name: 'takes the default of a variable that has no value',
    document: policy({ ...allow, Resource: `${API}/dev/GET/pets/\${aws:username, '1'}` }),
    expected: 'allow',
  },
  {
    name: 'has no variables before Version 2012-10-17',
    document: { Statement: { ...allow, Resource: 'arn:${aws:username}' } },
    question: { resource: 'arn:${aws:username}', conditions: new Map([['aws:username', ['1']]]) },
    expected: 'allow',
  },
  {
    name: 'takes a principal that is everybody',
    document: policy({ ...allow, Principal: { AWS: ['*'] } }),
    expected: 'allow',
  },
];

describe('compilePolicy', () => {
  for (const { name, document, question, expected } of ROWS)
    it(name, () => {
      assert.equal(decide(document, question), expected, 'docs/aws §4.4; IAM user guide');
    });

  it('expands abbreviated resources with the ARN of the API', () => {
    const document = policy({ ...allow, Resource: 'execute-api:/dev/GET/*' });

    assert.equal(decide(document, {}, { apiArn: API }), 'allow');
    assert.equal(decide(document, { resource: `${API}/prod/GET/a` }, { apiArn: API }), 'implicit-deny');
    assert.equal(compilePolicy(document).kind, 'invalid');
  });

  it('takes an Effect in any letter case from an authorizer, and a deny is still a deny', () => {
    const cases: [effect: string, decision: string][] = [
      ['allow', 'allow'],
      ['ALLOW', 'allow'],
      ['deny', 'explicit-deny'],
      ['dEnY', 'explicit-deny'],
    ];
    for (const [effect, decision] of cases)
      assert.equal(
        decide(policy({ ...allow, Effect: effect }), {}, { effectInAnyCase: true }),
        decision,
        'parity authorizer-token-mock-explicit-deny',
      );
    assert.equal(
      compilePolicy(policy({ ...allow, Effect: 'permit' }), { effectInAnyCase: true }).kind,
      'invalid',
    );
  });

  const invalid: [name: string, document: unknown][] = [
    ['null', null],
    ['text', '{}'],
    ['a list', []],
    ['no Statement', { Version: '2012-10-17' }],
    ['an empty list of statements', { Statement: [] }],
    ['a statement that is text', policy('Allow')],
    ['an unknown Version', { Version: '2020-01-01', Statement: allow }],
    ['an Effect in another case', policy({ ...allow, Effect: 'allow' })],
    ['no Effect', policy({ Action: '*', Resource: '*' })],
    ['no Action', policy({ Effect: 'Allow', Resource: '*' })],
    ['Action together with NotAction', policy({ ...allow, NotAction: 'a:b' })],
    ['no Resource', policy({ Effect: 'Allow', Action: '*' })],
    ['an empty list of resources', policy({ ...allow, Resource: [] })],
    [
      'an empty NotResource, which would be everything',
      policy({ Effect: 'Allow', Action: '*', NotResource: [] }),
    ],
    ['a Resource that is a number', policy({ ...allow, Resource: 1 })],
    ['a Resource that is not an ARN', policy({ ...allow, Resource: 'pets' })],
    ['a member in another case', policy({ ...allow, condition: {} })],
    ['a member together with Statement', { Statement: allow, Extra: 1 }],
    [
      'a principal who is somebody',
      policy({ ...allow, Principal: { AWS: 'arn:aws:iam::123456789012:root' } }),
    ],
    ['NotPrincipal', policy({ ...allow, NotPrincipal: '*' })],
    ['an unknown operator', policy({ ...allow, Condition: { StringMatches: { a: 'b' } } })],
    ['an unknown quantifier', policy({ ...allow, Condition: { 'ForSome:StringEquals': { a: 'b' } } })],
    ['NullIfExists', policy({ ...allow, Condition: { NullIfExists: { a: 'true' } } })],
    ['a condition that is text', policy({ ...allow, Condition: 'x' })],
    ['a condition value that is an object', policy({ ...allow, Condition: { StringEquals: { a: {} } } })],
    ['a condition without values', policy({ ...allow, Condition: { StringEquals: { a: [] } } })],
  ];
  /** Errors by the names of IAM user guide, "IAM policy validation check reference". */
  const errors: [check: string, document: unknown][] = [
    ['Missing statement', { Version: '2012-10-17', Statement: [] }],
    ['Invalid ARN prefix', policy({ ...allow, Resource: `ARN:aws:execute-api:us-east-1:123456789012:a/*` })],
    ...['arn:aws:iam', '*', 'role/x'].map((pattern): [string, unknown] => [
      `Missing ARN field (${pattern})`,
      policy({ ...allow, Condition: { ArnLike: { 'aws:PrincipalArn': pattern } } }),
    ]),
  ];
  for (const [check, document] of errors)
    it(`refuses what AWS's validation calls an error: ${check}`, () => {
      assert.equal(compilePolicy(document).kind, 'invalid');
    });

  it("takes the principal of an authorizer, which its output in AWS's samples has, and not of an identity", () => {
    const document = policy({ ...allow, Principal: '*' });
    assert.equal(compilePolicy(document).kind, 'compiled');
    for (const statement of [document, policy({ ...allow, NotPrincipal: '*' })])
      assert.equal(compilePolicy(statement, { ofIdentity: true }).kind, 'invalid');
  });

  for (const [name, document] of invalid)
    it(`refuses ${name}`, () => {
      assert.equal(compilePolicy(document).kind, 'invalid');
    });

  const statement = fc.record({
    Effect: fc.constantFrom('Allow', 'Deny'),
    Action: fc.constantFrom('execute-api:Invoke', 'execute-api:*', 'execute-api:ManageConnections'),
    Resource: fc.constantFrom('*', `${API}/dev/*`, `${API}/prod/*`, `${API}/*/GET/*`),
  });
  const resource = fc.constantFrom(`${API}/dev/GET/a`, `${API}/prod/POST/b`, `${API}/test/GET/c`);

  it('does not depend on the order of statements', () => {
    fc.assert(
      fc.property(
        fc.array(statement, { minLength: 1, maxLength: 5 }),
        resource,
        fc.nat(),
        (statements, asked, turn) => {
          const at = turn % statements.length;
          const turned = [...statements.slice(at), ...statements.slice(0, at)].toReversed();

          const [one, other] = [statements, turned].map((list) =>
            decide(policy(...list), { resource: asked }),
          );

          assert.equal(one, other);
        },
      ),
    );
  });

  it('never allows once a deny for the same is added', () => {
    fc.assert(
      fc.property(fc.array(statement, { maxLength: 5 }), resource, (statements, asked) => {
        const deny = { Effect: 'Deny', Action: '*', Resource: asked };

        assert.equal(decide(policy(...statements, deny), { resource: asked }), 'explicit-deny');
      }),
    );
  });

  it('compiles or refuses any JSON, and never throws', () => {
    const near = fc.record(
      {
        Version: fc.oneof(fc.constant('2012-10-17'), fc.jsonValue()),
        Statement: fc.oneof(
          fc.array(
            fc.record(
              {
                Effect: fc.oneof(fc.constant('Allow'), fc.jsonValue()),
                Action: fc.oneof(fc.constant('*'), fc.jsonValue()),
                Resource: fc.oneof(
                  fc.constant('arn:${a}*?'),
                  fc.string().map((text) => `arn:${text}`),
                  fc.jsonValue(),
                ),
                Condition: fc.oneof(
                  fc.dictionary(
                    fc.constantFrom('StringLike', 'IpAddress', 'DateLessThan', 'ForAnyValue:ArnLike', 'Null'),
                    fc.dictionary(fc.string(), fc.oneof(fc.string(), fc.jsonValue())),
                  ),
                  fc.jsonValue(),
                ),
              },
              { requiredKeys: [] },
            ),
          ),
          fc.jsonValue(),
        ),
      },
      { requiredKeys: ['Statement'] },
    );
    fc.assert(
      fc.property(fc.oneof(near, fc.jsonValue()), fc.string(), (document, text) => {
        const compiled = compilePolicy(document);
        if (compiled.kind === 'compiled')
          compiled.policy.decide({ action: 'a:b', resource: text, conditions: { get: () => [text] } });
      }),
      { numRuns: 2000 },
    );
  });
});

describe('a policy document that is invalid', () => {
  for (const [name, document, reason] of [
    ['is not an object', [], /^the policy is not an object$/],
    ['has an invalid statement', policy('Allow'), /^Statement is not an object$/],
    ['has no statement', policy(), /^Statement is empty$/],
    ['has an unknown effect', policy({ ...allow, Effect: 'Permit' }), /Effect/],
    ['has an unknown member', policy({ ...allow, Actions: '*' }), /Actions/],
  ] as const)
    it(`says what is wrong if it ${name}`, () => {
      assert.match(invalidReason(document), reason);
    });
});
