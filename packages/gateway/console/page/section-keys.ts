/**
 * Returns the section whose title begins with the letter; undefined if there is none. If there are several, returns the
 * next of them after the current section.
 * @param sections pairs of name and title, in menu order
 */
export function sectionAfter(
  letter: string,
  current: string,
  sections: readonly (readonly [name: string, title: string])[],
): string | undefined {
  const names = sections.filter(([, title]) => title[0]?.toLowerCase() === letter).map(([name]) => name);
  return names[(names.indexOf(current) + 1) % names.length];
}
