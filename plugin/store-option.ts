/** `dynamodb` and `data`: where tables live. */
import { OptionError } from './option-values.ts';
import type { DynamoDbChoice } from '@gatewright/gateway';

/** @throws OptionError */
export function readStore(dynamodb: string | undefined, data: string | undefined): DynamoDbChoice {
  if (dynamodb === undefined || dynamodb === 'embedded') return { kind: 'embedded', dataDirectory: data };
  if (!URL.canParse(dynamodb) || !/^https?:/.test(dynamodb))
    throw new OptionError(`dynamodb is "embedded" or a URL, not "${dynamodb}"`);
  if (data !== undefined)
    throw new OptionError('data keeps the embedded DynamoDB; it does not go together with a URL of dynamodb');
  const { AWS_ACCESS_KEY_ID, AWS_SECRET_ACCESS_KEY, AWS_SESSION_TOKEN } = process.env;
  return {
    kind: 'url',
    url: dynamodb,
    // DynamoDB Local takes any pair; AWS wants the developer's own.
    accessKeyId: AWS_ACCESS_KEY_ID ?? 'LOCALGATEWRIGHT',
    secretAccessKey: AWS_SECRET_ACCESS_KEY ?? 'local',
    ...(AWS_SESSION_TOKEN === undefined ? {} : { sessionToken: AWS_SESSION_TOKEN }),
  };
}
