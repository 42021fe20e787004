/** What Java's values print and their methods return, in templates; source: the API specification of Java 8. */
import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { compileTemplate } from '@gatewright/velocity/compile';
import { TemplateError } from '@gatewright/velocity/java/template-error';
import {
  JavaBigDecimal,
  JavaBigInteger,
  JavaCharacter,
  JavaDouble,
  JavaList,
  JavaLong,
} from '@gatewright/velocity/java/values';
import type { JavaValue } from '@gatewright/velocity/java/values';

const render = (source: string, variables: Record<string, JavaValue>): string =>
  compileTemplate(source, 'test').render({ variables, undefinedReferences: 'source' });

/** A list in a list in a list … */
function nestedList(levels: number, kind?: 'json'): JavaList {
  let list = new JavaList([1], kind);
  for (let level = 1; level < levels; level += 1) list = new JavaList([list], kind);
  return list;
}

describe('values in templates', () => {
  const LONG = new JavaLong(1n);
  const TWO_TO_63 = new JavaBigInteger(2n ** 63n);
  const A = new JavaCharacter('a');
  const ONE_TO_THREE = (): JavaList => new JavaList([1, 2, 3]);
  const rows: readonly {
    readonly name: string;
    readonly template: string;
    readonly x: JavaValue;
    readonly expected: string;
    readonly source: string;
  }[] = [
    {
      name: 'a decimal without places prints as an integer',
      template: '$x',
      x: new JavaBigDecimal(120n, 0),
      expected: '120',
      source: 'BigDecimal.toString',
    },
    {
      name: 'a decimal of a negative scale prints with an exponent',
      template: '$x',
      x: new JavaBigDecimal(12n, -1),
      expected: '1.2E+2',
      source: 'BigDecimal.toString',
    },
    {
      name: 'a double is cut to a whole number',
      template: '$x.longValue()',
      x: new JavaDouble(1.5),
      expected: '1',
      source: 'Double.longValue',
    },
    {
      name: 'an integer beyond 64 bits keeps the low ones',
      template: '$x.longValue()',
      x: TWO_TO_63,
      expected: '-9223372036854775808',
      source: 'BigInteger.longValue',
    },
    {
      name: 'a literal of 64 bits is a long, and one more is a longer number',
      template:
        '#set($a = 9223372036854775807)#set($b = 9223372036854775808)$a.longValue() $b.longValue() $b',
      x: null,
      expected: '9223372036854775807 -9223372036854775808 9223372036854775808',
      source: 'Long.MAX_VALUE',
    },
    {
      name: 'the hash of a long has 32 bits',
      template: '$x.hashCode()',
      x: new JavaLong(2n ** 31n),
      expected: '-2147483648',
      source: 'Long.hashCode',
    },
    {
      name: 'the longest long is read',
      template: '$x.parseLong("9223372036854775807")',
      x: LONG,
      expected: '9223372036854775807',
      source: 'Long.parseLong',
    },
    {
      name: '%b is whether there is a value that is not false',
      template: '$x.format("%b %b", true, "text") $x.format("%b", false) $x.format("%b", $nothing)',
      x: '',
      expected: 'true true false false',
      source: 'Formatter, conversion b',
    },
    {
      name: 'an iterator removes what it gave last',
      template: '#set($i = $x.iterator())$i.next() $i.remove()$i.next() $x',
      x: ONE_TO_THREE(),
      expected: '1 2 [2, 3]',
      source: 'Iterator.remove',
    },
    {
      name: 'a character says what it is',
      template:
        '$x.isDigit($x) $x.isLetter($x) $x.isLetterOrDigit($x) $x.isLowerCase($x) $x.isUpperCase($x) $x.isWhitespace($x)',
      x: A,
      expected: 'false true true true false false',
      source: 'Character',
    },
    {
      name: 'a character has another case',
      template: '$x.toUpperCase($x) $x.toLowerCase($x) $x.getNumericValue($x)',
      x: A,
      expected: 'A a 10',
      source: 'Character',
    },
    {
      name: 'the last index is searched from the place given, and none before the first',
      template: '$x.lastIndexOf("a", 0) $x.lastIndexOf("a", -1) $x.lastIndexOf("c", 4)',
      x: 'abcabc',
      expected: '0 -1 2',
      source: 'String.lastIndexOf(String, int)',
    },
    {
      name: 'values nested within the limit have a hash',
      template: '#if($x.hashCode() != 0)hashed#end',
      x: nestedList(150),
      expected: 'hashed',
      source: 'List.hashCode',
    },
  ];
  for (const { name, template, x, expected, source } of rows)
    it(name, () => {
      assert.equal(render(template, { x }), expected, source);
    });

  const refused: readonly (readonly [name: string, template: string, x: JavaValue, message: RegExp])[] = [
    ['a long that is too long', '$x.parseLong("9223372036854775808")', LONG, /more than 64 bits/],
    ['its value of a text', '$x.valueOf("9223372036854775808")', LONG, /more than 64 bits/],
    ['the hash of a value nested too deep', '$x.hashCode()', nestedList(250), /deeper than 200 levels/],
    ['its JSON', '$x', nestedList(250, 'json'), /deeper than 200 levels/],
    [
      'a comparison of two that are nested too deep',
      '#if($x.get(0) == $x.get(1))#end',
      new JavaList([nestedList(250), nestedList(250)]),
      /deeper than 200 levels/,
    ],
    ['an index from behind of a long', '$x[-1]', LONG, /with Long, which has no size/],
    ['one of a double', '$x[-1]', new JavaDouble(1), /with Double, which has no size/],
    ['one of a longer number', '$x[-1]', TWO_TO_63, /with BigInteger, which has no size/],
    ['one of a decimal', '$x[-1]', new JavaBigDecimal(1n, 0), /with BigDecimal, which has no size/],
    ['one of a character', '$x[-1]', A, /with Character, which has no size/],
    ['one of an iterator', '$x.iterator()[-1]', ONE_TO_THREE(), /with Iterator, which has no size/],
  ];
  for (const [name, template, x, message] of refused)
    it(`refuses ${name}`, () => {
      assert.throws(
        () => render(template, { x }),
        (error) => error instanceof TemplateError && message.test(error.message),
      );
    });
});
