/** Parses java.util.regex syntax into a tree. */
import {
  ANY_CHAR,
  type CharClass,
  charClass,
  CONTROLS,
  GENERAL_CATEGORY,
  intersectionOf,
  negated,
  NO_LINE_END,
  POSIX_CLASSES,
  propertyClass,
  rangeClass,
  SHORT_CLASSES,
  unionOf,
} from './regex-classes.ts';
import { failure, type TemplateError } from './template-error.ts';

/** A condition at a position of the text. It does not consume any character. */
export type Assertion =
  | 'start'
  | 'end'
  | 'inputStart'
  | 'inputEnd'
  | 'wordBoundary'
  | 'noWordBoundary'
  | 'absoluteEnd';

export type Node =
  | { readonly kind: 'empty' }
  | { readonly kind: 'char'; readonly set: CharClass }
  | { readonly kind: 'sequence' | 'choice'; readonly parts: readonly Node[] }
  | { readonly kind: 'group'; readonly index: number; readonly inner: Node }
  | { readonly kind: 'assertion'; readonly assertion: Assertion; readonly multiline: boolean }
  | { readonly kind: 'backreference'; readonly group: number; readonly ignoreCase: boolean }
  | {
      readonly kind: 'look';
      readonly isLookbehind: boolean;
      readonly negative: boolean;
      readonly inner: Node;
    }
  | { readonly kind: 'atomic'; readonly inner: Node }
  | {
      readonly kind: 'repeat';
      readonly inner: Node;
      readonly min: number;
      readonly max: number;
      readonly mode: 'greedy' | 'lazy' | 'possessive';
    };

const MAX_NESTING = 50;

type Flags = { readonly ignoreCase: boolean; readonly dotAll: boolean; readonly multiline: boolean };

/** Parses one pattern. Afterwards, `groups` and `names` describe the groups of the pattern. */
export class RegexParser {
  readonly #pattern: string;
  #at = 0;
  #nesting = 0;
  #flags: Flags = { ignoreCase: false, dotAll: false, multiline: false };
  groups = 1;
  readonly names = new Map<string, number>();

  constructor(pattern: string) {
    this.#pattern = pattern;
  }

  parse(): Node {
    const node = this.#choice();
    if (this.#at < this.#pattern.length) throw this.#bad('unmatched ")"');
    return node;
  }

  #bad(what: string): TemplateError {
    return failure(`the regular expression has ${what} at index ${this.#at}`);
  }

