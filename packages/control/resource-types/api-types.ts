/** Every type of resource that API Gateway has, as one table. */
import { classOf } from './api-type.ts';
import { DOMAIN_TYPES } from './domain-types.ts';
import { REST_TYPES } from './rest-types.ts';
import { V2_TYPES } from './v2-types.ts';
import type { TypeClass } from '../type-class.ts';
import type { ApiType } from './api-type.ts';

export const API_TYPES: ReadonlyMap<string, ApiType> = new Map<string, ApiType>(
  Object.entries({ ...REST_TYPES, ...DOMAIN_TYPES, ...V2_TYPES }),
);

/** What becomes of the properties of each. */
export const API_CLASSES: Readonly<Record<string, TypeClass>> = Object.fromEntries(
  [...API_TYPES].flatMap(([name, type]): [string, TypeClass][] => {
    const found = classOf(type);
    return found === undefined ? [] : [[name, found]];
  }),
);

export const API_TYPES_WITHOUT_EFFECT: readonly string[] = [...API_TYPES]
  .filter(([, { isWithoutEffect }]) => isWithoutEffect)
  .map(([name]) => name);
