/** A badge with the score, in the JSON format of shields.io. */
import { countOf } from './score.ts';
import type { CaseResult } from './score.ts';

const CHAR_WIDTH = 6.6;
const PADDING = 12;
const LABEL = 'API Gateway';

export function printBadge(results: readonly CaseResult[]): string {
  const { passed, total } = countOf(results);
  const score = `${passed} of ${total}`;
  const [labelWidth, scoreWidth] = [widthOf(LABEL), widthOf(score)];
  const width = labelWidth + scoreWidth;
  const color = passed === total ? '#2e7d32' : passed * 10 >= total * 9 ? '#9a6700' : '#b3261e';
  const text = (x: number, content: string): string => `<text x="${x}" y="14">${content}</text>`;
  return [
    `<svg xmlns="http://www.w3.org/2000/svg" width="${width}" height="20" role="img" aria-label="${LABEL}: ${score}">`,
    `<title>${LABEL}: ${score} cases pass</title>`,
    `<rect width="${labelWidth}" height="20" fill="#444"/>`,
    `<rect x="${labelWidth}" width="${scoreWidth}" height="20" fill="${color}"/>`,
    '<g fill="#fff" text-anchor="middle" font-family="Verdana,DejaVu Sans,sans-serif" font-size="11">',
    text(labelWidth / 2, LABEL),
    text(labelWidth + scoreWidth / 2, score),
    '</g>',
    '</svg>',
    '',
  ].join('\n');
}

function widthOf(text: string): number {
  return Math.round(text.length * CHAR_WIDTH + PADDING);
}
