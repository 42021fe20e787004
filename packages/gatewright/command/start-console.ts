/** What `gatewright start` lends its console: files of the page, access documents, invoices (docs/decisions/0080). */
import { openAccessBook } from '../../stack/access/commands/access-book.ts';
import { adminTargetOf } from '../../terminal/admin-client.ts';
import { loadConsole } from './console-bundle.ts';
import { openInvoiceBook } from '../../stack/quota/commands/invoice-book.ts';
import type { AdminTarget } from '../../terminal/admin-client.ts';
import type { GatewayOptions, Listening } from '../../engine/index.ts';

type StartConsole = {
  readonly options: Pick<GatewayOptions, 'consoleFiles' | 'access' | 'invoices'>;
  /** Once it listens, invoices can be asked for. */
  readonly listensAt: (listening: Listening) => void;
};

/** @param stage of the stack that holds the authorizers */
export function openStartConsole(
  sources: readonly string[],
  stage: string,
  adminKey: GatewayOptions['adminKey'],
): StartConsole {
  let admin: AdminTarget | undefined;
  return {
    options: {
      consoleFiles: loadConsole,
      access: openAccessBook(sources, stage),
      invoices: openInvoiceBook(() => admin),
    },
    listensAt({ apis }) {
      admin = adminTargetOf(apis, adminKey);
    },
  };
}
