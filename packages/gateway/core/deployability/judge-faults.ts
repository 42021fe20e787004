/**
 * Decides which rule applies to a fault that the gateway reports at startup. It is unknown whether AWS refuses a value
 * that contains the stack's name, that AWS gets from outside the template, or that depends on another fault.
 */
import type { DefinitionError } from '../errors.ts';
import type { ResolvedStack } from '../stack/model.ts';
import { ruleOfRefusal } from './finding.ts';
import { KnownValues } from './known-values.ts';
import { namesIn } from './names-in.ts';
import type { RuleId } from './rules.ts';

/** Returns the rule of the fault. `stack` is undefined if no loaded stack has the file of the fault. */
export function judgeFault(error: DefinitionError, stack: ResolvedStack | undefined): RuleId {
  const rule = ruleOfRefusal(error);
  const { logicalId, property = '' } = error.place;
  if (rule !== 'resource-value' || logicalId === undefined || stack?.source === undefined) return rule;
  const path = property === '' ? [] : property.split('.');
  const written = new KnownValues(stack.source.template).writtenAt(logicalId, path);
  const names = namesIn(written);
  const { placeholderParameters, made } = stack.source;
  // The transform refuses a resource before its other parts, such as the name of the stack in the title of an API, are
  // generated.
  if (property === '' && made?.has(logicalId) === true)
    return [...names].some((name) => placeholderParameters?.has(name) === true) ? 'value-elsewhere' : rule;
  if (names.has('AWS::StackName')) return 'stack-name';
  const isOpen = (name: string): boolean => {
    if (placeholderParameters?.has(name) === true) return true;
    const { fault, unresolved = [] } = stack.resources.get(name) ?? {};
    return (fault !== undefined && ruleOfRefusal(fault) !== 'resource-value') || unresolved.length > 0;
  };
  const { fault: own, unresolved: missing = [] } = stack.resources.get(logicalId) ?? {};
  // The service gets no value because of another part, such as a parameter without a value, which is a separate
  // finding.
  const isMissing =
    missing.includes(path[0] ?? '') && own !== undefined && ruleOfRefusal(own) !== 'resource-value';
  return isMissing || [...names].some(isOpen) ? 'value-elsewhere' : rule;
}
