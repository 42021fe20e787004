import type { FunctionHome } from '@gatewright/aws/function-name';
import { USUAL_HOME } from '@gatewright/aws/usual-home';
import type { ResolvedStack } from './model.ts';

export type Home = { readonly region: string; readonly accountId: string };

/** Whether the text has the form of a region, such as `eu-central-1`, `us-gov-west-1` or `eusc-de-east-1`. */
export function isRegion(text: string): boolean {
  return /^[a-z]{2,4}(?:-[a-z]+)+-\d{1,2}$/.test(text);
}

export function isAccountId(text: string): boolean {
  return /^\d{12}$/.test(text);
}

/**
 * Reads the default region and account of stacks from the environment. The variables are AWS_REGION (which the SDKs
 * read), AWS_DEFAULT_REGION (which the AWS CLI and boto3 read) and AWS_ACCOUNT_ID.
 * @returns the region and account, or an error message for an invalid value
 */
export function readHome(environment: Readonly<Record<string, string | undefined>>): Home | string {
  const [regionName, region] = firstSet(environment, ['AWS_REGION', 'AWS_DEFAULT_REGION']);
  if (region !== undefined && !isRegion(region))
    return `${regionName} is not an AWS region: "${region}"; use a region such as eu-central-1`;
  const [accountName, accountId] = firstSet(environment, ['AWS_ACCOUNT_ID']);
  if (accountId !== undefined && !isAccountId(accountId))
    return `${accountName} is not an AWS account: "${accountId}"; use 12 digits`;
  return {
    region: region ?? USUAL_HOME.region,
    accountId: accountId ?? USUAL_HOME.accountId,
  };
}

/** Returns the first variable that is set. Like the SDKs, it ignores empty variables. */
function firstSet(
  environment: Readonly<Record<string, string | undefined>>,
  names: readonly string[],
): readonly [name: string, value: string | undefined] {
  const name = names.find((name) => (environment[name] ?? '') !== '');
  return name === undefined ? ['', undefined] : [name, environment[name]];
}

/**
 * Returns the region and account of a stack. `--region` and `--account` apply to every stack. Without these options,
 * the stack's own values apply, as with AWS's tools. If it has none, the values from the gateway's environment apply.
 */
export function resolveHome(
  { chosen = {}, region, accountId }: Home & { readonly chosen?: Partial<Home> | undefined },
  own: Partial<Home>,
): Home {
  return {
    region: chosen.region ?? own.region ?? region,
    accountId: chosen.accountId ?? own.accountId ?? accountId,
  };
}

/** Returns whether the region of a stack is known. A template without a region may be deployed anywhere. */
export function isRegionKnown({ source, file }: Pick<ResolvedStack, 'source' | 'file'>): boolean {
  return source?.isRegionKnown === true || source?.regionOf !== undefined || /serverless\.\w+$/.test(file);
}

/** Returns the account of the functions of a stack, and their region if it is known. */
export function functionHomeOf(
  stack: Pick<ResolvedStack, 'accountId' | 'region' | 'source' | 'file'>,
): FunctionHome {
  return { accountId: stack.accountId, region: isRegionKnown(stack) ? stack.region : undefined };
}
