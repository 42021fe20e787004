/** Each route of the control plane is an operation of AWS's API, by its method and path. */
import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import * as rest from '@aws-sdk/client-api-gateway';
import * as v2 from '@aws-sdk/client-apigatewayv2';
import { Account } from '../../../../../../packages/gateway/control/account.ts';
import { listRoutes } from '../../../../../../packages/gateway/control/api/rest/rest-api-wire.ts';
import { ServedApis } from '../../../../../../packages/gateway/control/served-apis.ts';
import { virtualPorts } from '../../../../../support/virtual-ports.ts';

/** An operation in the form of the SDK: its namespace, name and traits. */
type Operation = readonly [
  kind: number,
  space: string,
  name: string,
  traits?: { readonly http?: readonly [string, string] },
];

/** Source: the models of apigateway and apigatewayv2, from which the SDK is generated. */
const OPERATIONS = new Map(
  [...Object.values<unknown>(rest), ...Object.values<unknown>(v2)].flatMap((value) => {
    if (!Array.isArray(value)) return [];
    const [, , name, traits] = value as unknown as Operation;
    const [method, path] = traits?.http ?? [];
    return method === undefined || path === undefined ? [] : [[printRoute(method, path), name] as const];
  }),
);

/** Calls of these operations get 501, with a sentence that names the call (docs/design/control-plane.md). */
const UNSERVED: readonly (readonly [family: RegExp, reason: string])[] = [
  [/DomainNameAccessAssociation/, 'they connect private domains of several accounts'],
  [/Sdk|ModelTemplate/, 'they generate code and templates for people'],
  [/Portal|Product/, 'the portals of AWS, which serve no requests of an API'],
];

/** `POST /apikeys?mode=import`; names of parameters do not count. */
function printRoute(method: string, path: string): string {
  return `${method} ${path.replaceAll(/\{[^}]*\}/g, '{}')}`;
}

describe('listRoutes', () => {
  const ports = virtualPorts({});
  const random = { id: () => 'a', uuid: () => 'a' };
  const account = new Account({ clock: ports.clock, isThrottled: false });
  const control = { apis: new ServedApis(account), random, accountId: '123456789012', ports };
  const routes = listRoutes(control as unknown as Parameters<typeof listRoutes>[0]);
  const printed = routes.map(({ method, path, mode }) =>
    printRoute(method, mode === undefined ? path : `${path}?mode=${mode}`),
  );

  it('contains only operations of the models', () => {
    assert.deepEqual(
      printed.filter((route) => !OPERATIONS.has(route)),
      [],
    );
  });

  it('contains each operation once', () => {
    assert.deepEqual(
      printed.filter((route, index) => printed.indexOf(route) !== index),
      [],
    );
  });

  it('lacks only operations of the families that are not served', () => {
    const served = new Set(printed.map((route) => OPERATIONS.get(route)));
    assert.deepEqual(
      [...OPERATIONS.values()].filter(
        (name) => !served.has(name) && !UNSERVED.some(([family]) => family.test(name)),
      ),
      [],
    );
  });
});
