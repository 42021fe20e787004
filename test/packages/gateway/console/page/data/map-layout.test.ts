import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import fc from 'fast-check';
import {
  connectedTo,
  layOut,
  NODE_HEIGHT,
} from '../../../../../../packages/gateway/console/page/data/map-layout.ts';
import type { MapNode, MapNodeKind } from '../../../../../../packages/gateway/console/endpoints/map-model.ts';

const KINDS: readonly MapNodeKind[] = ['source', 'api', 'route', 'authorizer', 'function', 'resource'];

function aNode(id: string, kind: MapNodeKind): MapNode {
  return { id, kind, name: id, what: kind, place: undefined, isToolkit: false };
}

/** Every character is 8 pixels wide. */
const MEASURE = { name: (text: string) => text.length * 8, what: (text: string) => text.length * 8 };

const CHAIN = {
  nodes: [
    aNode('api', 'api'),
    aNode('GET /a', 'route'),
    aNode('GET /b', 'route'),
    aNode('g', 'function'),
    aNode('f', 'function'),
    aNode('table', 'resource'),
  ],
  edges: [
    { from: 'api', to: 'GET /a' },
    { from: 'api', to: 'GET /b' },
    { from: 'GET /a', to: 'f' },
    { from: 'GET /b', to: 'g' },
    { from: 'f', to: 'table' },
  ],
};

describe('layOut', () => {
  it('has a column for each existing kind, from left to right', () => {
    const { columns, width } = layOut(CHAIN.nodes, CHAIN.edges, MEASURE);

    assert.deepEqual(
      columns.map(({ title }) => title),
      ['APIs and events', 'Routes', 'Functions', 'Tables, queues, buses'],
    );
    assert.equal(width, (columns.at(-1)?.x ?? 0) + 16 + 'resource'.length * 8 + 60);
  });

  it('puts a node next to the nodes that lead to it', () => {
    const { nodes } = layOut(CHAIN.nodes, CHAIN.edges, MEASURE);
    const yOf = (wanted: string): number | undefined => nodes.find(({ id }) => id === wanted)?.y;

    assert.equal(yOf('f'), yOf('GET /a'));
    assert.equal(yOf('g'), yOf('GET /b'));
  });

  // A line behind the box of an authorizer seemed to end there.
  it('leads a line between the nodes of the columns that it crosses', () => {
    for (const guards of [1, 2, 5]) {
      const nodes = [
        ...['r1', 'r2', 'r3'].map((id) => aNode(id, 'route')),
        ...Array.from({ length: guards }, (_, at) => aNode(`guard${at}`, 'authorizer')),
        ...['f1', 'f2', 'f3'].map((id) => aNode(id, 'function')),
      ];
      const pairs = ['r1', 'r2', 'r3'].flatMap((from) => ['f1', 'f2', 'f3'].map((to) => ({ from, to })));
      const drawn = layOut(nodes, pairs, MEASURE);
      const inTheWay = drawn.nodes.filter(({ kind }) => kind === 'authorizer');
      const [{ x, width } = { x: 0, width: 0 }] = inTheWay;

      assert.equal(drawn.edges.length, 9);
      for (const { path } of drawn.edges) {
        const [, left, y, right] = / (\d+) ([\d.]+)L(\d+) /.exec(path) ?? [];
        assert.deepEqual([Number(left), Number(right)], [x, x + width], path);
        for (const node of inTheWay)
          assert.ok(Number(y) < node.y || Number(y) > node.y + NODE_HEIGHT, `${path} touches ${node.id}`);
      }
    }
  });

  it('draws a line from the right edge of a node to the left one of the next, and back the other way', () => {
    const pair = [aNode('api', 'api'), aNode('f', 'function')];
    const { edges } = layOut(
      pair,
      [
        { from: 'api', to: 'f' },
        { from: 'f', to: 'api' },
      ],
      MEASURE,
    );

    // Columns of 120 and 124, a gap of 36, nodes of 36 from 28 on: their middle is at 46.
    assert.deepEqual(
      edges.map(({ path }) => path),
      ['M120 46C138 46 138 46 156 46', 'M156 46C138 46 138 46 120 46'],
    );
  });

  it('shows names in full if the window has room, and cuts the longest if it has not', () => {
    const long = 'food-delivery-dev-list-partner-orders';
    const nodes = [aNode('api', 'api'), aNode(long, 'function')];
    const nameAt = (room: number): string | undefined =>
      layOut(nodes, [], MEASURE, room).nodes.find(({ id }) => id === long)?.shownName;

    assert.equal(nameAt(600), long);
    assert.equal(layOut(nodes, [], MEASURE, 400).width, 400);
    assert.match(nameAt(400) ?? '', /^food-delivery-dev-.*…$/);
    // A window that is too narrow for 120 + 36 + 176 pixels scrolls in any case, so nothing is cut.
    assert.equal(nameAt(331), long);
    assert.equal(layOut(nodes, [], MEASURE, 332).width, 332);
  });

  it('leaves out the beginning that most names have, if a name does not fit', () => {
    const names = [
      'shop-dev-list-orders-of-user',
      'shop-dev-list-orders-of-shop',
      'shop-dev-get',
      'other-thing',
    ];
    const nodes = [
      ...['APIs', 'GET /orders', 'shop-dev-request-authorizer', 'shop-dev-table-of-orders'].map((name, at) =>
        aNode(name, (['api', 'route', 'authorizer', 'resource'] as const)[at] ?? 'api'),
      ),
      ...names.map((name) => aNode(name, 'function')),
    ];
    const { nodes: placed } = layOut(nodes, [], MEASURE, 1024);

    assert.deepEqual(
      placed.flatMap(({ kind, shownName }) => (kind === 'function' ? [shownName] : [])),
      ['…list-orders-of-user', '…list-orders-of-shop', 'shop-dev-get', 'other-thing'],
    );
  });

  it('lets no node cover another, and draws each line that has both ends', () => {
    const node = fc.record({ id: fc.string(), kind: fc.constantFrom(...KINDS) });
    fc.assert(
      fc.property(
        fc.uniqueArray(node, { selector: ({ id }) => id }),
        fc.array(fc.record({ from: fc.nat(30), to: fc.nat(30) })),
        (given, links) => {
          const nodes = given.map(({ id, kind }) => aNode(id, kind));
          const edges = links.map(({ from, to }) => ({
            from: nodes[from]?.id ?? 'gone',
            to: nodes[to]?.id ?? 'gone',
          }));
          const { nodes: placed, edges: drawn, height } = layOut(nodes, edges, MEASURE);

          assert.equal(placed.length, nodes.length);
          assert.equal(new Set(placed.map(({ x, y }) => `${x} ${y}`)).size, nodes.length);
          for (const { y } of placed) assert.ok(y + NODE_HEIGHT <= height);
          const ids = new Set(nodes.map(({ id }) => id));
          assert.equal(drawn.length, edges.filter(({ from, to }) => ids.has(from) && ids.has(to)).length);
        },
      ),
    );
  });
});

describe('connectedTo', () => {
  it('is everything before and after the node, and nothing else to which these nodes lead', () => {
    assert.deepEqual(
      [...connectedTo('f', CHAIN.edges)].toSorted(),
      ['GET /a', 'api', 'f', 'table'].toSorted(),
    );
  });

  it('ends if lines go in a circle', () => {
    const edges = [
      { from: 'a', to: 'b' },
      { from: 'b', to: 'a' },
    ];
    assert.deepEqual([...connectedTo('a', edges)].toSorted(), ['a', 'b']);
  });
});
