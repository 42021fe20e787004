/** Finds the operations of an OpenAPI document whose integration has a value that cannot be resolved. */
import { isJsonObject } from '@gatewright/aws/json-object';
import type { Json, JsonObject } from '@gatewright/aws/json-object';
import { DefinitionError } from '../../core/errors.ts';
import type { Tolerance } from '../../core/errors.ts';
import { closedOperation } from '../openapi/closed-operation.ts';
import type { KnownMembers } from './known-members.ts';
import type { Path } from './template-source.ts';

const INTEGRATION = 'x-amazon-apigateway-integration';
const BODY = /^AWS::ApiGateway(?:::RestApi|V2::Api)$/;

/**
 * Returns the operations, such as `POST /invoice`, if the values that cannot be resolved are all in integrations of the
 * document, so that the other operations do not depend on them. Returns undefined for any other property or value,
 * because a missing part of an authorizer or a policy would leave routes open.
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
  readonly type: string;
  /** The path of the properties of the resource. */
  readonly at: Path;
  readonly name: string;
};

/**
 * Resolves a property. If only integrations of a document cannot be resolved, notes the fault with their operations,
 * and returns the document with those operations closed.
 * @param unresolved receives the name of a property of which only a part was resolved
 * @throws DefinitionError for all other values that cannot be resolved
 */
export function keepOtherOperations(
  tolerance: Tolerance,
  { type, at, name }: Property,
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
    // The import of the document reports the same fault with the same words, and equal findings are printed only once.
    for (const operation of operations) tolerance.note(error, `${operation} returns 500`);
    unresolved.push(name);
    let document = value;
    for (const { at: place, error: fault } of unknown)
      document = closeOperation(document, place.slice(at.length + 1, at.length + 4), fault);
    return { [name]: document };
  }
}

/** Replaces the operation at the path, so that its route reports this fault and not the missing value. */
function closeOperation(parent: JsonObject, [key = '', ...rest]: Path, fault: DefinitionError): JsonObject {
  const member: Json | undefined = parent[key];
  if (rest.length === 0) return { ...parent, [key]: closedOperation(fault) };
  return isJsonObject(member) ? { ...parent, [key]: closeOperation(member, rest, fault) } : parent;
}
