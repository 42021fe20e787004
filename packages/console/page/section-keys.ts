/** `g` and a letter: which section that is. */

/**
 * With the letter that its title begins with; the one after where one is, where several have it.
 * @param sections pairs of name and title, in the order of the menu
 */
export function sectionAfter(
  letter: string,
  current: string,
  sections: readonly (readonly [name: string, title: string])[],
): string | undefined {
  const names = sections.filter(([, title]) => title[0]?.toLowerCase() === letter).map(([name]) => name);
  return names[(names.indexOf(current) + 1) % names.length];
}
