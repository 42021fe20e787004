/** Compiles a service with osls, or reuses the result of an earlier run if it is still valid. */
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { hash } from '@gatewright/aws/file-marks';
import type { Home } from '../../core/stack/home.ts';
import type { StoredParameter } from '../../core/stack/stored-values.ts';
import { startAwsStandIn } from './aws-stand-in.ts';
import { markStart, findChange, hashEnvironment, listProjectInputs, markInputs } from './service-inputs.ts';
import type { SeenInputs, RunStart, Inputs } from './service-inputs.ts';
import { driverEnvironment, runDriver } from './serverless-process.ts';
import type { DriverFailure, DriverNote } from './serverless-process.ts';
import { deleteCached, readCached, writeCached } from '@gatewright/aws/cache-files';
import type { CacheFolder } from '@gatewright/aws/cache-files';

export type ServiceRun = {
  readonly serviceFolder: string;
  readonly oslsFolder: string;
  readonly arguments: readonly string[];
  readonly home: Home;
  /** Variables added to the developer's environment, from which all `AWS_*` are removed. */
  readonly environment: Readonly<Record<string, string>>;
  /** Folder of earlier results that only its owner can read. If absent, the service is compiled every time. */
  readonly cacheFolder: string | undefined;
  readonly signal: AbortSignal;
  readonly answers: Answers;
  readonly onAnnounced: (stackName: string, variables: Readonly<Record<string, string>>) => void;
  readonly onInformed: (message: string) => void;
  readonly onCompiling: () => void;
};

export type Answers = {
  readonly outputs: (stackName: string) => Promise<Readonly<Record<string, string>> | undefined>;
  /**
   * Returns a parameter.
   * @param place the region and name, such as `eu-west-1 /shop/host`
   */
  readonly parameter: (place: string) => Promise<StoredParameter | undefined>;
  readonly object: (address: string) => string | undefined;
};

export async function compileService(run: ServiceRun): Promise<ReadService | DriverFailure> {
  const { serviceFolder, oslsFolder, home, cacheFolder } = run;
  const identity: RunIdentity = {
    serviceFolder,
    oslsFolder,
    arguments: [...run.arguments, home.region, home.accountId],
  };
  // The variables of the stand-in are not included, because they are the same for each run, except for random values.
  const environment = driverEnvironment({ ...run.environment, AWS_REGION: home.region });
  const kept = cacheFolder === undefined ? undefined : findCachedService(cacheFolder, identity, environment);
  if (kept !== undefined) {
    run.onAnnounced(kept.stackName, kept.variables);
    if (await isAnsweredSo(kept.questions, run.answers)) {
      for (const message of kept.informed) run.onInformed(message);
      const marks = kept.inputs.marks.map(({ file, look }) => [file, [look]] as const);
      return { ...kept, read: listProjectInputs(marks, serviceFolder, kept.inputs.checked) };
    }
  }
  run.onCompiling();
  const beginning = markStart(serviceFolder, Date.now());
  const { compiled, inputs, questions } = await runOsls(run);
  if (cacheFolder !== undefined && inputs !== undefined && 'result' in compiled)
    cacheService(cacheFolder, identity, compiled, { inputs, beginning, environment, questions });
  if (!('result' in compiled)) return compiled;
  return { ...compiled, read: listProjectInputs(inputs?.files ?? [], serviceFolder, inputs?.checked) };
}

async function isAnsweredSo(questions: readonly CachedQuestion[], answers: Answers): Promise<boolean> {
  try {
    for (const { about, name, answer } of questions)
      if (digest(await answers[about](name)) !== answer) return false;
    return true;
  } catch {
    // The error is ignored here, because osls will request the value again and then report an error that names the
    // place.
    return false;
  }
}

type OslsRun = {
  readonly compiled: CompiledService | DriverFailure;
  /** The inputs of osls; undefined if osls has failed. */
  readonly inputs: SeenInputs | undefined;
  readonly questions: readonly CachedQuestion[];
};

