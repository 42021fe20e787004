/** Settings of asynchronous events: `AWS::Lambda::EventInvokeConfig`, and a function's dead-letter queue. */
import { DEFAULT_ASYNC } from '../../kernel/delivery/retries.ts';
import type { AsyncConfig } from './async-invocations.ts';
import { readFunctionName } from '@gatewright/aws/function-name';
import type { ResourceReader } from '../../kernel/read-resource.ts';

type AsyncConfigs = ReadonlyMap<string, AsyncConfig>;

function asyncKey(functionName: string, qualifier: string | undefined): string {
  return `${functionName}:${qualifier ?? '$LATEST'}`;
}

export function readInvokeConfig(reader: ResourceReader): readonly [key: string, config: AsyncConfig] {
  const { functionName: name, qualifier } = readFunctionName(reader.text('FunctionName') ?? '');
  const given = reader.text('Qualifier');
  const age = reader.integer('MaximumEventAgeInSeconds', DEFAULT_ASYNC.maxAgeMs / 1000, 60, 21_600);
  const config: AsyncConfig = {
    maxAgeMs: age * 1000,
    maxRetries: reader.integer('MaximumRetryAttempts', DEFAULT_ASYNC.maxRetries, 0, 2),
    onSuccess: reader.text('DestinationConfig.OnSuccess.Destination'),
    onFailure: reader.text('DestinationConfig.OnFailure.Destination'),
  };
  return [asyncKey(name, given === undefined || given === '$LATEST' ? qualifier : given), config];
}

/** The dead-letter queue belongs to the function, also when an alias is called. */
export function findConfig(
  configs: AsyncConfigs,
  deadLetters: ReadonlyMap<string, string>,
  functionName: string,
  qualifier: string | undefined,
): AsyncConfig | undefined {
  const own = configs.get(asyncKey(functionName, qualifier));
  const deadLetterArn = deadLetters.get(functionName);
  return deadLetterArn === undefined ? own : { ...DEFAULT_ASYNC, ...own, deadLetterArn };
}
