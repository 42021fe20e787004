/**
 * Explains that the policies deny the call to a function URL or do not allow it, and says which statement to remove or
 * add (docs/aws §19.2).
 */
import { conditionOf } from '../../core/policy/function-url-rights.ts';
import { sentence } from './reason.ts';
import type { Defect } from '../../core/defect.ts';
import type { Reason } from './reason.ts';

type Refused = Extract<Defect, { readonly kind: 'function-url' }>;

export function explainFunctionUrl(
  { actions, functionArn, authType, signer, isDenied }: Refused,
  failure: string,
  /** The ARN of the function as its template writes it; the ARN itself if no loaded stack has the function. */
  reference = functionArn,
): Reason {
  const because = [sentence(failure)];
  const named = actions.join(' and ');
  if (isDenied)
    return {
      because,
      changes: [
        `Remove the statement that denies ${named} on ${reference} from the policy of the function${signer === undefined ? '' : `, or from the policies of ${signer}`}; a Deny overrides every Allow.`,
      ],
    };
  // An alias or version has its own policy (docs/aws §19.2).
  const [, , , , , , , qualifier] = functionArn.split(':');
  const target =
    qualifier === undefined
      ? 'for the function'
      : `whose FunctionName is the ARN of its alias or version ${qualifier} (permissions of the function itself do not count for it)`;
  const permissions = actions.map(
    (action) =>
      `an AWS::Lambda::Permission ${target} with Action ${action}, Principal ${signer ?? '"*"'} and ${conditionOf(action, authType)}`,
  );
  if (signer === undefined)
    return {
      because,
      changes: [
        `Add ${permissions.join(', and ')}: AuthType NONE alone does not allow anyone to call the function.`,
      ],
    };
  const [, , , , account = ''] = signer.split(':');
  const [, , , , owner = ''] = functionArn.split(':');
  const both =
    actions.length === 1
      ? ' Keep the permission for the other action: a URL created since October 2025 needs both lambda:InvokeFunctionUrl and lambda:InvokeFunction.'
      : '';
  const statement = `a statement with Effect Allow for ${named} on ${reference} to the policies of ${signer}`;
  return {
    because,
    changes: [
      account === owner
        ? `Add ${statement}, or ${permissions.join(', and ')}.${both}`
        : `Add ${statement}, and ${permissions.join(', and ')}: a caller of another account needs both.${both}`,
    ],
  };
}
