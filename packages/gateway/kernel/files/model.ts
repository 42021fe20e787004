import type { AwsCredentials } from '@gatewright/aws/sign-request';

export type DynamoDbChoice =
  | { readonly kind: 'embedded'; readonly dataDirectory: string | undefined }
  | ({ readonly kind: 'url'; readonly url: string } & AwsCredentials)
  /** There is no DynamoDB, so a stack with tables is refused. */
  | { readonly kind: 'none' };

/**
 * Whether the name is allowed. Its characters are restricted, because names appear in messages and in shell commands.
 */
export function isGatewayName(text: string): boolean {
  return /^[\w.-]{1,64}$/.test(text);
}
