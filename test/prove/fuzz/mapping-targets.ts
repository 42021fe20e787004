/** The code that reads templates and models of an API, as the gateway calls it. */
import { SchemaSet } from '../../../packages/gateway/core/deployment/models/json-schema.ts';
import { SchemaRefusal } from '../../../packages/gateway/core/deployment/models/schema-preparation.ts';
import { parseJson } from '../../../packages/gateway/velocity/java/json.ts';
import { parseJsonPath, readJsonPath } from '../../../packages/gateway/core/json-path/json-path.ts';
import {
  DEFAULT_RENDER_LIMITS,
  RenderBudget,
} from '../../../packages/gateway/velocity/java/render-budget.ts';
import { TemplateError } from '../../../packages/gateway/velocity/java/template-error.ts';
import {
  contextVariables,
  templateScope,
} from '../../../packages/gateway/core/mapping/template-variables.ts';
import { compileTemplate } from '../../../packages/gateway/velocity/compile.ts';
import type { FuzzTarget } from './target.ts';
import { jsonOf, refusing } from './target.ts';

const BODY = '{"id":"7","lines":[{"n":1,"tags":["a","b"]},{"n":2.50,"tags":[]}],"note":null}';

const velocity: FuzzTarget = {
  name: 'velocity',
  seeds: [
    '#set($root = $input.path("$"))\n{"id": "$root.id"#foreach($l in $root.lines), "$foreach.count": $l.n#end}',
    '#if($input.params("x") == "1" && !$context.identity)a#elseif($stageVariables.y)b#else c#end',
    '$util.escapeJavaScript($input.body).replaceAll("(a+)+", "b") $util.base64Encode("x") #[[raw]]# ## end',
    '#macro(line $a)<$a>#end#line("x")#line([1..9]) $!{none.b[0]} \\$x ${input.json("$.lines[?(@.n > 1)]")}',
    '#set($m = {"a": 1, "b": [1, 2]}) $m.b.get(1) $m.put("c", 3) #set($x = ($m.a + 2) * 3 / 0 % 4) $x',
  ],
  words: [
    '#set(',
    '#foreach(',
    '#end',
    '#if(',
    '#elseif(',
    '#else',
    '#break',
    '#stop',
    '#macro(',
    '#[[',
    ']]#',
    '$input',
    '$util',
    '$context',
    '.path(',
    '.json(',
    '.params()',
    '.size()',
    '.keySet()',
    '.split("a*")',
    '$foreach.index',
    '.matches("(a|a)*$")',
    '.format("%s%99999d")',
    '.toString()',
    '..',
    '==',
    '&&',
    '$!{',
  ],
  run: (source) => {
    refusing([TemplateError], () => {
      const context = contextVariables({ requestId: 'r', identity: { sourceIp: '127.0.0.1' } });
      const parameters = { path: {}, querystring: { x: '1' }, header: { a: 'b' } };
      const scope = templateScope({ body: BODY, parameters, context, stageVariables: { y: 'z' } });
      compileTemplate(source, 'fuzz').render(scope);
    });
  },
};

const jsonPath: FuzzTarget = {
  name: 'json-path',
  seeds: [
    '$.lines[0].tags[*]',
    "$..tags[?(@.n > 1 && @.tags[0] == 'a')]",
    '$["id","note"]',
    '$.lines[-1:2].length()',
  ],
  words: [
    '$',
    '@',
    '..',
    '*',
    '[*]',
    '[?(',
    ')]',
    '=~ /a+/i',
    ' in ',
    '&&',
    '||',
    '!',
    '[1:2]',
    '.length()',
    "['a']",
  ],
  run: (path) => {
    refusing([TemplateError], () => {
      const budget = new RenderBudget(DEFAULT_RENDER_LIMITS);
      const document = parseJson(BODY);
      if (document !== undefined) readJsonPath(document, parseJsonPath(path), budget);
    });
  },
};

const lenientJson: FuzzTarget = {
  name: 'lenient-json',
  seeds: [
    BODY,
    "{ statusCode: 200, 'a': [1,,2,], }",
    '{"\\u00e9":"\\ud83d\\ude00","n":-1.5e-7,"big":123456789012345678901}',
  ],
  words: ['{', '[', '"', "'", ':', ',', '\\u', '\\', '1e400', '-', 'true', 'null', '{a:'],
  run: (text) => refusing([TemplateError], () => parseJson(text)),
};

const SCHEMA = {
  type: 'object',
  required: ['id'],
  properties: { id: { type: 'string', pattern: '^(\\d+|[a-z]*)$' }, lines: { $ref: '#/definitions/lines' } },
  definitions: {
    lines: { type: 'array', uniqueItems: true, items: { anyOf: [{ type: 'object' }, { enum: [1] }] } },
  },
  additionalProperties: { not: { type: 'boolean' } },
};

const jsonSchema: FuzzTarget = {
  name: 'json-schema',
  seeds: [
    JSON.stringify(SCHEMA),
    JSON.stringify({ allOf: [SCHEMA, { maxProperties: 9 }], dependencies: { a: ['b'] } }),
  ],
  words: [
    '"$ref"',
    '"#"',
    '"#/definitions/lines"',
    '"oneOf"',
    '"pattern"',
    '"(a+)+$"',
    '"items"',
    '"type"',
    '"format"',
    '"id"',
  ],
  run: (text) => {
    const schema = jsonOf(text);
    if (typeof schema !== 'object' || schema === null || Array.isArray(schema)) return;
    refusing([SchemaRefusal], () => {
      const models = new Map([
        [
          'M',
          schema as ConstructorParameters<typeof SchemaSet>[1] extends ReadonlyMap<string, infer S>
            ? S
            : never,
        ],
      ]);
      new SchemaSet('a1b2c3d4e5', models).check('M')(JSON.parse(BODY), BODY.length);
    });
  },
};

export const MAPPING_TARGETS: readonly FuzzTarget[] = [velocity, jsonPath, lenientJson, jsonSchema];
