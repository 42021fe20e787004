/** One line for each promise that is tried with drawn inputs. */
import { accessDocuments } from './access-documents.ts';
import { authorizerResults } from './authorizer-results.ts';
import { boundClaims } from './bound-claims.ts';
import { cloudfrontRequests } from './cloudfront-requests.ts';
import { messageSignatures } from './message-signatures.ts';
import { resourcePolicies } from './resource-policies.ts';
import { tableKeys } from './table-keys.ts';
import type { DrawnPromise } from './promises.ts';

export const DRAWN_PROMISES: readonly DrawnPromise[] = [
  accessDocuments,
  authorizerResults,
  boundClaims,
  cloudfrontRequests,
  messageSignatures,
  resourcePolicies,
  tableKeys,
];
