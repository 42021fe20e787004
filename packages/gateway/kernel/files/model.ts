import type { AwsCredentials } from '@gatewright/aws/sign-request';

export type DynamoDbChoice =
  | { readonly kind: 'embedded'; readonly dataDirectory: string | undefined }
  | ({ readonly kind: 'url'; readonly url: string } & AwsCredentials)
  /** No DynamoDB: a stack with tables is refused. */
  | { readonly kind: 'none' };

/** Allowed names; they appear in messages and in shell lines. */
export function isGatewayName(text: string): boolean {
  return /^[\w.-]{1,64}$/.test(text);
}
