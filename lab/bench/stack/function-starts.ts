/**
 * Cold and warm starts of each function of the stack as deployed, in processes of this machine, and the size of its
 * package.
 */
import { mkdtempSync, readdirSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { packageService } from '../../../layers/package-service.ts';
import { bundle, prepareLayer } from '../authorizer-bundles.ts';
import { openIssuer, runStart } from '../authorizer-starts.ts';
import type { Start } from '../authorizer-process.ts';
import { median } from '../report.ts';
import { ROOT } from '../targets.ts';
import { functionEnvironment, functionOrders } from './function-orders.ts';
import { perAnswer } from './units.ts';
import type { Units, World } from './world.ts';

export type FunctionFigures = {
  readonly name: string;
  readonly asked: string;
  readonly zipBytes: number;
  /** Bytes that are read before the first call. */
  readonly startBytes: number;
  readonly importMs: number;
  readonly firstMs: number;
  readonly coldMs: number;
  readonly warmMs: number;
  readonly rssMb: number;
  readonly units: Units;
  /** Bytes that each call prints. */
  readonly printedBytes: number;
};

const WARM_MS = 800;

/** Returns the sizes by the name of the archive, without its extension. The layer is included. */
export async function weighPackages(): Promise<ReadonlyMap<string, number>> {
  const folder = mkdtempSync(join(tmpdir(), 'bench-stack-'));
  try {
    const packaged = await packageService({ serviceDirectory: ROOT, stage: 'dev', outputDirectory: folder });
    if (packaged.kind !== 'packaged')
      throw new Error(`the stack cannot be packaged: ${JSON.stringify(packaged)}`);
    const zips = readdirSync(folder).filter((name) => name.endsWith('.zip'));
    return new Map(zips.map((name) => [name.slice(0, -'.zip'.length), statSync(join(folder, name)).size]));
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

/**
 * Measures each function: starts all functions in turns, once in each round, then runs one process of each function for
 * warm calls.
 */
export async function measureFunctions(
  world: World,
  rounds: number,
  sizes: ReadonlyMap<string, number>,
): Promise<readonly FunctionFigures[]> {
  prepareLayer(ROOT);
  await using issuer = await openIssuer();
  const environment = { ...world.environment, ...functionEnvironment() };
  const prepared = [];
  for (const order of functionOrders(issuer)) {
    const program = { name: order.name, resolveDir: ROOT, entry: join(ROOT, `functions/${order.name}.ts`) };
    const built = await bundle(program, 'layer', 'fetched');
    prepared.push({ order: { ...order, file: built.file, environment }, built, starts: [] as Start[] });
  }
  for (let round = 1; round <= rounds; round += 1) {
    console.error(`starting functions, round ${round}/${rounds}`);
    for (const { order, starts } of prepared) starts.push(await runStart(order, issuer));
  }
  const figures: FunctionFigures[] = [];
  for (const { order, built, starts } of prepared) {
    console.error(`warm: ${order.name}`);
    const before = await world.readUnits();
    const warm = await runStart(order, issuer, WARM_MS);
    const units = perAnswer(before, await world.readUnits(), warm.answers);
    const of = (read: (start: Start) => number): number => median(starts.map(read));
    figures.push({
      name: order.name,
      asked: order.asked,
      units,
      printedBytes: warm.bytesPerAnswer,
      zipBytes: sizes.get(order.name) ?? 0,
      startBytes: built.bytes,
      importMs: of(({ importMs }) => importMs),
      firstMs: of(({ firstMs }) => firstMs),
      coldMs: of(({ importMs, firstMs }) => importMs + firstMs),
      warmMs: 1000 / (warm.perSecond ?? Number.NaN),
      rssMb: of(({ rssMb }) => rssMb),
    });
  }
  return figures;
}
