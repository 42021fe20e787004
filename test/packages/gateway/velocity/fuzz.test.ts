import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import fc from 'fast-check';
import { JavaList, JavaMap } from '../../../../packages/gateway/velocity/java/values.ts';
import { RenderBudget } from '../../../../packages/gateway/velocity/java/render-budget.ts';
import { TemplateError } from '../../../../packages/gateway/velocity/java/template-error.ts';
import { compileTemplate } from '../../../../packages/gateway/velocity/compile.ts';
import { VelocityLexer } from '../../../../packages/gateway/velocity/lexer.ts';
import { CODE_POINT } from '../../../support/any-text.ts';

const LIMITS = { maxIterations: 1_000, maxSteps: 20_000, maxChars: 20_000 };

function aScope() {
  const m = JavaMap.of([
    ['a', 1],
    ['s', 'text'],
    ['l', new JavaList([1, null, 'x'], 'json')],
  ]);
  const variables = { x: 'X', t: true, f: false, n: 3, m, l: new JavaList([1, 'b', null, m]) };
  return { variables, undefinedReferences: 'empty' as const };
}

/** Compiles and renders; the result must always be a text within its limit or a TemplateError. */
function survive(source: string): void {
  try {
    const text = compileTemplate(source, 'fuzz').render(aScope(), LIMITS);

    assert.ok(text.length <= LIMITS.maxChars);
  } catch (error) {
    assert.ok(error instanceof TemplateError, error instanceof Error ? error.stack : String(error));
    assert.ok(error.template === 'fuzz' && error.message !== '');
  }
}

const fragment = fc.constantFrom(
  '$x',
  '$!x',
  '${x}',
  '$m.a',
  '$m.s.',
  '$l[0]',
  '$l.get(',
  '$l.size()',
  '$!{nope',
  '$',
  '$!',
  '\\',
  '\\\\',
  '#',
  '##',
  '#*',
  '*#',
  '#[[',
  ']]#',
  '#if(',
  '#if($t)',
  '#elseif($f)',
  '#else',
  '#end',
  '#{else}',
  '#set(',
  '#set($y = ',
  '#foreach($i in ',
  '#foreach($i in $l)',
  '#break',
  '#stop',
  '#macro(q $a)',
  '#q(',
  '#q($x)',
  '#@q()',
  '#define($d)',
  '$d',
  '$bodyContent',
  '#literal()',
  '#nope(',
  '#break($foreach)',
  '$foreach.parent',
  '$foreach.count',
  '(',
  ')',
  '[',
  ']',
  '{',
  '}',
  '"',
  "'",
  ',',
  ':',
  '..',
  '.',
  '=',
  '==',
  '!=',
  '<',
  '>=',
  '&&',
  '||',
  '!',
  '+',
  '-',
  '*',
  '/',
  '%',
  ' ',
  '\n',
  '\r\n',
  '\t',
  '1',
  '-1',
  '2147483647',
  '1.5',
  '1e400',
  'true',
  'false',
  'null',
  'in',
  'eq',
  'and',
  'text',
  'é',
  '😀',
  '\u0000',
  '\ud800',
  '\\u00zz',
  '0x1',
);

