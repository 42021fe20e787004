/** `gatewright console --stack` serves the customers of a deployed stack until a signal ends it. */
import { openCustomerConsole } from '../../../gateway/engine/index.ts';
import { printNotes } from '../../../base/terminal/output.ts';
import { openDeployedCustomers } from '../../../toolkit/operate/deployed-customers.ts';
import type { DeployedPlace } from '../../../toolkit/operate/deployed-customers.ts';
import type { AwsFlags } from '../../../toolkit/terminal/aws-session.ts';
import { loadConsole } from '../start/console-bundle.ts';
import { waitForSignal } from '../start/wait-for-signal.ts';

type Served = { readonly link: string; readonly of: string };

/** @param onReady called as soon as the page can be opened */
export async function serveDeployed(
  place: DeployedPlace,
  flags: AwsFlags,
  onReady: (served: Served) => void,
): Promise<void> {
  const deployed = await openDeployedCustomers(place, flags);
  const signalled = waitForSignal();
  const served = await openCustomerConsole({
    ...deployed,
    consoleFiles: loadConsole,
    report: (message) => printNotes(message),
  });
  try {
    onReady({ link: served.link, of: deployed.of });
    await signalled;
  } finally {
    await served.close();
  }
}
