/**
 * Loads stacks from their sources and serves them. All sources are read before anything changes, so that after an error
 * in a source the previous stacks stay in service.
 */
import { inspectApis } from '../../../control/loading/inspect-apis.ts';
import type { Fault } from '../../../core/errors.ts';
import { LOAD_STEPS } from './load-steps.ts';
import type { Parts } from '../parts.ts';
import { readSources } from './reading.ts';
import { refuseFaults, refuseNotEnforced } from './refuse-faults.ts';

/**
 * Serves everything in the sources and their companions that can be served, and reports the rest.
 * @param known the faults of the previous load; a reload that adds faults is refused
 * @returns the faults of this load
 * @throws DefinitionError if nothing can be served, or if faults are refused; StartError under `--strict`; the errors
 * that `judge` throws
 */
export async function load(
  sources: readonly string[],
  parts: Parts,
  known?: ReadonlySet<string>,
): Promise<readonly Fault[]> {
  const { options } = parts;
  const companions = (await options.companions?.()) ?? [];
  const reading = await readSources({ sources, companions }, parts, known !== undefined);
  const { faults, stacks, apis } = reading;
  const applies: (() => unknown)[] = [];
  for (const step of LOAD_STEPS) applies.push(await step.read(reading, parts));
  const isNothing = apis.isEmpty && stacks.every(({ functions }) => functions.length === 0);
  refuseFaults(faults.all, isNothing || options.refusesFaults === true, known);
  if (options.strict) refuseNotEnforced(reading);
  await options.judge?.(inspectApis(apis.apis, stacks, parts.signIn));
  for (const apply of applies) await apply();
  parts.injection?.follow(known !== undefined);
  return faults.all;
}