/** Templates that mostly compile: blocks closed, strings and parentheses balanced. */
const { template } = fc.letrec<{ template: string; statement: string; value: string; reference: string }>(
  (tie) => ({
    reference: fc.oneof(
      { maxDepth: 4 },
      fc.constantFrom('$x', '$m', '$l', '$nope', '$i', '$foreach.index', '$d'),
      fc
        .tuple(
          tie('reference'),
          fc.constantFrom(
            '.a',
            '.s',
            '.size()',
            '.keySet()',
            '.iterator()',
            '.toString()',
            '.next()',
            '[0]',
            '[-1]',
            '.entrySet()',
            '.l',
            '.clear()',
          ),
        )
        .map((each) => each.join('')),
      fc
        .tuple(
          tie('reference'),
          fc.constantFrom(
            'add',
            'get',
            'put',
            'remove',
            'split',
            'replaceAll',
            'matches',
            'contains',
            'concat',
            'substring',
            'addAll',
            'equals',
            'set',
            'indexOf',
            'parseInt',
            'format',
            'compareTo',
          ),
          fc.array(tie('value'), { maxLength: 3 }),
        )
        .map(([self, name, args]) => `${self}.${name}(${args.join(', ')})`),
    ),
    value: fc.oneof(
      { maxDepth: 4 },
      tie('reference'),
      fc.constantFrom(
        '1',
        '-2',
        '0',
        '1.5',
        '99999999999',
        '"a$x"',
        "'b'",
        '""',
        'true',
        'false',
        '[1..3]',
        '"(a+)+b"',
        '"$l #if($t)y#end"',
      ),
      fc.array(tie('value'), { maxLength: 3 }).map((items) => `[${items.join(', ')}]`),
      fc.tuple(tie('value'), tie('value')).map(([key, value]) => `{${key}: ${value}}`),
    ),
    statement: fc.oneof(
      { maxDepth: 4 },
      tie('reference'),
      fc.constantFrom('text ', '\n', '\\$x', '#break', '#stop', '## c\n', '#q("z")', '#q($x)', '#[[ $x ]]#'),
      fc
        .tuple(
          fc.constantFrom('$y', '$x', '$l', '$m.a', '$m["k"]', '$l[0]'),
          tie('value'),
          fc.constantFrom('+', '-', '*', '/', '%', '==', '<', '&&', '||'),
          tie('value'),
        )
        .map(([target, left, operator, right]) => `#set(${target} = ${left} ${operator} ${right})`),
      fc
        .tuple(tie('value'), tie('template'), tie('template'))
        .map(([condition, then, otherwise]) => `#if(${condition})${then}#else ${otherwise}#end`),
      fc.tuple(tie('value'), tie('template')).map(([list, body]) => `#foreach($i in ${list})${body}#end`),
      tie('template').map((body) => `#macro(q $x)${body}#end`),
      tie('template').map((body) => `#define($d)${body}#end`),
      tie('template').map((body) => `#@q($l)${body}#end`),
    ),
    template: fc.array(tie('statement'), { maxLength: 4 }).map((parts) => parts.join('')),
  }),
);

describe('the template engine on anything', () => {
  it('throws only TemplateError for arbitrary text', () => {
    fc.assert(fc.property(fc.string({ unit: CODE_POINT, maxLength: 60 }), survive), { numRuns: 1_000 });
  });

  it('throws only TemplateError for fragments of templates', () => {
    fc.assert(
      fc.property(
        fc.array(fragment, { maxLength: 20 }).map((parts) => parts.join('')),
        survive,
      ),
      { numRuns: 1_500 },
    );
  });

  it('throws only TemplateError for templates of the grammar', () => {
    fc.assert(fc.property(template, survive), { numRuns: 1_000 });
  });

  it('compiles most templates of the grammar, so that the renderer is reached', () => {
    const sources = fc.sample(template, { numRuns: 300, seed: 7 });

    const compiled = sources.filter((source) => {
      try {
        return compileTemplate(source, 'fuzz').name === 'fuzz';
      } catch {
        return false;
      }
    });

    assert.ok(compiled.length > 250, `only ${compiled.length} of 300`);
  });

  it('never spends more steps than the budget has', () => {
    fc.assert(
      fc.property(fc.array(fc.nat(2_000)), (costs) => {
        const budget = new RenderBudget(LIMITS);
        try {
          for (const cost of costs) budget.spend(cost);
        } catch (error) {
          assert.ok(error instanceof TemplateError && error.code === 'TEMPLATE_LIMIT');
        }
        assert.ok(budget.stepsSpent <= LIMITS.maxSteps);
      }),
    );
  });

  it('reads every character once: the tokens of plain text are the text', () => {
    fc.assert(
      fc.property(
        fc.string().filter((text) => !/[$#\\]/.test(text)),
        (text) => {
          const lexer = new VelocityLexer(text);
          let read = '';
          for (let token = lexer.next(); token.kind !== 'eof'; token = lexer.next()) read += token.image;

          assert.equal(read, text);
        },
      ),
    );
  });
});
