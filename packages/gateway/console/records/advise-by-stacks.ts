/** Writes what a role or function lacks in the formats of the loaded stacks. */
import { readFunctionName } from '@gatewright/aws/function-name';
import { API_GATEWAY, nameOfRole } from '../../core/policy/role.ts';
import { advisePermission } from '../../core/stack/permission-advice.ts';
import { adviseStatement, adviseTrust } from '../../core/stack/statement-advice.ts';
import { findDenials, keyOf } from '../explain/missing-right.ts';
import type { ResolvedStack } from '../../core/stack/model.ts';
import type { Circumstances } from '../explain/circumstances.ts';

export function adviseByStacks(
  about: Circumstances,
  stacks: readonly ResolvedStack[],
): Pick<Circumstances, 'statements' | 'permission' | 'trust'> {
  const { defect, apiId, stageName = '*' } = about;
  return {
    statements: adviseStatements(about, stacks),
    ...(defect?.kind === 'permission' &&
      defect.invoked !== undefined &&
      defect.source !== undefined && {
        permission: advisePermission(stacks, {
          ...readFunctionName(defect.invoked),
          apiId,
          source: defect.source.replace(/^\/stage\//, `/${stageName}/`),
        }),
      }),
    ...(defect?.kind === 'role' && {
      trust: adviseTrust(stacks, nameOfRole(defect.roleArn), API_GATEWAY),
    }),
  };
}

function adviseStatements(
  { failure = '', integration, guard }: Circumstances,
  stacks: readonly ResolvedStack[],
): Readonly<Record<string, string>> {
  const texts = [
    failure,
    integration?.errorMessage ?? '',
    integration?.denial ?? '',
    ...(integration?.lines ?? []),
    ...(guard?.lines ?? []),
  ];
  return Object.fromEntries(
    findDenials(texts).flatMap((denial) => {
      const advice = denial.isExplicit ? undefined : adviseStatement(stacks, denial.name, denial);
      return advice === undefined ? [] : [[keyOf(denial), advice]];
    }),
  );
}
