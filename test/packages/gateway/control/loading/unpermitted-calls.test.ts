import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { Account } from '../../../../../packages/gateway/control/account.ts';
import { loadApis } from '../../../../../packages/gateway/control/loading/load-apis.ts';
import { Faults } from '../../../../../packages/gateway/core/errors.ts';
import { aPermission, API_ARN } from '../../../../support/a-permission.ts';
import { aStack, functionArn, invokeUri, proxyTo } from '../../../../support/a-stack.ts';
import { API_ID, httpRoutes, restRoutes } from '../../../../support/routed-apis.ts';
import { virtualPorts } from '../../../../support/virtual-ports.ts';
import type { FunctionDefinition } from '../../../../../packages/gateway/core/stack/function.ts';
import type { TestResource } from '../../../../support/a-stack.ts';

type Resources = Readonly<Record<string, TestResource>>;

const toFn = { Integration: proxyTo('fn') };
const AS_AT_AWS = 'with 500, as on AWS (--roles off skips permissions)';

/** The functions `fn` and `auth` are of the stack, unless `own` says otherwise. */
function findingsOf(
  resources: Resources,
  { account = anAccount(), own = ['fn', 'auth'] }: { account?: Account; own?: readonly string[] } = {},
): readonly string[] {
  const functions = own.map(
    (name) =>
      ({
        name,
        logicalId: `${name}Function`,
        stackName: 'test',
        place: { file: 'template.json', line: 7, logicalId: `${name}Function` },
      }) as FunctionDefinition,
  );
  const { unsupported } = loadApis([{ ...aStack(resources), functions }], account, new Faults(false));
  return unsupported.map(
    ({ logicalId, file, line, message, consequence }) =>
      `${file}:${line} ${logicalId}: ${message} → ${consequence}`,
  );
}

/** The remedies of the findings about a stack in which the function `fn` is a resource. */
function remediesOf(resources: Resources): readonly (string | undefined)[] {
  const place = { file: 'template.json', line: 7, logicalId: 'Fn' };
  const stack = aStack({ Fn: { type: 'AWS::Lambda::Function', id: 'fn', properties: {} }, ...resources });
  const functions = [{ name: 'fn', logicalId: 'Fn', stackName: 'test', place } as FunctionDefinition];
  const { unsupported } = loadApis([{ ...stack, functions }], anAccount(), new Faults(false));
  return unsupported.map(({ remedy }) => remedy);
}

function anAccount(needsPermissions = true): Account {
  return new Account({ clock: virtualPorts({}).clock, isThrottled: false, needsPermissions });
}

const rest = (more: Resources = {}): Resources =>
  restRoutes({ 'GET /pets/{id}': toFn, 'POST /pets/{id}': toFn }, { more });
const http = (more: Resources = {}): Resources =>
  httpRoutes(['GET /menu'], { integration: { IntegrationUri: functionArn('fn') }, more });

function guarded(permissions: Resources = {}): Resources {
  const Guard: TestResource = {
    type: 'AWS::ApiGateway::Authorizer',
    properties: {
      RestApiId: API_ID,
      Name: 'ours',
      Type: 'TOKEN',
      AuthorizerUri: invokeUri('auth'),
      IdentitySource: 'method.request.header.Authorization',
    },
  };
  const method = { ...toFn, AuthorizationType: 'CUSTOM', AuthorizerId: 'Guard' };
  return restRoutes(
    { 'GET /a': method, 'GET /b': method },
    { more: { Guard, Leave: aPermission(), ...permissions } },
  );
}

