import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { JavaList, JavaMap, type JavaValue } from '../../../../packages/gateway/velocity/java/values.ts';
import {
  DEFAULT_RENDER_LIMITS,
  type RenderLimits,
} from '../../../../packages/gateway/velocity/java/render-budget.ts';
import {
  TemplateError,
  type TemplateErrorCode,
} from '../../../../packages/gateway/velocity/java/template-error.ts';
import { compileTemplate } from '../../../../packages/gateway/velocity/compile.ts';
import { cpuMs } from '../../../support/cpu-time.ts';

function render(
  source: string,
  variables: Record<string, JavaValue> = {},
  limits?: Partial<RenderLimits>,
): string {
  const scope = { variables, undefinedReferences: 'source' as const };
  return compileTemplate(source, 'test').render(scope, { ...DEFAULT_RENDER_LIMITS, ...limits });
}

function failureOf(run: () => unknown): TemplateError {
  try {
    run();
  } catch (error) {
    assert.ok(error instanceof TemplateError, String(error));
    return error;
  }
  return assert.fail('nothing was thrown');
}

describe('compileTemplate', () => {
  const refused: readonly {
    name: string;
    source: string;
    code: TemplateErrorCode;
    line: number;
    column: number;
    message: RegExp;
  }[] = [
    {
      name: 'a missing #end',
      source: 'a\n#if(true)\nb',
      code: 'TEMPLATE_SYNTAX',
      line: 3,
      column: 2,
      message: /unexpected the end of the template; expected #end/,
    },
    {
      name: 'a stray #end',
      source: 'a\n  #end',
      code: 'TEMPLATE_SYNTAX',
      line: 2,
      column: 3,
      message: /unexpected "#end"/,
    },
    {
      name: 'an unknown operator',
      source: '#if($a =! 1)x#end',
      code: 'TEMPLATE_SYNTAX',
      line: 1,
      column: 8,
      message: /expected "\)"/,
    },
    {
      name: 'a missing "="',
      source: '#set($a 1)',
      code: 'TEMPLATE_SYNTAX',
      line: 1,
      column: 9,
      message: /expected "=" after/,
    },
    {
      name: 'a word as value',
      source: 'x\n\n#set($a = foo)',
      code: 'TEMPLATE_SYNTAX',
      line: 3,
      column: 11,
      message: /expected a value/,
    },
    {
      name: '"$" at the end',
      source: 'cost 5$',
      code: 'TEMPLATE_SYNTAX',
      line: 1,
      column: 7,
      message: /unfinished "\$"/,
    },
    {
      name: '#include',
      source: 'a #include("x")',
      code: 'TEMPLATE_REFUSED',
      line: 1,
      column: 3,
      message: /#include is not available/,
    },
    {
      name: '#parse',
      source: '#parse("x")',
      code: 'TEMPLATE_REFUSED',
      line: 1,
      column: 1,
      message: /#parse/,
    },
    {
      name: '#evaluate',
      source: '#{evaluate}("x")',
      code: 'TEMPLATE_REFUSED',
      line: 1,
      column: 1,
      message: /#evaluate/,
    },
    {
      name: 'a quote behind a text, which ends at the last doubled one',
      source: "#set($a = 'x'')$a",
      code: 'TEMPLATE_SYNTAX',
      line: 1,
      column: 14,
      message: /unexpected character "'"/,
    },
    {
      name: 'more than 500 operators in a row',
      source: `#set($a = 1${' + 1'.repeat(501)})`,
      code: 'TEMPLATE_SYNTAX',
      line: 1,
      column: 2016,
      message: /at most 500 operators/,
    },
    {
      name: 'an error inside a string',
      source: 'a\n#set($x = "b #if(1")',
      code: 'TEMPLATE_SYNTAX',
      line: 2,
      column: 20,
      message: /expected "\)"/,
    },
  ];

  for (const { name, source, code, line, column, message } of refused) {
    it(`refuses ${name} with line and column`, () => {
      const error = failureOf(() => compileTemplate(source, 'orders/post'));

      assert.deepEqual([error.code, error.line, error.column], [code, line, column], error.message);
      assert.match(error.message, message);
      assert.equal(error.describe(), `orders/post:${line}:${column}: ${error.message}`);
    });
  }

  const bombs = [
    { name: 'more than 300 KB', source: 'é'.repeat(153_601) },
    { name: 'nested blocks', source: '#if(true)'.repeat(5_000) + '#end'.repeat(5_000) },
    { name: 'nested parentheses', source: `#set($a = ${'('.repeat(10_000)}1${')'.repeat(10_000)})` },
    { name: 'nested lists', source: `#set($a = ${'['.repeat(10_000)}${']'.repeat(10_000)})` },
    { name: 'nested method calls', source: '$a.b('.repeat(10_000) },
    { name: 'nested indexes', source: '$a['.repeat(10_000) },
    { name: 'a chain of operators', source: `#set($a = 1${' + 1'.repeat(20_000)})` },
    { name: 'a chain of negations', source: `#if(${'!'.repeat(20_000)}true)#end` },
    { name: 'a number without end', source: `#set($a = ${'9'.repeat(20_000)})` },
  ];

  for (const { name, source } of bombs) {
    it(`refuses ${name}`, () => {
      assert.match(failureOf(() => compileTemplate(source, 'bomb')).code, /TEMPLATE_(REFUSED|SYNTAX|LIMIT)/);
    });
  }

  it('takes long runs of backslashes, quotes and signs in linear time', () => {
    for (const char of ['\\', '"', '$ ', '# ', '#*', '\\#', '\\$ ', '$x.', ' #', '##\\\n', '#[[\\']) {
      const source = char.repeat(Math.floor(250_000 / char.length));

      const took = cpuMs(() => {
        try {
          render(source);
        } catch (error) {
          assert.ok(error instanceof TemplateError, String(error));
        }
      });

      assert.ok(took < 4_000, `${JSON.stringify(char)} took ${took} ms`);
    }
  });

  it('takes 300 KB, and 499 operators in a row', () => {
    assert.equal(render('é'.repeat(153_600)).length, 153_600);
    assert.equal(render(`#set($a = 1${' + 1'.repeat(499)})$a`), '500');
  });

  it('compiles once and renders many times without state between', () => {
    const template = compileTemplate('#set($n = $n + 1)$n#macro(m)#break#end#m()#m()', 'counter');
    const scope = { variables: { n: 1 }, undefinedReferences: 'source' as const };

    assert.deepEqual([template.render(scope), template.render(scope)], ['2', '2']);
  });
});

