/** Finds the operations of an OpenAPI document whose integration has a value that cannot be resolved. */
import type { Path } from './template-source.ts';

const INTEGRATION = 'x-amazon-apigateway-integration';
const BODY = /^AWS::ApiGateway(?:::RestApi|V2::Api)$/;

/**
 * Returns the operations, such as `POST /invoice`, if the values that cannot be resolved are all in integrations of the
 * document, so that the other operations do not depend on them. Returns undefined for any other property or value: a
 * missing part of an authorizer or a policy would leave routes open.
 * @param unknown the paths of the values, from the property on
 */
export function findUnresolvedOperations(
  type: string,
  property: string,
  unknown: readonly Path[],
): readonly string[] | undefined {
  if (!BODY.test(type) || property !== 'Body' || unknown.length === 0) return undefined;
  const operations = unknown.map(([_body, paths, path, method = '', integration]) =>
    paths === 'paths' && integration === INTEGRATION ? `${nameOf(method)} ${path ?? ''}` : undefined,
  );
  if (operations.includes(undefined)) return undefined;
  return [...new Set(operations.flatMap((operation) => operation ?? []))];
}

function nameOf(method: string): string {
  return method === 'x-amazon-apigateway-any-method' ? 'ANY' : method.toUpperCase();
}
