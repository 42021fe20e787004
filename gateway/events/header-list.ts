/** Headers as flat name, value lists (node's `rawHeaders`), and how they are looked up. */

/** The last value of a header of a reply; `name` in lower case. AWS's single-value maps keep the last, too. */
export function lastHeader(lines: readonly string[], name: string): string | undefined {
  for (let index = lines.length - 2; index >= 0; index -= 2) {
    const candidate = lines[index];
    if (candidate?.length === name.length && candidate.toLowerCase() === name) return lines[index + 1];
  }
  return undefined;
}

/** Headers that many ask and nobody changes, as those of a request: their names are made lower case once. */
export class HeaderList {
  /** In order of arrival and in the spelling of whoever sent them. */
  readonly lines: readonly string[];
  #names: readonly string[] | undefined;

  constructor(lines: readonly string[]) {
    this.lines = lines;
  }

  /** The last value of a header; `name` in lower case. */
  last(name: string): string | undefined {
    const names = this.#lowerNames();
    for (let at = names.length - 1; at >= 0; at -= 1) if (names[at] === name) return this.lines[2 * at + 1];
    return undefined;
  }

  /** All values of a header in order; `name` in lower case. */
  all(name: string): readonly string[] {
    const values: string[] = [];
    this.each((lower, _, value) => {
      if (lower === name) values.push(value);
    });
    return values;
  }

  /** Every line in order. */
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
