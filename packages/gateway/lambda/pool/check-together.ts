import { DefinitionError, ownFault } from '../../core/errors.ts';
import { UNRESERVED_AT_LEAST, DEFAULT_CONCURRENCY } from './concurrency.ts';
import { type FunctionDefinition, type Isolation, unknownNames } from '../../core/stack/function.ts';
import type { Tolerance } from '../../core/errors.ts';

type SharedQuestion = {
  readonly isolation?: Isolation | undefined;
  /** The maximum number of concurrent events of all functions; undefined means AWS's default of 1,000. */
  readonly concurrency?: number | undefined;
};

/**
 * Reports names in `isolation` that no function has. Also reports an account and region whose functions reserve so much
 * concurrency that too little stays unreserved.
 * @param file the file that is reported if an option names an unknown function
 */
export function checkTogether(
  functions: readonly FunctionDefinition[],
  { isolation, concurrency = DEFAULT_CONCURRENCY }: SharedQuestion,
  file: string,
  tolerance: Tolerance,
): void {
  for (const name of unknownNames(functions, isolation))
    tolerance.note(ownFault({ file }, `isolation: unknown function "${name}"`), 'the name is ignored');
  const homes = new Map<string, number>();
  for (const { region, accountId, reservedConcurrency = 0, place } of functions) {
    const home = `${accountId} ${region}`;
    const reserved = (homes.get(home) ?? 0) + reservedConcurrency;
    homes.set(home, reserved);
    if (reservedConcurrency === 0 || concurrency - reserved >= UNRESERVED_AT_LEAST) continue;
    const left = `${UNRESERVED_AT_LEAST} of the account's ${concurrency} must stay unreserved`;
    tolerance.note(
      new DefinitionError(
        place,
        `ReservedConcurrentExecutions: functions reserve ${reserved} concurrent executions in total, but ${left}`,
      ),
      'Lambda would refuse the reservation, but the gateway applies it',
    );
  }
}
