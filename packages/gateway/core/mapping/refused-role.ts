/**
 * The failure of a call that API Gateway cannot make with the role of the integration. AWS deploys such an API, but
 * each call then fails with 500 (docs/aws §8).
 */
import { gatewayError } from '../errors.ts';
import type { RoleRefusal } from '../policy/role-refusal.ts';

/**
 * The value of `$context.integrationErrorMessage` on HTTP APIs if the API or its role may not invoke the function
 * (docs/aws §4.5).
 */
export const MAY_NOT_CALL =
  "The IAM role configured on the integration or API Gateway doesn't have permissions to call the integration. Check the permissions and try again.";
/**
 * The value of `$context.integrationErrorMessage` on HTTP APIs if the role does not trust API Gateway
 * (terraform-aws-modules/terraform-aws-apigateway-v2#87).
 */
const MAY_NOT_ASSUME =
  "API Gateway doesn't have permissions to assume the IAM role configured on the integration. Check the permissions and try again.";

export function refusedRole(
  { message, role }: { readonly message: string; readonly role: RoleRefusal },
  isHttpApi: boolean,
): Error {
  const logged = role.lacks === 'trust' ? MAY_NOT_ASSUME : MAY_NOT_CALL;
  return gatewayError('API_CONFIGURATION_ERROR', {
    source: isHttpApi ? 'integration' : 'gateway',
    reason: `Execution failed due to configuration error: ${message}`,
    ...(isHttpApi && { logged }),
    defect: { kind: 'role', ...role },
  });
}
