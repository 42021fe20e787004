/**
 * `npm run bench -- authorizer [--starts N]`: compares the size and start time of the authorizers with a bare
 * aws-jwt-verify handler, jsonwebtoken + jwks-rsa and jose. Fresh processes are started in turns. Prints a table of
 * medians; the last line on stdout is JSON.
 */
import { cpus } from 'node:os';
import { parseArgs } from 'node:util';
import { fileURLToPath } from 'node:url';
import { installTool } from '../tools/install-tool.ts';
import { bundle, prepareLayer, weighProgram } from './authorizer-bundles.ts';
import type { Bundle, Form } from './authorizer-bundles.ts';
import { candidates } from './authorizer-candidates.ts';
import type { Candidate, CandidateName, Keys } from './authorizer-candidates.ts';
import { measureStarts, measureWarm } from './authorizer-starts.ts';
import type { Starter, StartRow } from './authorizer-starts.ts';
import { printColumns } from './report.ts';

const ROOT = fileURLToPath(new URL('../..', import.meta.url));
const WARM_MS = 1_000;
const THIRD_PARTY: ReadonlySet<CandidateName> = new Set(['jose', 'jsonwebtoken + jwks-rsa']);
/**
 * Candidates that use packages from the layer when they are deployed in this stack. The others bundle their packages.
 */
const IN_LAYER: ReadonlySet<CandidateName> = new Set([
  'aws-jwt-verify',
  'token-authorizer',
  'request-authorizer',
  'token-authorizer in middy',
  'token-authorizer, published documents',
]);

/**
 * The figures of one candidate in one form. They were measured with the keys in memory, except for the whole start with
 * keys that must be fetched.
 */
type AuthorizerRow = StartRow & {
  readonly bytes: number;
  readonly gzipBytes: number;
  /** Bytes of one file that includes the SDK. */
  readonly wholeBytes: number | null;
  /** The whole start divided by the whole start of the bare aws-jwt-verify handler in the same form. */
  readonly ratio: number | null;
  readonly fetchedStartMs: number | null;
  readonly fetchedRatio: number | null;
  readonly perSecond: number;
};

export async function runAuthorizerBench(args: readonly string[]): Promise<void> {
  const { values } = parseArgs({ args: [...args], options: { starts: { type: 'string', default: '20' } } });
  const rounds = Number(values.starts);
  if (!Number.isInteger(rounds) || rounds < 1) throw new Error('--starts must be a positive number');
  const rows = await measure(rounds);
  console.log(
    `medians of ${rounds} starts of each authorizer, one start per process, alternating; RS256 tokens; ${cpus().length} CPUs, node ${process.version}\n`,
  );
  console.log(printAuthorizerTable(rows));
  console.log(
    '\nalone: the packages are in the bundle, except the AWS SDK; layer: the packages are in a layer, as in the deployed stack. Bytes are those read before the first call.' +
      '\nstart = import + first result, with the keys in memory; fetched: with the keys fetched in one request over TLS.' +
      '\nratio: compared with bare aws-jwt-verify in the same form.',
  );
  console.log(`\n${JSON.stringify({ conditions: { rounds, cpus: cpus().length }, rows })}`);
}

async function measure(rounds: number): Promise<readonly AuthorizerRow[]> {
  console.error('installing jose, jsonwebtoken and jwks-rsa (once)…');
  const reason = installTool('bench-authorizer');
  if (reason !== undefined) console.log(`skipped jose and jsonwebtoken + jwks-rsa: ${reason}`);
  const taking = candidates(ROOT).filter(({ name }) => reason === undefined || !THIRD_PARTY.has(name));
  prepareLayer(ROOT);
  const prepared = [
    ...(await prepareStarters(taking, 'alone', 'memory')),
    ...(await prepareStarters(taking, 'alone', 'fetched')),
    ...(await prepareStarters(taking, 'layer', 'memory')),
    ...(await prepareStarters(taking, 'layer', 'fetched')),
  ];
  console.error(`${prepared.length} bundles, ${rounds} starts of each…`);
  const starts = await measureStarts(
    prepared.map(({ starter }) => starter),
    rounds,
  );
  const rows: AuthorizerRow[] = [];
  for (const { candidate, built, starter } of prepared.filter((one) => one.starter.keys === 'memory')) {
    const { name, form } = starter;
    const find = (keys: Keys) => findStart(starts, name, form, keys);
    const row = find('memory');
    if (row === undefined) continue;
    console.error(`warm: ${name}, ${form}`);
    rows.push({
      ...row,
      bytes: built.bytes,
      gzipBytes: built.gzipBytes,
      wholeBytes: form === 'alone' ? await weighProgram(candidate) : null,
      ratio: ratioToBare(starts, row),
      fetchedStartMs: find('fetched')?.startMs ?? null,
      fetchedRatio: ratioToBare(starts, find('fetched')),
      perSecond: await measureWarm(starter, WARM_MS),
    });
  }
  return rows;
}

