/**
 * Finds out whether a topic, rule or bucket may invoke a function. AWS creates the subscription or target without the
 * permission, but then does not deliver (docs/aws §18.13).
 */
import { parseArn } from '@gatewright/aws/arn';
import { readFunctionName } from '@gatewright/aws/function-name';
import { compileGlob } from '@gatewright/aws/glob';
import { isForService, textIn } from '../../core/deployment/authorization/invoke-permissions.ts';
import { printFunctionName } from '../../core/routing/function-name.ts';
import type { FunctionPolicies } from './function-policies.ts';

/** The services that invoke functions by permission, and not with a role. */
const SERVICES: readonly string[] = ['events', 's3', 'sns'];

/**
 * Returns why a delivery is refused; undefined if it is not, or if the target is not a function of the stacks.
 * @param sender the ARN of the topic, rule or bucket
 */
export function findRefusedDelivery(
  policies: Pick<FunctionPolicies, 'isOwn' | 'statementsOf'>,
  targetArn: string,
  sender: string,
): string | undefined {
  const target = parseArn(targetArn);
  const service = parseArn(sender)?.service ?? '';
  if (target?.service !== 'lambda' || !SERVICES.includes(service)) return undefined;
  const invoked = readFunctionName(targetArn);
  if (!policies.isOwn(invoked.functionName)) return undefined;
  const principal = `${service}.amazonaws.com`;
  const isPermitted = policies.statementsOf(invoked).some((permission) => {
    const [source, account] = [textIn(permission, 'SourceArn'), textIn(permission, 'SourceAccount')];
    return (
      isForService(permission, principal) &&
      source !== undefined &&
      (source === '' || compileGlob(source)(sender)) &&
      (account === '' || account === target.accountId)
    );
  });
  if (isPermitted) return undefined;
  const name = printFunctionName(invoked);
  return `no AWS::Lambda::Permission lets ${sender} invoke ${name} to deliver this: add one with FunctionName ${name}, Action lambda:InvokeFunction, Principal ${principal} and SourceArn ${sender} (--roles off skips permissions)`;
}
