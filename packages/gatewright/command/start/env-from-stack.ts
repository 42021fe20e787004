/**
 * `start --env-from-stack` reads the outputs of a deployed stack and the variables of its functions. It does not change
 * anything, and prints only names and no values.
 */
import { sortNames } from '@gatewright/aws/text/name-order';
import { createAws, listAt, memberAt, textAt } from '../../../toolkit/terminal/aws-call.ts';
import { findCredentials } from '../../../toolkit/terminal/aws-session.ts';
import { homeOfEnvironment } from '../../../toolkit/terminal/load-options.ts';
import { UsageError } from '../../../base/terminal/output.ts';
import { asTyped } from '../../../base/terminal/typed-commands.ts';
import { callOrFail } from '../../../toolkit/operate/failures/call-or-fail.ts';
import { readOutputs } from '../../../toolkit/operate/read-outputs.ts';
import { printVariable } from '../../../gateway/engine/compose/network/environment.ts';
import type { Gateway, GatewayOptions } from '../../../gateway/engine/index.ts';
import type { Aws } from '../../../toolkit/terminal/aws-call.ts';

type DeployedStack = {
  readonly name: string;
  readonly outputs: Readonly<Record<string, string>>;
  readonly functions: ReadonlyMap<string, Readonly<Record<string, string>>>;
};

const CLOUDFORMATION = { service: 'cloudformation', protocol: 'query', version: '2010-05-15' } as const;
/**
 * The maximum number of pages of a stack's resources. No stack needs so many, because a stack has at most 500
 * resources, and a page has a hundred.
 */
const MOST_PAGES = 20;

/**
 * Reads the outputs and functions of a deployed stack.
 * @throws UsageError if AWS does not list the stack's resources
 */
export async function readDeployedStack(name: string, aws: Aws): Promise<DeployedStack> {
  const outputs = await readOutputs(aws, name);
  if (outputs === undefined)
    throw new UsageError(
      `--env-from-stack: there is no stack ${name} in ${aws.region}; choose another region with --region`,
    );
  const functions = new Map<string, Readonly<Record<string, string>>>();
  for (const { logicalId, functionName } of await listFunctions(name, aws)) {
    const path = `/2015-03-31/functions/${encodeURIComponent(functionName)}/configuration`;
    const call = { service: 'lambda', protocol: 'rest', path } as const;
    const { body } = await callOrFail(aws, 'lambda:GetFunctionConfiguration', call);
    const variables = Object.entries(memberAt(body, 'Environment', 'Variables') ?? {});
    const texts = variables.filter((pair): pair is [string, string] => typeof pair[1] === 'string');
    functions.set(logicalId, Object.fromEntries(texts));
  }
  return { name, outputs, functions };
}

type Listed = { readonly logicalId: string; readonly functionName: string };

async function listFunctions(name: string, aws: Aws): Promise<readonly Listed[]> {
  const found: Listed[] = [];
  let next: string | undefined;
  for (let page = 0; page < MOST_PAGES; page += 1) {
    const parameters = { StackName: name, NextToken: next };
    const { body } = await callOrFail(aws, 'cloudformation:ListStackResources', {
      ...CLOUDFORMATION,
      action: 'ListStackResources',
      parameters,
    });
    const result = memberAt(body, 'ListStackResourcesResponse', 'ListStackResourcesResult');
    for (const resource of listAt(result, 'StackResourceSummaries')) {
      const logicalId = textAt(resource, 'LogicalResourceId');
      const functionName = textAt(resource, 'PhysicalResourceId');
      const isFunction = textAt(resource, 'ResourceType') === 'AWS::Lambda::Function';
      if (isFunction && logicalId !== undefined && functionName !== undefined && functionName !== '')
        found.push({ logicalId, functionName });
    }
    next = textAt(result, 'NextToken');
    if (next === undefined || next === '') return found;
  }
  throw new UsageError(`--env-from-stack: ${name} has more resources than a stack can have`);
}

/** Describes a deployed stack for the user. The text contains only names and no values. */
export function describeDeployed({ name, outputs, functions }: DeployedStack): string {
  const ofFunctions = [...functions]
    .map(([logicalId, variables]) => [logicalId, Object.keys(variables)] as const)
    .filter(([, names]) => names.length > 0)
    .map(([logicalId, names]) => `  variables of ${logicalId}: ${sortNames(names).join(', ')}\n`);
  const names = sortNames(Object.keys(outputs)).join(', ');
  return `from the stack ${name}:\n${names === '' ? '' : `  outputs: ${names}\n`}${ofFunctions.join('')}`;
}

/** Returns values for `${cf:NAME.Output}` in a serverless.yml. */
export function outputsByReference({ name, outputs }: Pick<DeployedStack, 'name' | 'outputs'>) {
  const named = Object.entries(outputs).map(([key, value]) => [`cf:${name}.${key}`, value] as const);
  return Object.fromEntries(named);
}

/** Returns `GATEWRIGHT_OUTPUT_USERS_URL` for the output UsersUrl, for the command of `--exec`. */
export function outputVariables({ outputs }: Pick<DeployedStack, 'outputs'>): Record<string, string> {
  return Object.fromEntries(
    Object.entries(outputs).map(([name, value]) => [`GATEWRIGHT_OUTPUT_${printVariable(name)}`, value]),
  );
}

type Taken = {
  readonly options: Pick<GatewayOptions, 'deployedOutputs' | 'deployedVariables'>;
  /** Returns the environment variables for the command of `--exec`. */
  readonly around: (gateway: Pick<Gateway, 'environment'>) => Readonly<Record<string, string>>;
};

/**
 * Reads the values of a deployed stack. Returns an empty result if no stack is named.
 * @throws UsageError if the stack cannot be read
 */
export async function copyVariablesFromStack(
  name: string | undefined,
  givenRegion: string | undefined,
): Promise<Taken> {
  if (name === undefined) return { options: {}, around: (gateway) => gateway.environment() };
  const region = givenRegion ?? homeOfEnvironment().region;
  const aws = createAws(region, await findCredentials({}, region), {});
  const stack = await readDeployedStack(name, aws);
  process.stderr.write(asTyped(describeDeployed(stack)));
  return {
    options: { deployedVariables: stack.functions, deployedOutputs: outputsByReference(stack) },
    around: (gateway) => ({ ...outputVariables(stack), ...gateway.environment() }),
  };
}
