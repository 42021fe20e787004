/**
 * Writes pages of text as PDF 1.4 in Helvetica, a font that every PDF reader has. An invoice needs nothing more, so no
 * library is used. Letters that Windows-1252 lacks are refused: Adobe's metrics have glyphs for Polish or Turkish
 * letters, but PDFium (Chrome) silently leaves them out.
 */
import { DomainError } from '../../errors.ts';

export type PdfLine =
  | { readonly text: string; readonly size?: number; readonly isBold?: boolean; readonly indent?: number }
  /** The first column is left-aligned, the others are right-aligned. */
  | { readonly columns: readonly string[]; readonly isBold?: boolean; readonly hasRule?: boolean };

const PAGE = { width: 595, height: 842, margin: 56 };
const SIZE = 10;
const LEADING = 1.45;
/** The right edges of the columns, measured from the left edge of the page. The first column does not use its edge. */
const ENDS = [230, 300, 380, 450, PAGE.width - PAGE.margin];
/**
 * Advance widths of Helvetica for the characters from space to tilde, in thousandths of the font size (Adobe's
 * metrics).
 */
const WIDTHS =
  '278 278 355 556 556 889 667 191 333 333 389 584 278 333 278 278 556 556 556 556 556 556 556 556 556 556 278 278 584 584 584 556 1015 667 667 722 722 667 611 778 722 278 500 667 556 833 722 778 667 778 722 667 611 722 667 944 667 667 611 278 278 278 469 556 333 556 556 500 556 556 278 556 556 222 222 500 222 833 556 556 556 556 333 500 278 556 500 722 500 500 500 334 260 334 584'
    .split(' ')
    .map(Number);
/** Extra width of most letters in Helvetica-Bold, in thousandths of the font size. Digits have no extra width. */
const BOLD = 55;
/** Characters of Windows-1252 that Latin-1 lacks. */
const EXTRA = '€‚ƒ„…†‡ˆ‰Š‹ŒŽ‘’“”•–—˜™š›œžŸ';
const EXTRA_CODES = [
  0x80, 0x82, 0x83, 0x84, 0x85, 0x86, 0x87, 0x88, 0x89, 0x8a, 0x8b, 0x8c, 0x8e, 0x91, 0x92, 0x93, 0x94, 0x95,
  0x96, 0x97, 0x98, 0x99, 0x9a, 0x9b, 0x9c, 0x9e, 0x9f,
];

/**
 * Formats pages as PDF.
 * @throws DomainError PDF_LETTER_UNKNOWN for a letter that Windows-1252 lacks
 */
export function printPdf({
  title,
  lines,
}: {
  readonly title: string;
  readonly lines: readonly PdfLine[];
}): Buffer {
  const pages = paginate(lines);
  const first = 5;
  const kids = pages.map((_, index) => `${first + 2 * index} 0 R`).join(' ');
  const objects = [
    '<< /Type /Catalog /Pages 2 0 R >>',
    `<< /Type /Pages /Kids [${kids}] /Count ${pages.length} >>`,
    '<< /Type /Font /Subtype /Type1 /BaseFont /Helvetica /Encoding /WinAnsiEncoding >>',
    '<< /Type /Font /Subtype /Type1 /BaseFont /Helvetica-Bold /Encoding /WinAnsiEncoding >>',
    ...pages.flatMap((content, index) => [
      `<< /Type /Page /Parent 2 0 R /MediaBox [0 0 ${PAGE.width} ${PAGE.height}] ` +
        `/Resources << /Font << /F1 3 0 R /F2 4 0 R >> >> /Contents ${first + 2 * index + 1} 0 R >>`,
      `<< /Length ${content.length} >>\nstream\n${content}\nendstream`,
    ]),
    `<< /Title (${encode(title)}) /Producer (gatewright) >>`,
  ];
  return assemble(objects);
}

function paginate(lines: readonly PdfLine[]): readonly string[] {
  const pages: string[][] = [[]];
  let y = PAGE.height - PAGE.margin;
  for (const line of lines) {
    const size = ('text' in line ? line.size : undefined) ?? SIZE;
    y -= size * LEADING;
    if (y < PAGE.margin) {
      pages.push([]);
      y = PAGE.height - PAGE.margin - size * LEADING;
    }
    pages.at(-1)?.push(...draw(line, y, size));
  }
  return pages.map((page) => page.join('\n'));
}

function draw(line: PdfLine, y: number, size: number): readonly string[] {
  const font = line.isBold === true ? '/F2' : '/F1';
  const put = (text: string, x: number): string =>
    `BT ${font} ${size} Tf ${x.toFixed(2)} ${y.toFixed(2)} Td (${encode(text)}) Tj ET`;
  if ('text' in line) return line.text === '' ? [] : [put(line.text, PAGE.margin + (line.indent ?? 0))];
  const ruleY = (y + size * 1.1).toFixed(2);
  const rule = `0.5 w ${PAGE.margin} ${ruleY} m ${PAGE.width - PAGE.margin} ${ruleY} l S`;
  const cells = line.columns.map((text, index) =>
    put(text, index === 0 ? PAGE.margin : (ENDS[index] ?? 0) - widthOf(text, size, line.isBold === true)),
  );
  return [...(line.hasRule === true ? [rule] : []), ...cells];
}

function widthOf(text: string, size: number, isBold: boolean): number {
  const widthOfLetter = (letter: string): number =>
    (WIDTHS[letter.charCodeAt(0) - 32] ?? 556) + (isBold && /[a-z]/i.test(letter) ? BOLD : 0);
  const units = Array.from(text).reduce((sum, letter) => sum + widthOfLetter(letter), 0);
  return (units * size) / 1000;
}

/** Encodes the text of a PDF string in Windows-1252, with delimiters escaped. */
function encode(text: string): string {
  return Array.from(text.normalize())
    .map((letter) => {
      const code = codeOf(letter);
      const isPlain = code < 0x80 && !'()\\'.includes(letter);
      return isPlain ? letter : `\\${code.toString(8).padStart(3, '0')}`;
    })
    .join('');
}

function codeOf(letter: string): number {
  const code = letter.codePointAt(0) ?? 0;
  if ((code >= 32 && code < 127) || (code >= 0xa0 && code <= 0xff)) return code;
  const extra = EXTRA_CODES[Array.from(EXTRA).indexOf(letter)];
  if (extra !== undefined) return extra;
  throw new DomainError(
    'PDF_LETTER_UNKNOWN',
    `the fonts of the PDF contain only letters of Western European languages, not ${letter} (U+${code.toString(16).toUpperCase().padStart(4, '0')})`,
  );
}

function assemble(objects: readonly string[]): Buffer {
  let text = '%PDF-1.4\n';
  const offsets = objects.map((object, index) => {
    const offset = text.length;
    text += `${index + 1} 0 obj\n${object}\nendobj\n`;
    return offset;
  });
  const start = text.length;
  const entries = offsets.map((offset) => `${String(offset).padStart(10, '0')} 00000 n \n`).join('');
  text += `xref\n0 ${objects.length + 1}\n0000000000 65535 f \n${entries}`;
  text += `trailer\n<< /Size ${objects.length + 1} /Root 1 0 R /Info ${objects.length} 0 R >>\nstartxref\n${start}\n%%EOF\n`;
  return Buffer.from(text, 'latin1');
}
