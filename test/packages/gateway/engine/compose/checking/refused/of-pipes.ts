/** Definitions of pipes without the parameters that their source needs. */
import type { RefusedDefinition } from './definition.ts';

const PIPE = (source: string, more = ''): string => `
  Table:
    Type: AWS::DynamoDB::Table
    Properties: { BillingMode: PAY_PER_REQUEST, AttributeDefinitions: [{ AttributeName: id, AttributeType: S }], KeySchema: [{ AttributeName: id, KeyType: HASH }], StreamSpecification: { StreamViewType: NEW_IMAGE } }
  Stream: { Type: AWS::Kinesis::Stream, Properties: { ShardCount: 1 } }
  Broken:
    Type: AWS::Pipes::Pipe
    Properties:
      RoleArn: arn:aws:iam::123456789012:role/pipe
      Source: ${source}${more === '' ? ' # here' : ''}
      Target: arn:aws:sqs:us-east-1:123456789012:orders${more}`;

const FILTERED = `
      SourceParameters: # here
        FilterCriteria: { Filters: [{ Pattern: '{"eventName": ["INSERT"]}' }] }`;

export const OF_PIPES: readonly RefusedDefinition[] = (
  [
    ['!GetAtt Table.StreamArn', 'DynamoDBStreamParameters', 30_773],
    ['!GetAtt Stream.Arn', 'KinesisStreamParameters', 30_773],
    ['arn:aws:kafka:us-east-1:123456789012:cluster/a/1', 'ManagedStreamingKafkaParameters', 32_018],
  ] as const
).flatMap(([from, name, issue]) =>
  [FILTERED, ''].map((more) => ({
    name: `a pipe without ${name}${more === '' ? ', and without any parameters' : ''}`,
    text: PIPE(from, more),
    id: 'pipes-pipe-sourceparameters',
    says: new RegExp(`"SourceParameters.${name}","Message":"Missing required parameter."`),
    source: `https://github.com/hashicorp/terraform-provider-aws/issues/${issue}`,
  })),
);
