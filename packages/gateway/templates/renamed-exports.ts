/**
 * Finds exports that would have the imported name if their stack had another name. The stack's name is part of the name
 * of such an export (`!Sub '${AWS::StackName}-UserPoolId'`), and the gateway mostly takes the stack's name from the
 * file name.
 */
import { basename, extname } from 'node:path';
import { mapOf, membersOf } from '@gatewright/aws/json-object';
import { isStackName } from './samconfig.ts';
import type { RawStack } from './raw-stack.ts';
import type { StackResolver } from './cloudformation/stack-resolver.ts';

type RenamedExport = {
  readonly exporter: StackResolver;
  readonly exported: string;
  /** The name that the stack would have to have. */
  readonly wantedStack: string;
};

/** Returns the exports of these stacks whose names differ from `name` only in the name of their own stack. */
export function findRenamedExports(name: string, stacks: readonly StackResolver[]): readonly RenamedExport[] {
  return stacks.flatMap((exporter) => {
    const { stackName, template } = exporter.raw;
    const outputs = mapOf(template, 'Outputs');
    return [...exporter.exportNames].flatMap(([exported, output]) => {
      const written = JSON.stringify(membersOf(membersOf(outputs[output])['Export'])['Name'] ?? null);
      const at = exported.indexOf(stackName);
      if (at === -1 || !written.includes('AWS::StackName')) return [];
      const [before, after] = [exported.slice(0, at), exported.slice(at + stackName.length)];
      const wantedStack = name.slice(before.length, name.length - after.length);
      const isRenamed =
        before.length + after.length < name.length &&
        name.startsWith(before) &&
        name.endsWith(after) &&
        `${before}${after}` !== '' &&
        isStackName(wantedStack);
      return isRenamed ? [{ exporter, exported, wantedStack }] : [];
    });
  });
}

/**
 * Says how the import finds the export: with the parameter that contains the name of the other stack, or else with
 * another name for that stack.
 * @param exported the names of all exports that exist. If one of them contains the current value of the parameter,
 * another import may need this value, so another value of the parameter is not suggested.
 */
export function describeRenamed(
  importer: StackResolver,
  [first, ...others]: readonly [RenamedExport, ...RenamedExport[]],
  exported: readonly string[],
): string {
  const names = [first, ...others].map(
    ({ exporter, exported }) => `${exported} of ${exporter.raw.stackName}`,
  );
  const { wantedStack, exporter } = first;
  const because = `The name of the export contains the name of its stack, so in this gateway the export is called ${names.join(' or ')}.`;
  const isNeeded = exported.some((each) => each.includes(wantedStack));
  const parameter = isNeeded ? undefined : parameterWith(wantedStack, importer.raw);
  const pairs = [first, ...others].map((one) => `--param ${parameter}=${one.exporter.raw.stackName}`);
  if (parameter !== undefined) return `${because} Start with ${pairs.join(' or ')}.`;
  const { file, stackName } = exporter.raw;
  // The file gives the stack its name only if nothing else does, such as samconfig.toml.
  const isNamedAfterFile = others.length === 0 && basename(file).startsWith(`${stackName}.`);
  return `${because} The import expects the stack ${wantedStack}: give the stack that name${
    isNamedAfterFile ? ` by renaming ${basename(file)} to ${wantedStack}${extname(file)}` : ''
  }.`;
}

function parameterWith(value: string, { template, parameters }: RawStack): string | undefined {
  const declared = Object.entries(mapOf(template, 'Parameters'));
  return declared.find(([name, one]) => (parameters[name] ?? membersOf(one)['Default']) === value)?.[0];
}
