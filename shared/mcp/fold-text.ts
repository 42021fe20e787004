/**
 * Returns the form in which texts are equal that some server may take for the same: another case, another Unicode form,
 * and the i with and without a dot, which Java and Turkish collations confuse.
 */
export function foldText(text: string): string {
  // Upper case comes first, because ſ, ß and ı have no lower case of their own.
  return text
    .normalize('NFKC')
    .toUpperCase()
    .toLowerCase()
    .normalize('NFKC')
    .replace(/i\u0307/g, 'i');
}
