/** Returns advice for a function that signs calls for a region other than the region of its stack. */
import { membersOf } from '@gatewright/aws/json-object';
import { formatOf, shortPlace } from './source-format.ts';
import type { ResolvedStack } from './model.ts';

/** @param asked the region for which the call was signed */
export function adviseRegion(stack: ResolvedStack, functionName: string, asked: string): string {
  const called = [...stack.resources.values()].find(
    ({ type, physicalId }) => type === 'AWS::Lambda::Function' && physicalId === functionName,
  );
  const variables = membersOf(membersOf(called?.properties['Environment'])['Variables']);
  const [name] = Object.entries(variables).find(([, value]) => value === asked) ?? [];
  if (called === undefined || name === undefined)
    return `The code of ${functionName} signs the call for the region ${asked}: create its client without a region, or for ${stack.region}.`;
  const place = `Environment.Variables.${name}`;
  return `Set the environment variable ${name} of the function ${called.logicalId} (${shortPlace(called, place)}), which is ${asked}, to the region of the stack: \`${written(stack, name)}\`.`;
}

function written(stack: ResolvedStack, name: string): string {
  const { kind, isJson } = formatOf(stack);
  if (kind === 'cdk') return `${name}: Stack.of(this).region`;
  if (kind === 'terraform') return `${name} = "${stack.region}"`;
  return isJson ? `"${name}": { "Ref": "AWS::Region" }` : `${name}: !Ref AWS::Region`;
}
