import { isJsonObject } from '@gatewright/aws/json-object';
import type { ResolvedResource } from '../../core/stack/model.ts';

export function hasStream({ type, properties }: ResolvedResource): boolean {
  return type === 'AWS::DynamoDB::Table' && isJsonObject(properties['StreamSpecification']);
}
