/**
 * Returns a form that is equal for all texts that some server may treat as the same: texts in another case or another
 * Unicode form, and texts with an i with or without a dot, which Java and Turkish collations confuse.
 */
export function foldText(text: string): string {
  // ſ, ß and ı are lower case already, and become s, ss and i only by way of their upper case, so that comes first.
  return text
    .normalize('NFKC')
    .toUpperCase()
    .toLowerCase()
    .normalize('NFKC')
    .replace(/i\u0307/g, 'i');
}
