/** Headers as flat lists of names and values (node's `rawHeaders`). */

/**
 * The last value of a reply's header; `name` is in lower case. AWS's single-value maps keep the last value as
 * well.
 */
export function lastHeader(lines: readonly string[], name: string): string | undefined {
  for (let index = lines.length - 2; index >= 0; index -= 2) {
    const candidate = lines[index];
    if (candidate?.length === name.length && candidate.toLowerCase() === name) return lines[index + 1];
  }
  return undefined;
}

/** Whether two lists are equal, case included. */
export function areSameLines(lines: readonly string[], others: readonly string[]): boolean {
  if (lines === others) return true;
  if (lines.length !== others.length) return false;
  for (let index = 0; index < lines.length; index += 1) if (lines[index] !== others[index]) return false;
  return true;
}

/** Immutable headers that are read many times: names are lower-cased once. */
export class HeaderList {
  /** In order of arrival, as spelled by the sender. */
  readonly lines: readonly string[];
  /** The same connection has sent these headers again, so keeping what is read from them is worthwhile. */
  isRepeated = false;
  #names: readonly string[] | undefined;

  constructor(lines: readonly string[]) {
    this.lines = lines;
  }

  /** Reports that the same headers arrived again. */
  repeat(): void {
    this.isRepeated = true;
  }

  /** The last value of a header; `name` in lower case. */
  last(name: string): string | undefined {
    const names = this.#lowerNames();
    for (let at = names.length - 1; at >= 0; at -= 1) if (names[at] === name) return this.lines[2 * at + 1];
    return undefined;
  }

  /** All values of a header in order; `name` in lower case. */
  all(name: string): readonly string[] {
    const names = this.#lowerNames();
    const values: string[] = [];
    for (let at = 0; at < names.length; at += 1)
      if (names[at] === name) values.push(this.lines[2 * at + 1] ?? '');
    return values;
  }

  each(visit: (lowerName: string, name: string, value: string) => void): void {
    const { lines } = this;
    this.#lowerNames().forEach((lower, at) => visit(lower, lines[2 * at] ?? '', lines[2 * at + 1] ?? ''));
  }

  #lowerNames(): readonly string[] {
    if (this.#names !== undefined) return this.#names;
    const names: string[] = [];
    for (let index = 0; index + 1 < this.lines.length; index += 2)
      names.push((this.lines[index] ?? '').toLowerCase());
    this.#names = names;
    return names;
  }
}
