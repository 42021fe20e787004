/** osls's result for a service, kept between starts until one of its inputs changes. */
import { hash } from '@gatewright/aws/file-marks';
import { deleteCached, readCached, writeCached } from '@gatewright/aws/cache-files';
import type { CacheFolder } from '@gatewright/aws/cache-files';
import { findChange, hashEnvironment, markInputs } from './service-inputs.ts';
import type { RunStart, Inputs, SeenInputs } from './service-inputs.ts';
import type { DriverNote } from './serverless-process.ts';

export type CachedQuestion = { readonly about: QuestionKind; readonly name: string; readonly answer: string };
export type QuestionKind = 'outputs' | 'parameter' | 'object';

export type CompiledService = {
  readonly result: string;
  readonly stackName: string;
  readonly variables: Readonly<Record<string, string>>;
  readonly notes: readonly DriverNote[];
  readonly informed: readonly string[];
};

type CachedService = CompiledService & {
  readonly format: number;
  readonly inputs: Inputs;
  readonly questions: readonly CachedQuestion[];
};

export type RunIdentity = {
  readonly serviceFolder: string;
  readonly oslsFolder: string;
  readonly arguments: readonly string[];
};

/** Increase whenever the format changes. */
const FORMAT = 3;
/** Per folder of a start: services, their stages, parameters and environments. */
const MOST_KEPT = 32;
const MOST_BYTES = 100_000_000;

/** Undefined if nothing is kept or something has changed; the caller repeats the calls to AWS. */
export function findCachedService(
  folder: string,
  run: RunIdentity,
  environment: Readonly<Record<string, string | undefined>>,
): (CompiledService & Pick<CachedService, 'questions'>) | undefined {
  try {
    const text = readCached(placeOf(folder), nameOf(run, environment));
    if (text === undefined) return undefined;
    const kept = JSON.parse(text) as CachedService;
    if (kept.format !== FORMAT || findChange(kept.inputs, environment) !== undefined) return undefined;
    return kept;
  } catch {
    // Nothing is kept, or it is incomplete: osls compiles it.
    return undefined;
  }
}

/**
 * Keeps nothing if the inputs of osls are unknown. The folder is readable by its owner only: templates hold
 * values of `${env:…}`.
 */
export function cacheService(
  folder: string,
  run: RunIdentity,
  compiled: CompiledService,
  seen: {
    readonly inputs: SeenInputs;
    readonly beginning: RunStart;
    readonly environment: Readonly<Record<string, string | undefined>>;
    readonly questions: readonly CachedQuestion[];
  },
): void {
  const name = nameOf(run, seen.environment);
  const inputs = markInputs(seen.inputs, seen.beginning, seen.environment);
  const kept = { ...compiled, format: FORMAT, inputs, questions: seen.questions };
  if (inputs === undefined) deleteCached(placeOf(folder), name);
  else writeCached(placeOf(folder), name, JSON.stringify(kept));
}

function placeOf(folder: string): CacheFolder {
  return { folder, mostFiles: MOST_KEPT, mostBytes: MOST_BYTES };
}

/** Two terminals with different environments do not replace each other's results. */
function nameOf(
  { serviceFolder, oslsFolder, arguments: words }: RunIdentity,
  environment: Readonly<Record<string, string | undefined>>,
): string {
  return `${hash([serviceFolder, oslsFolder, hashEnvironment(environment), ...words])}.json`;
}
