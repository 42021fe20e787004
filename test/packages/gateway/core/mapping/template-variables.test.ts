import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { TemplateError } from '../../../../../packages/gateway/velocity/java/template-error.ts';
import {
  contextVariables,
  templateScope,
  type TemplateInput,
} from '../../../../../packages/gateway/core/mapping/template-variables.ts';
import { DEFAULT_RENDER_LIMITS } from '../../../../../packages/gateway/velocity/java/render-budget.ts';
import { compileTemplate } from '../../../../../packages/gateway/velocity/compile.ts';

function anInput(given: Partial<TemplateInput> = {}): TemplateInput {
  return {
    body: '{"name":"it\'s","list":[{"foo":"bar"}],"none":null,"n":{"a":1,"b":2.50}}',
    parameters: {
      path: { id: '42', both: 'from path' },
      querystring: { q: 'a b', both: 'from query' },
      header: { 'X-Trace': 't-1', both: 'from header' },
    },
    context: contextVariables({
      stage: 'dev',
      httpMethod: 'POST',
      identity: { sourceIp: '127.0.0.1' },
      requestTimeEpoch: 1_700_000_000_000,
    }),
    stageVariables: { table: 'orders' },
    ...given,
  };
}

function render(template: string, given?: Partial<TemplateInput>): string {
  return compileTemplate(template, 'test').render(templateScope(anInput(given)));
}

