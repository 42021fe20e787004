import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { printPdf } from '../../../../../packages/stack/quota/commands/pdf.ts';

const printText = (lines: Parameters<typeof printPdf>[0]['lines']): string =>
  printPdf({ title: 'T', lines }).toString('latin1');

describe('printPdf', () => {
  it('names the place of each object, and its own', () => {
    const text = printText([{ text: 'one' }, { columns: ['a', '1', '2', '3', '4'], hasRule: true }]);

    const start = Number(/startxref\n(\d+)\n%%EOF\n$/.exec(text)?.[1]);
    assert.ok(text.startsWith('xref\n', start));
    const offsets = [...text.slice(start).matchAll(/^(\d{10}) 00000 n $/gm)].map(([, offset]) =>
      Number(offset),
    );
    assert.ok(offsets.length >= 6);
    offsets.forEach((offset, index) => assert.ok(text.startsWith(`${index + 1} 0 obj\n`, offset)));
  });

  it('says how long each page is, and begins another where one is full', () => {
    const text = printText(Array.from({ length: 120 }, (_, index) => ({ text: `line ${index}` })));

    assert.match(text, /\/Count 3 /);
    for (const [, length, content] of text.matchAll(/\/Length (\d+) >>\nstream\n([^]*?)\nendstream/g))
      assert.equal(content?.length, Number(length));
  });

  it('keeps what a name says from ending its string', () => {
    assert.match(printText([{ text: String.raw`a) Tj (b\ €` }]), /\(a\\051 Tj \\050b\\134 \\200\) Tj/);
  });

  it('refuses letters that its fonts lack, naming them', () => {
    assert.throws(() => printText([{ text: 'Łódź' }]), /no letter Ł \(U\+0141\)/);
  });
});
