/**
 * Returns the section whose title begins with the letter, or the next one after the current section where
 * several do. @param sections pairs of name and title, in menu order
 */
export function sectionAfter(
  letter: string,
  current: string,
  sections: readonly (readonly [name: string, title: string])[],
): string | undefined {
  const names = sections.filter(([, title]) => title[0]?.toLowerCase() === letter).map(([name]) => name);
  return names[(names.indexOf(current) + 1) % names.length];
}
