/** docs/design/authorizers §7.10: policy, document and a second reading of the document agree on random APIs. */
import { checkOneDocument, emptyTally } from '../support/random-access.ts';
import { count } from './promises.ts';
import type { DrawnPromise } from './promises.ts';

const REQUESTS_PER_CALLER = 12;

export const accessDocuments: DrawnPromise = {
  name: 'access-documents',
  says: 'a policy decides as its document does, for drawn routes, rules, callers and requests',
  few: 150,
  // The proof `access` draws a million requests.
  many: 2_000,
  meets: [
    'allowed',
    'ordinary',
    'unrepresentable',
    'unreachable',
    'closedOdd',
    'dotted',
    'resolvedElsewhere',
  ],
  check(seed, tally) {
    const own = emptyTally();
    const broken = checkOneDocument(seed, REQUESTS_PER_CALLER, own);
    for (const [name, times] of Object.entries(own)) if (times > 0) count(tally, name, times);
    return broken === undefined ? undefined : `${broken.what}: ${broken.target}`;
  },
};
