/**
 * Formats JSON texts that have the same structure. Constant parts are printed once, and variable parts are inserted
 * each time. For a 1 KB event this takes a fifth of the time of `JSON.stringify`.
 */

/** Characters that `JSON.stringify` may escape: quotes, backslashes, control characters, lone surrogates. */
const ESCAPED = /["\\\p{Cc}\p{Cs}]/u;

/** Returns the text as a JSON string, as `JSON.stringify` does. Most strings need only quotes. */
export function quote(text: string): string {
  return ESCAPED.test(text) ? JSON.stringify(text) : `"${text}"`;
}

/**
 * Returns the placeholder for a part. `compile` counts placeholders, and so detects text that looks like a placeholder.
 */
function mark(place: number): string {
  return `\u0000${place}\u0000`;
}
const MARKS = /"\\u0000(\d+)\\u0000"/;

type Text = string | undefined | null;

type Compiled = {
  /**
   * The constant texts before, between and after the placeholders. The number of texts is always one more than the
   * number of `places`.
   */
  readonly pieces: readonly string[];
  readonly places: readonly number[];
};

/** @typeParam Part the names of the variable parts */
export class JsonTemplates<Part extends string> {
  readonly #parts: readonly Part[];
  readonly #build: (part: (name: Part) => unknown) => unknown;
  /**
   * The compiled templates. The key is a bit mask: the lower bits mark the absent parts, and the bits above them mark
   * the parts that are null.
   */
  readonly #compiled = new Map<number, Compiled | undefined>();

  /**
   * @param parts at most 26, because two bits for each part must fit into a safe integer
   * @param build builds the whole value; an absent part is undefined, so that `JSON.stringify` leaves out its key
   */
  constructor(parts: readonly Part[], build: (part: (name: Part) => unknown) => unknown) {
    this.#parts = parts;
    this.#build = build;
  }

  /**
   * @param texts the JSON of each part, in order; undefined means that the part is absent; null is treated as constant
   * text
   */
  print(texts: readonly Text[]): string {
    let absent = 0;
    let nulls = 0;
    for (let place = 0; place < texts.length; place += 1) {
      const text = texts[place];
      if (text === undefined) absent |= 1 << place;
      else if (text === null) nulls |= 1 << place;
    }
    const form = nulls * (1 << this.#parts.length) + absent;
    let compiled = this.#compiled.get(form);
    if (compiled === undefined) {
      if (!this.#compiled.has(form)) this.#compiled.set(form, (compiled = this.#compile(texts)));
      if (compiled === undefined) return this.#printAll(texts);
    }
    const { pieces, places } = compiled;
    let text = pieces[0] ?? '';
    for (let at = 0; at < places.length; at += 1)
      text += (texts[places[at] ?? 0] ?? '') + (pieces[at + 1] ?? '');
    return text;
  }

  /** Returns undefined if a constant part looks like a placeholder. */
  #compile(texts: readonly Text[]): Compiled | undefined {
    let uses = 0;
    const whole = this.#build((name) => {
      const place = this.#parts.indexOf(name);
      const text = texts[place];
      if (text === undefined || text === null) return text;
      uses += 1;
      return mark(place);
    });
    const split = JSON.stringify(whole).split(MARKS);
    const pieces = split.filter((_, at) => at % 2 === 0);
    const places = split.filter((_, at) => at % 2 === 1).map(Number);
    return places.length === uses ? { pieces, places } : undefined;
  }

  #printAll(texts: readonly Text[]): string {
    return JSON.stringify(
      this.#build((name) => {
        const text = texts[this.#parts.indexOf(name)];
        return typeof text === 'string' ? (JSON.parse(text) as unknown) : text;
      }),
    );
  }
}