describe('templateScope', () => {
  const rows: readonly {
    name: string;
    template: string;
    given?: Partial<TemplateInput>;
    expected: string;
    source: string;
  }[] = [
    {
      name: 'a map inside $context as nothing',
      template: '[$context.identity][$context.requestOverride][$context.identity.sourceIp]',
      expected: '[][][127.0.0.1]',
      source: 'docs/aws §7.3',
    },
    {
      name: 'the keys of $context.identity, those of an API key only if the method needs one',
      template: '#foreach($key in $context.identity.keySet())$key=$context.identity.get($key) #end',
      expected:
        'sourceIp=127.0.0.1 cognitoIdentityPoolId= accountId= cognitoIdentityId= caller= principalOrgId= accessKey= cognitoAuthenticationType= cognitoAuthenticationProvider= userArn= userAgent= user= ',
      source: 'docs/aws §7.3',
    },
    {
      name: "the parts of a request override, in AWS's order",
      template: '$context.requestOverride.keySet()',
      expected: '[path, header, querystring]',
      source: "LocalStack's snapshot of test_sqs_amz_json_protocol",
    },
    {
      name: 'the raw body',
      template: '$input.body',
      given: { body: 'raw $x' },
      expected: 'raw $x',
      source: 'docs/aws §7.2',
    },
    {
      name: 'an empty body as {}',
      template: '$input.body',
      given: { body: '' },
      expected: '{}',
      source: 'docs/aws §7.2, parity vtl-input-body-in-request-empty',
    },
    {
      name: 'a member of the body as nothing',
      template: '#set($r = $input.body.testAccess)[$r]',
      expected: '[]',
      source: 'parity vtl-input-body-attribute-str',
    },
    {
      name: 'the document as JSON',
      template: "$input.json('$')",
      expected: '{"name":"it\'s","list":[{"foo":"bar"}],"none":null,"n":{"a":1,"b":2.5}}',
      source: 'docs/aws §7.2',
    },
    {
      name: 'a text as JSON in quotes',
      template: "$input.json('$.name')",
      expected: '"it\'s"',
      source: 'docs/aws §7.2',
    },
    {
      name: 'a slash in JSON unchanged',
      template: "$input.json('$')",
      given: { body: '["a/b"]' },
      expected: '["a/b"]',
      source: 'json-path, JSONStyle.LT_COMPRESS',
    },
    {
      name: 'a missing path as empty JSON text',
      template: "$input.json('$.nope')",
      expected: '""',
      source: 'docs/aws §7.2',
    },
    {
      name: 'a body that is not JSON as a text, whose parts are missing',
      template: "$input.json('$')|$input.path('$')|$input.json('$.a')|$input.path('$.a')",
      given: { body: ' some raw data\n' },
      expected: '"some raw data"|some raw data|""|',
      source: 'docs/aws §7.2',
    },
    {
      name: 'JSON of malformed JSON as empty JSON text',
      template: "$input.json('$')",
      given: { body: '{"a":' },
      expected: '""',
      source: 'docs/aws §7.2',
    },
    {
      name: 'a map in Java style',
      template: '#set($r = $input.path("$.n"))$r $r.toString()',
      expected: '{a=1, b=2.5} {a=1, b=2.5}',
      source: 'parity vtl-input-path-object-printed',
    },
    {
      name: 'a list as JSON, in a map too',
      template: '#set($r = $input.path("$"))$r.list $input.path("$.list[0]") #set($m = {"k": $r.list})$m',
      expected: '[{"foo":"bar"}] {foo=bar}{k=[{"foo":"bar"}]}',
      source: 'parity vtl-input-path-array-member, -holding-array',
    },
    {
      name: 'null as empty, equal to null and to ""',
      template: '#set($r = $input.path("$.none"))[$r][$r.x]#if($r == $null)1#end#if($r == "")2#end',
      expected: '[][]12',
      source: 'parity vtl-input-path-null-value',
    },
    {
      name: 'a missing value as true in #if',
      template: "#if($input.path('$.nope'))yes#end",
      expected: 'yes',
      source: 'serverless-offline issue 50',
    },
    {
      name: 'changes to the document in $input.json',
      template:
        "#set($r = $input.path('$'))#set($r.user = 'u')#set($r.n.a = 9)$input.json('$.n') $input.json('$.user')",
      given: { body: '{"n":{"a":1}}' },
      expected: '{"a":9} "u"',
      source: 'docs/aws §7.5',
    },
    {
      name: 'all parameters',
      template: '#foreach($k in $input.params().keySet())$k=$input.params().get($k);#end',
      expected:
        'path={id=42, both=from path};querystring={q=a b, both=from query};header={X-Trace=t-1, both=from header};',
      source: 'docs/aws §7.2',
    },
    {
      name: 'a parameter from the path first',
      template: "$input.params('both') $input.params('q') $input.params('X-Trace')",
      expected: 'from path a b t-1',
      source: 'docs/aws §7.2',
    },
    {
      name: 'a header by any case',
      template: "$input.params('x-trace')",
      expected: 't-1',
      source: 'docs/aws §7.2',
    },
    {
      name: 'a header in the map by its own case only',
      template: "[$input.params().header.get('x-trace')]",
      expected: '[]',
      source: 'docs/aws §7.2',
    },
    {
      name: 'a missing parameter as empty',
      template: "[$input.params('nope')]#if($input.params('nope') == '')e#end",
      expected: '[]e',
      source: 'docs/aws §7.2',
    },
    {
      name: 'a path parameter as member',
      template: '$input.params().path.id',
      expected: '42',
      source: 'parity mock-path-param-never-get',
    },
    {
      name: 'undefined context as nothing',
      template: '[$context.nope][$context.authorizer.claims.sub][$nope]',
      expected: '[][][]',
      source: 'docs/aws §7.3',
    },
    {
      name: 'context values',
      template: '$context.stage $context.identity.sourceIp $context.requestTimeEpoch',
      expected: 'dev 127.0.0.1 1700000000000',
      source: 'docs/aws §7.3',
    },
    {
      name: 'stage variables',
      template: '$stageVariables.table [$stageVariables.nope] $stageVariables.get("table")',
      expected: 'orders [] orders',
      source: 'docs/aws §7.2',
    },
    {
      name: 'the parameters of the method request by the names that parameter mappings use',
      template:
        '$method.request.path.id $method.request.querystring.q $method.request.header.X-Trace [$method.request.path.nope] [$method.request.body.a]',
      expected: '42 a b t-1 [] []',
      source: "docs/aws §7.2, AWS's example aws-doc-sdk-examples python/example_code/apigateway",
    },
    {
      name: 'escaped text',
      template: "$util.escapeJavaScript($input.path('$.name'))|$util.escapeJavaScript('a/b\"')",
      expected: 'it\\\'s|a\\/b\\"',
      source: 'docs/aws §7.2',
    },
    {
      name: 'escaped nothing and an escaped empty text as nothing',
      template:
        "#set($o = $util.parseJson('{\"a\":null}'))$util.escapeJavaScript($o.a) $util.escapeJavaScript($o.b) [$util.escapeJavaScript('')]",
      expected: '  []',
      source: 'docs/aws §7.2',
    },
    {
      name: 'escaped JSON',
      template: "$util.escapeJavaScript($input.json('$.n'))",
      expected: '{\\"a\\":1,\\"b\\":2.5}',
      source: 'parity aws-sfn-start-execution-escape',
    },
    {
      name: 'parsed JSON',
      template: '#set($o = $util.parseJson(\'{"a":[1,{"b":"c"}]}\'))$o $o.a[1].b $o.a.size()',
      expected: '{a=[1,{"b":"c"}]} c 2',
      source: 'docs/aws §7.2',
    },
    {
      name: 'URL-encoded text',
      template:
        '$util.urlEncode($input.body)|$util.urlEncode($input.body.testAccess)|$util.urlDecode("a%20b+c")',
      given: { body: 'some raw data' },
      expected: 'some+raw+data||a b c',
      source: 'parity vtl-input-body-url-encode-str',
    },
    {
      name: 'base64',
      template: '$util.base64Encode("{é}") $util.base64Decode("e8OpfQ==")',
      expected: 'e8OpfQ== {é}',
      source: 'docs/aws §7.2',
    },
    {
      name: 'no function of AppSync',
      template: '[$util.toJson("x")][$util.time.nowISO8601()][$util.error("x")]',
      expected: '[][][]',
      source: 'docs/aws §7.2',
    },
    {
      name: 'no method on wrong arguments',
      template:
        '[$input.path()][$input.path(5)][$input.json()][$util.urlEncode()][$util.urlEncode("a", "b")][$input.params("a", 5).x]',
      expected: '[][][""][][][]',
      source: 'docs/aws §7.5',
    },
    {
      name: 'puts into maps as nothing',
      template: '#set($m = {})[$m.put("a", 1)]$m',
      expected: '[]{a=1}',
      source: 'parity vtl-map-assignment-forms',
    },
    {
      name: 'a loop over ranges of paths',
      template:
        '#set($n = $input.path("$.l").size())#set($max = $n - 1)#foreach($i in [0..$max])$input.path("$.l[$i]")#if($foreach.hasNext),#end#end',
      given: { body: '{"l":["a","b"]}' },
      expected: 'a,b',
      source: 'parity vtl-kinesis-put-records-range-loop',
    },
    {
      name: 'nothing of the host',
      template: '[$input.class][$util.getClass()][$input.constructor][$context.class]',
      expected: '[][][][]',
      source: 'docs/aws §7.5',
    },
  ];

  for (const { name, template, given, expected, source } of rows) {
    it(`shows ${name}`, () => assert.equal(render(template, given), expected, source));
  }

  it('makes no text over the limit, from any parts', () => {
    const limits = { ...DEFAULT_RENDER_LIMITS, maxChars: 8 };
    const render = (template: string): string =>
      compileTemplate(template, 'test').render(templateScope(anInput()), limits);

    assert.equal(render("$util.base64Encode('abcdef')"), 'YWJjZGVm');
    for (const call of ["base64Encode('abcdefg')", "urlEncode('&&&')", "escapeJavaScript('/////')"])
      assert.throws(() => render(`#set($long = $util.${call})`), { code: 'TEMPLATE_LIMIT' }, call);
  });

  it('counts the length of the body for each path that is read from it', () => {
    const limits = { ...DEFAULT_RENDER_LIMITS, maxSteps: 2_000 };
    const render = (times: number): string =>
      compileTemplate("$!input.path('$.a')".repeat(times), 'test').render(
        templateScope(anInput({ body: JSON.stringify({ a: '', padding: 'x'.repeat(16_000) }) })),
        limits,
      );

    assert.equal(render(1), '');
    assert.throws(() => render(2), { code: 'TEMPLATE_LIMIT' });
  });

  it('fails on an invalid JSONPath, and for parseJson on text that is not JSON', () => {
    for (const template of [
      "$input.path('$.[')",
      "$input.json('$..')",
      "$util.parseJson('{')",
      "$util.urlDecode('%')",
    ]) {
      assert.throws(
        () => render(template),
        (error) => error instanceof TemplateError && error.code === 'TEMPLATE_FAILED' && error.line === 1,
        template,
      );
    }
  });
});
