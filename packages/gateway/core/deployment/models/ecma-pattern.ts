/**
 * Writes regular expressions of ECMA 262 (without flags, and with annex B, as the engines of validators read them) in
 * the syntax of java.util.regex. Syntax that has the same meaning in both is left as it is. So is `\p{…}`, which ECMA
 * 262 has only with the flag `u`.
 */

/** The white space and line ends of ECMA 262. Java's `\s` contains only the ASCII characters among them. */
const SPACE = '\\s\u00a0\u1680\u2000-\u200a\u2028\u2029\u202f\u205f\u3000\ufeff';
const NOTHING = '[^\\s\\S]';
/**
 * Word boundaries of ECMA 262, whose words contain only ASCII characters. Java's `\b` also recognizes other letters.
 */
const WORD_BOUNDARY = '(?:(?<=\\w)(?!\\w)|(?<!\\w)(?=\\w))';
const NO_WORD_BOUNDARY = '(?:(?<=\\w)(?=\\w)|(?<!\\w)(?!\\w))';
const CLASSES: Readonly<Record<string, string>> = {
  d: '[\\d]',
  D: '[\\D]',
  w: '[\\w]',
  W: '[\\W]',
  s: `[${SPACE}]`,
  S: `[^${SPACE}]`,
};
const CONTROLS: Readonly<Record<string, number>> = { t: 9, n: 10, v: 11, f: 12, r: 13 };
const GROUP = /\((?!\?)|\(\?<(?![=!])([^>]*)>/y;
const QUANTIFIER = /\{\d+(?:,\d*)?\}/y;

/** @param pattern a pattern that the constructor RegExp accepts without flags */
export function toJavaPattern(pattern: string): string {
  return new Rewriting(pattern).text();
}

class Rewriting {
  readonly #pattern: string;
  readonly #names: readonly (string | undefined)[];
  #at = 0;
  /** The groups that have begun, and those of them that have ended. */
  #begun = 0;
  readonly #ended = new Set<number>();

  constructor(pattern: string) {
    this.#pattern = pattern;
    this.#names = namesOfGroups(pattern);
  }

  text(): string {
    let java = '';
    const open: number[] = [];
    while (this.#at < this.#pattern.length) {
      const group = this.#take(GROUP);
      if (group !== undefined) {
        this.#begun += 1;
        open.push(this.#begun);
        java += `(?<g${this.#begun}>`;
        continue;
      }
      const quantifier = this.#take(QUANTIFIER);
      if (quantifier !== undefined) {
        java += quantifier;
        continue;
      }
      const char = this.#next();
      if (char === '(') open.push(0);
      if (char === ')') this.#ended.add(open.pop() ?? 0);
      java += this.#outsideClass(char);
    }
    return java;
  }

  #outsideClass(char: string): string {
    switch (char) {
      case '\\':
        return this.#escape();
      case '[':
        return this.#charClass();
      case '.':
        return '[^\n\r\u2028\u2029]';
      case '$':
        return '\\z';
      case '{':
      case '}':
      case ']':
        return `\\${char}`;
      default:
        return char;
    }
  }

  #charClass(): string {
    const isNegated = this.#eat('^');
    if (this.#eat(']')) return isNegated ? '[\\s\\S]' : NOTHING;
    let java = isNegated ? '[^' : '[';
    while (!this.#eat(']')) {
      const char = this.#next();
      if (char === '\\') java += this.#escapeInClass();
      else java += char === '[' || char === '&' || char === '^' ? `\\${char}` : char;
    }
    return `${java}]`;
  }

  #escape(): string {
    if (this.#eat('b')) return WORD_BOUNDARY;
    if (this.#eat('B')) return NO_WORD_BOUNDARY;
    const name = this.#hasNames ? this.#take(/k<[^>]*>/y) : undefined;
    if (name !== undefined) return this.#reference(this.#names.indexOf(name.slice(2, -1)) + 1);
    const digits = this.#peek(/[1-9]\d*/y);
    if (digits !== undefined && Number(digits) <= this.#names.length) {
      this.#at += digits.length;
      return this.#reference(Number(digits));
    }
    return this.#escapedCharacter();
  }

  #escapeInClass(): string {
    if (this.#eat('b')) return printCode(8);
    return this.#escapedCharacter();
  }

  get #hasNames(): boolean {
    return this.#names.some((name) => name !== undefined);
  }

  /** A reference to a group that has not ended matches the empty text. */
  #reference(group: number): string {
    return this.#ended.has(group) ? `\\k<g${group}>` : '(?:)';
  }

  /** Reads an escape that means the same within and outside of a class. */
  #escapedCharacter(): string {
    const property = this.#take(/[pP]\{\^?\w+\}/y);
    if (property !== undefined) return `\\${property}`;
    const hex = this.#take(/u[\da-fA-F]{4}|x[\da-fA-F]{2}/y);
    if (hex !== undefined) return printCode(Number.parseInt(hex.slice(1), 16));
    const control = this.#take(/c[a-zA-Z]/y);
    if (control !== undefined) return printCode((control.codePointAt(1) ?? 0) % 32);
    const octal = this.#take(/[0-3][0-7]{0,2}|[4-7][0-7]?/y);
    if (octal !== undefined) return printCode(Number.parseInt(octal, 8));
    // A `\c` without a letter is a backslash and a c.
    if (this.#pattern[this.#at] === 'c') return '\\\\';
    const char = this.#next();
    const code = CONTROLS[char];
    if (code !== undefined) return printCode(code);
    return CLASSES[char] ?? (/[a-zA-Z\d]|[^\0-\x7f]/.test(char) ? char : `\\${char}`);
  }

  #next(): string {
    const char = this.#pattern.charAt(this.#at);
    this.#at += 1;
    return char;
  }

  #eat(text: string): boolean {
    if (!this.#pattern.startsWith(text, this.#at)) return false;
    this.#at += text.length;
    return true;
  }

  #peek(what: RegExp): string | undefined {
    what.lastIndex = this.#at;
    return what.exec(this.#pattern)?.[0];
  }

  #take(what: RegExp): string | undefined {
    const found = this.#peek(what);
    this.#at += found?.length ?? 0;
    return found;
  }
}

/** Returns the names of the capturing groups in their order; undefined for groups without name. */
function namesOfGroups(pattern: string): readonly (string | undefined)[] {
  const parts = pattern.matchAll(/\\[^]|\[\^?(?:\\[^]|[^\]\\])*\]|\((?!\?)|\(\?<(?![=!])([^>]*)>/g);
  return [...parts].filter(([part]) => part.startsWith('(')).map(([, name]) => name);
}

function printCode(code: number): string {
  return `\\u${code.toString(16).padStart(4, '0')}`;
}
