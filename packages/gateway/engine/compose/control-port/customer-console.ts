/**
 * The console of the customers of a deployed stack. It is served by a separate control port, with the same guards as
 * the gateway's control port, but without any API, service or identity. Its page can make only calls that read
 * customers.
 */
import { CONSOLE_PATH, serveConsole } from '../../../console/endpoints/console-files.ts';
import type { ConsoleFiles } from '../../../console/endpoints/console-files.ts';
import { PageKey } from '../../../console/endpoints/page-key.ts';
import { isCustomerRoute } from '../../../console/endpoints/page-routes.ts';
import { answerCustomers } from '../../../console/endpoints/show-customers.ts';
import type { CustomerBook } from '../../../console/endpoints/show-customers.ts';
import { createIdentities } from '../../../core/policy/identities.ts';
import { describeFault } from '../../../core/errors.ts';
import { makeControlSecret } from '../../../kernel/files/identity-file.ts';
import { createSystemClock } from '../../../server/adapters/system-clock.ts';
import { createSystemRandom } from '../../../server/adapters/random.ts';
import { openControlPort } from '../../../server/control-port/control-port.ts';
import type { ControlMounts } from '../../../server/control-port/control-port.ts';

type CustomerConsoleOptions = {
  readonly customers: CustomerBook;
  /** Describes whose customers are shown, such as `gatewright-prod in eu-central-1`. */
  readonly of: string;
  readonly consoleFiles: () => Promise<ConsoleFiles>;
  readonly report: (message: string) => void;
};

interface CustomerConsole {
  /** The address of the page with its key, which is valid until the console is closed. */
  readonly link: string;
  close(): Promise<void>;
}

/** Opens the console at a free port of the loopback interface. */
export async function openCustomerConsole(options: CustomerConsoleOptions): Promise<CustomerConsole> {
  const clock = createSystemClock();
  const key = new PageKey(undefined, '', options.report);
  const opened = await openControlPort({
    port: 0,
    allowHosts: [],
    clock,
    clockFixedBecause: 'A deployed stack uses AWS’s clock.',
    random: createSystemRandom(),
    identities: createIdentities([]),
    // This secret is not given to anyone, so only the page can make calls, with its own key.
    secret: makeControlSecret(),
    page: {
      isReady: true,
      admits: (signature, host) => key.admits(signature, host),
      mayCall: isCustomerRoute,
    },
    report: (fault) => options.report(describeFault(fault)),
    mounts: {
      ...NOTHING_ELSE,
      more: (request, path) =>
        answerCustomers(request, path, options.customers, clock) ?? Promise.resolve(undefined),
      consoleFiles: (request) =>
        serveConsole(request, options.consoleFiles, {
          start: key.start,
          isReady: true,
          customersOf: options.of,
        }),
    },
  });
  return { link: `${opened.url}${CONSOLE_PATH}#${key.open()}`, close: () => opened.close() };
}

const NOTHING_ELSE: ControlMounts = {
  services: new Map(),
  connections: () => undefined,
  isDomain: () => false,
  webSocketUrls: () => [],
  signIn: {
    open: () => undefined,
    hosts: [],
    admits: () => false,
    serve: () => Promise.resolve(undefined),
  },
  status: () => ({}),
  routes: () => [],
  recorded: { calls: [], clear: () => undefined },
};
