/**
 * Files that `gatewright` writes into folders of the user, such as the folder of a service. They are not sources of the
 * service, so a change to them reloads nothing.
 */

/** The name of an invoice's file: the invoice's number, and the ending of a format. */
const INVOICE = /^\d{4}-\d{2}-[0-9a-f]{12}-\d+(?:-draft)?\.[a-z]+$/;

/** The requests that the console has saved. The file is in the folder in which the gateway was started. */
export const SAVED_REQUESTS = 'gatewright.requests.json';

/** @param name the file's name without its folder */
export function isWrittenByGatewright(name: string): boolean {
  return name.startsWith(SAVED_REQUESTS) || INVOICE.test(name);
}
