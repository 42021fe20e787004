import * as lambda from '../../../../../packages/gateway/services/lambda-events/service.ts';
import { arnOf, describeProperties, FUNCTION, QUEUE } from '../../../../support/service-properties.ts';
import type { PropertyRow } from '../../../../support/service-properties.ts';

const FILTER = { Filters: [{ Pattern: '{"body": {"a": [1]}}' }] };
const STREAM = { Type: 'AWS::Kinesis::Stream', Properties: {} };
const SHARED_MAPPING = {
  FunctionName: FUNCTION,
  Enabled: true,
  BatchSize: 10,
  MaximumBatchingWindowInSeconds: 1,
  FunctionResponseTypes: ['ReportBatchItemFailures'],
};
const STREAM_MAPPING = {
  ...SHARED_MAPPING,
  BisectBatchOnFunctionError: true,
  MaximumRetryAttempts: 2,
  MaximumRecordAgeInSeconds: 60,
  ParallelizationFactor: 2,
  DestinationConfig: { OnFailure: { Destination: arnOf('Queue') } },
  StartingPosition: 'TRIM_HORIZON',
  FilterCriteria: { Filters: [{ Pattern: '{"data": {"a": [1]}}' }] },
};
/** Lambda API reference, CreateEventSourceMapping */
const STREAM_BOUNDS: PropertyRow['bounds'] = {
  BatchSize: [1, 10_000],
  MaximumBatchingWindowInSeconds: [0, 300],
  MaximumRetryAttempts: [-1, 10_000],
  ParallelizationFactor: [1, 10],
};

const SOURCES: readonly PropertyRow[] = [
  {
    type: 'AWS::Lambda::EventSourceMapping',
    properties: {
      ...SHARED_MAPPING,
      EventSourceArn: arnOf('Queue'),
      FilterCriteria: FILTER,
      ScalingConfig: { MaximumConcurrency: 2 },
    },
    others: { Queue: QUEUE },
    bounds: {
      BatchSize: [1, 10_000],
      MaximumBatchingWindowInSeconds: [0, 300],
      'ScalingConfig.MaximumConcurrency': [2, 1_000],
    },
  },
  {
    type: 'AWS::Lambda::EventSourceMapping',
    properties: { ...STREAM_MAPPING, EventSourceArn: arnOf('Stream') },
    others: { Stream: STREAM, Queue: QUEUE },
    bounds: STREAM_BOUNDS,
  },
  {
    type: 'AWS::Lambda::EventSourceMapping',
    properties: { ...STREAM_MAPPING, EventSourceArn: { 'Fn::GetAtt': ['Table', 'StreamArn'] } },
    needs: 'dynamodb-streams',
    others: {
      Table: {
        Type: 'AWS::DynamoDB::Table',
        Properties: { StreamSpecification: { StreamViewType: 'NEW_IMAGE' } },
      },
      Queue: QUEUE,
    },
    bounds: STREAM_BOUNDS,
  },
  {
    type: 'AWS::Lambda::EventInvokeConfig',
    properties: {
      FunctionName: FUNCTION,
      Qualifier: '$LATEST',
      MaximumEventAgeInSeconds: 60,
      MaximumRetryAttempts: 1,
      DestinationConfig: {
        OnSuccess: { Destination: arnOf('Queue') },
        OnFailure: { Destination: arnOf('Queue') },
      },
    },
    others: { Queue: QUEUE },
    bounds: { MaximumEventAgeInSeconds: [60, 21_600], MaximumRetryAttempts: [0, 2] },
  },
];

describeProperties('event source mappings and destinations', { lambda }, SOURCES);
