/** What a start says of its services, and how it is called. */

import type { AwsCredentials } from '@gatewright/aws/sign-request';

/** Where tables live. */
export type DynamoDbChoice =
  | { readonly kind: 'embedded'; readonly dataDirectory: string | undefined }
  /** DynamoDB Local or AWS; the virtual clock does not reach it. */
  | ({ readonly kind: 'url'; readonly url: string } & AwsCredentials)
  /** No DynamoDB at all: a stack with tables is refused. */
  | { readonly kind: 'none' };

/** What a name may be: it stands in messages and in shell lines. */
export function isGatewayName(text: string): boolean {
  return /^[\w.-]{1,64}$/.test(text);
}
