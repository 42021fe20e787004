/** The routes of an API document. Pure. */
import { asObject } from './template-text.ts';
import type { Json } from './template-text.ts';

type DocumentRoute = {
  readonly method: string;
  readonly path: string;
  /** undefined: the document does not say. */
  readonly isGuarded?: boolean;
};

const METHODS = ['get', 'post', 'put', 'patch', 'delete', 'head', 'options'];
const ANY = 'x-amazon-apigateway-any-method';

export function routesOfDocument(document: Json): DocumentRoute[] {
  const whole = guardOf(document);
  return Object.entries(asObject(document['paths'])).flatMap(([path, item]) =>
    Object.entries(asObject(item))
      .filter(([name]) => METHODS.includes(name.toLowerCase()) || name === ANY)
      .map(([name, operation]) => {
        const isGuarded = guardOf(asObject(operation)) ?? whole;
        const method = name === ANY ? 'ANY' : name.toUpperCase();
        return { method, path, ...(isGuarded !== undefined && { isGuarded }) };
      }),
  );
}

/** `security: []` and `[{ NONE: [] }]` open a route. */
function guardOf(part: Json): boolean | undefined {
  const { security } = part;
  if (!Array.isArray(security)) return undefined;
  return security.flatMap((one) => Object.keys(asObject(one))).some((name) => name !== 'NONE');
}
