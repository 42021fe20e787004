import type { UnknownMembers } from '@gatewright/aws/json-object';
import type { AwsOperation } from '@gatewright/aws/aws-operation';
import { treeOf } from '../../kernel/calls/query-input.ts';

/** Returns the members of a call in either protocol. Lists and maps of the query protocol keep their numbers. */
export function inputOf(operation: Exclude<AwsOperation, { protocol: 'rest' }>): UnknownMembers {
  return operation.protocol === 'query' ? treeOf(operation.parameters) : (operation.input ?? {});
}
