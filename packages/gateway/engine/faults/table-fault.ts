/** DynamoDB's own errors (developer guide, "Error handling with DynamoDB"), which rules can inject as faults. */
import type { CallFault } from '@gatewright/dynamodb';
import type { TableAnswer } from './model.ts';

const DYNAMODB = 'com.amazonaws.dynamodb.v20120810#';
const CORAL = 'com.amazon.coral.';

export const TABLE_FAULTS: Readonly<Record<TableAnswer, CallFault>> = {
  unreachable: { kind: 'unreachable' },
  InternalServerError: {
    kind: 'error',
    status: 500,
    type: `${DYNAMODB}InternalServerError`,
    message: 'The server encountered an internal error trying to fulfill the request.',
  },
  ServiceUnavailable: {
    kind: 'error',
    status: 503,
    type: `${CORAL}availability#ServiceUnavailable`,
    message: 'DynamoDB is currently unavailable.',
  },
  ProvisionedThroughputExceededException: {
    kind: 'error',
    status: 400,
    type: `${DYNAMODB}ProvisionedThroughputExceededException`,
    message:
      'You exceeded your maximum allowed provisioned throughput for a table or for one or more global secondary indexes.',
  },
  ThrottlingException: {
    kind: 'error',
    status: 400,
    type: `${CORAL}availability#ThrottlingException`,
    message: 'Rate of requests exceeds the allowed throughput.',
  },
};