type Prepared = { readonly candidate: Candidate; readonly built: Bundle; readonly starter: Starter };

/** Prepares each candidate in each form that it has. */
async function prepareStarters(
  taking: readonly Candidate[],
  form: Form,
  keys: Keys,
): Promise<readonly Prepared[]> {
  const prepared: Prepared[] = [];
  for (const candidate of taking) {
    if (form === 'layer' && !IN_LAYER.has(candidate.name)) continue;
    if (keys === 'fetched' && candidate.name === 'empty handler') continue;
    const built = await bundle(candidate, form, keys);
    const { name, event, environment } = candidate;
    const file = built.file;
    prepared.push({ candidate, built, starter: { name, event, form, keys, file, environment } });
  }
  return prepared;
}

function findStart(
  rows: readonly StartRow[],
  name: CandidateName,
  form: Form,
  keys: Keys,
): StartRow | undefined {
  return rows.find((row) => row.name === name && row.form === form && row.keys === keys);
}

/**
 * Returns the time of the whole start divided by the time of the bare handler's start, in the same form and with the
 * keys in the same place. Compares medians or shortest starts.
 */
export function ratioToBare(
  rows: readonly StartRow[],
  row: StartRow | undefined,
  figure: 'startMs' | 'leastStartMs' = 'startMs',
): number | null {
  if (row === undefined) return null;
  const bare = findStart(rows, 'aws-jwt-verify', row.form, row.keys);
  return bare === undefined ? null : Number((row[figure] / bare[figure]).toFixed(2));
}

/**
 * Returns ratios of start times: the whole start of each authorizer, as this stack is deployed, divided by the start of
 * a bare aws-jwt-verify handler whose package is in the same layer.
 */
export async function measureStartRatios(rounds: number): Promise<readonly StartRatio[]> {
  prepareLayer(ROOT);
  const taking = candidates(ROOT).filter(({ name }) => IN_LAYER.has(name));
  const prepared = [
    ...(await prepareStarters(taking, 'layer', 'memory')),
    ...(await prepareStarters(taking, 'layer', 'fetched')),
  ];
  const starts = await measureStarts(
    prepared.map(({ starter }) => starter),
    rounds,
  );
  return starts.flatMap((row) => {
    const [ratio, leastRatio] = [ratioToBare(starts, row), ratioToBare(starts, row, 'leastStartMs')];
    return ratio === null || leastRatio === null ? [] : [{ ...row, ratio, leastRatio }];
  });
}

type StartRatio = StartRow & {
  readonly ratio: number;
  /** Ratio of the shortest starts. Other work on the machine can only make a start longer. */
  readonly leastRatio: number;
};

function printAuthorizerTable(rows: readonly AuthorizerRow[]): string {
  return printColumns(
    [
      'authorizer',
      'form',
      'bytes',
      'with SDK',
      'gzip',
      'import ms',
      'first ms',
      'start ms',
      'least ms',
      'ratio',
      'CPU ms',
      'RSS MB',
      'fetched ms',
      'ratio',
      'warm/s',
    ],
    rows.map((row) => [
      row.name,
      row.form,
      row.bytes,
      row.wholeBytes,
      row.gzipBytes,
      row.importMs,
      row.firstMs,
      row.startMs,
      row.leastStartMs,
      row.ratio,
      row.cpuMs,
      row.rssMb,
      row.fetchedStartMs,
      row.fetchedRatio,
      row.perSecond,
    ]),
  );
}
