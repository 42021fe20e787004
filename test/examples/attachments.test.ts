/** The names of exports, outputs and functions of the toolkit's stack in the documentation are their real names. */
import assert from 'node:assert/strict';
import { globSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, it } from 'node:test';
import { functionArn, invokeUri } from '../support/a-stack.ts';
import { readBlocks, takeBlocks } from '../support/code-blocks.ts';
import { readRecipe } from '../support/recipe.ts';

const blocks = takeBlocks('test/examples/attachments.test.ts');
const CHECKOUT = join(import.meta.dirname, '../..');
const read = (path: string): string => readFileSync(join(CHECKOUT, path), 'utf8');
const namesIn = (text: string, pattern: RegExp): readonly string[] =>
  [...text.matchAll(pattern)].map((match) => match[1] ?? '');

const RECIPES = readdirSync(join(CHECKOUT, 'docs/recipes')).map((file) => `docs/recipes/${file}`);
const PAGES = ['docs/guides/protect/access.md', ...RECIPES];
const STACK = ['serverless.yml', ...globSync('packages/toolkit/stack/**/*.yml', { cwd: CHECKOUT })]
  .map(read)
  .join('\n');

describe('pages about attaching the authorizers', () => {
  const text = PAGES.map(read).join('\n');

  it('import only what the stack exports', () => {
    const exports = namesIn(STACK, /Export: \{ Name: '\$\{self:service\}-\$\{sls:stage\}-(\w+)' \}/g);
    const imported = namesIn(text, /gatewright-(?:dev|prod|\$?\{[^}]+\})-([A-Z]\w+)/g);

    assert.ok(imported.length >= 8);
    assert.deepEqual(
      imported.filter((name) => !exports.includes(name)),
      [],
    );
  });

  it('take by ${cf:…} only what is an output of the stack', () => {
    const outputs = namesIn(STACK, /^ +(\w+):\n +Value: /gm);
    const taken = namesIn(text, /\$\{cf:gatewright-\$\{sls:stage\}\.(\w+)\}/g);

    assert.ok(taken.length >= 2);
    assert.deepEqual(
      taken.filter((name) => !outputs.includes(name)),
      [],
    );
  });

  it('name functions that the stack has', () => {
    const functions = namesIn(STACK, /^ {2}([a-z][a-z-]+):\n {4}description: /gm);
    const named = namesIn(text, /gatewright-prod-([a-z][a-z-]+)/g);

    assert.ok(named.length >= 2);
    assert.deepEqual(
      named.filter((name) => !functions.includes(name)),
      [],
    );
  });
});

describe('the Terraform of docs/guides/protect/access.md', () => {
  const [block] = blocks.of('docs/guides/protect/access.md');
  const hcl = block?.text ?? '';
  const DATA =
    /data "aws_cloudformation_export" "(\w+)" \{\n +name += "gatewright-prod-(Token|Request)AuthorizerArn"/g;
  const arns = new Map(
    [...hcl.matchAll(DATA)].map(([, name = '', which = '']) => [
      `data.aws_cloudformation_export.${name}.value`,
      functionArn(`gatewright-prod-${which.toLowerCase()}-authorizer`),
    ]),
  );
  /** `name = value` of a block. */
  const attributesOf = (block: string): ReadonlyMap<string, string> => {
    const [, body = ''] = hcl.split(`${block} {\n`);
    const lines = body.split('\n}')[0]?.matchAll(/^ +(\w+) += (.+)$/gm) ?? [];
    return new Map([...lines].map(([, name = '', value = '']) => [name, value]));
  };
  const locals = attributesOf('locals');
  /** What a reference or a text comes to, as far as this page uses the language. */
  const valueOf = (expression: string): string => {
    const split = /^split\(":", (.+)\)\[(\d)\]$/.exec(expression);
    if (split !== null) return valueOf(split[1] ?? '').split(':')[Number(split[2])] ?? '';
    if (expression.startsWith('"'))
      return expression.slice(1, -1).replace(/\$\{([^}]+)\}/g, (_text, inner: string) => valueOf(inner));
    return arns.get(expression) ?? valueOf(locals.get(expression.replace('local.', '')) ?? '"?"');
  };

  for (const [block, name, more] of [
    [
      'resource "aws_api_gateway_authorizer" "rest"',
      'token-authorizer',
      { type: 'TOKEN', identity_source: 'method.request.header.Authorization' },
    ],
    [
      'resource "aws_apigatewayv2_authorizer" "http"',
      'request-authorizer',
      { authorizer_type: 'REQUEST', authorizer_payload_format_version: '1.0' },
    ],
  ] as const)
    it(`has API Gateway invoke ${name}, and keep its answers no longer than documents usually allow`, () => {
      const attributes = attributesOf(block);

      assert.equal(valueOf(attributes.get('authorizer_uri') ?? ''), invokeUri(`gatewright-prod-${name}`));
      assert.equal(attributes.get('authorizer_result_ttl_in_seconds'), '60');
      for (const [attribute, value] of Object.entries(more))
        assert.equal(attributes.get(attribute), `"${value}"`);
    });

  it('is read to the end', () => {
    assert.deepEqual(hcl.match(/^(?:data|locals|resource)\b/gm)?.length, 5);
    blocks.executed(...blocks.blocks);
    blocks.assertAll();
  });
});

describe('the CDK stack of docs/recipes/machine-to-machine.md', () => {
  it('results in the same template as the one with which the recipe is tested', () => {
    const page = 'docs/recipes/machine-to-machine.md';
    const { files } = readRecipe(readBlocks(page, read(page)));
    const code = files.get('billing-stack.ts') ?? '';
    const template = JSON.parse(read('test/fixtures/recipes/billing/cdk.out/Billing.template.json')) as {
      readonly Resources: Readonly<
        Record<string, { readonly Type: string; readonly Properties: Readonly<Record<string, unknown>> }>
      >;
    };
    const resources = Object.values(template.Resources);
    const propertiesOf = (type: string) => resources.find(({ Type }) => Type === type)?.Properties ?? {};
    const authorizer = propertiesOf('AWS::ApiGatewayV2::Authorizer');
    const routes = resources.filter(({ Type }) => Type === 'AWS::ApiGatewayV2::Route');

    assert.match(code, /Fn\.importValue\(`gatewright-\$\{stage\}-RequestAuthorizerArn`\)/);
    assert.match(JSON.stringify(authorizer), /\{"Fn::ImportValue":"gatewright-dev-RequestAuthorizerArn"\}/);
    assert.match(code, /responseTypes: \[HttpLambdaResponseType\.SIMPLE\]/);
    assert.equal(authorizer['EnableSimpleResponses'], true);
    assert.match(
      code,
      new RegExp(`Duration\\.seconds\\(${String(authorizer['AuthorizerResultTtlInSeconds'])}\\)`),
    );
    assert.deepEqual(
      /identitySource: \[([^\]]+)\]/.exec(code)?.[1]?.replaceAll("'", '').split(', '),
      authorizer['IdentitySource'],
    );
    assert.deepEqual(
      routes.map(({ Properties }) => Properties['RouteKey']),
      /path: '(\S+)', methods: \[HttpMethod\.(\w+), HttpMethod\.(\w+)\]/
        .exec(code)
        ?.slice(2)
        .map((method) => `${method} /charges`),
    );
    assert.equal(propertiesOf('AWS::Lambda::Function')['Handler'], /handler: '([\w.]+)'/.exec(code)?.[1]);
  });
});
