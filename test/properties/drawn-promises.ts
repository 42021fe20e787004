/** One line for each promise that is tried with drawn inputs. */
import { accessDocuments } from './access-documents.ts';
import { cloudfrontRequests } from './cloudfront-requests.ts';
import { messageSignatures } from './message-signatures.ts';
import type { DrawnPromise } from './promises.ts';

export const DRAWN_PROMISES: readonly DrawnPromise[] = [
  accessDocuments,
  cloudfrontRequests,
  messageSignatures,
];
