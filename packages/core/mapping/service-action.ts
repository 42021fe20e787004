/** What the `action/` form of a service URI adds to a call (docs/aws §8). */

/** Services of the JSON protocol whose target API Gateway names itself; for others (`events`) a mapping has to. */
const TARGETS: Readonly<Record<string, string>> = {
  dynamodb: 'DynamoDB_20120810',
  kinesis: 'Kinesis_20131202',
  states: 'AWSStepFunctions',
};
/** SSM still speaks the query protocol: parameters in the query make such a call, a body makes a JSON one [obs]. */
const TARGETS_WITH_BODY: Readonly<Record<string, string>> = { ssm: 'AmazonSSM' };

/** Header lines; a mapping of the same name replaces them. */
export function actionHeaders(
  service: string,
  action: string,
  hasBody: boolean,
): readonly (readonly [name: string, value: string])[] {
  const prefix = TARGETS[service] ?? (hasBody ? TARGETS_WITH_BODY[service] : undefined);
  return prefix === undefined ? [] : [['X-Amz-Target', `${prefix}.${action}`]];
}
