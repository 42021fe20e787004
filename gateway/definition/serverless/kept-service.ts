/** What osls has made of a service, kept from one start to the next for as long as nothing of what it came from changes. */
import { mkdirSync, readdirSync, readFileSync, renameSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { findChange, hash, markInputs } from './service-inputs.ts';
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
const FORMAT = 1;
/** Of one folder of a start: services, their stages and their parameters. */
const MOST_KEPT = 32;
const MOST_BYTES = 50_000_000;

/** Undefined where nothing is kept, or something has changed since; what osls has asked AWS for is for the caller to ask again. */
export function findKept(
  folder: string,
  run: RunIdentity,
  environment: Readonly<Record<string, string | undefined>>,
): (CompiledService & Pick<KeptService, 'questions'>) | undefined {
  try {
    const kept = JSON.parse(readFileSync(fileOf(folder, run), 'utf8')) as KeptService;
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
  const file = fileOf(folder, run);
  const inputs = markInputs(seen.inputs, seen.beginning, seen.environment);
  const kept = { ...compiled, format: FORMAT, inputs, questions: seen.questions };
  const text = JSON.stringify(kept);
  if (inputs === undefined || text.length > MOST_BYTES) {
    rmSync(file, { force: true });
    return;
  }
  try {
    mkdirSync(folder, { recursive: true, mode: 0o700 });
    const written = `${file}.${process.pid}`;
    writeFileSync(written, text, { mode: 0o600 });
    renameSync(written, file);
    prune(folder);
  } catch {
    // A full or read-only disk costs the next start a second, and this one nothing.
  }
}

function fileOf(folder: string, { serviceFolder, oslsFolder, arguments: words }: RunIdentity): string {
  return join(folder, `${hash([serviceFolder, oslsFolder, ...words])}.json`);
}

function prune(folder: string): void {
  const files = readdirSync(folder).map((name) => join(folder, name));
  const byAge = files.map((file) => ({ file, ms: statSync(file).mtimeMs })).toSorted((a, b) => b.ms - a.ms);
  for (const { file } of byAge.slice(MOST_KEPT)) rmSync(file, { force: true });
}
