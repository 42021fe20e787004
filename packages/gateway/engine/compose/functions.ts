import { join } from 'node:path';
import { ownFolderOf } from '@gatewright/aws/own-folder-of';
import { executedVersion } from '../../control/functions/function-aliases.ts';
import { Debugging, hasInspector, openInspector } from '../../lambda/debugging.ts';
import { MACHINE_DEADLINES, NO_DEADLINES, StoppableDeadlines } from '../../lambda/invocation/deadlines.ts';
import { lentFolder, Lending } from '../../lambda/lent/lending.ts';
import { createFunctionRuntime } from '../../lambda/runtime.ts';
import type { FunctionRuntime } from '../../lambda/runtime.ts';
import type { Deadlines } from '../../core/ports.ts';
import type { GatewayOptions } from '../gateway.ts';
import type { Closing } from './closing.ts';
import type { Base } from './base.ts';
import { publishFunctionLine, publishingInvocations } from './feeds.ts';
import type { Parts } from './parts.ts';
import { noteReload } from './loading/reloads.ts';
import type { Store } from './state/store.ts';

/**
 * The maximum number of instances per function. Lambda's default is 1,000 per account, which is too many for a laptop.
 */
const MAX_INSTANCES = 64;

/** The deadlines for functions and their callers, and the debugger that can pause the functions. */
export type Pace = { readonly deadlines: Deadlines; readonly debugging: Debugging | undefined };

/**
 * Opens the deadlines and, if requested, the inspector.
 * @throws StartError PORT_IN_USE if the inspector's port is in use
 */
export function openPace({ inspect, noTimeout = false, onProgress }: GatewayOptions, closing: Closing): Pace {
  if (inspect !== undefined) openInspector(inspect, onProgress);
  const fallback = noTimeout ? NO_DEADLINES : MACHINE_DEADLINES;
  if (!hasInspector()) return { deadlines: fallback, debugging: undefined };
  const stoppable = noTimeout ? undefined : new StoppableDeadlines();
  const debugging = new Debugging(stoppable, inspect?.breaks === true);
  closing.add(() => debugging.close());
  return { deadlines: stoppable ?? fallback, debugging };
}

/**
 * Opens the functions.
 * @param parts returns the parts that are created after the functions: the control port's address, and the services
 */
export async function openFunctions(
  { options, clock, random, records, reloads, served, functionIdentities, closing }: Base,
  { signIn, store }: Pick<Parts, 'signIn' | 'store'>,
  { deadlines, debugging }: Pace,
  parts: () => Parts,
): Promise<FunctionRuntime> {
  const { directory, reload, functionLog } = options;
  const runtime = await createFunctionRuntime({
    clockOffset: clock.offset,
    deadlines,
    debugging,
    controlUrl: () => parts().controlUrl,
    standIns: () => signIn.addresses,
    ownApis: () => parts().ownApis,
    findVersion: (name, qualifier) =>
      executedVersion(served.stacks, name, qualifier, () => random.fraction()),
    keyPairOf: (functionName) => functionIdentities.keyPairOf(functionName),
    extraEnvironment: { ...storeEnvironment(options, store), ...options.functionEnvironment },
    cacheDirectory: join(ownFolderOf(directory), 'cache'),
    log: (line) => {
      records?.onLine(line);
      publishFunctionLine(line, parts().events);
      functionLog(line);
    },
    watch: publishingInvocations(() => parts().events, clock),
    maxInstances: MAX_INSTANCES,
    lender: new Lending({
      folder: lentFolder(process.env),
      installs: options.install === true,
      inform: options.onProgress,
    }),
    projectBuilds: options.build === true ? { inform: options.onProgress } : undefined,
    isolation: options.isolation,
    concurrency: options.concurrency,
    isCold: options.cold,
    readOnly: options.readOnly,
    reload,
  });
  closing.add(() => runtime.close());
  runtime.onReload((event) => {
    const notice = { ...event, what: event.functionName };
    options.onReload(notice);
    noteReload(notice, { reloads, options });
  });
  return runtime;
}

/**
 * Returns the environment variables with the address of DynamoDB. Functions call the embedded store directly, but they
 * call a user's own endpoint through the control port. The control port signs these calls again, because a function's
 * local key pair is not valid at the user's endpoint.
 */
function storeEnvironment({ dynamodb }: GatewayOptions, { url }: Store): Readonly<Record<string, string>> {
  return dynamodb.kind === 'embedded' && url !== undefined ? { AWS_ENDPOINT_URL_DYNAMODB: url } : {};
}
