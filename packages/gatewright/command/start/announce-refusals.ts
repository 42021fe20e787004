/** Announces, after startup, what AWS would refuse if the stacks were deployed as they are. */
import type { Gateway } from '../../../gateway/engine/index.ts';
import { findAccepted, readAccepted } from '../../../toolkit/terminal/accepted-findings.ts';
import { commandName, count } from '../../../base/terminal/output.ts';

/**
 * Prints one line if AWS would refuse any part of the stacks. Findings that the settings next to the sources accept do
 * not count. Requests are served meanwhile.
 */
export async function announceRefusals(
  gateway: Pick<Gateway, 'examine'>,
  sources: readonly string[],
  print: (message: string) => unknown,
): Promise<void> {
  try {
    const accepted = readAccepted(sources);
    const refused = (await gateway.examine()).filter(
      (finding) => finding.severity === 'refused' && findAccepted(accepted, finding) === undefined,
    );
    if (refused.length > 0)
      print(
        `AWS refuses this if it is deployed: ${count(refused.length, 'finding')}; see ${commandName()} check`,
      );
  } catch (error) {
    print(`The stacks could not be examined for ${commandName()} check: ${String(error)}`);
  }
}
