/** Reads the routes of an API document. Pure. */
import { membersOf } from '@gatewright/aws/json-object';
import type { UnknownMembers } from '@gatewright/aws/json-object';

type DocumentRoute = {
  readonly method: string;
  readonly path: string;
  /** Whether the route requires credentials; undefined if the document does not define this. */
  readonly isGuarded?: boolean;
};

const METHODS = ['get', 'post', 'put', 'patch', 'delete', 'head', 'options'];
const ANY = 'x-amazon-apigateway-any-method';

export function routesOfDocument(document: UnknownMembers): DocumentRoute[] {
  const whole = guardOf(document);
  return Object.entries(membersOf(document['paths'])).flatMap(([path, item]) =>
    Object.entries(membersOf(item))
      .filter(([name]) => METHODS.includes(name.toLowerCase()) || name === ANY)
      .map(([name, operation]) => {
        const isGuarded = guardOf(membersOf(operation)) ?? whole;
        const method = name === ANY ? 'ANY' : name.toUpperCase();
        return { method, path, ...(isGuarded !== undefined && { isGuarded }) };
      }),
  );
}

/**
 * Returns whether a part of a document protects its routes. `security: []` and `[{ NONE: [] }]` make a route public.
 */
function guardOf(part: UnknownMembers): boolean | undefined {
  const { security } = part;
  if (!Array.isArray(security)) return undefined;
  return security.flatMap((one) => Object.keys(membersOf(one))).some((name) => name !== 'NONE');
}
