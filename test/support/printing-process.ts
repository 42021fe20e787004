/**
 * Runs functions in a separate process, so that tests can search everything that it prints: through the console,
 * through streams, and by Lambda's runtime. It is run by `fork`, takes `Job`s, and answers with the outcome of each
 * event.
 */
import { fork } from 'node:child_process';
import { once } from 'node:events';
import { inspect } from 'node:util';
import type { Context } from 'aws-lambda';
import { loadLogger } from '#shared/observability/logger.ts';

/**
 * The events for one instance of `functions/{name}.ts`. Without a name, the process logs the events as for debugging.
 */
export type Job = {
  readonly name: string | undefined;
  readonly environment: Readonly<Record<string, string>>;
  readonly events: readonly unknown[];
};

export type Printed = {
  /** The outcome of each event of each job: the result as JSON, or the message of the error. */
  readonly ends: readonly (readonly string[])[];
  /** The standard output and the standard error. */
  readonly output: string;
};

type Module = { readonly handler: (event: unknown, context: Context) => Promise<unknown> };

export async function printedBy(jobs: readonly Job[]): Promise<Printed> {
  // The environment is not inherited, because in the test's own process Powertools prints only through the console.
  const env = { PATH: process.env['PATH'], POWERTOOLS_METRICS_NAMESPACE: 'test' };
  const child = fork(import.meta.filename, { silent: true, env });
  let output = '';
  for (const stream of [child.stdout, child.stderr])
    stream?.on('data', (chunk: Buffer) => (output += chunk.toString()));
  child.send(jobs);
  const closed = once(child, 'close');
  const ended = closed.then(([code]) => {
    throw new Error(`the process ended with ${String(code)}: ${output}`);
  });
  const answered = once(child, 'message') as Promise<[Printed['ends']]>;
  const [ends] = await Promise.race([answered, ended]);
  await closed;
  return { ends, output };
}

async function runJob({ name, environment, events }: Job, instance: number): Promise<readonly string[]> {
  Object.assign(process.env, environment);
  const ends: string[] = [];
  try {
    if (name === undefined) {
      const logger = await loadLogger('dump');
      for (const event of events) logger.info('an event', { event });
      return [];
    }
    const { handler } = (await import(`../../functions/${name}.ts?instance=${instance}`)) as Module;
    for (const event of events) ends.push(await endOf(handler, event));
    return ends;
  } finally {
    for (const variable of Object.keys(environment)) Reflect.deleteProperty(process.env, variable);
  }
}

async function endOf(handler: Module['handler'], event: unknown): Promise<string> {
  const context = { functionName: 'f', awsRequestId: '1', getRemainingTimeInMillis: () => 5_000 };
  try {
    return JSON.stringify(await handler(event, context as Context));
  } catch (error) {
    // This prints more of an error than Lambda's runtime does.
    console.error(inspect(error, { depth: 10, showHidden: true }));
    return error instanceof Error ? error.message : String(error);
  }
}

if (process.argv[1] === import.meta.filename) {
  process.once('message', (jobs: readonly Job[]) => {
    const run = async (): Promise<Printed['ends']> => {
      const ends: (readonly string[])[] = [];
      for (const [instance, job] of jobs.entries()) ends.push(await runJob(job, instance));
      return ends;
    };
    void run().then((ends) => process.send?.(ends, () => process.disconnect()));
  });
}
