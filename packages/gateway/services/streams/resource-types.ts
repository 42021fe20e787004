import { isTable } from '../../core/stack/table-types.ts';
import { isJsonObject } from '@gatewright/aws/json-object';
import type { ResolvedResource } from '../../core/stack/model.ts';

export function hasStream(resource: ResolvedResource): boolean {
  return isTable(resource) && isJsonObject(resource.properties['StreamSpecification']);
}
