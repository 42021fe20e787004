/** Runs the slow parts of examining stacks in a thread, so that the gateway keeps serving requests. */
import { extname } from 'node:path';
import { Worker } from 'node:worker_threads';
import { schemaQuestions } from '../../../core/deployability/judge-schemas.ts';
import type { SchemaQuestion } from '../../../core/deployability/judge-schemas.ts';
import type { SchemaViolation } from '../../../core/deployability/schema-check.ts';
import type { FunctionDefinition } from '../../../core/stack/function.ts';
import type { ResolvedStack } from '../../../core/stack/model.ts';
import type { PackageFinding } from '../../../lambda/code/package-findings.ts';
import { readSchemas } from './open-schemas.ts';
import type { Schemas } from './open-schemas.ts';

export type Questions = {
  readonly schemas: readonly SchemaQuestion[];
  readonly functions: readonly FunctionDefinition[];
};

/** The answers, in the order of the questions. */
export type Answers = {
  readonly violations: readonly (readonly SchemaViolation[])[];
  readonly packages: readonly (readonly PackageFinding[])[];
};

type Examiners = {
  readonly schemas: Schemas;
  readonly findPackageFindings: (definition: FunctionDefinition) => readonly PackageFinding[];
};

/** @throws Error if the thread fails */
export async function examineInThread(stacks: readonly ResolvedStack[]): Promise<Examiners> {
  const schemas = stacks.flatMap(schemaQuestions);
  const functions = stacks.flatMap((stack) => stack.functions);
  const [{ types, ...others }, { violations, packages }] = await Promise.all([
    readSchemas(),
    askThread({ schemas, functions }),
  ]);
  const ofQuestion = new Map(schemas.map((question, index) => [keyOf(question), violations[index]]));
  const ofFunction = new Map(functions.map((definition, index) => [definition, packages[index]]));
  return {
    schemas: { table: types, check: (question) => ofQuestion.get(keyOf(question)) ?? [], ...others },
    findPackageFindings: (definition) => ofFunction.get(definition) ?? [],
  };
}

const keyOf = ({ type, properties }: SchemaQuestion): string => JSON.stringify([type, properties]);

function askThread(questions: Questions): Promise<Answers> {
  // The thread's file has the same extension: .ts in a checkout, .js in the published package.
  const file = new URL(`./examine-thread${extname(import.meta.url)}`, import.meta.url);
  const thread = new Worker(file, { workerData: questions, execArgv: [], name: 'examine' });
  return new Promise((resolve, reject) => {
    thread.once('message', resolve);
    thread.once('error', reject);
    thread.once('exit', (code) =>
      reject(new Error(`the thread that examines the stacks ended with exit code ${code}`)),
    );
  });
}
