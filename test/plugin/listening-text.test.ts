import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { describeListening } from '../../plugin/listening-text.ts';
import type { ApiRoutes, Listening } from '../../gateway/index.ts';

const route = { logicalId: 'R', functionName: undefined, target: undefined, apiKeyRequired: false };
const api: ApiRoutes = {
  ...{ stack: 'shop-dev', logicalId: 'Api', id: 'a1', name: 'dev-shop', kind: 'rest', stage: 'dev' },
  ...{ region: 'us-east-1', url: 'http://127.0.0.1:3000/dev' },
  routes: [
    { ...route, method: 'GET', path: '/users/{id}', authorizer: 'token', functionName: 'get-user' },
    { ...route, method: 'POST', path: '/users', authorizer: undefined, target: 'MOCK', apiKeyRequired: true },
    { ...route, method: 'GET', path: '/shut', authorizer: undefined, target: 'answers 500' },
  ],
};
const finding = { stackName: 'shop-dev', logicalId: 'A', type: 'AWS::X', property: '', consequence: 'none' };
const listening = {
  ...{ control: 'http://127.0.0.1:4000', dynamodb: undefined, unreachableIssuers: [] },
  unsupported: [finding, { ...finding, property: 'B', message: 'is wrong', file: 's.yml', line: 3 }],
} as unknown as Listening;

describe('describeListening', () => {
  const lines = describeListening([api], listening, 1234).split('\n');

  it('gives each route an address to click, with who guards it and what answers', () => {
    assert.deepEqual(
      lines.slice(2, 5).map((line) => line.trim().split(/ {2,}/)),
      [
        ['GET', 'http://127.0.0.1:3000/dev/users/1', 'token', '→ get-user'],
        ['POST', 'http://127.0.0.1:3000/dev/users', 'open + API key', 'MOCK'],
        ['GET', 'http://127.0.0.1:3000/dev/shut', 'closed', 'answers 500'],
      ],
    );
  });

  it('tells each finding with its place', () => {
    assert.deepEqual(
      lines.filter((line) => line.startsWith('  not ')),
      ['  not as at AWS: A: none', '  not served as written: s.yml:3 A.B: is wrong → none'],
    );
  });
});
