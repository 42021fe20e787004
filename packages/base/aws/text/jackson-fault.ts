/**
 * Describes why a text is not JSON, in the words of Jackson, the parser of Lambda, Step Functions and EventBridge
 * [obs: lambda, stepfunctions, events].
 */

type JsonFault = {
  readonly message: string;
  /** The place after the fault, as Jackson counts it: lines from 1, and bytes of the line from 1. */
  readonly place: JsonPlace;
  /** The place before an unexpected character, which EventBridge and Lambda print [obs: events, lambda]. */
  readonly before?: JsonPlace;
  /** The start of the object or array that is not closed. */
  readonly opened?: JsonPlace;
};

type JsonPlace = { readonly line: number; readonly column: number };

const VALUES = "JSON String, Number, Array, Object or token 'null', 'true' or 'false'";
const NUMBER = /-?(?:0|[1-9]\d*)(?:\.\d+)?(?:[eE][+-]?\d+)?/y;
const WORD = /[\w$\u0080-\uffff]/;
/** Jackson reads the first byte of a word as a character of Latin-1, whichever bytes follow. */
const WORD_START = /[\w$\u00a2-\u00a5\u00aa\u00b5\u00ba\u00c0-\u00d6\u00d8-\u00f6\u00f8-\u00ff]/;
const ESCAPED = new Set('"\\/bfnrtu');
const WORDS = ['true', 'false', 'null'];

/**
 * Jackson refuses JSON that is nested more deeply (StreamReadConstraints, maxNestingDepth). A body of brackets must not
 * exhaust the stack.
 */
const MAX_DEPTH = 1_000;

/** Ends the search. `fault` is undefined if Jackson refuses the text in a wording that is not known. */
class Found extends Error {
  readonly fault: JsonFault | undefined;

  constructor(fault: JsonFault | undefined) {
    super(fault?.message);
    this.fault = fault;
  }
}

/** Returns the first fault; undefined if there is none, or if Jackson's words for it are not known. */
export function findJacksonFault(bytes: Buffer): JsonFault | undefined {
  try {
    new Scanner(bytes).value();
  } catch (error) {
    if (error instanceof Found) return error.fault;
    throw error;
  }
  return undefined;
}

/** Lambda's message about a payload. It says where the parser stopped, but does not quote the payload [obs: lambda]. */
export function describePayloadFault(payload: Buffer): string {
  const fault = findJacksonFault(payload);
  const marker = fault?.opened === undefined ? '' : ` (start marker at ${printPlace(fault.opened)})`;
  const details =
    fault === undefined ? '' : `: ${fault.message}${marker}\n at ${printPlace(fault.before ?? fault.place)}`;
  return `Could not parse request body into json: Could not parse payload into json${details}`;
}

/** The maximum number of characters of a text that Jackson prints together with a place in it. */
const MAX_SOURCE_CHARS = 500;

/**
 * Describes a place in a text as services that show the source text do: the text, and the place after
 * `offset`.
 */
export function printTextPlace(text: string, offset: number): string {
  const more = text.length - MAX_SOURCE_CHARS;
  const cut = more > 0 ? `[truncated ${more} chars]` : '';
  const before = text.slice(0, offset);
  const line = before.split('\n').length;
  const column = offset - before.lastIndexOf('\n');
  return `[Source: (String)"${text.slice(0, MAX_SOURCE_CHARS)}"${cut}; line: ${line}, column: ${column}]`;
}

/**
 * Returns the place at which a text stops being JSON, in the form that follows the reason in a message;
 * undefined if it is JSON, or if Jackson's words for the fault are not known.
 */
export function describeTextFault(text: string): string | undefined {
  const bytes = Buffer.from(text);
  const fault = findJacksonFault(bytes);
  if (fault === undefined) return undefined;
  const offsetAt = ({ line, column }: JsonPlace): number => {
    const lines = bytes
      .toString('latin1')
      .split('\n')
      .slice(0, line - 1);
    const at = lines.reduce((sum, one) => sum + one.length + 1, column - 1);
    return bytes.toString('utf8', 0, at).length;
  };
  const marker = fault.opened && ` (start marker at ${printTextPlace(text, offsetAt(fault.opened))})`;
  return `${marker ?? ''}\n at ${printTextPlace(text, offsetAt(fault.before ?? fault.place))}`;
}

function printPlace({ line, column }: JsonPlace): string {
  return `[Source: REDACTED (\`StreamReadFeature.INCLUDE_SOURCE_IN_LOCATION\` disabled); line: ${line}, column: ${column}]`;
}

class Scanner {
  readonly #bytes: Buffer;
  /** One character for each byte, so that positions are positions of bytes. */
  readonly #text: string;
  readonly #open: { readonly kind: 'Object' | 'Array'; readonly at: number }[] = [];
  #at = 0;

  constructor(bytes: Buffer) {
    this.#bytes = bytes;
    this.#text = bytes.toString('latin1');
  }

  value(): void {
    this.#space();
    const first = this.#text[this.#at];
    if (first === '{') this.#members();
    else if (first === '[') this.#items();
    else if (first === '"') this.#string();
    else if (first === undefined) this.#end();
    else this.#scalar(first);
  }

  #scalar(first: string): void {
    NUMBER.lastIndex = this.#at;
    const [number] = NUMBER.exec(this.#text) ?? [];
    const word = number === undefined ? this.#word() : '';
    if (number !== undefined) this.#at += number.length;
    else if (WORDS.includes(word)) this.#at += word.length;
    else if (word === '') this.#unexpected(first, `expected a valid value (${VALUES})`);
    else this.#fail(`Unrecognized token '${word}': was expecting (${VALUES})`, this.#at + word.length);
  }

