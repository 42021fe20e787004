/** Announces, after startup, what AWS would refuse if the stacks were deployed as they are. */
import type { Gateway } from '../../../gateway/engine/index.ts';
import { findAccepted, readAccepted } from '../../../toolkit/terminal/accepted-findings.ts';
import { countCauses, isRefusedByOsls } from '../finding-causes.ts';
import { commandName, count } from '../../../base/terminal/output.ts';

/**
 * Prints one line if AWS would refuse any part of the stacks, and one if osls would. Causes are counted as in
 * `gatewright check`. Findings that the settings next to the sources accept do not count. Requests are served
 * meanwhile.
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
    const [byOsls, byAws] = [refused.filter(isRefusedByOsls), refused.filter((one) => !isRefusedByOsls(one))];
    const see = `see ${commandName()} check`;
    if (byOsls.length > 0)
      print(`osls refuses to compile the service: ${count(countCauses(byOsls), 'finding')}; ${see}`);
    if (byAws.length > 0)
      print(`AWS refuses these stacks if they are deployed: ${count(countCauses(byAws), 'finding')}; ${see}`);
  } catch (error) {
    print(`The stacks could not be examined for ${commandName()} check: ${String(error)}`);
  }
}