async function runOsls(run: ServiceRun): Promise<OslsRun> {
  const outputFolder = await mkdtemp(join(tmpdir(), 'gatewright-'));
  const questions: CachedQuestion[] = [];
  const answer = <T>(about: QuestionKind, name: string, answer: T): T => {
    questions.push({ about, name, answer: digest(answer) });
    return answer;
  };
  const { answers } = run;
  const standIn = await startAwsStandIn({
    ...run.home,
    outputsOf: async (name) => answer('outputs', name, await answers.outputs(name)),
    parameter: async (name, region) => {
      const place = `${region} ${name}`;
      return answer('parameter', place, await answers.parameter(place));
    },
    object: (address) => answer('object', address, answers.object(address)),
  });
  let announced = { stackName: '', variables: {} };
  const [notes, informed]: [DriverNote[], string[]] = [[], []];
  try {
    const failure = await runDriver({
      oslsFolder: run.oslsFolder,
      outputFolder,
      serviceFolder: run.serviceFolder,
      arguments: run.arguments,
      signal: run.signal,
      environment: { ...run.environment, ...standIn.environment },
      onAnnounced: (stackName, variables) => {
        announced = { stackName, variables };
        run.onAnnounced(stackName, variables);
      },
      onNoted: (note) => notes.push(note),
      onInformed: (message) => {
        informed.push(message);
        run.onInformed(message);
      },
    });
    if (failure !== undefined) {
      const missingPlugins = notes.flatMap(({ missingPlugin }) => missingPlugin ?? []);
      return { compiled: { ...failure, missingPlugins }, inputs: undefined, questions };
    }
    const result = await readResult(join(outputFolder, 'result.json'));
    if (result === undefined) return { compiled: NO_TEMPLATE, inputs: undefined, questions };
    return {
      compiled: { result, ...announced, notes, informed },
      inputs: JSON.parse(await readFile(join(outputFolder, 'inputs.json'), 'utf8')) as SeenInputs,
      questions,
    };
  } finally {
    await standIn.close();
    await rm(outputFolder, { recursive: true, force: true });
  }
}

const NO_TEMPLATE: DriverFailure = {
  message:
    'osls ended without a template, because a plug-in stopped osls or because the command "package" of osls does nothing for this service',
};

/** Returns the result; undefined if osls has not written it. */
async function readResult(file: string): Promise<string | undefined> {
  try {
    return await readFile(file, 'utf8');
  } catch {
    return undefined;
  }
}

/**
 * Returns the digest of a value that osls has read. The value may be a secret, so only its digest is stored and
 * compared.
 */
function digest(answer: unknown): string {
  return hash([answer === undefined ? 'none' : JSON.stringify(answer)]);
}

/**
 * A value that osls has requested, with the digest of the reply. The result of osls is reused until a reply or another
 * input changes.
 */
type CachedQuestion = { readonly about: QuestionKind; readonly name: string; readonly answer: string };
type QuestionKind = 'outputs' | 'parameter' | 'object';

type CompiledService = {
  readonly result: string;
  readonly stackName: string;
  readonly variables: Readonly<Record<string, string>>;
  readonly notes: readonly DriverNote[];
  readonly informed: readonly string[];
};

/** A compiled service. `read` contains the project's files that osls has read. */
type ReadService = CompiledService & { readonly read: readonly string[] };

type CachedService = CompiledService & {
  readonly format: number;
  readonly inputs: Inputs;
  readonly questions: readonly CachedQuestion[];
};

type RunIdentity = {
  readonly serviceFolder: string;
  readonly oslsFolder: string;
  readonly arguments: readonly string[];
};

/** The version number of the format of stored results. It must be increased whenever the format changes. */
const FORMAT = 7;
/** The maximum number of results in a folder. All services, stages, parameters and environments share this limit. */
const MOST_KEPT = 32;
const MOST_BYTES = 100_000_000;

/**
 * Returns the stored result; undefined if there is none or if an input has changed. Before the caller uses a result, it
 * must repeat the requests of osls and compare the replies with the stored digests.
 */
function findCachedService(
  folder: string,
  run: RunIdentity,
  environment: Readonly<Record<string, string | undefined>>,
): CachedService | undefined {
  try {
    const text = readCached(placeOf(folder), nameOf(run, environment));
    if (text === undefined) return undefined;
    const kept = JSON.parse(text) as CachedService;
    if (kept.format !== FORMAT || findChange(kept.inputs, environment) !== undefined) return undefined;
    return kept;
  } catch {
    // There is no stored result, or it is incomplete, so osls compiles the service.
    return undefined;
  }
}

/**
 * Stores the result of osls, unless the inputs of osls are unknown. Only the owner of the folder can read it, because
 * templates contain values of `${env:…}`.
 */
function cacheService(
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

/**
 * Returns the name of a stored result. The name contains a hash of the environment, so two terminals with different
 * environments do not replace each other's results.
 */
function nameOf(
  { serviceFolder, oslsFolder, arguments: words }: RunIdentity,
  environment: Readonly<Record<string, string | undefined>>,
): string {
  return `${hash([serviceFolder, oslsFolder, hashEnvironment(environment), ...words])}.json`;
}
