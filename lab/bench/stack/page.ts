/** Writes .build/lab/stack.md: starts, packages, units and costs of the stack, on one page. */
import { describeRun, markdownTable } from '../pages.ts';
import type { measureStartRatios } from '../authorizer.ts';
import type { Conditions } from '../conditions.ts';
import type { FunctionFigures } from './function-starts.ts';
import { ASSUMED, costOfPlacement, describePrices } from './placements.ts';
import type { Placement } from './placements.ts';
import type { ChargeFigure, UnitFigure } from './units.ts';

type StartRatio = Awaited<ReturnType<typeof measureStartRatios>>[number];

export type StackFigures = {
  readonly rounds: number;
  readonly functions: readonly FunctionFigures[];
  readonly layerBytes: number;
  readonly ratios: readonly StartRatio[];
  readonly credentials: readonly UnitFigure[];
  readonly charges: readonly ChargeFigure[];
  readonly placements: readonly Placement[];
};

const RATIO_GOAL = 1.8;
/** Names of the rows that are judged: the authorizers as deployed, with bundled documents. */
const JUDGED = new Set(['token-authorizer', 'request-authorizer']);

const ms = (value: number): string => value.toFixed(value < 10 ? 2 : 1);
const kb = (bytes: number): string => (bytes / 1024).toFixed(1);
const dollars = (value: number): string => value.toFixed(value < 0.01 && value > 0 ? 4 : 2);
const unit = (value: number): string => String(Number(value.toPrecision(3)));

/** Returns whether the row's ratio meets its goal; undefined if the row has no goal. */
export function isRatioHeld({ name, ratio }: Pick<StartRatio, 'name' | 'ratio'>): boolean | undefined {
  return JUDGED.has(name) ? ratio <= RATIO_GOAL : undefined;
}

export function printStackPage(conditions: Conditions, figures: StackFigures): string {
  return `# The stack in figures

${describeRun(conditions, 'npm run bench -- stack')}

**Nothing on this page was measured on AWS.** Startup times are measured in local Node.js processes, units are counted by the embedded DynamoDB,
and costs are calculated from both, from public prices and from the assumptions below.

## Functions

Each function as it is deployed, with its packages in the layer (${kb(figures.layerBytes)} KB zipped), is measured in fresh processes, alternating; the figures are medians of ${figures.rounds} rounds. _Cold_ is the import and the first call, which
connects to whatever it calls; the startup of Node.js and Lambda's own work are not included. _Warm_ is one later call in the same process. Tables and services are on this machine.

${functionTable(figures.functions)}

## Starts of the authorizers

Import and first call, with packages in the layer, divided by the time of a bare aws-jwt-verify handler in the same form: no logs, no metrics, no policy. Neither has a tracer; Lambda's own traces are not part of this process.
_In memory_: the keys of the issuer are already loaded; _fetched_: they take one request over TLS. _Published documents_: what \`GATEWRIGHT_DOCUMENTS: published\` adds, with an SDK client and reads of the table.
_In middy_: what running inside middy would add.

${ratioTable(figures.ratios)}

## Units of tables

For each request whose authorizer result is not cached, or for the operation in the row. A token takes no units; each instance checks published documents every 20 s (half a unit), and reads them again when they change.

${markdownTable(
  ['what', 'read units', 'write units'],
  figures.credentials.map(({ what, units }) => [what, unit(units.reads), unit(units.writes)]),
)}

For each charge of a quota, by one process without a pause, including the opening of the period. A lease grows with the request rate of its process, up to its size, so infrequent callers cause more writes; see docs/guides/sell/quota.md.

${markdownTable(
  ['charge', 'charges', 'read units', 'write units'],
  figures.charges.map(({ lease, charges, units }) => [
    lease === undefined ? 'billed exactly' : `leases of up to ${lease.toLocaleString('en-US')}`,
    charges.toLocaleString('en-US'),
    unit(units.reads),
    unit(units.writes),
  ]),
)}

## A million requests

US dollars in us-east-1, first tiers, without the free tier, the function behind the route and data out. Prices are the defaults of the console's cost page (docs/aws §14): ${describePrices()}.
Assumed: ${ASSUMED}; each further millisecond of a call costs $${dollars(0.5 * 0.0000133334 * 1000)} per million calls. Logs are what a call prints, plus Lambda's three lines.
A cached authorizer result serves all requests of its caller until it expires. The number of those requests depends on the callers, so there are rows for ten and for a hundred.

${costTable(figures.placements)}
`;
}

function functionTable(functions: readonly FunctionFigures[]): string {
  return markdownTable(
    [
      'function',
      'asked for',
      'package KB',
      'read at startup KB',
      'import ms',
      'first ms',
      'cold ms',
      'warm ms',
      'RSS MB',
      'read units',
      'write units',
      'printed bytes',
    ],
    functions.map((one) => [
      one.name,
      one.asked,
      kb(one.zipBytes),
      kb(one.startBytes),
      ms(one.importMs),
      ms(one.firstMs),
      ms(one.coldMs),
      ms(one.warmMs),
      one.rssMb.toFixed(0),
      unit(one.units.reads),
      unit(one.units.writes),
      one.printedBytes.toFixed(0),
    ]),
  );
}

function ratioTable(ratios: readonly StartRatio[]): string {
  return markdownTable(
    ['handler', 'keys', 'start ms', 'ratio', 'goal', ''],
    ratios.map((row) => {
      const isHeld = isRatioHeld(row);
      return [
        row.name,
        row.keys === 'memory' ? 'in memory' : 'fetched',
        ms(row.startMs),
        row.ratio.toFixed(2),
        isHeld === undefined ? '' : `at most ${RATIO_GOAL}`,
        isHeld === undefined ? '' : isHeld ? 'held' : '**missed**',
      ];
    }),
  );
}

function costTable(placements: readonly Placement[]): string {
  return markdownTable(
    ['placement', 'API Gateway', 'Lambda', 'logs', 'DynamoDB', 'together'],
    placements.map(costOfPlacement).map(({ placement, api, lambda, logs, tables, total }) => {
      return [placement.what, ...[api, lambda, logs, tables, total].map(dollars)];
    }),
  );
}
