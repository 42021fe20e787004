import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { checkRuntimes } from '../../../../../packages/toolkit/operate/doctor/check-calls.ts';
import type { ApiView } from '../../../../../packages/toolkit/operate/doctor/api-view.ts';

const running = (runtime: string): ApiView =>
  ({ routes: [{ calls: { facts: { name: 'list', where: 'List', runtime } } }], authorizers: [] }) as never;

// Source: Lambda developer guide, "Lambda runtimes": supported runtimes and deprecated runtimes, by date.
const ENDED = [
  'nodejs nodejs4.3 nodejs4.3-edge nodejs6.10 nodejs8.10 nodejs10.x nodejs12.x nodejs14.x nodejs16.x nodejs18.x',
  'nodejs20.x python2.7 python3.6 python3.7 python3.8 python3.9 python3.10 ruby2.5 ruby2.7 ruby3.2 java8 go1.x',
  'dotnetcore1.0 dotnetcore2.0 dotnetcore2.1 dotnetcore3.1 dotnet5 dotnet6 dotnet7 dotnet8 provided provided.al2',
];
const SUPPORTED = [
  'nodejs22.x nodejs24.x python3.11 python3.12 python3.13 python3.14 ruby3.3 ruby3.4 java8.al2 java11 java17',
  'java21 java25 dotnet10 provided.al2023',
];

describe('checkRuntimes', () => {
  for (const runtime of ENDED.join(' ').split(' '))
    it(`warns of ${runtime}`, () => {
      const [finding] = checkRuntimes(running(runtime));

      assert.equal(finding?.id, 'runtime-ended');
      assert.match(finding.what, new RegExp(`^list runs on ${runtime}, which is out of support$`));
    });

  for (const runtime of SUPPORTED.join(' ').split(' '))
    it(`has nothing against ${runtime}`, () => {
      assert.deepEqual(checkRuntimes(running(runtime)), []);
    });
});
