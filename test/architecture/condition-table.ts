/**
 * Writes the table of docs/guides/protect/access.md, which shows the result of each operator for each type of claim.
 * The evaluator itself computes the results.
 */
import { evaluateCondition } from '#shared/access/decide/condition.ts';
import { aPrincipal } from '../support/an-access-document.ts';

export const CONDITION_PAGE = 'docs/guides/protect/access.md';

type Value = string | number | boolean;
type Operator = 'equals' | 'in' | 'contains' | 'exists' | 'gte' | 'lte';

const VALUES: readonly Value[] = ['a', 1, true];
/** Samples of claims for a rule with this `value`, for some of which the condition is true, and for others false. */
const CLAIMS: readonly (readonly [type: string, samplesFor: (value: Value) => readonly unknown[]])[] = [
  [
    'a value of the type that the rule expects',
    (value) => [value, typeof value === 'boolean' ? !value : typeof value === 'number' ? 0 : 'b'],
  ],
  ['a value of another type', (value) => VALUES.filter((other) => typeof other !== typeof value)],
  ['a list', (value) => [[value], []]],
  ['no such claim', () => [undefined]],
];
const TESTS: readonly (readonly [operators: readonly Operator[], values: readonly Value[]])[] = [
  [['equals', 'in'], VALUES],
  [['contains'], VALUES],
  [['gte', 'lte'], [1]],
  [['exists'], VALUES],
];

/** Returns the table as Markdown that is not formatted yet. */
function printConditionTable(): string {
  const head = ['', ...CLAIMS.map(([type]) => type)];
  const rows = TESTS.map(([operators, values]) => [
    operators.map((op) => `\`${op}\``).join(', '),
    ...CLAIMS.map(([, samplesFor]) => cellOf(operators, values, samplesFor)),
  ]);
  return [head, head.map(() => '---'), ...rows].map((cells) => `| ${cells.join(' | ')} |`).join('\n');
}

export function writeConditionTable(page: string): string {
  return page.replace(
    /(<!-- operators -->\n)[^]*(\n<!-- end -->)/,
    (_, from: string, to: string) => `${from}\n${printConditionTable()}\n${to}`,
  );
}

type SamplesFor = (typeof CLAIMS)[number][1];

/** Returns the results of an allow rule and of a deny rule, or one result if both are the same. */
function cellOf(operators: readonly Operator[], values: readonly Value[], samplesFor: SamplesFor): string {
  const allow = effectOf('allow', operators, values, samplesFor);
  const deny = effectOf('deny', operators, values, samplesFor);
  return allow === deny ? allow : `${allow}/${deny}`;
}

function effectOf(
  effect: 'allow' | 'deny',
  operators: readonly Operator[],
  values: readonly Value[],
  samplesFor: SamplesFor,
): string {
  const truths = operators.flatMap((op) =>
    values.flatMap((value) => samplesFor(value).map((claim) => truthOf(op, value, claim))),
  );
  if (truths.every((truth) => truth === undefined)) return effect === 'deny' ? 'denies' : 'never';
  if (truths.includes(undefined)) throw new Error(`${operators.join()}: some are decided, and some are not`);
  return 'tested';
}

function truthOf(op: Operator, value: Value, claim: unknown) {
  return evaluateCondition(
    { is: 'claim', claim: ['c'], op, values: [value] },
    aPrincipal({ claims: { c: claim } }),
    { nowEpochSeconds: 0, isInNetwork: () => undefined },
  );
}