describe('render', () => {
  it('ends a #foreach after 1,000 rounds, and only that loop', () => {
    assert.equal(
      render('#foreach($i in [1..5000])#end#foreach($i in [1..5000])#set($n = $foreach.count)#end$n'),
      '1000',
    );
  });

  const bombs: readonly { name: string; source: string; limits?: Partial<RenderLimits> }[] = [
    {
      name: 'doubling of a text',
      source: '#set($s = "xxxxxxxxxx")#foreach($i in [1..1000])#set($s = "$s$s")#end',
    },
    {
      name: 'doubling by concat',
      source: '#set($s = "xxxxxxxxxx")#foreach($i in [1..1000])#set($s = $s.concat($s))#end',
    },
    {
      name: 'doubling by +',
      source: '#set($s = "xxxxxxxxxx")#foreach($i in [1..1000])#set($s = $s + $s)#end',
    },
    {
      name: 'doubling by replace',
      source: '#set($s = "xx")#foreach($i in [1..1000])#set($s = $s.replace("x", "xx"))#end',
    },
    {
      name: 'doubling by replaceAll',
      source: '#set($s = "xx")#foreach($i in [1..1000])#set($s = $s.replaceAll("x", "xx"))#end',
    },
    {
      name: 'doubling by join',
      source: '#set($s = "xx")#foreach($i in [1..1000])#set($s = $s.join($s, $s, $s))#end',
    },
    {
      name: 'padding by format',
      source:
        '#set($s = "")$s.format("%1$999999d%1$999999d%1$999999d%1$999999d%1$999999d%1$999999d%1$999999d%1$999999d%1$999999d%1$999999d%1$999999d", 1)',
    },
    {
      name: 'doubling of a list',
      source: '#set($l = [1])#foreach($i in [1..1000])#set($x = $l.addAll($l))#end',
    },
    {
      name: 'nested loops',
      source: '#foreach($i in [1..1000])#foreach($j in [1..1000])#foreach($k in [1..1000])#end#end#end',
    },
    { name: 'a huge range', source: '#set($r = [1..2147483647])' },
    {
      name: 'squaring of a number',
      source: '#set($n = 99999999999999999999)#foreach($i in [1..1000])#set($n = $n * $n)#end',
    },
    { name: 'output over its bound', source: '#foreach($i in [1..100])$i #end', limits: { maxChars: 100 } },
    { name: 'a list in itself', source: '#set($l = [])#set($m = [$l])#set($x = $l.add($m))$l' },
    { name: 'a map in itself', source: '#set($m = {})#set($l = [$m])#set($m.a = $l)$m' },
    {
      name: 'comparison of cycles',
      source: '#set($a=[])#set($b=[])#set($x=$a.add([$b]))#set($x=$b.add([$a]))#if($a == $b)#end',
    },
    { name: 'hash of a cycle', source: '#set($a=[])#set($x=$a.add([$a]))$a.hashCode()' },
    {
      name: 'shared parts that print without end',
      source: '#set($l=["x"])#foreach($i in [1..150])#set($l=[$l,$l])#end$l',
    },
    { name: 'endless recursion of macros', source: '#macro(m)#m()#end#m()' },
    { name: 'recursion of macros that doubles', source: '#macro(m $a)#m("$a$a")#m("$a$a")#end#m("xx")' },
    {
      name: 'text captured and thrown away',
      source:
        '#set($s = "xxxxxxxxxx")#foreach($i in [1..15])#set($s = "$s$s")#end#foreach($i in [1..1000])#foreach($j in [1..1000])#set($t = "$s$s")#end#end',
    },
  ];

  for (const { name, source, limits } of bombs) {
    it(`ends ${name} with TEMPLATE_LIMIT`, () => {
      let error: ReturnType<typeof failureOf> | undefined;

      const ms = cpuMs(() => (error = failureOf(() => render(source, {}, limits))));

      assert.equal(error?.code, 'TEMPLATE_LIMIT', error?.message);
      assert.ok(ms < 2_000, `${ms} ms`);
    });
  }

  // Velocity user guide, "Loops": the reference belongs only to the loop.
  it('leaves no loop variable behind, in a macro either', () => {
    const loop = '#foreach($b in [1,2])$b#end[$!b]';

    assert.equal(render(loop), '12[]');
    assert.equal(render(`#macro(m $a)${loop}#end#m("x")|$!b`), '12[]|');
    assert.equal(render(`#set($b = 7)#macro(m $a)${loop}#end#m("x")|$b`), '12[7]|7');
  });

  it('ends at #stop, and fails if its argument does', () => {
    assert.equal(render('a#stop($s)b', { s: 'x' }), 'a');
    assert.equal(failureOf(() => render('#stop($s.substring(9))', { s: 'x' })).code, 'TEMPLATE_FAILED');
  });

  it('says where a failing method was called', () => {
    const error = failureOf(() => render('a\n b $s.substring(9)', { s: 'x' }));

    assert.deepEqual([error.code, error.line, error.column], ['TEMPLATE_FAILED', 2, 4]);
  });

  const closed = [
    '$x.class',
    '$x.getClass()',
    '$x.class.forName("java.lang.Runtime")',
    '$x.constructor',
    '$x["__proto__"]',
    '$x.prototype',
    '$x.hasOwnProperty("a")',
    '$x.wait()',
    '$x.notify()',
    '$x.valueOf',
    '$x.toLocaleString()',
    '$x["constructor"]',
  ];

  for (const source of closed) {
    it(`finds nothing for ${source} on any value`, () => {
      for (const x of ['text', 1, true, new JavaList([1]), JavaMap.of([['a', 1]])]) {
        assert.equal(render(source, { x }), source, 'docs/aws §7.5: reflection is blocked');
      }
    });
  }

  it('does not confuse names of variables and keys with names of JavaScript objects', () => {
    const source =
      '$constructor $__proto__ $toString $m.constructor $m["__proto__"] #set($m["__proto__"] = 1)$m["__proto__"] $m';

    assert.equal(
      render(source, { m: new JavaMap() }),
      '$constructor $__proto__ $toString $m.constructor $m["__proto__"]1 {__proto__=1}',
    );
  });
});
