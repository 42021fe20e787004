/**
 * `npm run bench -- stack [--rounds N --starts N]`: measures cold and warm starts of each function of the stack, its
 * packages, the DynamoDB units of requests and charges, and the cost of a million requests. Writes .build/lab/stack.md.
 * Takes 4 minutes.
 */
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { measureStartRatios } from '../authorizer.ts';
import { LAB, readConditions, writePage } from '../conditions.ts';
import { LOG_LINES } from './function-orders.ts';
import { measureFunctions, weighPackages } from './function-starts.ts';
import type { FunctionFigures } from './function-starts.ts';
import { isRatioHeld, printStackPage } from './page.ts';
import { listPlacements } from './placements.ts';
import { measureCharges, measureCredentials } from './units.ts';
import { openWorld } from './world.ts';

const LAYER = 'packages';

export async function runStack(args: readonly string[]): Promise<void> {
  const { values } = parseArgs({
    args: [...args],
    options: { rounds: { type: 'string', default: '7' }, starts: { type: 'string', default: '20' } },
  });
  const [rounds, starts] = [Number(values.rounds), Number(values.starts)];
  if (![rounds, starts].every((number) => Number.isInteger(number) && number > 0))
    throw new Error('--rounds and --starts must be positive numbers');
  const conditions = readConditions();
  console.error('packaging the stack…');
  const sizes = await weighPackages();
  const layerBytes = sizes.get(LAYER) ?? 0;
  await using world = await openWorld();
  console.error('credentials and charges…');
  const credentials = await measureCredentials(world);
  const charges = await measureCharges(world);
  const functions = await measureFunctions(world, rounds, sizes);
  console.error(`starting each authorizer ${starts} times…`);
  const ratios = await measureStartRatios(starts);
  const of = (name: string): FunctionFigures | undefined => functions.find((one) => one.name === name);
  const printed = (name: string): number => of(name)?.printedBytes ?? 0;
  const placements = listPlacements({
    credentials,
    charges,
    linesPerEvent: LOG_LINES,
    trackerUnits: of('usage-tracker')?.units ?? { reads: 0, writes: 0 },
    printedBytes: {
      token: printed('token-authorizer'),
      request: printed('request-authorizer'),
      tracker: printed('usage-tracker'),
    },
  });
  const figures = { rounds, functions, layerBytes, ratios, credentials, charges, placements };
  await writePage(join(LAB, 'stack.md'), printStackPage(conditions, figures));
  for (const row of ratios)
    if (isRatioHeld(row) === false)
      console.log(`goal missed: ${row.name}, keys ${row.keys}: ratio ${row.ratio}`);
}
