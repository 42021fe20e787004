import type { FunctionTarget } from '../deployment/model.ts';
import type { NamedFunction } from '@gatewright/aws/function-name';

export function isSameFunction(a: NamedFunction, b: NamedFunction): boolean {
  return a.functionName === b.functionName && a.qualifier === b.qualifier;
}

/** Formats a function name such as `orders` or `orders:live`. */
export function printFunctionName({ functionName, qualifier }: NamedFunction): string {
  return qualifier === undefined ? functionName : `${functionName}:${qualifier}`;
}

/**
 * Returns the resource whose policy must permit the call. It is the alias or version that is called, or the function if
 * neither is named.
 */
export function ownerOf(
  { functionName, qualifier }: FunctionTarget,
  variables: Readonly<Record<string, string>> | null,
): NamedFunction {
  const named = qualifier?.render(variables);
  return { functionName: functionName.render(variables), qualifier: named === '' ? undefined : named };
}
