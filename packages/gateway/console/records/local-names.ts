/**
 * Replaces ids of this machine, which differ from the ids on AWS, by the names in the author’s template: a reference to
 * an API, or the logical id of a user pool, an app client, an API key, a usage plan or a function without its own name.
 */
import { resourcesOf } from './find-places.ts';
import type { ResolvedStack } from '../../core/stack/model.ts';

const REFERRED = ['AWS::ApiGateway::RestApi', 'AWS::ApiGatewayV2::Api'];
const NAMED = [
  'AWS::Cognito::UserPool',
  'AWS::Cognito::UserPoolClient',
  'AWS::ApiGateway::ApiKey',
  'AWS::ApiGateway::UsagePlan',
];
/** Ids are random and long. A shorter one could also be a word. */
const SHORTEST_ID = 10;

/** The end of a name that CloudFormation makes from the stack and the logical id. */
const GENERATED = /-[A-Z0-9]{12,13}$/;

/** Returns the name for each id. */
export function findLocalNames(stacks: readonly ResolvedStack[]): Readonly<Record<string, string>> {
  const referred = REFERRED.flatMap((type) => resourcesOf(stacks, type)).map(
    ({ physicalId, logicalId }) =>
      [physicalId, logicalId.includes('.') ? `\${${logicalId}.id}` : `\${${logicalId}}`] as const,
  );
  const named = NAMED.flatMap((type) => resourcesOf(stacks, type)).map(
    ({ physicalId, logicalId }) => [physicalId, logicalId] as const,
  );
  const functions = resourcesOf(stacks, 'AWS::Lambda::Function')
    .filter(({ physicalId, logicalId }) => GENERATED.test(physicalId) && !logicalId.includes('.'))
    .map(({ physicalId, logicalId }) => [physicalId, logicalId] as const);
  return Object.fromEntries([...referred, ...named, ...functions].filter(([id]) => id.length >= SHORTEST_ID));
}
