/**
 * JSON of a repeated form: constant parts are printed once, the others inserted. A 1 KB event costs a fifth
 * of `JSON.stringify`.
 */

/** Characters that `JSON.stringify` escapes: quotes, control characters, lone surrogates. */
const ESCAPED = /["\\\p{Cc}\p{Cs}]/u;

/** `JSON.stringify` of a text; most texts only need quotes. */
export function quote(text: string): string {
  return ESCAPED.test(text) ? JSON.stringify(text) : `"${text}"`;
}

/** Placeholder for a part. Text that looks like one is detected by the count in `compile`. */
function mark(place: number): string {
  return `\u0000${place}\u0000`;
}
const MARKS = /"\\u0000(\d+)\\u0000"/;

type Compiled = {
  /** One more than `places`. */
  readonly pieces: readonly string[];
  readonly places: readonly number[];
};

/** @typeParam Part names of the variable parts */
export class JsonTemplates<Part extends string> {
  readonly #parts: readonly Part[];
  readonly #build: (part: (name: Part) => unknown) => unknown;
  /** Key: one bit per absent part. */
  readonly #compiled = new Map<number, Compiled | undefined>();

  /**
   * @param parts at most 31
   * @param build the whole; an absent part is undefined, so that `JSON.stringify` leaves its key out
   */
  constructor(parts: readonly Part[], build: (part: (name: Part) => unknown) => unknown) {
    this.#parts = parts;
    this.#build = build;
  }

  /** @param texts JSON of each part, in order; undefined = absent */
  print(texts: readonly (string | undefined)[]): string {
    let absent = 0;
    for (let place = 0; place < texts.length; place += 1)
      if (texts[place] === undefined) absent |= 1 << place;
    let compiled = this.#compiled.get(absent);
    if (compiled === undefined) {
      if (!this.#compiled.has(absent)) this.#compiled.set(absent, (compiled = this.#compile(absent)));
      if (compiled === undefined) return this.#printAll(texts);
    }
    const { pieces, places } = compiled;
    let text = pieces[0] ?? '';
    for (let at = 0; at < places.length; at += 1)
      text += (texts[places[at] ?? 0] ?? '') + (pieces[at + 1] ?? '');
    return text;
  }

  /** Undefined if a constant part looks like a placeholder. */
  #compile(absent: number): Compiled | undefined {
    let uses = 0;
    const whole = this.#build((name) => {
      const place = this.#parts.indexOf(name);
      if ((absent & (1 << place)) !== 0) return undefined;
      uses += 1;
      return mark(place);
    });
    const split = JSON.stringify(whole).split(MARKS);
    const pieces = split.filter((_, at) => at % 2 === 0);
    const places = split.filter((_, at) => at % 2 === 1).map(Number);
    return places.length === uses ? { pieces, places } : undefined;
  }

  #printAll(texts: readonly (string | undefined)[]): string {
    return JSON.stringify(
      this.#build((name) => {
        const text = texts[this.#parts.indexOf(name)];
        return text === undefined ? undefined : (JSON.parse(text) as unknown);
      }),
    );
  }
}
