import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { aRule, inOrder, judge, shortOf, type RuleJson } from '../a-web-acl.ts';

const NONE = [{ Priority: 0, Type: 'NONE' }];
const CRS = 'AWSManagedRulesCommonRuleSet';
const managed = (Name: string): RuleJson => ({
  Name: 'managed',
  Priority: 0,
  OverrideAction: { None: {} },
  Statement: { ManagedRuleGroupStatement: { VendorName: 'AWS', Name } },
});

// Source: developer guide, "Baseline rule groups", "Use-case specific rule groups": "Example patterns include …"
const EXAMPLES: readonly (readonly [group: string, request: Parameters<typeof judge>[1], rule: string])[] = [
  [CRS, { headers: ['Host', 'a', 'User-Agent', 'Nessus 10'] }, 'UserAgent_BadBots_HEADER'],
  [CRS, { query: 'file=..%2f../etc' }, 'GenericLFI_QUERYARGUMENTS'],
  [CRS, { body: Buffer.from('x=../../etc') }, 'GenericLFI_BODY'],
  [CRS, { path: '/p/server.log' }, 'RestrictedExtensions_URIPATH'],
  [CRS, { query: 'f=php.ini' }, 'RestrictedExtensions_QUERYARGUMENTS'],
  [CRS, { query: 'u=ftps://203.0.113.1/x' }, 'GenericRFI_QUERYARGUMENTS'],
  // awslabs/nx-plugin-for-aws#1016, the redirect_uri of a sign-in on the machine of the developer
  [CRS, { query: 'redirect_uri=http%3A%2F%2Flocalhost%3A4200%2Fcallback' }, 'EC2MetaDataSSRF_QUERYARGUMENTS'],
  // drodil/backstage-plugin-toolbox#251
  [CRS, { body: Buffer.from('{"target":"http://localhost:7007/info.yaml"}') }, 'EC2MetaDataSSRF_BODY'],
  [CRS, { query: 'q=%3Cscript%3Ealert(%22hello%22)%3C/script%3E' }, 'CrossSiteScripting_QUERYARGUMENTS'],
  ['AWSManagedRulesAdminProtectionRuleSet', { path: '/p/sqlmanager' }, 'AdminProtection_URIPATH'],
  [
    'AWSManagedRulesKnownBadInputsRuleSet',
    { body: Buffer.from('(java.lang.Runtime).getRuntime().exec("whoami")') },
    'JavaDeserializationRCE_BODY',
  ],
  ['AWSManagedRulesKnownBadInputsRuleSet', { path: '/p/WEB-INF/web.xml' }, 'ExploitablePaths_URIPATH'],
  [
    'AWSManagedRulesKnownBadInputsRuleSet',
    { headers: ['User-Agent', 'a', 'X-A', '${jndi:ldap://example.com/}'] },
    'Log4JRCE_HEADER',
  ],
  ['AWSManagedRulesLinuxRuleSet', { query: 'f=/proc/version' }, 'LFI_QUERYSTRING'],
  ['AWSManagedRulesUnixRuleSet', { query: 'c=echo+$HOME' }, 'UNIXShellCommandsVariables_QUERYSTRING'],
  ['AWSManagedRulesWindowsRuleSet', { body: Buffer.from('Invoke-Expression x') }, 'PowerShellCommands_BODY'],
  ['AWSManagedRulesPHPRuleSet', { query: 'a=$_GET[0]' }, 'PHPHighRiskMethodsVariables_QUERYSTRING'],
  [
    'AWSManagedRulesWordPressRuleSet',
    { query: 'do-reset-wordpress' },
    'WordPressExploitableCommands_QUERYSTRING',
  ],
  ['AWSManagedRulesWordPressRuleSet', { path: '/p/xmlrpc.php' }, 'WordPressExploitablePaths_URIPATH'],
];

describe('an example pattern of a managed rule', () => {
  for (const [group, request, rule] of EXAMPLES)
    it(`is blocked by ${rule}`, () => {
      assert.equal(judge([managed(group)], request).terminating?.inner, rule);
    });

  it('is not the name of this machine', () => {
    const outcome = judge([managed('AWSManagedRulesKnownBadInputsRuleSet')], {
      headers: ['Host', 'localhost:3000', 'User-Agent', 'a'],
    });

    assert.equal(outcome.terminating, undefined);
  });
});

describe('a text transformation that AWS does not describe', () => {
  const byteMatch = {
    FieldToMatch: { QueryString: {} },
    SearchString: 'x',
    PositionalConstraint: 'CONTAINS',
  };
  const of = (Type: string): object => ({
    ByteMatchStatement: { ...byteMatch, TextTransformations: [{ Priority: 0, Type }] },
  });
  for (const type of ['CMD_LINE_WIN', 'CMD_LINE_UNIX', 'JS_DECODE_EXT'])
    it(`leaves only this rule unjudged: ${type}`, () => {
      const other = aRule({
        ByteMatchStatement: { ...byteMatch, SearchString: 'y', TextTransformations: NONE },
      });
      const outcome = judge(inOrder(aRule(of(type)), other), { query: 'xy' });

      assert.equal(shortOf(outcome), 'BLOCK rule1 (unjudged rule0)');
      assert.match(outcome.unjudged[0]?.reasons.join() ?? '', new RegExp(`the text transformation ${type}`));
    });
});

// Source: API reference, "PreParseTextTransformation"
describe('a transformation before the query string is parsed', () => {
  const holds = (type: string, query: string, SearchString: string): boolean => {
    const statement = {
      ByteMatchStatement: {
        FieldToMatch: { SingleQueryArgument: { Name: 'a' } },
        SearchString,
        PositionalConstraint: 'EXACTLY',
        TextTransformations: NONE,
        PreParseTextTransformations: [{ Priority: 0, Type: type }],
      },
    };
    return judge([aRule(statement)], { query }).terminating !== undefined;
  };
  for (const [type, query, value] of [
    ['NONE', 'a=1;b=2', '1;b=2'],
    ['REPLACE_SEMICOLONS_WITH_AMPERSANDS', 'a=1;b=2', '1'],
    ['URL_DECODE', 'b=0%26a=1', '1'],
    ['URL_DECODE_UNI', 'b=0%u0026a=1', '1'],
    ['COMBINE_DUPLICATE_QUERY_ARGS_BY_COMMA', 'a=1&b=2&a=3', '1,3'],
  ] as const)
    it(`${type} makes ${value} of ${query}`, () => {
      assert.equal(holds(type, query, value), true);
    });

  it('is refused for another field', () => {
    const statement = {
      ByteMatchStatement: {
        FieldToMatch: { QueryString: {} },
        SearchString: 'x',
        PositionalConstraint: 'EXACTLY',
        TextTransformations: NONE,
        PreParseTextTransformations: [{ Priority: 0, Type: 'URL_DECODE' }],
      },
    };
    assert.throws(() => judge([aRule(statement)]), /only supported when FieldToMatch/);
  });
});
