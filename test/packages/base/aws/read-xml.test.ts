import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { readXml } from '../../../../packages/base/aws/read-xml.ts';

describe('readXml', () => {
  const rows: readonly (readonly [name: string, text: string, expected: unknown])[] = [
    [
      'reads a list of structures',
      '<?xml version="1.0"?>\n<R xmlns="u"><L><member><A>1</A></member><member><A>2</A></member></L></R>',
      { R: { L: [{ A: '1' }, { A: '2' }] } },
    ],
    [
      'reads a structure that has a member of that name among others',
      '<R><member>1</member><B>2</B></R>',
      { R: { member: '1', B: '2' } },
    ],
    [
      // https://docs.aws.amazon.com/cloudfront/latest/APIReference/API_ListDistributions.html
      'reads repeated elements as a list, also inside an element of the same name',
      '<L><Items><D><Items><M>GET</M><M>HEAD</M></Items></D><D><Items>a</Items></D></Items></L>',
      { L: { Items: { D: [{ Items: { M: ['GET', 'HEAD'] } }, { Items: 'a' }] } } },
    ],
    ['takes an empty list for the empty text', '<R><L/><M></M></R>', { R: { L: '', M: '' } }],
    [
      'reads entities',
      '<R>a &lt;b&gt; &#38; &#x1F600; &quot;&apos;&amp;amp;</R>',
      { R: 'a <b> & 😀 "\'&amp;' },
    ],
    ['reads past comments and attributes', '<R a=\'<>\'><!-- <x> --><B c="1">t</B></R>', { R: { B: 't' } }],
    ['keeps what only looks like an entity', '<R>&none; &#9999999;</R>', { R: '&none; &#9999999;' }],
    ['takes a page for no answer', '<html><br>hello</html>', undefined],
    ['takes what is cut short for no answer', '<R><A>1</A>', undefined],
    ['takes two roots for no answer', '<R/><R/>', undefined],
    ['takes text for no answer', 'hello', undefined],
    ['takes a wrong end for no answer', '<R></S>', undefined],
    ['takes a bomb of depth for no answer', `${'<a>'.repeat(100)}${'</a>'.repeat(100)}`, undefined],
  ];
  for (const [name, text, expected] of rows) it(name, () => assert.deepEqual(readXml(text), expected));

  it('sets no prototype', () => {
    const { R } = readXml('<R><__proto__><x>1</x></__proto__></R>') as { R: object };
    assert.deepEqual(Object.keys(R), ['__proto__']);
  });
});
