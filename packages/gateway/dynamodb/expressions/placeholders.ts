/** Names and values that stand for placeholders, and what is wrong with an expression that uses them. */
import type { UnknownMembers } from '@gatewright/aws/json-object';
import type { PathPiece, PathSyntax } from './path-syntax.ts';
import { isReserved } from './reserved-words.ts';

/** A document path as dynalite reads it. */
export type Path = readonly PathPiece[];

type Names = Readonly<Record<string, string>>;
type Values = Readonly<Record<string, UnknownMembers>>;

const TYPES = ['S', 'N', 'B', 'NULL', 'BOOL', 'SS', 'NS', 'BS', 'L', 'M'];

/** Of one request: its expressions share them, and each must be used. */
export class Placeholders {
  readonly #names: Names;
  readonly #values: Values;
  readonly unusedNames: Set<string>;
  readonly unusedValues: Set<string>;

  constructor(names: Names = {}, values: Values = {}) {
    this.#names = names;
    this.#values = values;
    this.unusedNames = new Set(Object.keys(names));
    this.unusedValues = new Set(Object.keys(values));
  }

  /** Undefined where a placeholder of it is. */
  path({ pieces }: PathSyntax, findings: Findings): Path | undefined {
    const resolved = pieces.map((piece) => (typeof piece === 'number' ? piece : this.#name(piece, findings)));
    return resolved.every((piece) => piece !== undefined) ? resolved : undefined;
  }

  #name(text: string, findings: Findings): string | undefined {
    if (!text.startsWith('#')) {
      if (isReserved(text))
        findings.note('reserved', `Attribute name is a reserved keyword; reserved keyword: ${text}`);
      return text;
    }
    const name = Object.hasOwn(this.#names, text) ? this.#names[text] : undefined;
    this.unusedNames.delete(text);
    if (name === undefined)
      findings.note(
        'undefined',
        `An expression attribute name used in the document path is not defined; attribute name: ${text}`,
      );
    return name;
  }

  value(name: string, findings: Findings): UnknownMembers | undefined {
    const value = Object.hasOwn(this.#values, name) ? this.#values[name] : undefined;
    this.unusedValues.delete(name);
    if (value === undefined)
      findings.note(
        'undefined',
        `An expression attribute value used in expression is not defined; attribute value: ${name}`,
      );
    return value;
  }
}

/** The first of each sort; DynamoDB reports one, by the order of its checks. */
export class Findings {
  readonly #first = new Map<string, string>();

  note(sort: string, message: string): void {
    if (!this.#first.has(sort)) this.#first.set(sort, message);
  }

  first(order: readonly string[]): string | undefined {
    const sort = order.find((one) => this.#first.has(one));
    return sort === undefined ? undefined : this.#first.get(sort);
  }
}

export function typeOf(value: UnknownMembers): string | undefined {
  return TYPES.find((type) => value[type] !== undefined && value[type] !== null);
}

export function printResolvedPath(path: Path): string {
  return `[${path.map((piece) => (typeof piece === 'number' ? `[${piece}]` : piece)).join(', ')}]`;
}

/** Tops of paths that go deeper: a key attribute has no inside. */
export function nestedTops(paths: readonly Path[]): Readonly<Record<string, true>> {
  return Object.fromEntries(paths.filter(({ length }) => length > 1).map(([top]) => [String(top), true]));
}

/** Paths of one expression may neither be equal nor contain one another, nor disagree on what an attribute is. */
export function noteOverlaps(paths: readonly Path[], findings: Findings): void {
  const known: Path[] = [];
  for (const path of paths) {
    for (const other of known) {
      const wrong = overlapOf(other, path);
      if (wrong === undefined) continue;
      findings.note(
        wrong,
        `Two document paths ${wrong} with each other; must remove or rewrite one of these paths; ` +
          `path one: ${printResolvedPath(other)}, path two: ${printResolvedPath(path)}`,
      );
    }
    known.push(path);
  }
}

function overlapOf(one: Path, two: Path): 'overlap' | 'conflict' | undefined {
  for (const [at, piece] of one.entries()) {
    const other = two[at];
    if (other === undefined) return 'overlap';
    if (typeof piece !== typeof other) return 'conflict';
    if (piece !== other) return undefined;
  }
  return 'overlap';
}
