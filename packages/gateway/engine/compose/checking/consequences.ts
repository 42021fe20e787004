/** Leaves out refusals and gaps that only follow from another refusal. What a user changes for that one mends them too. */
import { textOf } from '@gatewright/aws/json-object';
import type { DeployFinding } from '../../../core/deployability/finding.ts';
import type { ResolvedStack } from '../../../core/stack/model.ts';

type Follows = (one: DeployFinding, other: DeployFinding, stacks: readonly ResolvedStack[]) => boolean;

const FOLLOWS: readonly Follows[] = [
  // SAM's transform refuses a property, so nothing reads what the transform would have made of it.
  (one, other) =>
    other.property === '' &&
    one.property !== '' &&
    one.resource === other.resource &&
    one.line === other.line &&
    one.line !== undefined,
  // A method names a model whose schema is refused.
  (one, other, stacks) => {
    const [, name] = /^Invalid model identifier specified: (.+)$/.exec(one.message) ?? [];
    const stack = stacks.find(({ stackName }) => stackName === other.stack);
    const model = stack?.resources.get(other.resource);
    return (
      name !== undefined &&
      model?.type === 'AWS::ApiGateway::Model' &&
      (textOf(model.properties, 'Name') === name || model.physicalId === name)
    );
  },
  // The declaration of a parameter is refused, such as a Default that is written otherwise.
  (one, other) => one.id === 'parameter-without-value' && one.property === other.property,
];

export function withoutConsequences(
  findings: readonly DeployFinding[],
  stacks: readonly ResolvedStack[],
): readonly DeployFinding[] {
  const refused = findings.filter(({ severity }) => severity === 'refused');
  return findings.filter(
    (one) =>
      !refused.some(
        (other) =>
          other !== one &&
          other.file === one.file &&
          other.stack === one.stack &&
          FOLLOWS.some((follows) => follows(one, other, stacks)),
      ),
  );
}
