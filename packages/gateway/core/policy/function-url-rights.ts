/**
 * The rights that a call to a function URL needs (Lambda developer guide, "Control access to Lambda function URLs").
 */

/** The actions that a caller must be allowed to perform. Since October 2025, both are needed. */
export const URL_ACTIONS = ['lambda:InvokeFunctionUrl', 'lambda:InvokeFunction'] as const;

/** Returns the condition that the statement for an action needs, as an AWS::Lambda::Permission writes it. */
export function conditionOf(action: string, authType: 'NONE' | 'AWS_IAM'): string {
  return action === 'lambda:InvokeFunctionUrl'
    ? `FunctionUrlAuthType ${authType}`
    : 'InvokedViaFunctionUrl true';
}
