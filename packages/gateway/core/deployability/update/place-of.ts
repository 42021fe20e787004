import type { ResolvedResource, ResolvedStack } from '../../stack/model.ts';
import type { Placed } from '../finding.ts';

export function placeOf({ stackName }: ResolvedStack, resource: ResolvedResource, property: string): Placed {
  const { file, line } = resource.place(property === '' ? undefined : property);
  const { logicalId, type } = resource;
  return { stack: stackName, resource: logicalId, type, property, file, line };
}
