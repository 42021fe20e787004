/** What osls has made of a service, kept from one start to the next for as long as nothing of what it came from changes. */
import { hash } from '@gatewright/aws/file-marks';
import { dropKept, readKept, writeKept } from '@gatewright/aws/kept-files';
import type { KeptFolder } from '@gatewright/aws/kept-files';
import { findChange, hashEnvironment, markInputs } from './service-inputs.ts';
import type { Beginning, Inputs, SeenInputs } from './service-inputs.ts';
import type { DriverNote } from './serverless-process.ts';

/** Something that osls has asked AWS for, and a digest of what it was told. */
export type KeptQuestion = { readonly about: QuestionKind; readonly name: string; readonly answer: string };
export type QuestionKind = 'outputs' | 'parameter' | 'object';

/** What a run of osls tells. */
export type CompiledService = {
  /** As the driver writes it. */
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

/** By what a run is the same as another, whatever files say. */
export type RunIdentity = {
  readonly serviceFolder: string;
  readonly oslsFolder: string;
  readonly arguments: readonly string[];
};

/** Raised whenever what is written changes. */
const FORMAT = 2;
/** Of one folder of a start: services, their stages, parameters and environments. */
const MOST_KEPT = 32;
const MOST_BYTES = 100_000_000;

/** Undefined where nothing is kept, or something has changed since; what osls has asked AWS for is for the caller to ask again. */
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
    // Nothing is kept, or it was never finished: osls compiles it.
    return undefined;
  }
}

/** Nothing is kept where it is not known what osls has read. The folder is for its owner alone: templates hold what `${env:…}` gave. */
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

/** Two terminals have two environments: what one has made is not in the way of the other. */
function nameOf(
  { serviceFolder, oslsFolder, arguments: words }: RunIdentity,
  environment: Readonly<Record<string, string | undefined>>,
): string {
  return `${hash([serviceFolder, oslsFolder, hashEnvironment(environment), ...words])}.json`;
}
