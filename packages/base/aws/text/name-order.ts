/** The order in which people read names. */

const NAMES = new Intl.Collator('en', { numeric: true });

/** Compares names, with digits in them as numbers, so that customer-16 comes before customer-104. */
export function compareNames(one: string, other: string): number {
  return NAMES.compare(one, other);
}

/** Returns the names without repetitions, in the order in which people read them. */
export function sortNames(names: Iterable<string>): string[] {
  return [...new Set(names)].sort(compareNames);
}
