import { resolveValue } from './cloudformation/intrinsics.ts';
import { isJsonObject, membersOf } from '@gatewright/aws/json-object';
import type { Json } from '@gatewright/aws/json-object';
import type { Tolerance } from '../core/errors.ts';
import type { Scope } from './cloudformation/intrinsics.ts';

export function readExportNames(
  outputs: readonly (readonly [output: string, body: Json])[],
  scope: Scope,
  tolerance: Tolerance,
  hasOutput: (output: string) => boolean,
): ReadonlyMap<string, string> {
  const names = new Map<string, string>();
  for (const [output, body] of outputs) {
    const declared = membersOf(body)['Export'];
    if (!isJsonObject(declared)) continue;
    const name = tolerance.attempt(
      'the output is not exported',
      () => (hasOutput(output) ? readName(declared['Name'], output, scope, names) : undefined),
      () => undefined,
    );
    if (name !== undefined) names.set(name, output);
  }
  return names;
}

function readName(
  declared: Json | undefined,
  output: string,
  scope: Scope,
  others: ReadonlyMap<string, string>,
): string {
  const at = ['Outputs', output, 'Export', 'Name'];
  const name = resolveValue(declared, scope, at);
  if (typeof name !== 'string')
    return scope.fail(at, 'Template format error: an export name must be a string');
  // See aws/aws-cdk#5845
  if (!/^[A-Za-z0-9:-]+$/.test(name))
    return scope.fail(
      at,
      `Template format error: Output ${output} is malformed. The Name field of every Export member must be specified and consist only of alphanumeric characters, colons, or hyphens.`,
    );
  if (others.has(name)) return scope.fail(at, `Export with name ${name} is declared twice in this stack`);
  return name;
}
