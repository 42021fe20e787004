/** Writes the table of docs/guides/operate/cost.md, and its lines for the calculator of the site. Pure. */
import { apiCost, ASSUMED, type Assumptions, itemsOf, sumOf, unkeyPrice } from './month.ts';

type Line = { readonly what: string; readonly dollars: number | undefined; readonly isSum?: true };

const CUSTOMERS: readonly (readonly [name: string, requests: number, keys: number])[] = [
  ['100,000 requests, 20 keys', 100_000, 20],
  ['10 million, 500 keys', 10e6, 500],
  ['1 billion, 20,000 keys', 1e9, 20_000],
];
const LEASE = 100;
export const COST_PAGE = 'docs/guides/operate/cost.md';
/** The fields of the site's calculator, in order. */
export const FIELDS: readonly (readonly [name: keyof Assumptions, label: string])[] = [
  ['requests', 'requests a month'],
  ['keys', 'API keys'],
  ['keptSeconds', 'seconds that an authorizer result is cached'],
  ['requestsPerWrite', 'requests per write of a quota'],
  ['authorizerMs', 'milliseconds per call of an authorizer'],
  ['tableMs', 'milliseconds per call to a table'],
  ['memoryMb', 'MB of memory'],
  ['logBytes', 'log bytes per call'],
  ['metrics', 'metrics sent'],
  ['alarmMetrics', 'metrics watched by alarms'],
];
export const FIRST: Assumptions = { ...ASSUMED, requests: 10e6, keys: 500 };

export function linesOf(assumed: Assumptions): readonly Line[] {
  const items = itemsOf(assumed);
  const { requests } = assumed;
  return [
    ...items.map(({ item, dollars }) => ({ what: item, dollars })),
    { what: 'the stack', dollars: sumOf(items), isSum: true },
    {
      what: `the stack, with one write per ${LEASE} requests`,
      dollars: sumOf(itemsOf({ ...assumed, requestsPerWrite: LEASE })),
    },
    { what: 'for comparison: usage plans of API Gateway, whose quotas are not exact', dollars: 0 },
    { what: 'for comparison: JWT authorizer of an HTTP API, without API keys', dollars: 0 },
    { what: 'for comparison: Unkey, list price', dollars: unkeyPrice(requests) },
    { what: 'for comparison: the requests of a REST API', dollars: apiCost(requests, 'rest') },
    { what: 'for comparison: the requests of an HTTP API', dollars: apiCost(requests, 'http') },
  ];
}

export function printDollars(dollars: number | undefined): string {
  if (dollars === undefined) return 'on request';
  return `$${dollars.toLocaleString('en-US', { minimumFractionDigits: 2, maximumFractionDigits: 2 })}`;
}

/**
 * Returns the page with its table.
 * @throws Error if the page lacks the markers
 */
export function writeCostPage(text: string): string {
  const place = /(<!-- costs -->\n)[\s\S]*?(\n?<!-- end -->)/;
  if (!place.test(text)) throw new Error(`${COST_PAGE} has no <!-- costs --> … <!-- end -->`);
  return text.replace(place, (_, from: string) => `${from}\n${printCosts()}\n\n<!-- end -->`);
}

function printCosts(): string {
  const columns = CUSTOMERS.map(([, requests, keys]) => linesOf({ ...ASSUMED, requests, keys }));
  const head = ['a month', ...CUSTOMERS.map(([name]) => name)];
  const rows = (columns[0] ?? []).map(({ what, isSum }, index) => {
    const cells = [what, ...columns.map((lines) => printDollars(lines[index]?.dollars))];
    return isSum === true ? cells.map((cell) => `**${cell}**`) : cells;
  });
  return [head, head.map((_, index) => (index === 0 ? '---' : '---:')), ...rows]
    .map((cells) => `| ${cells.join(' | ')} |`)
    .join('\n');
}
