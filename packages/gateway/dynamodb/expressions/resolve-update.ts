/** Converts updates to the form that dynalite applies. */
import type { UnknownMembers } from '@gatewright/aws/json-object';
import type { OperandSyntax } from './condition-syntax.ts';
import { Findings, nestedTops, noteOverlaps, printResolvedPath, typeOf } from './placeholders.ts';
import type { Path, Placeholders } from './placeholders.ts';
import { ExpressionError } from './tokens.ts';
import type { SetValueSyntax, UpdateClauses, UpdateSyntax } from './update-syntax.ts';
import { FUNCTIONS_OF_UPDATES, OPERANDS_OF } from './words.ts';

type Operation = {
  readonly type: string;
  readonly name?: string;
  readonly args: readonly Value[];
  readonly attrType: string | undefined;
};
type Value = Path | UnknownMembers | Operation | undefined;
type Section = {
  readonly type: string;
  readonly path: Path;
  readonly val?: Value;
  readonly attrType?: string | undefined;
};

type ResolvedUpdate = {
  readonly sections: readonly Section[];
  readonly paths: readonly Path[];
  readonly nestedPaths: Readonly<Record<string, true>>;
};

const ORDER = ['reserved', 'function', 'section', 'undefined', 'overlap', 'conflict', 'operand', 'argument'];
const TYPE_WORDS: Readonly<Record<string, string>> = {
  S: 'STRING',
  N: 'NUMBER',
  B: 'BINARY',
  NULL: 'NULL',
  BOOL: 'BOOLEAN',
  L: 'LIST',
  M: 'MAP',
};

/**
 * Converts an update to dynalite's form.
 * @throws ExpressionError if the update is invalid
 */
export function resolveUpdate(
  { actions, repeated }: UpdateClauses,
  placeholders: Placeholders,
): ResolvedUpdate {
  const resolver = new UpdateResolver(placeholders);
  if (repeated !== undefined)
    resolver.findings.note(
      'section',
      `The "${repeated}" section can only be used once in an update expression;`,
    );
  const sections = actions
    .map((action) => resolver.section(action))
    .filter((section) => section !== undefined);
  const paths = sections.map(({ path }) => path);
  noteOverlaps(paths, resolver.findings);
  const wrong = resolver.findings.first(ORDER);
  if (wrong !== undefined) throw new ExpressionError(wrong);
  return { sections, paths, nestedPaths: nestedTops([...paths, ...resolver.read]) };
}

class UpdateResolver {
  readonly #placeholders: Placeholders;
  readonly findings = new Findings();
  /** The paths that an update reads, because its values contain them. */
  readonly read: Path[] = [];

  constructor(placeholders: Placeholders) {
    this.#placeholders = placeholders;
  }

  section(action: UpdateSyntax): Section | undefined {
    const path = this.#placeholders.path(action.path, this.findings);
    const section = this.#body(action);
    return path === undefined ? undefined : { type: action.kind, path, ...section };
  }

  #body(action: UpdateSyntax): Partial<Section> {
    if (action.kind === 'remove') return {};
    if (action.kind === 'set') {
      const val = this.#value(action.value);
      return { val, attrType: typeOfValue(val) };
    }
    const val = this.#placeholders.value(action.value, this.findings);
    const type = val && typeOf(val);
    const operator = action.kind.toUpperCase();
    const word = type === undefined ? undefined : TYPE_WORDS[type];
    if (word !== undefined && !(operator === 'ADD' && type === 'N'))
      this.findings.note(
        'operand',
        `Incorrect operand type for operator or function; operator: ${operator}, operand type: ${word}, typeSet: ALLOWED_FOR_${operator}_OPERAND`,
      );
    return { val, attrType: type };
  }

  #value(syntax: SetValueSyntax): Value {
    if (syntax.kind !== 'sum') return this.#operand(syntax);
    const args = syntax.args.map((arg) => this.#operand(arg));
    this.#noteTypes(syntax.operator, args, 'N');
    return { type: syntax.operator === '+' ? 'add' : 'subtract', args, attrType: 'N' };
  }

  #operand(syntax: OperandSyntax): Value {
    if (syntax.kind === 'value') return this.#placeholders.value(syntax.name, this.findings);
    if (syntax.kind === 'function') return this.#call(syntax.name, syntax.args);
    const path = this.#placeholders.path(syntax, this.findings);
    if (path !== undefined) this.read.push(path);
    return path;
  }

  #call(name: string, given: readonly OperandSyntax[]): Operation {
    const args = given.map((arg) => this.#operand(arg));
    const attrType = name === 'list_append' ? 'L' : typeOfValue(args[1]);
    const call = { type: 'function', name, args, attrType };
    if (!FUNCTIONS_OF_UPDATES.includes(name)) {
      const isKnown = Object.hasOwn(OPERANDS_OF, name);
      const says = isKnown ? 'The function is not allowed in an update expression' : 'Invalid function name';
      this.findings.note('function', `${says}; function: ${name}`);
    } else if (args.length !== 2)
      this.findings.note(
        'argument',
        `Incorrect number of operands for operator or function; operator or function: ${name}, number of operands: ${args.length}`,
      );
    else if (name === 'list_append') this.#noteTypes(name, args, 'L');
    else this.#checkDefault(name, args);
    return call;
  }

  #checkDefault(name: string, [first, second]: readonly Value[]): void {
    if (first === undefined) return;
    if (!isPath(first)) {
      this.findings.note(
        'argument',
        `Operator or function requires a document path; operator or function: ${name}`,
      );
      return;
    }
    if (second !== undefined && isPath(second) && printResolvedPath(first) === printResolvedPath(second))
      this.findings.note(
        'argument',
        `The first operand must be distinct from the remaining operands for this operator or function; operator: ${name}, first operand: ${printResolvedPath(first)}`,
      );
  }

  #noteTypes(operator: string, args: readonly Value[], wanted: string): void {
    for (const arg of args) {
      if (arg === undefined || isPath(arg) || 'args' in arg) continue;
      const type = typeOf(arg);
      if (type !== undefined && type !== wanted)
        this.findings.note(
          'argument',
          `Incorrect operand type for operator or function; operator or function: ${operator}, operand type: ${type}`,
        );
    }
  }
}

function isPath(value: Exclude<Value, undefined>): value is Path {
  return Array.isArray(value);
}

function typeOfValue(value: Value): string | undefined {
  if (value === undefined || isPath(value)) return undefined;
  return 'args' in value ? (value as Operation).attrType : typeOf(value);
}
