/**
 * Checks the names in a template. CloudFormation cannot create a named resource if a resource with this name already
 * exists outside of the stack.
 */
import type { Finding } from './finding.ts';
import { NAMED_TYPES } from './named-types.ts';
import type { NamedResource, StackResource, Views } from './views.ts';

export function checkNames({ stack, account }: Views): readonly Finding[] {
  const { resources = [], taken } = account;
  return taken
    .filter((one) => !resources.some((own) => isSame(own, one)))
    .map(({ type, logicalId, name }) => {
      const kind = NAMED_TYPES[type];
      return {
        id: 'name-taken',
        level: 'obstacle',
        where: `${logicalId} (${type})`,
        what: `${kind?.called ?? type} ${name} exists, but does not belong to stack ${stack.stackName}`,
        why: 'CloudFormation fails with "already exists" and rolls back the whole deployment',
        fix: kind?.fix(name) ?? 'delete the existing resource, or use another name',
      };
    });
}

/**
 * Whether a resource of the stack is the named resource. The physical id of a resource is a name, an ARN (topics) or a
 * URL (queues).
 */
function isSame({ type, physicalId }: StackResource, named: NamedResource): boolean {
  const { name } = named;
  return type === named.type && (physicalId === name || /[/:]$/.test(beforeEnd(physicalId, name)));
}

function beforeEnd(text: string, end: string): string {
  return text.endsWith(end) ? text.slice(0, text.length - end.length) : '';
}
