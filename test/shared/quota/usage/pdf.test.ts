import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { printPdf } from '#shared/quota/usage/pdf.ts';

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

  it('says how long each page is, and begins another if one is full', () => {
    const text = printText(Array.from({ length: 120 }, (_, index) => ({ text: `line ${index}` })));

    assert.match(text, /\/Count 3 /);
    for (const [, length, content] of text.matchAll(/\/Length (\d+) >>\nstream\n([^]*?)\nendstream/g))
      assert.equal(content?.length, Number(length));
  });

  // ISO 216: A4 is 210 by 297 mm, in points of 1/72 inch 595 by 842; the margin of 56 is 2 cm.
  it('writes between margins of 2 cm, the first column left-aligned and the others right-aligned', () => {
    const places = (bold: boolean) =>
      [
        ...printText([
          { text: 'one' },
          { text: 'two', size: 20, indent: 10 },
          { columns: ['a', '1', '11', '1', '1'], isBold: bold, hasRule: true },
        ]).matchAll(/^BT (\S+) (\S+) Tf (\S+) (\S+) Td \((.*)\)/gm),
      ].map(([, font, size, x, y, text]) => `${text} ${font} ${size} at ${x} ${y}`);

    // A digit of Helvetica is 0.556 of the size wide, bold or not (Adobe's metrics).
    assert.deepEqual(places(false), [
      'one /F1 10 at 56.00 771.50',
      'two /F1 20 at 66.00 742.50',
      'a /F1 10 at 56.00 728.00',
      '1 /F1 10 at 294.44 728.00',
      '11 /F1 10 at 368.88 728.00',
      '1 /F1 10 at 444.44 728.00',
      '1 /F1 10 at 533.44 728.00',
    ]);
    assert.equal(places(true).at(-1), '1 /F2 10 at 533.44 728.00');
    assert.match(printText([{ columns: ['a'], hasRule: true }]), /^0\.5 w 56 782\.50 m 539 782\.50 l S$/m);
  });

  it('draws a line only above columns that ask for one', () => {
    const columns = ['a', '1'];

    assert.match(printText([{ columns, hasRule: true }]), / l S$/m);
    for (const hasRule of [false, undefined])
      assert.doesNotMatch(printText([{ columns, ...(hasRule !== undefined && { hasRule }) }]), / l S$/m);
  });

  it('writes nothing for an empty text, and leaves its place', () => {
    const places = (text: string) => [
      ...printText([{ text }, { text: 'b' }]).matchAll(/ (\S+) Td \((.*)\)/g),
    ];

    assert.deepEqual(
      places('').map(([, , text]) => text),
      ['b'],
    );
    assert.equal(places('').at(-1)?.[1], places('a').at(-1)?.[1]);
  });

  it('keeps what a name says from ending its string', () => {
    assert.match(printText([{ text: String.raw`a) Tj (b\ €` }]), /\(a\\051 Tj \\050b\\134 \\200\) Tj/);
  });

  // ISO 32000-1, 7.3.4.2: a string may contain any bytes; a backslash introduces its delimiters, and bytes in octal.
  it('writes each printable letter of ASCII as it is, except delimiters, and refuses control characters', () => {
    for (let code = 0; code < 0x80; code += 1) {
      const letter = String.fromCharCode(code);
      const print = (): string => printText([{ text: `a${letter}b` }]);
      if (code < 0x20 || code === 0x7f) assert.throws(print, { code: 'PDF_LETTER_UNKNOWN' }, `code ${code}`);
      else if ('()\\'.includes(letter))
        assert.ok(print().includes(`(a\\${code.toString(8).padStart(3, '0')}b) Tj`));
      else assert.ok(print().includes(`(a${letter}b) Tj`), letter);
    }
  });

  it('writes each letter of Windows-1252 by its byte', () => {
    const bytes = Array.from({ length: 0x100 - 0xa0 }, (_, index) => 0xa0 + index);
    const extra = Array.from({ length: 0x20 }, (_, index) => 0x80 + index);
    // The Encoding Standard keeps five bytes that the character set leaves out as controls.
    const known = [...extra, ...bytes].filter((byte) => ![0x81, 0x8d, 0x8f, 0x90, 0x9d].includes(byte));
    for (const byte of known) {
      const letter = new TextDecoder('windows-1252').decode(Uint8Array.of(byte));
      const octal = `\\${byte.toString(8)}`;
      assert.ok(printText([{ text: letter }]).includes(`(${octal}) Tj`), `${letter} is ${octal}`);
    }
  });

  it('writes a composed letter for a letter and its accent', () => {
    assert.equal(printText([{ text: 'e\u0301' }]), printText([{ text: 'é' }]));
  });

  it('refuses letters that its fonts lack, naming them', () => {
    assert.throws(
      () => printText([{ text: 'Łódź' }]),
      /only letters of Western European languages, not Ł \(U\+0141\)/,
    );
  });
});
