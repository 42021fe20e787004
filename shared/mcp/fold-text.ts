/**
 * Returns a form that is equal for all texts that some server may treat as the same: texts in another letter case or
 * another Unicode form, and texts with an i with or without a dot, which Java and Turkish collations confuse.
 */
export function foldText(text: string): string {
  // The text is converted to upper case first, because ſ, ß and ı are lower case already. Only their upper case (S, SS
  // and I) has the lower case s, ss and i.
  return text
    .normalize('NFKC')
    .toUpperCase()
    .toLowerCase()
    .normalize('NFKC')
    .replace(/i\u0307/g, 'i');
}
