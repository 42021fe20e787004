/** Explains that API Gateway cannot use the role of an integration or authorizer (docs/aws §8). */
import { API_GATEWAY, nameOfRole } from '../../core/policy/role.ts';
import { findMissingRights } from './missing-right.ts';
import type { RoleRefusal } from '../../core/policy/role-refusal.ts';
import type { Circumstances } from './circumstances.ts';
import type { Reason } from './reason.ts';

/** @param whose names what has the role, such as `the integration` */
export function explainRole(
  { trust, failure = '', statements }: Circumstances,
  { roleArn, lacks }: RoleRefusal,
  whose: string,
): Reason {
  const name = roleArn === '' ? '' : ` ${nameOfRole(roleArn)}`;
  if (lacks === 'trust')
    return {
      because: [
        `API Gateway cannot assume the role${name} of ${whose}, because the trust policy of the role (AssumeRolePolicyDocument) ${trust?.because ?? `does not name ${API_GATEWAY}`}. Nothing was called.`,
      ],
      changes: [
        trust?.change ??
          `Add to the trust policy of the role${name}: ${JSON.stringify({ Effect: 'Allow', Principal: { Service: API_GATEWAY }, Action: 'sts:AssumeRole' })}.`,
      ],
    };
  const rights = findMissingRights([failure], statements);
  return {
    because: [
      `API Gateway invokes the function with the role${name} of ${whose}, so the policies of this role decide, and an AWS::Lambda::Permission has no effect.`,
      ...rights.because,
    ],
    changes: rights.changes,
  };
}
