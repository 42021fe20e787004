import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { ACCOUNT } from '../../../../../support/an-event-engine.ts';
import { aWall, ask, blocking, QUERY_X } from '../a-wall.ts';
import type { Wall } from '../a-wall.ts';

const NONE = { ARN: '', Name: '', Id: '', LockToken: '' };
const IP_SET = `
  Set: { Type: AWS::WAFv2::IPSet, Properties: { Name: set, Scope: REGIONAL, IPAddressVersion: IPV4, Addresses: [203.0.113.0/24] } }`;

describe('calls of wafv2', () => {
  const call = (bench: Wall, action: string, input: object): Promise<Record<string, unknown>> =>
    bench.call('wafv2', action, input);
  const rules = `[${blocking('Known', '{ IPSetReferenceStatement: { Arn: !GetAtt Set.Arn } }')}]`;

  it('read what the stacks define, in the form of the API', async () => {
    const bench = aWall(rules, IP_SET);
    const { WebACLs } = (await call(bench, 'ListWebACLs', { Scope: 'REGIONAL' })) as {
      WebACLs: { ARN: string; Name: string; Id: string }[];
    };
    const [{ Name, Id } = NONE] = WebACLs;
    const byName = await call(bench, 'GetWebACL', { Name, Id, Scope: 'REGIONAL' });

    assert.partialDeepStrictEqual(byName, {
      WebACL: {
        Name: 'wall',
        Capacity: 1,
        LabelNamespace: `awswaf:${ACCOUNT}:webacl:wall:`,
        DefaultAction: { Allow: {} },
      },
    });
    assert.match(JSON.stringify(byName), /"IPSetReferenceStatement":\{"ARN":"arn:aws:wafv2:/);
    assert.deepEqual(await call(bench, 'ListWebACLs', { Scope: 'CLOUDFRONT' }), { WebACLs: [] });
  });

  // AWS CLI reference, list-web-acls and list-ip-sets: NextMarker is the last name, even on the last page
  it('list page by page, until a page is empty', async () => {
    const two = `${IP_SET}\n${IP_SET.replace('Set:', 'Other:').replace('Name: set', 'Name: another')}`;
    const bench = aWall('[]', two);
    const pages: unknown[] = [];
    for (const NextMarker of [undefined, 'another', 'set']) {
      const asked = { Scope: 'REGIONAL', Limit: 1, ...(NextMarker !== undefined && { NextMarker }) };
      const { IPSets, NextMarker: next } = await call(bench, 'ListIPSets', asked);
      pages.push([(IPSets as { Name: string }[]).map(({ Name }) => Name), next]);
    }

    assert.deepEqual(pages, [
      [['another'], 'another'],
      [['set'], 'set'],
      [[], undefined],
    ]);
  });

  it('return the description of a resource that has one, and an empty one otherwise', async () => {
    const described = IP_SET.replace('Scope:', 'Description: of partners, Scope:');
    for (const [resource, expected] of [
      [IP_SET, ''],
      [described, 'of partners'],
    ] as const) {
      const { IPSets } = await call(aWall('[]', resource), 'ListIPSets', { Scope: 'REGIONAL' });

      assert.deepEqual(
        (IPSets as { Description: string }[]).map(({ Description }) => Description),
        [expected],
      );
    }
  });

  it('change the addresses of an IP set, with the lock token of its present state only', async () => {
    const bench = aWall(rules, IP_SET);
    const { IPSets } = (await call(bench, 'ListIPSets', { Scope: 'REGIONAL' })) as {
      IPSets: { Name: string; Id: string; LockToken: string }[];
    };
    const [{ Name, Id, LockToken } = NONE] = IPSets;
    const update = (token: string, address: string): Promise<Record<string, unknown>> =>
      call(bench, 'UpdateIPSet', { Name, Id, Scope: 'REGIONAL', LockToken: token, Addresses: [address] });

    assert.equal(ask(bench)?.kind, 'refused');
    const { NextLockToken } = await update(LockToken, '198.51.100.0/24');
    assert.equal(ask(bench)?.kind, 'passed');
    assert.partialDeepStrictEqual(await call(bench, 'GetIPSet', { Name, Id, Scope: 'REGIONAL' }), {
      IPSet: { Addresses: ['198.51.100.0/24'] },
      LockToken: NextLockToken,
    });
    assert.equal((await update(LockToken, '203.0.113.0/24'))['__type'], 'WAFOptimisticLockException');
    // aws-samples/dcv-web-portal#10
    const Reason = 'The parameter contains formatting that is not valid.';
    assert.deepEqual(await update(String(NextLockToken), '0.0.0.0/0'), {
      __type: 'WAFInvalidParameterException',
      message: `Error reason: ${Reason}, field: IP_ADDRESS, parameter: 0.0.0.0/0`,
      Reason,
      Field: 'IP_ADDRESS',
      Parameter: '0.0.0.0/0',
    });
    bench.services.wafv2.reset?.();
    assert.equal(ask(bench)?.kind, 'refused');
  });

  it('give samples of a rule', async () => {
    const bench = aWall(`[${blocking('NoX', QUERY_X)}]`);
    ask(bench, { query: 'x=1' });
    ask(bench);
    const { WebACLs } = (await call(bench, 'ListWebACLs', { Scope: 'REGIONAL' })) as {
      WebACLs: { ARN: string }[];
    };
    const now = bench.clock.nowEpochMs() / 1000;
    const samples = (RuleMetricName: string): Promise<Record<string, unknown>> =>
      call(bench, 'GetSampledRequests', {
        WebAclArn: WebACLs[0]?.ARN,
        RuleMetricName,
        Scope: 'REGIONAL',
        TimeWindow: { StartTime: now - 60, EndTime: now + 1 },
        MaxItems: 10,
      });

    assert.partialDeepStrictEqual(await samples('NoX'), {
      PopulationSize: 1,
      SampledRequests: [
        {
          Action: 'BLOCK',
          Weight: 1,
          Request: { ClientIP: '203.0.113.7', URI: '/dev/pets?x=1', Method: 'GET' },
        },
      ],
    });
    assert.partialDeepStrictEqual(await samples('wall'), {
      PopulationSize: 1,
      SampledRequests: [{ Action: 'ALLOW' }],
    });
  });

  it('check the capacity of rules, with search strings in base64', async () => {
    const Statement = {
      ByteMatchStatement: {
        FieldToMatch: { QueryString: {} },
        SearchString: Buffer.from('a b').toString('base64'),
        PositionalConstraint: 'CONTAINS',
        TextTransformations: [{ Priority: 0, Type: 'LOWERCASE' }],
      },
    };
    const VisibilityConfig = {
      SampledRequestsEnabled: true,
      CloudWatchMetricsEnabled: true,
      MetricName: 'a',
    };
    const Rules = [{ Name: 'a', Priority: 0, Action: { Block: {} }, Statement, VisibilityConfig }];

    assert.deepEqual(await call(aWall('[]'), 'CheckCapacity', { Scope: 'REGIONAL', Rules }), {
      Capacity: 20,
    });
  });

  // The words of the validator: pulumi/pulumi#12045, awsdocs/aws-cloudformation-user-guide#589
  for (const [action, input, says] of [
    [
      'CheckCapacity',
      { Rules: [{ Priority: 0, Statement: {}, VisibilityConfig: {} }] },
      [
        "Value null at 'rules.1.member.name' failed to satisfy constraint: Member must not be null",
        "Value null at 'rules.1.member.visibilityConfig.sampledRequestsEnabled' failed to satisfy constraint: Member must not be null",
        "Value null at 'rules.1.member.visibilityConfig.cloudWatchMetricsEnabled' failed to satisfy constraint: Member must not be null",
        "Value null at 'rules.1.member.visibilityConfig.metricName' failed to satisfy constraint: Member must not be null",
      ],
    ],
    [
      'GetIPSet',
      { Name: 'a b', Id: '00000000-0000-0000-0000-000000000000' },
      [
        String.raw`Value 'a b' at 'name' failed to satisfy constraint: Member must satisfy regular expression pattern: ^[\w\-]+$`,
      ],
    ],
    [
      'ListWebACLs',
      { Limit: 101 },
      [
        "Value '101' at 'limit' failed to satisfy constraint: Member must have value less than or equal to 100",
      ],
    ],
  ] as const)
    it(`refuse members in the validator's words: ${action} ${JSON.stringify(input)}`, async () => {
      assert.deepEqual(await call(aWall('[]'), action, { Scope: 'REGIONAL', ...input }), {
        __type: 'ValidationException',
        message: `${says.length} validation error${says.length === 1 ? '' : 's'} detected: ${says.join('; ')}`,
      });
    });

  // The sources of the texts are in waf/rules/refused-rule.ts.
  const geo = { GeoMatchStatement: { CountryCodes: ['US'] } };
  const managed = { ManagedRuleGroupStatement: { VendorName: 'AWS', Name: 'AWSManagedRulesCommonRuleSet' } };
  const few =
    "You haven't met a minimum requirement for a threshold setting. Examples include a rule group capacity setting that's too low and an OR statement with only one nested statement.";
  const one = 'You have used none or multiple values for a field that requires exactly one value.';
  for (const [rule, said] of [
    [
      { Statement: { AndStatement: { Statements: [geo] } } },
      `${few}, field: AND_STATEMENT, parameter: AndStatement`,
    ],
    [
      { Statement: { NotStatement: { Statement: { OrStatement: { Statements: [geo] } } } } },
      `${few}, field: OR_STATEMENT, parameter: OrStatement`,
    ],
    [{ Statement: {} }, `${one}, field: STATEMENT, parameter: Statement`],
    [{ Statement: { ...geo, ...managed } }, `${one}, field: STATEMENT, parameter: Statement`],
    [{ Statement: { NotStatement: { Statement: {} } } }, `${one}, field: STATEMENT, parameter: Statement`],
    [{ Statement: geo, OverrideAction: { None: {} } }, `${one}, field: RULE, parameter: Rule`],
    [{ Statement: geo, Action: undefined }, `${one}, field: RULE, parameter: Rule`],
    [{ Statement: managed }, `${one}, field: RULE, parameter: Rule`],
    [{ Statement: managed, Action: undefined }, `${one}, field: RULE, parameter: Rule`],
    [
      { Statement: geo, Action: { Block: {}, Allow: {} } },
      'EXACTLY_ONE_CONDITION_REQUIRED, field: RULE_ACTION, parameter: RuleAction',
    ],
  ] as const)
    it(`refuse in AWS's words: ${JSON.stringify(rule)}`, async () => {
      const common = {
        Name: 'n',
        Priority: 0,
        Action: { Block: {} },
        VisibilityConfig: { SampledRequestsEnabled: true, CloudWatchMetricsEnabled: true, MetricName: 'n' },
      };
      const reply = await call(aWall('[]'), 'CheckCapacity', {
        Scope: 'REGIONAL',
        Rules: [{ ...common, ...rule }],
      });

      assert.equal(reply['__type'], 'WAFInvalidParameterException');
      const [, , field, parameter] = /^(.*), field: (.*), parameter: (.*)$/.exec(said) ?? [];
      assert.partialDeepStrictEqual(reply, {
        message: `Error reason: ${said}`,
        Field: field,
        Parameter: parameter,
      });
    });
});
