/** What to do about a condition of a policy that a request does not meet. */
import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { explain } from '../../../../../packages/gateway/console/explain/explain.ts';
import { notAllowedBy, refusedBy } from '../../../../support/refused-by-policy.ts';

/** Which request satisfies a condition, for one operator of each group of the IAM user guide ("Condition operators"). */
const ADVICE_BY_OPERATOR: readonly [
  operator: string,
  wanted: readonly string[],
  advice: readonly string[],
][] = [
  [
    'IpAddress',
    ['203.0.113.0/24'],
    [
      'Send the request so that aws:SourceIp is 203.0.113.0/24.',
      'Or, if this caller should have access, add 9 to the values of IpAddress aws:SourceIp in the API’s resource policy.',
    ],
  ],
  ['NotIpAddress', ['203.0.113.0/24'], ['Send the request so that aws:SourceIp is not 203.0.113.0/24.']],
  ['StringNotEquals', ['a', 'b'], ['Send the request so that aws:SourceIp is neither a nor b.']],
  [
    'NumericLessThanEqualsIfExists',
    ['8'],
    ['Send the request so that aws:SourceIp satisfies NumericLessThanEqualsIfExists 8.'],
  ],
  [
    'ForAnyValue:DateGreaterThan',
    ['2026'],
    ['Send the request so that aws:SourceIp satisfies ForAnyValue:DateGreaterThan 2026.'],
  ],
  ['Null', ['true'], ['Send the request so that it has no aws:SourceIp.']],
  ['Null', ['false'], ['Send the request so that it has aws:SourceIp.']],
];

describe('the advice on a condition that is not met', () => {
  it('names the header that a condition reads', () => {
    const condition = {
      operator: 'StringLike',
      key: 'aws:Referer',
      wanted: ['https://www.example.com/*'],
      found: [],
      holds: false,
    };
    const about = notAllowedBy('resource', { fails: ['condition'], conditions: [condition] });
    assert.deepEqual(explain(about).changes, [
      'Send the request so that aws:Referer is https://www.example.com/* (the header Referer).',
    ]);
  });

  // IAM user guide, "Condition operators": a negated operator is met if the key is missing.
  it('says how a Deny with a negated operator lets requests without the header pass', () => {
    const condition = {
      operator: 'StringNotLike',
      key: 'aws:Referer',
      wanted: ['https://www.example.com/*'],
      found: [],
      holds: true,
    };
    const denied = refusedBy('resource', undefined);
    const policies = denied.policies.map((policy) => ({
      ...policy,
      statements: policy.statements.map((statement) => ({ ...statement, conditions: [condition] })),
    }));
    assert.deepEqual(explain({ ...denied, policies }).changes, [
      'Send the request so that aws:Referer is https://www.example.com/* (the header Referer).',
      'Or, if requests without aws:Referer should have access, add Null: {"aws:Referer": "false"} to the Condition of statement 1 of 1 in the API’s resource policy: without the key, StringNotLike is always met. A change to the API takes effect when you deploy it again.',
    ]);
  });

  for (const [operator, wanted, advice] of ADVICE_BY_OPERATOR)
    it(`says which request satisfies ${operator} ${wanted.join(', ')}`, () => {
      const condition = { operator, key: 'aws:SourceIp', wanted, found: ['9'], holds: false };
      const { changes } = explain(
        notAllowedBy('resource', { fails: ['condition'], conditions: [condition] }),
      );
      assert.deepEqual(changes, advice);
    });

  // aws-samples/serverless-patterns, apigw-custom-resource-policy: its time ended on 2022-09-30.
  for (const [operator, key, when] of [
    ['DateLessThan', 'aws:CurrentTime', 'after'],
    ['DateGreaterThanEquals', 'aws:CurrentTime', 'before'],
    ['NumericLessThan', 'aws:EpochTime', 'after'],
  ] as const)
    it(`does not ask for a request at another time: ${operator} ${key}`, () => {
      const condition = { operator, key, wanted: ['2022-09-30T23:59:59Z'], found: ['2026'], holds: false };
      const about = notAllowedBy('resource', { fails: ['condition'], conditions: [condition] });
      assert.deepEqual(explain(about).changes, [
        `The request came ${when} the time at which the API’s resource policy allows it: if this caller should have access, change 2022-09-30T23:59:59Z in ${operator} ${key}. A change to the API takes effect when you deploy it again. On this machine, \`gatewright clock\` can move the time of the gateway instead.`,
      ]);
    });
});

// IAM user guide, "IAM JSON policy elements: Resource": only * and ? stand for other text, and ${…} is a variable.
describe('the advice on a Resource that is nearly the one of the call', () => {
  const API = 'arn:aws:execute-api:us-east-1:123456789012:abcdefghij';
  for (const [resource, advice] of [
    [
      `${API}/dev/GET/tiles/{id}`,
      `Write * in place of {id} in ${API}/dev/GET/tiles/{id}, in the Resource of statement 1 of 1 in the identity-based policy of keys|abc: a policy does not know the variables of a route.`,
    ],
    [
      API,
      `Write /* after ${API} in the Resource of statement 1 of 1 in the identity-based policy of keys|abc: the ARN of a call continues with stage, method and path (/dev/GET/tiles/7), and this Resource has none of them.`,
    ],
    // Another route, whose ARN its own calls need.
    [
      `${API}/dev/GET/tiles`,
      `If this caller should have access, add ${API}/dev/GET/tiles/7 to the Resource of statement 1 of 1 in the identity-based policy of keys|abc.`,
    ],
  ] as const)
    it(`for ${resource.slice(API.length) || 'an ARN without a stage'}`, () => {
      const about = notAllowedBy('identity', { fails: ['resource'], resources: [resource] });

      assert.deepEqual(explain(about).changes, [advice]);
    });

  it('says that the variable of a route is plain text', () => {
    const about = notAllowedBy('identity', { fails: ['resource'], resources: [`${API}/dev/GET/tiles/{id}`] });

    assert.match(explain(about).sentences.join('\n'), /; in a policy, \{id\} is plain text\./);
  });
});
