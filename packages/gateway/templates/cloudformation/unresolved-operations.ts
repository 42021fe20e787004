/** Finds the operations of an OpenAPI document whose integration has a value that cannot be resolved. */
import { isJsonObject } from '@gatewright/aws/json-object';
import type { JsonObject } from '@gatewright/aws/json-object';
import { DefinitionError } from '../../core/errors.ts';
import type { Tolerance } from '../../core/errors.ts';
import type { KnownMembers } from './known-members.ts';
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

type Property = {
  readonly logicalId: string;
  readonly type: string;
  /** The path of the properties of the resource. */
  readonly at: Path;
  readonly name: string;
};

/**
 * Resolves a property. If only integrations of a document cannot be resolved, notes the fault with their operations, and
 * returns the rest of the document.
 * @param unresolved receives the name of a property of which only a part was resolved
 * @throws DefinitionError for all other values that cannot be resolved
 */
export function keepOtherOperations(
  tolerance: Tolerance,
  { logicalId, type, at, name }: Property,
  unresolved: string[],
  resolve: { readonly all: () => JsonObject; readonly known: () => KnownMembers },
): JsonObject {
  try {
    return resolve.all();
  } catch (error) {
    if (!(error instanceof DefinitionError) || !BODY.test(type)) throw error;
    const { value, unknown } = resolve.known();
    const places = unknown.map((one) => one.at.slice(at.length));
    const operations = findUnresolvedOperations(type, name, places);
    if (operations === undefined || !isJsonObject(value)) throw error;
    tolerance.note(error, `${operations.join(', ')} of ${logicalId} cannot be served as on AWS`);
    unresolved.push(name);
    return { [name]: value };
  }
}
