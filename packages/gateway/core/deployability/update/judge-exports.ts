/** Finds exports that an update removes or changes, although another stack imports them, or may import them. */
import { isDeepStrictEqual } from 'node:util';
import { mapOf } from '@gatewright/aws/json-object';
import type { ResolvedStack } from '../../stack/model.ts';
import { makeFinding } from '../finding.ts';
import type { DeployFinding, Placed } from '../finding.ts';
import { namesIn } from '../names-in.ts';
import type { StackChanges } from './stack-changes.ts';

/** Reports a removed or changed export that another stack still imports (aws/aws-cdk#17741, anomalyco/sst#1256). */
export function judgeExports(
  { before, now, kept, removed }: StackChanges,
  others: readonly ResolvedStack[],
): readonly DeployFinding[] {
  const gone = new Set(
    [
      ...kept.filter(({ replacedBy }) => replacedBy !== undefined).map((change) => change.now),
      ...removed,
    ].map(({ logicalId }) => logicalId),
  );
  return [...before.exports].flatMap(([name, value]) => {
    const output = now.source?.exportNames.get(name);
    const isRemoved = output === undefined;
    const written = mapOf(mapOf(now.source?.template ?? {}, 'Outputs'), output ?? '')['Value'];
    const isChanged =
      !isRemoved &&
      (!isDeepStrictEqual(now.exports.get(name), value) ||
        [...namesIn(written)].some((one) => gone.has(one)));
    if (!isRemoved && !isChanged) return [];
    const what = isRemoved ? 'deleted' : 'updated';
    const line = now.source?.lineOf?.(isRemoved ? ['Outputs'] : ['Outputs', output]);
    const at: Placed = {
      stack: now.stackName,
      resource: '',
      type: '',
      property: isRemoved ? 'Outputs' : `Outputs.${output}`,
      file: now.file,
      line,
    };
    const importers = others.filter(({ source }) => source?.imports.has(name) === true);
    return importers.length === 0
      ? [
          makeFinding(
            'update-export-elsewhere',
            at,
            `the export ${name} is ${what}, and CloudFormation refuses this update if another stack imports the export`,
            {
              remedy: `list the stacks that import the export: aws cloudformation list-imports --export-name ${name}`,
            },
          ),
        ]
      : [
          makeFinding(
            'update-export',
            at,
            `Export ${name} cannot be ${what} as it is in use by ${importers.map(({ stackName }) => stackName).join(', ')}`,
          ),
        ];
  });
}