  #word(): string {
    const first = this.#text[this.#at] ?? '';
    if (!WORD_START.test(first)) return '';
    const from = this.#at + 1;
    let end = from;
    for (; end < this.#text.length; end += 1) {
      this.#checkByte(end, from);
      if (!WORD.test(this.#text[end] ?? '')) break;
    }
    return `${first}${this.#bytes.toString('utf8', from, end)}`;
  }

  #members(): void {
    this.#begin('Object');
    if (this.#ends('}')) return;
    do {
      this.#space();
      if (this.#text[this.#at] !== '"') {
        this.#checkByte(this.#at);
        this.#missing('double-quote to start field name');
      }
      this.#string();
      this.#space();
      if (!this.#takes(':')) this.#missing('a colon to separate field name and value');
      this.value();
    } while (this.#hasMore('}', 'Object'));
  }

  #items(): void {
    this.#begin('Array');
    if (this.#ends(']')) return;
    do this.value();
    while (this.#hasMore(']', 'Array'));
  }

  #begin(kind: 'Object' | 'Array'): void {
    if (this.#open.length === MAX_DEPTH) throw new Found(undefined);
    this.#open.push({ kind, at: this.#at });
    this.#at += 1;
  }

  #ends(mark: string): boolean {
    this.#space();
    if (!this.#takes(mark)) return false;
    this.#open.pop();
    return true;
  }

  #hasMore(mark: string, kind: string): boolean {
    if (this.#ends(mark)) return false;
    if (!this.#takes(',')) this.#missing(`comma to separate ${kind} entries`);
    return true;
  }

  #string(): void {
    for (this.#at += 1; this.#text[this.#at] !== '"'; this.#at += 1) {
      if (this.#at >= this.#text.length) this.#end();
      this.#checkByte(this.#at);
      const found = this.#text[this.#at] ?? '';
      if (found < ' ') this.#refuseControl(found);
      if (found === '\\') this.#escape();
    }
    this.#at += 1;
  }

  /** A line break within a string does not begin a line. */
  #refuseControl(found: string): never {
    const { line, column } = this.#place(this.#at);
    const message = `Illegal unquoted character (${describe(found)}): has to be escaped using backslash to be included in string value`;
    throw new Found({ message, place: { line, column: column + 1 } });
  }

  #escape(): void {
    this.#at += 1;
    const found = this.#text[this.#at];
    if (found === undefined) this.#end();
    if (!ESCAPED.has(found))
      this.#fail(`Unrecognized character escape '${found}' (code ${found.charCodeAt(0)})`, this.#at + 1);
  }

  #space(): void {
    while (/[ \t\r\n]/.test(this.#text[this.#at] ?? '')) this.#at += 1;
    const found = this.#text[this.#at];
    if (found !== undefined && found < ' ')
      this.#fail(
        `Illegal character (${describe(found)}): only regular white space (\\r, \\n, \\t) is allowed between tokens`,
        this.#at + 1,
      );
  }

  #takes(mark: string): boolean {
    if (this.#text[this.#at] !== mark) return false;
    this.#at += 1;
    return true;
  }

  /**
   * Fails at a byte that is not UTF-8.
   * @param from the first byte that is read as UTF-8
   */
  #checkByte(at: number, from = 0): void {
    const byte = this.#bytes[at] ?? 0;
    const isLater = byte >= 0x80 && byte < 0xc0;
    const isWithin = isWithinCharacter(this.#bytes.subarray(from), at - from);
    if (isLater ? isWithin : !isWithin && byte < 0xf8) return;
    const place = isWithin ? 'middle' : 'start';
    this.#fail(`Invalid UTF-8 ${place} byte 0x${byte.toString(16)}`, at + 1);
  }

  #missing(what: string): never {
    const found = this.#text[this.#at];
    if (found === undefined) this.#end();
    this.#unexpected(found, `was expecting ${what}`);
  }

  #unexpected(found: string, expected: string): never {
    const message = `Unexpected character (${describe(found)}): ${expected}`;
    throw new Found({ message, place: this.#place(this.#at + 1), before: this.#place(this.#at) });
  }

  #end(): never {
    const open = this.#open.at(-1);
    if (open === undefined) this.#fail('No content to map due to end-of-input', this.#at);
    const message = `Unexpected end-of-input: expected close marker for ${open.kind}`;
    throw new Found({ message, place: this.#place(this.#at), opened: this.#place(open.at) });
  }

  #fail(message: string, at: number): never {
    throw new Found({ message, place: this.#place(at) });
  }

  #place(at: number): JsonPlace {
    const before = this.#text.slice(0, at);
    return { line: before.split('\n').length, column: at - before.lastIndexOf('\n') };
  }
}

function describe(found: string): string {
  const code = found.charCodeAt(0);
  const isControl = code < 0x20 || (code >= 0x7f && code < 0xa0);
  return isControl ? `(CTRL-CHAR, code ${code})` : `'${found}' (code ${code})`;
}

function isWithinCharacter(bytes: Buffer, at: number): boolean {
  for (let back = 1; back <= 3; back += 1) {
    const byte = bytes[at - back] ?? 0;
    if (byte >= 0xc0) return byte < 0xf8 && back < (byte >= 0xf0 ? 4 : byte >= 0xe0 ? 3 : 2);
    if (byte < 0x80) return false;
  }
  return false;
}
