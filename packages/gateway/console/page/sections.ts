/** The sections of the console, in the order of the menu. */
export const SECTIONS = [
  ['traffic', 'Traffic'],
  ['apis', 'APIs'],
  ['access', 'Access'],
  ['sockets', 'WebSockets'],
  ['customers', 'Customers'],
  ['keys', 'Keys and quotas'],
  ['caches', 'Caches'],
  ['functions', 'Functions'],
  ['data', 'Data'],
  ['calls', 'Calls to AWS'],
  ['numbers', 'Numbers'],
  ['differs', 'Differs on AWS'],
] as const;

export type SectionName = (typeof SECTIONS)[number][0];

export function isSection(name: string): name is SectionName {
  return SECTIONS.some(([one]) => one === name);
}

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
