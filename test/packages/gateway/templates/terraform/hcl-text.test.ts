import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import {
  elementsIn,
  membersIn,
  objectIn,
  partsIn,
} from '../../../../../packages/gateway/templates/terraform/hcl-text.ts';

const SPEC = 'HCL native syntax specification';

describe('membersIn', () => {
  const rows: readonly (readonly [
    name: string,
    text: string,
    members: readonly (readonly [string, string])[],
  ])[] = [
    [
      'attributes and blocks',
      'a = 1\nb "x" "y" { c = 2 }\n',
      [
        ['a', '1'],
        ['b', 'c = 2'],
      ],
    ],
    [
      'objects with commas, colons and quoted names',
      ' a = 1, "b": x.y , c = "d"',
      [
        ['a', '1'],
        ['b', 'x.y'],
        ['c', '"d"'],
      ],
    ],
    [
      'comments right behind a value, and quotients',
      'a = 12// b\nc = 8 / 2/* d */\ne = 1',
      [
        ['a', '12'],
        ['c', '8 / 2'],
        ['e', '1'],
      ],
    ],
    [
      'comments of all kinds',
      '# a = 1\n// b = 2\n/* c = 3 */ d = 4 # e\nf = 5',
      [
        ['d', '4'],
        ['f', '5'],
      ],
    ],
    [
      'expressions over several lines',
      'a = f({\n  b = 1\n})\nc = [\n  1,\n]',
      [
        ['a', 'f({\n  b = 1\n})'],
        ['c', '[\n  1,\n]'],
      ],
    ],
    [
      'brackets and quotes within strings',
      'a = "}${x["k"]}\\" {"\nb = 2',
      [
        ['a', '"}${x["k"]}\\" {"'],
        ['b', '2'],
      ],
    ],
    [
      'texts of several lines, also within a block',
      'a = <<-EOF\n  { "b"\n  EOF\nc { d = <<X\n}\nX\n}\ne = 1',
      [
        ['a', '<<-EOF\n  { "b"\n  EOF'],
        ['c', 'd = <<X\n}\nX'],
        ['e', '1'],
      ],
    ],
    ['what it cannot read ends it', 'a = 1\n!! b = 2', [['a', '1']]],
  ];
  for (const [name, text, members] of rows)
    it(`reads ${name}`, () => {
      assert.deepEqual(
        membersIn(text).map((each) => [each.name, each.text.trim()]),
        members,
        SPEC,
      );
    });

  it('finds where a member and its text begin', () => {
    const text = '# first\na = 1\nb {\n  c = "x"\n}';

    for (const { name, at, text: own, textAt } of membersIn(text)) {
      assert.ok(text.startsWith(name, at), name);
      assert.ok(text.startsWith(own, textAt), name);
    }
  });

  it('keeps the labels of a block', () => {
    assert.deepEqual(membersIn('resource "a" "b" {}')[0]?.labels, ['a', 'b']);
  });
});

describe('an expression', () => {
  it('is a list or an object only as a whole', () => {
    assert.deepEqual(elementsIn('[a.b, "x,y", [1, 2],]'), ['a.b', '"x,y"', '[1, 2]']);
    assert.equal(elementsIn('[a][0]'), undefined);
    assert.equal(objectIn('{ a = 1 }'), ' a = 1 ');
    assert.equal(objectIn('{ a = 1 }.a'), undefined);
  });

  const rows: readonly (readonly [text: string, parts: ReturnType<typeof partsIn>])[] = [
    ['a.b.c', [{ reference: 'a.b.c' }]],
    ['a.b["k"].c', [{ reference: 'a.b["k"].c' }]],
    ['"x/${a.b}/y"', ['x/', { reference: 'a.b' }, '/y']],
    ['"plain"', ['plain']],
    ['"${f(a.b)}"', undefined],
    ['f(a.b)', undefined],
    ['a.b ? 1 : 2', undefined],
    ['"a\\n"', undefined],
  ];
  for (const [text, parts] of rows)
    it(`${text} has ${parts === undefined ? 'no parts that are followed' : `${parts.length} parts`}`, () => {
      assert.deepEqual(partsIn(text), parts, SPEC);
    });

  it('of any text ends', () => {
    for (const text of ['"', '{', '[', '"${', 'a = "', 'a = {', '/*', 'a = [1', '"${"', '#']) {
      membersIn(text);
      elementsIn(text);
      partsIn(text);
    }
  });
});
