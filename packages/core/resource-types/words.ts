/** Names as a table of classes writes them: parted by blanks and line breaks. */
export function words(text: string): readonly string[] {
  return text.split(/\s+/).filter((word) => word !== '');
}