  #eat(text: string): boolean {
    const found = this.#pattern.startsWith(text, this.#at);
    if (found) this.#at += text.length;
    return found;
  }

  #take(expression: RegExp): RegExpExecArray | null {
    const sticky = new RegExp(expression.source, 'y');
    sticky.lastIndex = this.#at;
    const found = sticky.exec(this.#pattern);
    if (found !== null) this.#at = sticky.lastIndex;
    return found;
  }

  /** Parses alternatives. Inline flags apply until the enclosing group ends. */
  #choice(): Node {
    this.#nesting += 1;
    if (this.#nesting > MAX_NESTING) throw this.#bad('too many nested groups');
    const outer = this.#flags;
    const parts = [this.#sequence()];
    while (this.#eat('|')) parts.push(this.#sequence());
    this.#flags = outer;
    this.#nesting -= 1;
    return parts.length === 1 && parts[0] !== undefined ? parts[0] : { kind: 'choice', parts };
  }

  #sequence(): Node {
    const parts: Node[] = [];
    while (this.#at < this.#pattern.length && !'|)'.includes(this.#pattern.charAt(this.#at))) {
      if (this.#eat('\\Q')) parts.push(...this.#quoted());
      else parts.push(this.#repeated(this.#atom()));
    }
    return { kind: 'sequence', parts };
  }

  #quoted(): Node[] {
    const end = this.#pattern.indexOf('\\E', this.#at);
    const text = this.#pattern.slice(this.#at, end === -1 ? undefined : end);
    this.#at = end === -1 ? this.#pattern.length : end + 2;
    return Array.from(text, (char) => this.#literal(char));
  }

  #literal(char: string): Node {
    return { kind: 'char', set: charClass(char.codePointAt(0) ?? 0, this.#flags.ignoreCase) };
  }

  #repeated(atom: Node): Node {
    let node = atom;
    for (let found = this.#quantifier(); found !== undefined; found = this.#quantifier()) {
      const mode = this.#eat('?') ? 'lazy' : this.#eat('+') ? 'possessive' : 'greedy';
      node = { kind: 'repeat', inner: node, mode, ...found };
    }
    return node;
  }

  #quantifier(): { readonly min: number; readonly max: number } | undefined {
    if (this.#eat('*')) return { min: 0, max: Infinity };
    if (this.#eat('+')) return { min: 1, max: Infinity };
    if (this.#eat('?')) return { min: 0, max: 1 };
    if (this.#pattern[this.#at] !== '{') return undefined;
    const found = this.#take(/\{(\d{1,9})(?:(,)(\d{1,9})?)?\}/);
    if (found === null) throw this.#bad('an illegal repetition');
    const min = Number(found[1]);
    const max = found[3] === undefined ? (found[2] === undefined ? min : Infinity) : Number(found[3]);
    if (max < min) throw this.#bad('an illegal repetition range');
    return { min, max };
  }

  #atom(): Node {
    const char = String.fromCodePoint(this.#pattern.codePointAt(this.#at) ?? 0);
    this.#at += char.length;
    switch (char) {
      case '(':
        return this.#group();
      case '[':
        return { kind: 'char', set: this.#charClass() };
      case '.':
        return { kind: 'char', set: this.#flags.dotAll ? ANY_CHAR : NO_LINE_END };
      case '^':
        return this.#assertion('start');
      case '$':
        return this.#assertion('end');
      case '\\':
        return this.#escape();
      case '*':
      case '+':
      case '?':
      case '{':
        throw this.#bad(`a dangling "${char}"`);
      default:
        return this.#literal(char);
    }
  }

  #assertion(kind: Assertion): Node {
    return { kind: 'assertion', assertion: kind, multiline: this.#flags.multiline };
  }

  #group(): Node {
    if (this.#eat('?:')) return this.#closed(this.#choice());
    if (this.#eat('?>')) return { kind: 'atomic', inner: this.#closed(this.#choice()) };
    const look = this.#take(/\?(<?)([=!])/);
    if (look !== null) {
      const inner = this.#closed(this.#choice());
      return { kind: 'look', isLookbehind: look[1] === '<', negative: look[2] === '!', inner };
    }
    const flags = this.#take(/\?([imsuUd]*)(?:-([imsuUd]*))?([:)])/);
    if (flags !== null) return this.#flagged(flags);
    const named = this.#take(/\?<([a-zA-Z][a-zA-Z\d]*)>/);
    if (named === null && this.#pattern[this.#at] === '?') throw this.#bad('an unknown group');
    const index = this.groups;
    this.groups += 1;
    if (named?.[1] !== undefined) this.names.set(named[1], index);
    return { kind: 'group', index, inner: this.#closed(this.#choice()) };
  }

  #flagged(found: RegExpExecArray): Node {
    const [, on = '', off = '', end] = found;
    const outer = this.#flags;
    const isSet = (flag: string, before: boolean) => (before || on.includes(flag)) && !off.includes(flag);
    this.#flags = {
      ignoreCase: isSet('i', outer.ignoreCase),
      dotAll: isSet('s', outer.dotAll),
      multiline: isSet('m', outer.multiline),
    };
    if (end === ')') return { kind: 'empty' };
    const inner = this.#closed(this.#choice());
    this.#flags = outer;
    return inner;
  }

  #closed(node: Node): Node {
    if (!this.#eat(')')) throw this.#bad('an unclosed group');
    return node;
  }

  #escape(): Node {
    const boundary = this.#take(/[bBAzZG]/)?.[0];
    if (boundary !== undefined) {
      const kind = BOUNDARIES[boundary];
      if (kind === undefined) throw this.#bad(`the unsupported "\\${boundary}"`);
      return this.#assertion(kind);
    }
    const reference = this.#take(/[1-9]/)?.[0] ?? this.#namedReference();
    if (reference !== undefined) {
      const { ignoreCase } = this.#flags;
      return { kind: 'backreference', group: Number(reference), ignoreCase };
    }
    return this.#eat('R') ? LINE_BREAK : { kind: 'char', set: this.#escapedChar() };
  }

  #namedReference(): string | undefined {
    const name = this.#take(/k<([a-zA-Z][a-zA-Z\d]*)>/)?.[1];
    if (name === undefined) return undefined;
    const group = this.names.get(name);
    if (group === undefined) throw this.#bad('a reference to an unknown group');
    return String(group);
  }

  /** Parses a backslash sequence that represents characters. */
  #escapedChar(): CharClass {
    const property = this.#take(/([pP])(?:\{(\^?\w+)\}|(\w))/);
    if (property !== null) return this.#property(property[2] ?? property[3] ?? '', property[1] === 'P');
    const hex = this.#take(/u([\da-fA-F]{4})|x([\da-fA-F]{2})|x\{([\da-fA-F]{1,6})\}/);
    if (hex !== null)
      return charClass(Number.parseInt(hex[1] ?? hex[2] ?? hex[3] ?? '', 16), this.#flags.ignoreCase);
    const octal = this.#take(/0([0-3]?[0-7]{1,2})/);
    if (octal !== null) return charClass(Number.parseInt(octal[1] ?? '', 8), this.#flags.ignoreCase);
    const char = String.fromCodePoint(this.#pattern.codePointAt(this.#at) ?? 0);
    if (this.#at >= this.#pattern.length) throw this.#bad('a trailing backslash');
    this.#at += char.length;
    const set = SHORT_CLASSES[char];
    if (set !== undefined) return set;
    const control = CONTROLS[char];
    if (control !== undefined) return charClass(control, false);
    if (/[a-zA-Z]/.test(char)) throw this.#bad(`the unsupported "\\${char}"`);
    return charClass(char.codePointAt(0) ?? 0, this.#flags.ignoreCase);
  }

  #property(name: string, isNegated: boolean): CharClass {
    const posix = POSIX_CLASSES[name];
    const general = name.replace(/^Is/, '');
    if (posix === undefined && !GENERAL_CATEGORY.test(general))
      throw this.#bad(`the unknown class \\p{${name}}`);
    const set = posix ?? propertyClass(new RegExp(`\\p{${general}}`, 'u'));
    return isNegated ? negated(set) : set;
  }

  /**
   * Parses a character class after its `[`. It may contain characters, ranges and other classes, and it may be negated
   * or an intersection.
   */
  #charClass(): CharClass {
    this.#nesting += 1;
    if (this.#nesting > MAX_NESTING) throw this.#bad('too many nested classes');
    const isNegated = this.#eat('^');
    let intersection: CharClass | undefined;
    let union: CharClass[] = [];
    const close = () => {
      const all = unionOf(union);
      union = [];
      intersection = intersection === undefined ? all : intersectionOf(all, intersection);
      return intersection;
    };
    for (let isFirst = true; !this.#eat(']') || isFirst; isFirst = false) {
      if (this.#at >= this.#pattern.length) throw this.#bad('an unclosed class');
      if (isFirst && this.#pattern[this.#at - 1] === ']') this.#at -= 1;
      if (this.#eat('&&')) close();
      else if (this.#eat('[')) union.push(this.#charClass());
      else union.push(this.#classItem());
    }
    const set = close();
    this.#nesting -= 1;
    return isNegated ? negated(set) : set;
  }

  #classItem(): CharClass {
    const start = this.#at;
    const from = this.#classChar();
    if (typeof from === 'object') return from;
    const isRange = this.#pattern[this.#at] === '-' && !'[]'.includes(this.#pattern[this.#at + 1] ?? ']');
    if (!isRange) return charClass(from, this.#flags.ignoreCase);
    this.#at += 1;
    const to = this.#classChar();
    if (typeof to === 'object' || to < from) {
      this.#at = start;
      throw this.#bad('an illegal character range');
    }
    return rangeClass(from, to, this.#flags.ignoreCase);
  }

  /** Parses one character or one class such as `\d`. A character is returned as its code point. */
  #classChar(): number | CharClass {
    if (!this.#eat('\\')) {
      const code = this.#pattern.codePointAt(this.#at) ?? 0;
      this.#at += code > 0xffff ? 2 : 1;
      return code;
    }
    const single = this.#take(/u([\da-fA-F]{4})|x([\da-fA-F]{2})|([tnrfae])|([^a-zA-Z\d])/);
    if (single === null) return this.#escapedChar();
    const [, unicode, hex, control, other] = single;
    if (control !== undefined) return CONTROLS[control] ?? 0;
    return other?.codePointAt(0) ?? Number.parseInt(unicode ?? hex ?? '', 16);
  }
}

const BOUNDARIES: Readonly<Record<string, Assertion>> = {
  b: 'wordBoundary',
  B: 'noWordBoundary',
  A: 'inputStart',
  z: 'absoluteEnd',
  Z: 'inputEnd',
};

/** `\R` matches one line break of any kind. CR LF is one line break. */
const LINE_BREAK: Node = {
  kind: 'choice',
  parts: [
    {
      kind: 'sequence',
      parts: [
        { kind: 'char', set: charClass(13, false) },
        { kind: 'char', set: charClass(10, false) },
      ],
    },
    { kind: 'char', set: rangeClass(10, 13, false) },
    { kind: 'char', set: unionOf([charClass(0x85, false), rangeClass(0x2028, 0x2029, false)]) },
  ],
};
