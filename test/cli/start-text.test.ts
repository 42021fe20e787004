import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { describeUnsupported, foldRoutes } from '../../cli/start-text.ts';
import type { ApiRoutes } from '../../gateway/index.ts';

const route = (path: string, functionName: string, authorizer?: string): ApiRoutes['routes'][number] => ({
  ...{
    logicalId: 'Route',
    method: 'GET',
    path,
    authorizer,
    functionName,
    target: undefined,
    apiKeyRequired: false,
  },
});

/** An API of these routes; nothing else of it is printed here. */
const anApi = (routes: ApiRoutes['routes']): ApiRoutes => ({
  ...{
    logicalId: 'Api',
    id: 'a1b2c3d4e5',
    name: 'shop',
    stack: 'shop-dev',
    kind: 'http',
    stage: 'dev',
    region: 'us-east-1',
    url: 'http://127.0.0.1:3000',
    routes,
  },
});

const many = (count: number, folder: string, functionName: string) =>
  Array.from({ length: count }, (_, index) => route(`${folder}${index}/x`, functionName, 'AWS_IAM'));

describe('foldRoutes', () => {
  it('lists each route of an API with a few', () => {
    const lines = foldRoutes(anApi(many(15, '/orders/', 'orders')));

    assert.equal(lines.length, 15);
  });

  it('counts the routes of one function where there are many, and lists the rest', () => {
    const routes = [...many(20, '/quota/', 'admin'), route('/menu', 'menu'), ...many(3, '/keys/', 'keys')];

    const lines = foldRoutes(anApi(routes)).map((line) => line.trim().split(/ {2,}/));

    assert.deepEqual(lines.slice(0, 2), [
      ['20 routes', '/quota/…', 'AWS_IAM', '→ admin'],
      ['GET', '/menu', 'open', '→ menu'],
    ]);
    assert.equal(lines.length, 6);
    assert.match(lines.at(-1)?.join(' ') ?? '', /^each: .*routes$/);
  });
});

describe('describeUnsupported', () => {
  it('says once what several parts miss', () => {
    const item = (logicalId: string, property: string | undefined, consequence: string) => ({
      ...{ stackName: 'shop-dev', type: 'AWS::X', logicalId, property, consequence },
    });

    const lines = describeUnsupported([
      item('A', 'Layers', 'no files'),
      item('Topic', undefined, 'recorded'),
      item('B', 'Layers', 'no files'),
    ]);

    assert.deepEqual(
      lines.map((line) => line.trim()).filter((line) => line.includes(': ')),
      ['A.Layers and 1 more: no files', 'Topic: recorded'],
    );
  });
});
