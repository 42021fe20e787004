/** A function as in a new instance: its module is loaded again, with its own environment variables. */
import type { Context } from 'aws-lambda';
import { runFunction } from './function-output.ts';
import type { Ran } from './function-output.ts';

type Module = { readonly handler: (event: unknown, context: Context) => Promise<unknown> };

let instances = 0;

/** Runs one instance of `functions/{name}.ts` on the events, one after the other. */
export async function runInstance(
  name: string,
  environment: Readonly<Record<string, string>>,
  ...events: readonly unknown[]
): Promise<readonly Ran<unknown>[]> {
  instances += 1;
  return await withEnvironment(environment, async () => {
    const { handler } = (await import(`../../functions/${name}.ts?instance=${instances}`)) as Module;
    const ran: Ran<unknown>[] = [];
    for (const event of events) ran.push(await runFunction(handler, event));
    return ran;
  });
}

/** Sets these variables while `run` runs, and removes them afterwards. */
export async function withEnvironment<Result>(
  environment: Readonly<Record<string, string>>,
  run: () => Promise<Result>,
): Promise<Result> {
  Object.assign(process.env, environment);
  try {
    return await run();
  } finally {
    for (const variable of Object.keys(environment)) Reflect.deleteProperty(process.env, variable);
  }
}

export function errorOf(ran: Ran<unknown> | undefined): string | undefined {
  return ran !== undefined && 'error' in ran.outcome ? ran.outcome.error.message : undefined;
}

export function resultOf(ran: Ran<unknown> | undefined): unknown {
  return ran !== undefined && 'result' in ran.outcome ? ran.outcome.result : undefined;
}
