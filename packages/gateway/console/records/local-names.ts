/**
 * Names what has another id on AWS than on this machine, as the author’s template names it: an API by a reference to it, a
 * user pool and an app client by their logical ids.
 */
import { resourcesOf } from './find-places.ts';
import type { ResolvedStack } from '../../core/stack/model.ts';

const REFERRED = ['AWS::ApiGateway::RestApi', 'AWS::ApiGatewayV2::Api'];
const NAMED = ['AWS::Cognito::UserPool', 'AWS::Cognito::UserPoolClient'];
/** Ids are random and long. A shorter one could also be a word. */
const SHORTEST_ID = 10;

/** Returns the name for each id. */
export function findLocalNames(stacks: readonly ResolvedStack[]): Readonly<Record<string, string>> {
  const referred = REFERRED.flatMap((type) => resourcesOf(stacks, type)).map(
    ({ physicalId, logicalId }) =>
      [physicalId, logicalId.includes('.') ? `\${${logicalId}.id}` : `\${${logicalId}}`] as const,
  );
  const named = NAMED.flatMap((type) => resourcesOf(stacks, type)).map(
    ({ physicalId, logicalId }) => [physicalId, logicalId] as const,
  );
  return Object.fromEntries([...referred, ...named].filter(([id]) => id.length >= SHORTEST_ID));
}
