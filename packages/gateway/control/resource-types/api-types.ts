import { classOf } from './api-type.ts';
import { DOMAIN_TYPES } from './domain-types.ts';
import { REST_TYPES } from './rest-types.ts';
import { V2_TYPES } from './v2-types.ts';
import type { ResourceTypeTable } from '../../core/resource-types/resource-types.ts';
import type { TypeClass } from '../../core/resource-types/type-class.ts';
import type { ApiType } from './api-type.ts';

export const API_TYPES: ReadonlyMap<string, ApiType> = new Map<string, ApiType>(
  Object.entries({ ...REST_TYPES, ...DOMAIN_TYPES, ...V2_TYPES }),
);

export const API_CLASSES: Readonly<Record<string, TypeClass>> = Object.fromEntries(
  [...API_TYPES].flatMap(([name, type]): [string, TypeClass][] => {
    const found = classOf(type);
    return found === undefined ? [] : [[name, found]];
  }),
);

const NO_PORTAL =
  'the gateway does not serve portals (new on AWS on 19 Nov 2025), but requests to APIs do not need a portal';

export const CONTROL_TYPES: ResourceTypeTable = {
  ...Object.fromEntries(
    [...API_TYPES].map(([name, { names, isWithoutEffect }]) => [
      name,
      { ...API_CLASSES[name], ...(names && { names }), ...(isWithoutEffect && { isWithoutEffect }) },
    ]),
  ),
  'AWS::ApiGatewayV2::Portal*': { consequence: NO_PORTAL },
  'AWS::ApiGatewayV2::Product*': { consequence: NO_PORTAL },
};
