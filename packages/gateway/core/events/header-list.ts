/** Headers as flat lists of names and values (node's `rawHeaders`). */

/** The name of a header: a token according to RFC 9110 §5.6.2. */
export const HEADER_NAME = /^[!#$%&'*+\-.^_`|~0-9A-Za-z]+$/;

/**
 * Returns the last value of a reply's header, which is the value that AWS's single-value maps contain; undefined if the
 * reply does not have the header. `name` is in lower case.
 */
export function lastHeader(lines: readonly string[], name: string): string | undefined {
  for (let index = lines.length - 2; index >= 0; index -= 2) {
    const candidate = lines[index];
    if (candidate?.length === name.length && candidate.toLowerCase() === name) return lines[index + 1];
  }
  return undefined;
}

/** Returns whether two lists are equal. The comparison is case-sensitive. */
export function areSameLines(lines: readonly string[], others: readonly string[]): boolean {
  if (lines === others) return true;
  if (lines.length !== others.length) return false;
  for (let index = 0; index < lines.length; index += 1) if (lines[index] !== others[index]) return false;
  return true;
}

/** Immutable headers that are read many times, so names are converted to lower case only once. */
export class HeaderList {
  /** The headers in order of arrival, with the sender's spelling. */
  readonly lines: readonly string[];
  /**
   * Whether the same connection has sent these headers again. In that case, the values that are read from the headers
   * are worth storing.
   */
  isRepeated = false;
  #names: readonly string[] | undefined;

  constructor(lines: readonly string[]) {
    this.lines = lines;
  }

  /** Reports that the same headers arrived again. */
  repeat(): void {
    this.isRepeated = true;
  }

  /** Returns the last value of a header. `name` is in lower case. */
  last(name: string): string | undefined {
    const names = this.#lowerNames();
    for (let at = names.length - 1; at >= 0; at -= 1) if (names[at] === name) return this.lines[2 * at + 1];
    return undefined;
  }

  /** Returns all values of a header in order. `name` is in lower case. */
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
