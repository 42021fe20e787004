/** osls's result for a service, kept between starts until one of its inputs changes. */
import { hash } from '@gatewright/aws/file-marks';
import { dropKept, readKept, writeKept } from '@gatewright/aws/kept-files';
import type { KeptFolder } from '@gatewright/aws/kept-files';
import { findChange, hashEnvironment, markInputs } from './service-inputs.ts';
import type { Beginning, Inputs, SeenInputs } from './service-inputs.ts';
import type { DriverNote } from './serverless-process.ts';

export type KeptQuestion = { readonly about: QuestionKind; readonly name: string; readonly answer: string };
export type QuestionKind = 'outputs' | 'parameter' | 'object';

export type CompiledService = {
  readonly result: string;
  readonly stackName: string;
  readonly variables: Readonly<Record<string, string>>;
  readonly notes: readonly DriverNote[];
  readonly informed: readonly string[];
};

type KeptService = CompiledService & {
  readonly format: number;
  readonly inputs: Inputs;
  readonly questions: readonly KeptQuestion[];
};

export type RunIdentity = {
  readonly serviceFolder: string;
  readonly oslsFolder: string;
  readonly arguments: readonly string[];
};

/** Increase whenever the format changes. */
const FORMAT = 2;
/** Per folder of a start: services, their stages, parameters and environments. */
const MOST_KEPT = 32;
const MOST_BYTES = 100_000_000;

/** Undefined if nothing is kept or something has changed; the caller repeats the calls to AWS. */
export function findKept(
  folder: string,
  run: RunIdentity,
  environment: Readonly<Record<string, string | undefined>>,
): (CompiledService & Pick<KeptService, 'questions'>) | undefined {
  try {
    const text = readKept(placeOf(folder), nameOf(run, environment));
    if (text === undefined) return undefined;
    const kept = JSON.parse(text) as KeptService;
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
export function keep(
  folder: string,
  run: RunIdentity,
  compiled: CompiledService,
  seen: {
    readonly inputs: SeenInputs;
    readonly beginning: Beginning;
    readonly environment: Readonly<Record<string, string | undefined>>;
    readonly questions: readonly KeptQuestion[];
  },
): void {
  const name = nameOf(run, seen.environment);
  const inputs = markInputs(seen.inputs, seen.beginning, seen.environment);
  const kept = { ...compiled, format: FORMAT, inputs, questions: seen.questions };
  if (inputs === undefined) dropKept(placeOf(folder), name);
  else writeKept(placeOf(folder), name, JSON.stringify(kept));
}

function placeOf(folder: string): KeptFolder {
  return { folder, mostFiles: MOST_KEPT, mostBytes: MOST_BYTES };
}

/** Two terminals with different environments do not replace each other's results. */
function nameOf(
  { serviceFolder, oslsFolder, arguments: words }: RunIdentity,
  environment: Readonly<Record<string, string | undefined>>,
): string {
  return `${hash([serviceFolder, oslsFolder, hashEnvironment(environment), ...words])}.json`;
}
