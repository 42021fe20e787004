import { DefinitionError, DefinitionFaults, REFUSING } from '../../core/errors.ts';
import type { Tolerance } from '../../core/errors.ts';
import { checkEnvironment } from '../environment.ts';
import { type FunctionDefinition, runtimeFamily } from '../../core/stack/function.ts';
import type { RunnableCode } from './runnable-code.ts';

type CheckedEntry = { readonly definition: FunctionDefinition; readonly code: RunnableCode };

/**
 * Returns the reason why functions of this runtime cannot run in the gateway; undefined if they can run. A definition
 * with an unsupported runtime is accepted, but its invocations fail with `not-found`.
 */
export function unsupportedReason({ runtime }: FunctionDefinition): string | undefined {
  return runtimeFamily(runtime) === undefined ? `Lambda has no runtime ${runtime}` : undefined;
}

/**
 * Reports an environment that Lambda would refuse. The other limits of Lambda are not checked, because exceeding them
 * does no harm in the gateway.
 */
export function checkLimits(definition: FunctionDefinition, tolerance: Tolerance): void {
  tolerance.attempt(
    'Lambda would refuse the function, but the gateway runs it',
    () => {
      checkEnvironment(definition);
    },
    () => undefined,
  );
}

/**
 * Marks a fault of the code as accepted by AWS. CreateFunction reads neither the handler nor its imports, and AWS has
 * every runtime installed. A fault that already has a rule keeps this rule.
 */
function asAccepted(error: DefinitionError): DefinitionError {
  if (error instanceof DefinitionFaults) {
    const [first, ...others] = error.all.map(asAccepted);
    return first === undefined ? error : new DefinitionFaults(first, others);
  }
  return error.rule === undefined
    ? new DefinitionError(error.place, error.message, error.awaited, 'served-otherwise')
    : error;
}

/**
 * Finds functions whose code is missing or cannot run on this machine.
 * @returns the entries whose code is missing, and by function name the reasons why functions cannot run on this machine
 */
export async function findBroken<T extends CheckedEntry>(
  entries: readonly T[],
  tolerance: Tolerance,
  used: { readonly borrowed: Set<string>; readonly interpreters: Set<string> },
): Promise<{ readonly broken: ReadonlySet<T>; readonly refused: ReadonlyMap<string, string> }> {
  const broken = new Set<T>();
  const refusals = new Map<string, string>();
  const note = (error: DefinitionError, consequence: string): void =>
    tolerance.note(asAccepted(error), consequence);
  const check = async (entry: T): Promise<void> => {
    const { name } = entry.definition;
    try {
      const { missing, borrowed, interpreter, findings = [], refused } = await entry.code.check();
      for (const one of borrowed) used.borrowed.add(one);
      if (interpreter !== undefined) used.interpreters.add(interpreter);
      if (refused !== undefined) refusals.set(name, refused.message);
      // With the tolerance REFUSING, noting a fault would refuse the function. Lambda accepts functions with such
      // faults, so none is noted.
      if (tolerance === REFUSING) return;
      if (refused !== undefined) note(refused, `invocations of ${name} fail`);
      for (const { error, consequence } of findings) note(error, consequence);
      for (const error of missing)
        note(error, `every invocation of ${name} that needs a missing dependency fails`);
    } catch (error) {
      if (!(error instanceof DefinitionError)) throw error;
      note(error, `invocations of ${name} fail until the error is fixed`);
      broken.add(entry);
    }
  };
  await Promise.all(entries.map(check));
  for (const { code } of entries)
    if (code.unsupportedSettings !== undefined)
      note(code.unsupportedSettings.error, code.unsupportedSettings.consequence);
  return { broken, refused: refusals };
}

/**
 * Checks code after an edit without starting an instance, if no request has needed the function so far. The check
 * installs the packages that the edit needs, so that no request waits for it. Faults are ignored here, because they are
 * reported when the code is built.
 * @returns whether nothing else has to be done until a request needs the function
 */
export async function isOnlyChecked({
  code,
  pool,
}: {
  readonly code: RunnableCode;
  readonly pool: { readonly startedCount: number };
}): Promise<boolean> {
  if (code.isCheckedOnce !== true || pool.startedCount > 0) return false;
  await code.check().catch(() => undefined);
  return true;
}
