/** Checks whether CloudFormation would accept a change to the stack. */
import type { Finding } from './finding.ts';
import type { Views } from './views.ts';

export function checkStackState({ stack, account }: Views): readonly Finding[] {
  const { stackName } = stack;
  const { stackStatus: status = 'none' } = account;
  const finding = (why: string, fix: string): readonly Finding[] => [
    {
      id: 'stack-state',
      level: 'obstacle',
      why,
      fix,
      what: `stack ${stackName} is in state ${status}`,
      where: `stack ${stackName}`,
    },
  ];
  if (/^(ROLLBACK|DELETE)_(COMPLETE|FAILED)$|^CREATE_FAILED$/.test(status))
    return finding(
      'in this state, CloudFormation can only delete the stack',
      `aws cloudformation delete-stack --stack-name ${stackName}, then deploy again; run doctor again to find resources that remain`,
    );
  if (status === 'UPDATE_ROLLBACK_FAILED')
    return finding(
      'an update failed, and so did its rollback',
      `aws cloudformation continue-update-rollback --stack-name ${stackName}`,
    );
  // `REVIEW_IN_PROGRESS` means that a change set was never executed. Nothing has been created yet, and osls can
  // continue from this state.
  if (status.endsWith('_IN_PROGRESS') && status !== 'REVIEW_IN_PROGRESS')
    return finding('a deployment is running', 'wait until the operation has ended, then run doctor again');
  return [];
}
