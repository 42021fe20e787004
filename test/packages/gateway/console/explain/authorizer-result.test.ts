/** Each part of an authorizer's result that cannot be used has its own advice, which is followed here. */
import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { explain } from '../../../../../packages/gateway/console/explain/explain.ts';
import { CLAIMED, GUARDED_HTTP } from './guarded-http.ts';
import { aRecordedApi, storyOf } from '../../../../support/recorded-apis.ts';
import { bearer, ok, policy, TOKEN, withAuthorizer } from '../../../../support/rest-apis.ts';
import type { Circumstances } from '../../../../../packages/gateway/console/explain/circumstances.ts';
import type { TestResource } from '../../../../support/a-stack.ts';

type Row = {
  readonly name: string;
  readonly resources?: Record<string, TestResource>;
  readonly target?: string;
  readonly returned: unknown;
  /** What the function returns after the suggestion was followed. */
  readonly fixed: unknown;
  readonly change: RegExp;
  readonly source: string;
};

const allow = policy('Allow', '*');
const LONG = `arn:aws:execute-api:us-east-1:123456789012:abcdefghij/dev/GET/${'a'.repeat(500)}`;

const ROWS: readonly Row[] = [
  {
    name: 'a list',
    returned: [],
    fixed: allow,
    change: /it must return a principalId and a policyDocument\.$/,
    source: 'docs/aws §4.3',
  },
  {
    name: 'the response of a route',
    returned: { statusCode: 401, body: '{"message":"expired"}' },
    fixed: allow,
    change:
      /^Return a principalId and a policyDocument with Allow from the function auth .* throw an error whose message is exactly Unauthorized \(401\), or return a policy with Deny \(403\)\.$/,
    // https://github.com/serverless/examples/issues/305
    source: 'docs/aws §4.3',
  },
  {
    name: 'a simple response, for a REST API',
    returned: { isAuthorized: true },
    fixed: allow,
    change: /^Return a principalId and a policyDocument from the function auth instead of isAuthorized\./,
    source: 'docs/aws §4.3',
  },
  {
    name: 'a policy whose members are in lower case',
    returned: {
      ...allow,
      policyDocument: { version: '2012-10-17', statement: [{ effect: 'Allow', action: '*', resource: '*' }] },
    },
    fixed: allow,
    change:
      /^Correct the policyDocument that the function auth returns, as the sentence above says: \{ Version:/,
    source: 'docs/aws §4.3',
  },
  {
    name: 'only true',
    returned: true,
    fixed: allow,
    change: /^Return a principalId and a policyDocument with Allow from the function auth for a request/,
    source: 'docs/aws §4.3',
  },
  {
    name: 'nothing',
    returned: null,
    fixed: allow,
    change: /^Return a principalId and a policyDocument with Allow from the function auth for a request/,
    source: 'docs/aws §4.3',
  },
  {
    name: 'an object as a context value',
    returned: { ...allow, context: { roles: { admin: true } } },
    fixed: { ...allow, context: { roles: JSON.stringify({ admin: true }) } },
    change:
      /^In the context that the function auth returns, make "roles" a string, number or boolean, for example JSON text \(JSON\.stringify\(value\) in JavaScript, json\.dumps\(value\) in Python\)\./,
    source: 'docs/aws §4.3',
  },
  {
    name: 'an array as a context value',
    returned: { ...allow, context: { fine: 1, scopes: ['a'] } },
    fixed: { ...allow, context: { fine: 1, scopes: 'a' } },
    change: /^In the context that the function auth returns, make "scopes" a string/,
    source: 'docs/aws §4.3',
  },
  {
    name: 'the reserved name claims',
    returned: { ...allow, context: { claims: '1' } },
    fixed: { ...allow, context: { myClaims: '1' } },
    change: /^Rename the member claims in the context that the function auth returns/,
    source: 'docs/aws §4.3',
  },
  {
    name: 'a context that is a text',
    returned: { ...allow, context: 'roles' },
    fixed: { ...allow, context: { roles: 'a' } },
    change: /^Return the context from the function auth as an object/,
    source: 'docs/aws §4.3',
  },
  {
    name: 'a principal that is an object',
    returned: { ...allow, principalId: {} },
    fixed: allow,
    change: /^Return principalId from the function auth as a string\.$/,
    source: 'docs/aws §4.3',
  },
  {
    name: 'a usage key that is a list',
    returned: { ...allow, usageIdentifierKey: [] },
    fixed: { ...allow, usageIdentifierKey: 'key' },
    change: /^Return usageIdentifierKey from the function auth as a string\.$/,
    source: 'docs/aws §4.3',
  },
  {
    name: 'a Resource of more than 512 characters',
    returned: policy('Allow', LONG),
    fixed: allow,
    change: /^Shorten the Resource in the policy of the function auth, .* at most 512 characters\.$/,
    source: 'docs/aws §4.4',
  },
  {
    name: 'a text in the place of isAuthorized',
    resources: GUARDED_HTTP(true),
    target: '/menu',
    returned: { isAuthorized: 'true' },
    fixed: { isAuthorized: true },
    change: /^Return isAuthorized from the function auth as true or false, not as a string\./,
    source: 'docs/aws §4.5',
  },
  {
    name: 'a list if isAuthorized is expected',
    resources: GUARDED_HTTP(true),
    target: '/menu',
    returned: [],
    fixed: { isAuthorized: true },
    change: /it must return isAuthorized, because EnableSimpleResponses of the authorizer is true\.$/,
    source: 'docs/aws §4.5',
  },
  {
    name: 'isAuthorized if a policy is expected',
    resources: GUARDED_HTTP(false),
    target: '/menu',
    returned: { isAuthorized: true },
    fixed: allow,
    change:
      /^Set EnableSimpleResponses: true on the authorizer(?:, with AuthorizerPayloadFormatVersion 2\.0)?, or return a principalId and a policyDocument from the function auth\.$/,
    source: 'docs/aws §4.5',
  },
];

describe('the advice about an authorizer’s result', () => {
  for (const row of ROWS)
    it(`lets the request pass once it is followed: ${row.name} (${row.source})`, async () => {
      let returned = row.returned;
      const resources = row.resources ?? withAuthorizer({ ...TOKEN, AuthorizerResultTtlInSeconds: 0 });
      const api = aRecordedApi(resources, { list: ok, auth: () => returned });
      const send = () => api.send({ target: row.target ?? '/dev/pets', headers: bearer });

      assert.equal((await send()).status, 500);

      const { story } = api.last();
      assert.equal(story.changes.length, 1, storyOf(api.last()));
      assert.match(story.changes[0] ?? '', row.change);
      returned = row.fixed;
      assert.equal((await send()).status, 200);
    });
});

/** A failure of the toolkit's authorizer, with the line that it logs. */
const failedWith = (code: string): Circumstances => ({
  ...CLAIMED,
  defect: { kind: 'authorizer', code: 'failed' },
  failure: 'authorizer ours failed with DomainError: there is no customer plan gold',
  guard: {
    ...CLAIMED.guard,
    lines: [
      JSON.stringify({ _aws: {}, document: 'orders', code, api: 'abcdefghij/prod' }),
      // As Lambda's runtime prints an error after the function's own lines.
      'Invoke Error\tDomainError: there is no customer plan gold',
    ],
  },
});

describe('the advice about a failure of the toolkit’s authorizers', () => {
  it('names the plan that does not exist, and how to save it', () => {
    const { sentences, changes } = explain(failedWith('PLAN_UNKNOWN'));

    assert.match(sentences.join('\n'), /there is no customer plan gold/);
    assert.match(
      changes.join('\n'),
      /Save the customer plan that the error names with `gatewright plan save FILE`/,
    );
    assert.doesNotMatch(changes.join('\n'), /Fix the function/);
  });

  // The codes with which `answer` may end: shared/access/authorize.ts, `@throws`.
  for (const code of [
    'PLAN_UNKNOWN',
    'PLAN_INVALID',
    'API_UNKNOWN',
    'KEY_SET_UNAVAILABLE',
    'RESULT_TOO_LARGE',
    'POLICY_UNREPRESENTABLE',
    'STORE_UNAVAILABLE',
    'CONFIG_INVALID',
    'EVENT_MALFORMED',
    'ANSWER_REPLACED',
  ])
    it(`is chosen by the code: ${code}`, () => {
      assert.doesNotMatch(explain(failedWith(code)).changes.join('\n'), /Fix the function/);
    });

  it('reads the routes of a document that names the API already', () => {
    assert.match(
      explain(failedWith('API_UNKNOWN')).changes.join('\n'),
      /^If no access document names the API and its stage, first add the line that `gatewright access check` prints .* Then run `gatewright access sync`,/,
    );
  });

  it('ignores a code of a user’s own function', () => {
    assert.match(explain(failedWith('toString')).changes.join('\n'), /Fix the function auth: it failed/);
  });
});
