import type { ResolvedStack } from '../../../core/stack/model.ts';

const QUALIFIED = ['AWS::Lambda::Alias', 'AWS::Lambda::Version'];

/**
 * Returns whether a stack defines this version or alias. Versions and aliases are identified by their ARN:
 * `arn:aws:lambda:{region}:{account}:function:{name}:{qualifier}`.
 */
export function hasFunctionQualifier(
  stacks: Iterable<Pick<ResolvedStack, 'resources'>>,
  functionName: string,
  qualifier: string,
): boolean {
  const end = `:function:${functionName}:${qualifier}`;
  for (const { resources } of stacks)
    for (const { type, physicalId } of resources.values())
      if (QUALIFIED.includes(type) && physicalId.endsWith(end)) return true;
  return false;
}
