/** Compiles a service with osls, or reuses the result of an earlier start if it is still valid. */
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { hash } from '@gatewright/aws/file-marks';
import type { Home } from '../../core/stack/home.ts';
import type { StoredParameter } from '../../core/stack/stored-values.ts';
import { startAwsStandIn } from './aws-stand-in.ts';
import { findCachedService, cacheService } from './cached-service.ts';
import type { CompiledService, CachedQuestion, QuestionKind, RunIdentity } from './cached-service.ts';
import { markStart } from './service-inputs.ts';
import type { SeenInputs } from './service-inputs.ts';
import { driverEnvironment, runDriver } from './serverless-process.ts';
import type { DriverFailure, DriverNote } from './serverless-process.ts';

export type ServiceRun = {
  readonly serviceFolder: string;
  readonly oslsFolder: string;
  readonly arguments: readonly string[];
  readonly home: Home;
  /** Added to the developer's environment, from which all `AWS_*` are removed. */
  readonly environment: Readonly<Record<string, string>>;
  /** Folder of earlier results, readable by its owner only; absent = compiled every time. */
  readonly cacheFolder: string | undefined;
  readonly signal: AbortSignal;
  readonly answers: Answers;
  readonly onAnnounced: (stackName: string, variables: Readonly<Record<string, string>>) => void;
  readonly onInformed: (message: string) => void;
  readonly onCompiling: () => void;
};

type Answers = {
  readonly outputs: (stackName: string) => Promise<Readonly<Record<string, string>> | undefined>;
  /** @param place `eu-west-1 /shop/host` */
  readonly parameter: (place: string) => Promise<StoredParameter | undefined>;
  readonly object: (address: string) => string | undefined;
};

export async function compileService(run: ServiceRun): Promise<CompiledService | DriverFailure> {
  const { serviceFolder, oslsFolder, home, cacheFolder } = run;
  const identity: RunIdentity = {
    serviceFolder,
    oslsFolder,
    arguments: [...run.arguments, home.region, home.accountId],
  };
  // The stand-in's additions are the same for each run, except the random ones.
  const environment = driverEnvironment({ ...run.environment, AWS_REGION: home.region });
  const kept = cacheFolder === undefined ? undefined : findCachedService(cacheFolder, identity, environment);
  if (kept !== undefined) {
    run.onAnnounced(kept.stackName, kept.variables);
    if (await isAnsweredSo(kept.questions, run.answers)) {
      for (const message of kept.informed) run.onInformed(message);
      return kept;
    }
  }
  run.onCompiling();
  const beginning = markStart(serviceFolder, Date.now());
  const { compiled, inputs, questions } = await runOsls(run);
  if (cacheFolder !== undefined && inputs !== undefined && 'result' in compiled)
    cacheService(cacheFolder, identity, compiled, { inputs, beginning, environment, questions });
  return compiled;
}

async function isAnsweredSo(questions: readonly CachedQuestion[], answers: Answers): Promise<boolean> {
  try {
    for (const { about, name, answer } of questions)
      if (digest(await answers[about](name)) !== answer) return false;
    return true;
  } catch {
    // osls asks again, and its error names the place.
    return false;
  }
}

type OslsRun = {
  readonly compiled: CompiledService | DriverFailure;
  /** Undefined if osls has failed. */
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
    if (failure !== undefined) return { compiled: failure, inputs: undefined, questions };
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
  message: 'osls ended without a template: a plug-in ended it, or "package" does nothing for this service',
};

/** Undefined if osls has not written it. */
async function readResult(file: string): Promise<string | undefined> {
  try {
    return await readFile(file, 'utf8');
  } catch {
    return undefined;
  }
}

/** Answers may be secrets: they are compared, not kept. */
function digest(answer: unknown): string {
  return hash([answer === undefined ? 'none' : JSON.stringify(answer)]);
}
