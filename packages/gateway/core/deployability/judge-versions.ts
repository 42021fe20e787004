/**
 * Checks what Lambda refuses in versions, aliases and asynchronous invocations because of the function to which they
 * belong.
 */
import { membersOf, textOf } from '@gatewright/aws/json-object';
import { parseFunctionName } from '@gatewright/aws/function-name';
import type { ResolvedResource } from '../stack/model.ts';
import type { BrokenRelation } from './relation.ts';

function functionOf(
  { properties }: ResolvedResource,
  all: readonly ResolvedResource[],
): ResolvedResource | undefined {
  const name = parseFunctionName(textOf(properties, 'FunctionName')).functionName;
  return all.find(({ type, physicalId }) => type === 'AWS::Lambda::Function' && physicalId === name);
}

/**
 * Refuses more provisioned concurrency than the function reserves (localstack/localstack, test_lambda.snapshot.json,
 * recorded).
 */
export function judgeProvisioned(
  version: ResolvedResource,
  all: readonly ResolvedResource[],
): BrokenRelation | undefined {
  const provisioned = Number(
    membersOf(version.properties['ProvisionedConcurrencyConfig'])['ProvisionedConcurrentExecutions'],
  );
  const reserved = Number(functionOf(version, all)?.properties['ReservedConcurrentExecutions'] ?? Number.NaN);
  return provisioned > reserved
    ? {
        resource: version,
        property: 'ProvisionedConcurrencyConfig',
        message:
          'Requested Provisioned Concurrency should not be greater than the reservedConcurrentExecution for function',
      }
    : undefined;
}

/** Refuses a function that sends its own results to itself (localstack/localstack, test_lambda_api.snapshot.json, recorded). */
export function judgeOwnDestination(
  config: ResolvedResource,
  all: readonly ResolvedResource[],
): BrokenRelation | undefined {
  const called = functionOf(config, all);
  const destinations = membersOf(config.properties['DestinationConfig']);
  for (const name of ['OnSuccess', 'OnFailure']) {
    const arn = textOf(membersOf(destinations[name]), 'Destination');
    if (
      called !== undefined &&
      /:lambda:/.test(arn) &&
      parseFunctionName(arn).functionName === called.physicalId
    )
      return {
        resource: config,
        property: `DestinationConfig.${name}.Destination`,
        message: "You can't specify the function as a destination for itself.",
      };
  }
  return undefined;
}
