/**
 * Judges a fault that a start reports. A fault about a value that AWS gets from elsewhere, or that another fault causes,
 * is not a refusal by AWS.
 */
import type { DefinitionError } from '../errors.ts';
import type { ResolvedStack } from '../stack/model.ts';
import { ruleOfRefusal } from './finding.ts';
import { KnownValues } from './known-values.ts';
import type { RuleId } from './rules.ts';

/** Returns the rule of the fault. A stack is absent if no loaded stack has the file of the fault. */
export function judgeFault(error: DefinitionError, stack: ResolvedStack | undefined): RuleId {
  const rule = ruleOfRefusal(error);
  const { logicalId, property = '' } = error.place;
  if (rule !== 'resource-value' || logicalId === undefined || stack?.source === undefined) return rule;
  const path = property === '' ? [] : property.split('.');
  const written = new KnownValues(stack.source.template).writtenAt(logicalId, path);
  const names = namesIn(written);
  if (names.has('AWS::StackName')) return 'stack-name';
  const isOpen = (name: string): boolean => {
    const { fault, unresolved = [] } = stack.resources.get(name) ?? {};
    return (fault !== undefined && ruleOfRefusal(fault) !== 'resource-value') || unresolved.length > 0;
  };
  return [...names].some(isOpen) ? 'value-elsewhere' : rule;
}

/** Returns the names that a value refers to, at any depth: parameters, pseudo parameters and resources. */
function namesIn(value: unknown): ReadonlySet<string> {
  const found = new Set<string>();
  const visit = (one: unknown): void => {
    if (typeof one !== 'object' || one === null) return;
    for (const [key, inner] of Object.entries(one)) {
      if (key === 'Ref' && typeof inner === 'string') found.add(inner);
      else if (key === 'Fn::GetAtt')
        found.add(String(Array.isArray(inner) ? inner[0] : inner).split('.')[0] ?? '');
      else if (key === 'Fn::Sub') for (const name of namesInText([inner].flat()[0])) found.add(name);
      visit(inner);
    }
  };
  visit(value);
  return found;
}

function namesInText(text: unknown): readonly string[] {
  if (typeof text !== 'string') return [];
  return [...text.matchAll(/\$\{([^!.}]+)[^}]*\}/g)].map(([, name = '']) => name.trim());
}
