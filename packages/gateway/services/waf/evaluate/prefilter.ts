/**
 * Excludes rules that a request cannot match, many rules at once. This saves time, because most requests match no rule.
 * The remaining rules are evaluated one by one, so a prefilter cannot change a verdict.
 */
import { compilePattern } from '../rules/pattern.ts';
import { judgeStatement } from './judge-statement.ts';
import { compareSize } from './match-texts.ts';
import type { Inspection, Pattern, Statement } from '../rules/statement.ts';
import type { RuleTurn, Surroundings } from './judge-statement.ts';

/** A batch of rules that inspect the same text or use the same IP set. */
type Batch =
  | { readonly kind: 'same'; readonly statement: Statement }
  | {
      readonly kind: 'texts';
      readonly inspection: Inspection;
      readonly sizes: readonly SizeStatement[];
      /**
       * One pattern for all statements of the batch except size statements. It matches every text that any of them
       * matches, and may match other texts.
       */
      readonly joined: Pattern | undefined;
    };

type SizeStatement = Extract<Statement, { kind: 'size' }>;

/** The maximum number of batches, because each batch has one bit of an integer. */
const MAX_BATCHES = 31;

export class Prefilter {
  readonly #batches: Batch[] = [];
  /** The index of each rule's batch; -1 if the rule is in no batch. */
  readonly #placeOf: number[];
  /** Bits of the batches that have been evaluated for the current request, and of batches that match nothing. */
  #judged = 0;
  #excluded = 0;

  /**
   * Creates a prefilter.
   * @param statements the statements of the rules in their order; undefined for a statement that is not published
   */
  constructor(statements: readonly (Statement | undefined)[], around: Pick<Surroundings, 'patternSet'>) {
    this.#placeOf = statements.map(() => -1);
    const rulesByKey = new Map<unknown, number[]>();
    for (const [at, statement] of statements.entries()) {
      const key = statement && keyOf(statement);
      if (key !== undefined) rulesByKey.set(key, [...(rulesByKey.get(key) ?? []), at]);
    }
    for (const rules of rulesByKey.values()) {
      if (rules.length < 2 || this.#batches.length === MAX_BATCHES) continue;
      const batch = makeBatch(
        rules.flatMap((at) => statements[at] ?? []),
        around,
      );
      if (batch === undefined) continue;
      for (const at of rules) this.#placeOf[at] = this.#batches.length;
      this.#batches.push(batch);
    }
  }

  /** Discards the results of the previous request. */
  begin(): void {
    this.#judged = 0;
    this.#excluded = 0;
  }

  /**
   * Whether a rule can be excluded.
   * @returns true if the rule at this index certainly does not match
   */
  excludes(at: number, turn: RuleTurn): boolean {
    const place = this.#placeOf[at] ?? -1;
    if (place === -1) return false;
    const bit = 1 << place;
    if ((this.#judged & bit) === 0) this.#judge(place, bit, turn);
    return (this.#excluded & bit) !== 0;
  }

  #judge(place: number, bit: number, turn: RuleTurn): void {
    const batch = this.#batches[place];
    this.#judged |= bit;
    if (batch !== undefined && matchesNone(batch, turn)) this.#excluded |= bit;
  }
}

function matchesNone(batch: Batch, turn: RuleTurn): boolean {
  if (batch.kind === 'same') return judgeStatement(batch.statement, turn) === 'no-match';
  const inspected = turn.request.inspect(batch.inspection);
  if (inspected.kind !== 'texts') return false;
  for (const text of inspected.texts) {
    for (const { comparison, size } of batch.sizes)
      if (compareSize(text.length, comparison, size)) return false;
    if (batch.joined?.isFoundIn(text) === true) return false;
  }
  return true;
}

/**
 * Returns a key that is equal for statements that can share a batch; undefined for a statement that cannot be in a
 * batch.
 */
function keyOf(statement: Statement): Inspection | string | undefined {
  switch (statement.kind) {
    case 'ip-set':
      return statement.forwarded === undefined ? statement.arn : undefined;
    case 'bytes':
    case 'regex':
    case 'regex-set':
    case 'size':
      return statement.inspection;
    default:
      return undefined;
  }
}

/**
 * Creates a batch.
 * @param statements statements with the same key
 * @returns undefined if each statement must be evaluated separately
 */
function makeBatch(
  statements: readonly Statement[],
  around: Pick<Surroundings, 'patternSet'>,
): Batch | undefined {
  const [first] = statements;
  if (first?.kind === 'ip-set') return { kind: 'same', statement: first };
  const inspection = first && 'inspection' in first ? first.inspection : undefined;
  const sources = statements.flatMap((one) => sourcesOf(one, around));
  // An unterminated `\Q` quotation would extend beyond its own pattern.
  if (inspection === undefined || sources.some((source) => source.includes('\\Q'))) return undefined;
  const joined = compilePattern(sources.map((source) => `(?:${source})`).join('|'));
  if (joined === undefined) return undefined;
  const sizes = statements.filter((one) => one.kind === 'size');
  return { kind: 'texts', inspection, sizes, joined: sources.length === 0 ? undefined : joined };
}

/**
 * Returns regular expressions for a statement. Every text that the statement matches contains a match of one of them.
 * Size statements have no such expressions.
 */
function sourcesOf(
  statement: Statement,
  { patternSet }: Pick<Surroundings, 'patternSet'>,
): readonly string[] {
  switch (statement.kind) {
    case 'bytes':
      return [statement.search.replace(/[^0-9A-Za-z]/g, escapeByte)];
    case 'regex':
      return [statement.pattern.source];
    case 'regex-set':
      return (patternSet(statement.arn) ?? []).map(({ source }) => source);
    default:
      return [];
  }
}

function escapeByte(byte: string): string {
  return `\\x${byte.charCodeAt(0).toString(16).padStart(2, '0')}`;
}