describe('a function that an API of the stacks calls and may not invoke', () => {
  const rows: readonly { name: string; resources: Resources; expected: readonly string[] }[] = [
    {
      name: 'by a REST API without any permission',
      resources: rest(),
      expected: [`GET /pets/{id}, POST /pets/{id} fail ${AS_AT_AWS}`],
    },
    { name: 'by a REST API with one', resources: rest({ Leave: aPermission() }), expected: [] },
    {
      name: 'by a REST API with one for another method',
      resources: rest({ Leave: aPermission({ SourceArn: `${API_ARN}/*/GET/pets/*` }) }),
      expected: [`POST /pets/{id} fails ${AS_AT_AWS}`],
    },
    {
      name: 'with a permission for an unknown function',
      resources: rest({ Leave: aPermission({ FunctionName: null }) }),
      expected: [`GET /pets/{id}, POST /pets/{id} fail ${AS_AT_AWS}`],
    },
    { name: 'by an HTTP API', resources: http(), expected: [`GET /menu fails ${AS_AT_AWS}`] },
    { name: 'by an HTTP API with one', resources: http({ Leave: aPermission() }), expected: [] },
    {
      name: 'by an authorizer, however many routes it guards',
      resources: guarded(),
      expected: [`every route with authorizer ours fails ${AS_AT_AWS}`],
    },
    {
      name: 'by an authorizer with one',
      resources: guarded({
        More: aPermission({ FunctionName: functionArn('auth'), SourceArn: `${API_ARN}/authorizers/Guard` }),
      }),
      expected: [],
    },
    {
      name: 'by many routes',
      resources: restRoutes(
        Object.fromEntries(['a', 'b', 'c', 'd', 'e'].map((name) => [`GET /${name}`, toFn])),
      ),
      expected: [`GET /a, GET /b, GET /c and 2 more fail ${AS_AT_AWS}`],
    },
    {
      name: 'that a stage variable names',
      resources: restRoutes(
        { 'GET /a': { Integration: proxyTo('${stageVariables.fn}') } },
        { stage: { Variables: { fn: 'fn' } } },
      ),
      expected: [`GET /a fails ${AS_AT_AWS}`],
    },
    {
      name: 'that a stage variable without a value would name',
      resources: restRoutes({ 'GET /a': { Integration: proxyTo('${stageVariables.fn}') } }),
      expected: [],
    },
  ];
  for (const { name, resources, expected } of rows)
    it(`is reported at start, in one finding: ${name}`, () => {
      const found = findingsOf(resources);

      assert.deepEqual(
        found.map((text) => text.split(' → ')[1]),
        expected,
      );
      for (const text of found)
        assert.match(
          text,
          /^template\.json:7 (fn|auth)Function: (pets|menu) is not allowed to invoke this function: add an AWS::Lambda::Permission/,
        );
    });

  for (const { name, resources, remedy } of [
    {
      name: 'whose source has the method ANY, which is not a wildcard (aws/serverless-application-model#296)',
      resources: restRoutes(
        { 'ANY /pets': toFn },
        { more: { Leave: aPermission({ SourceArn: `${API_ARN}/*/ANY/pets` }) } },
      ),
      remedy: /^write \* in place of ANY in the SourceArn of Leave .*, such as GET$/,
    },
    {
      name: 'with a method in small letters',
      resources: restRoutes(
        { 'GET /pets': toFn },
        { more: { Leave: aPermission({ SourceArn: `${API_ARN}/dev/get/pets` }) } },
      ),
      remedy: /^write GET in place of get in the SourceArn of Leave/,
    },
    {
      name: 'for another method',
      resources: restRoutes(
        { 'GET /pets': toFn },
        { more: { Leave: aPermission({ SourceArn: `${API_ARN}/*/POST/pets` }) } },
      ),
      remedy:
        /^add to Resources in .*GET\/pets.*, or write \* in place of POST in the SourceArn of Leave .*, which permits GET and POST$/,
    },
    {
      name: 'for one route',
      resources: restRoutes({ 'GET /pets/{id}': toFn }),
      remedy: /^add to Resources in .*AWS::Lambda::Permission.*\/dev\/GET\/pets\/\*/,
    },
    { name: 'for several routes of a stage', resources: rest(), remedy: /^add to Resources .*\/dev\/\*/ },
  ] as const)
    it(`has a remedy that says what to write: ${name}`, () => {
      const [found = '', ...others] = remediesOf(resources);

      assert.match(found, remedy);
      assert.deepEqual(others, []);
    });

  it('names the alias that is invoked, if the permission is for the function itself', () => {
    const toAlias = { Integration: proxyTo('fn:live') };
    const resources = restRoutes({ 'GET /a': toAlias, 'GET /b': toFn }, { more: { Leave: aPermission() } });

    assert.deepEqual(findingsOf(resources), [
      'template.json:7 fnFunction: pets is not allowed to invoke alias or version live of this function: add an AWS::Lambda::Permission ' +
        'for apigateway.amazonaws.com whose FunctionName is fn:live (a permission for the function itself is not enough) → ' +
        `GET /a fails ${AS_AT_AWS}`,
    ]);
  });

  it('names the stage that the source of a permission has to name (docs/aws §8.1)', () => {
    const Leave = aPermission({ SourceArn: `${API_ARN}/prod/GET/pets/*` });
    const resources = restRoutes({ 'GET /pets/{id}': toFn }, { more: { Leave } });

    assert.deepEqual(findingsOf(resources), [
      'template.json:7 fnFunction: pets is not allowed to invoke this function: SourceArn of Leave names stage prod, but the call comes from stage dev: ' +
        `end the SourceArn with ${API_ID}/dev/GET/pets/* (or ${API_ID}/*/GET/pets/* for every stage) → GET /pets/{id} fails ${AS_AT_AWS}`,
    ]);
  });

  // CDK before 1.42 (aws/aws-cdk#8206), and Terraform's ${aws_api_gateway_resource.x.path}, write the path as it is.
  it('names the path variable that the source of a permission contains as plain text', () => {
    const resources = restRoutes(
      { 'GET /pets/{id}': toFn, 'ANY /{proxy+}': toFn },
      {
        more: {
          One: aPermission({ SourceArn: `${API_ARN}/dev/GET/pets/{id}` }),
          Rest: aPermission({ SourceArn: `${API_ARN}/dev/*/{proxy+}` }),
        },
      },
    );

    const [found = '', ...others] = findingsOf(resources);
    assert.match(
      found,
      /: SourceArn of One contains \{id\}, but the source of the call has \* in place of a path variable: write \* in place of \{id\} in the SourceArn →/,
    );
    assert.deepEqual(others, []);
    const [remedy = ''] = remediesOf(resources);
    assert.match(remedy, /^correct the SourceArn of One \(.*\), and the SourceArn of Rest \(.*\)$/);
  });

  const nearSources: readonly {
    name: string;
    permissions: Resources;
    fault: RegExp;
  }[] = [
    {
      // As in a CDK app with `env: { account: '123' }`, which also permits the console's test-invoke-stage.
      name: 'the account of the permission that differs in nothing else, among several',
      permissions: {
        Test: aPermission({
          SourceArn: `arn:aws:execute-api:us-east-1:123:${API_ID}/test-invoke-stage/GET/pets/*`,
        }),
        Leave: aPermission({ SourceArn: `arn:aws:execute-api:us-east-1:123:${API_ID}/dev/GET/pets/*` }),
      },
      fault:
        /: SourceArn of Leave names account 123, which is not an account id \(12 digits\), but the call comes from account 123456789012: write 123456789012, or a reference to the account such as \$\{AWS::AccountId\}, in place of 123 in the SourceArn →/,
    },
    {
      name: 'the account of somebody else',
      permissions: {
        Leave: aPermission({ SourceArn: `arn:aws:execute-api:us-east-1:210987654321:${API_ID}/*` }),
      },
      fault:
        /: SourceArn of Leave names account 210987654321, but the call comes .* in the SourceArn; or start with --account 210987654321, if the API belongs to this account →/,
    },
    {
      name: 'a SourceAccount',
      permissions: { Leave: aPermission({ SourceAccount: '210987654321' }) },
      fault: /: SourceAccount of Leave names account 210987654321, but .* in the SourceAccount; or start/,
    },
    {
      name: 'the region',
      permissions: {
        Leave: aPermission({ SourceArn: `arn:aws:execute-api:eu-west-1:123456789012:${API_ID}/*` }),
      },
      fault:
        /: SourceArn of Leave names region eu-west-1, but the call comes from region us-east-1: write us-east-1, or a reference to the region such as \$\{AWS::Region\}, in place of eu-west-1 in the SourceArn; or start with --region eu-west-1/,
    },
    {
      name: 'no region',
      permissions: {
        Leave: aPermission({ SourceArn: `arn:aws:execute-api::123456789012:${API_ID}/*` }),
      },
      fault: /names region \(none\), but .* in place of the missing region in the SourceArn →/,
    },
    {
      name: 'nothing of a permission that differs in two parts',
      permissions: {
        Leave: aPermission({ SourceArn: `arn:aws:execute-api:eu-west-1:123456789012:${API_ID}/prod/*` }),
      },
      fault: /: add an AWS::Lambda::Permission for apigateway\.amazonaws\.com →/,
    },
  ];
  for (const { name, permissions, fault } of nearSources)
    it(`names what the source of a permission has to name (docs/aws §8.1): ${name}`, () => {
      const [found = '', ...others] = findingsOf(
        restRoutes({ 'GET /pets/{id}': toFn }, { more: permissions }),
      );

      assert.match(found, fault);
      assert.deepEqual(others, []);
    });

  it('is remedied by the permission that the message names, and not by another one', () => {
    const Leave = aPermission({ SourceArn: `${API_ARN}/prod/*/pets/*` });
    const [remedy = '', ...others] = remediesOf(rest({ Leave }));

    assert.match(remedy, /^correct the SourceArn of Leave \(/);
    assert.deepEqual(others, []);
  });

  it('is reported with its stage, if it is permitted at another', () => {
    const { Stage } = restRoutes({ 'GET /a': toFn });
    assert.ok(Stage);
    const Prod = { ...Stage, properties: { ...Stage.properties, StageName: 'prod' } };
    const Leave = aPermission({ SourceArn: `${API_ARN}/dev/*` });
    const [found = ''] = findingsOf(restRoutes({ 'GET /a': toFn }, { more: { Prod, Leave } }));

    assert.match(
      found,
      /names stage dev, but the call comes from stage prod: .* → GET \/a fails at stage prod with 500/,
    );
  });

  it('is not reported if permissions are not checked, or if the function is in none of the stacks', () => {
    assert.deepEqual(findingsOf(rest(), { account: anAccount(false) }), []);
    assert.deepEqual(findingsOf(rest(), { own: [] }), []);
  });

  it('is not reported after a call has given the permission, and is reported after a call has removed it', () => {
    const account = anAccount();
    const owner = { functionName: 'fn', qualifier: undefined };
    const given = { Action: 'lambda:InvokeFunction', Principal: 'apigateway.amazonaws.com' };
    account.functionPolicies.add(owner, 'by-call', given);
    const withOne = findingsOf(rest(), { account });
    account.functionPolicies.remove(owner, 'by-call');

    assert.deepEqual(withOne, []);
    assert.equal(findingsOf(rest(), { account }).length, 1);
  });
});
