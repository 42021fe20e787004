/**
 * The map of the stacks. It shows how requests get from an API to a table, with counts. A node shows its place in the
 * template.
 */
import { useMemo, useState } from 'preact/hooks';
import { useFetched } from '../connection/control.ts';
import { Copy, Empty, Problem } from '../elements/parts.tsx';
import { linkTo } from '../address.ts';
import { connectedTo, layOut, NODE_HEIGHT, NODE_WIDTH } from '../data/map-layout.ts';
import type { PlacedNode } from '../data/map-layout.ts';
import type { MapNode, StackMap } from '../../endpoints/map-model.ts';
import type { ShownEvents, ShownFunction, ShownNumbers } from '../../endpoints/inspect-model.ts';

const EVERY_MS = 2000;
const MAP_EVERY_MS = 10_000;

export function StackMapView() {
  const { data, error } = useFetched<StackMap>('console/map', MAP_EVERY_MS);
  const countOf = useCounts();
  const [chosen, setChosen] = useState<string>();
  const node = data?.nodes.find(({ id }) => id === chosen);
  const layout = useMemo(() => {
    const { nodes = [], edges = [] } = data ?? {};
    if (node === undefined) return layOut(nodes, edges);
    const drawn = connectedTo(node.id, edges);
    return layOut(
      nodes.filter(({ id }) => drawn.has(id)),
      edges,
    );
  }, [data, node]);
  if (data === undefined) return <Problem text={error} />;
  if (data.nodes.length === 0)
    return (
      <Empty title="This gateway has no APIs or functions.">
        APIs and functions are drawn here with what they use.
      </Empty>
    );
  return (
    <>
      <Problem text={error} />
      <p class="soft">
        Choose a node to see what it is connected to and where it is defined. Functions are connected to what
        their environment names.
      </p>
      {node === undefined ? null : (
        <Chosen node={node} count={countOf(node)} onClose={() => setChosen(undefined)} />
      )}
      <div class="map-box" role="group" aria-label="Map" tabIndex={0}>
        <svg
          class="map"
          width={layout.width}
          height={layout.height}
          viewBox={`0 0 ${layout.width} ${layout.height}`}
        >
          {layout.columns.map(({ title, x }) => (
            <text key={title} class="map-title" x={x} y={14}>
              {title}
            </text>
          ))}
          {layout.edges.map(({ from, to, path }) => (
            <path key={`${from} ${to}`} class="map-edge" d={path} />
          ))}
          {layout.nodes.map((one) => (
            <Node
              key={one.id}
              node={one}
              count={countOf(one)}
              isChosen={one.id === chosen}
              onChoose={() => setChosen(one.id === chosen ? undefined : one.id)}
            />
          ))}
        </svg>
      </div>
      {data.left.map(({ apiName, routes }) => (
        <p class="soft" key={apiName}>
          {apiName} has {routes} more routes are not drawn.
        </p>
      ))}
    </>
  );
}

type Count = { readonly text: string; readonly isWrong: boolean };

function useCounts(): (node: MapNode) => Count | undefined {
  const numbers = useFetched<ShownNumbers>('console/numbers', EVERY_MS).data;
  const functions = useFetched<{ functions: readonly ShownFunction[] }>('console/functions', EVERY_MS).data;
  const events = useFetched<ShownEvents>('console/events', EVERY_MS).data;
  return useMemo(() => {
    const byRoute = new Map(
      (numbers?.routes ?? []).map((one) => [
        `${one.apiName}\n${one.route}`,
        { count: one.count, errors: one.serverErrors },
      ]),
    );
    const byFunction = new Map((functions?.functions ?? []).map((one) => [one.name, one]));
    const states = new Map((events?.sources ?? []).map(({ name, state }) => [name, state]));
    return ({ kind, name, route }) => {
      if (route !== undefined) {
        const { count, errors } = byRoute.get(`${route.apiName}\n${route.routeKey}`) ?? {
          count: 0,
          errors: 0,
        };
        return count === 0 ? undefined : { text: String(count), isWrong: errors > 0 };
      }
      if (kind === 'function' || kind === 'authorizer') {
        const { calls, errors } = byFunction.get(name) ?? { calls: 0, errors: 0 };
        return calls === 0 ? undefined : { text: String(calls), isWrong: errors > 0 };
      }
      const waiting = /^(\d+) waiting/.exec(states.get(name) ?? '')?.[1];
      return waiting === undefined || waiting === '0'
        ? undefined
        : { text: `${waiting} waiting`, isWrong: false };
    };
  }, [numbers, functions, events]);
}

function Node({
  node,
  count,
  isChosen,
  onChoose,
}: {
  readonly node: PlacedNode;
  readonly count: Count | undefined;
  readonly isChosen: boolean;
  readonly onChoose: () => void;
}) {
  const { x, y, name, what, kind } = node;
  return (
    <g
      class={`map-node ${kind} ${isChosen ? 'chosen' : ''}`}
      role="button"
      tabIndex={0}
      aria-pressed={isChosen}
      aria-label={[name, what, ...(count === undefined ? [] : [count.text])].join(' ')}
      transform={`translate(${x} ${y})`}
      onClick={onChoose}
      onKeyDown={(event) => {
        if (event.key !== 'Enter' && event.key !== ' ') return;
        event.preventDefault();
        onChoose();
      }}
    >
      <rect width={NODE_WIDTH} height={NODE_HEIGHT} rx={6} />
      {/* The text is truncated at the edge of the box. */}
      <svg width={NODE_WIDTH - 6} height={NODE_HEIGHT}>
        <text class="map-name" x={8} y={15}>
          {name}
        </text>{' '}
        <text class="map-what" x={8} y={29}>
          {what}
        </text>
      </svg>{' '}
      {count === undefined ? null : (
        <text class={count.isWrong ? 'map-count wrong' : 'map-count'} x={NODE_WIDTH - 8} y={29}>
          {count.text}
        </text>
      )}
    </g>
  );
}

function Chosen({
  node,
  count,
  onClose,
}: {
  readonly node: MapNode;
  readonly count: Count | undefined;
  readonly onClose: () => void;
}) {
  const { name, what, place } = node;
  const link = linkOf(node);
  return (
    <section class="card" aria-label="Chosen">
      <div class="row">
        <strong>{name}</strong> <span class="soft">{what}</span>
        {count === undefined ? null : <span class={count.isWrong ? 'wrong' : ''}>{count.text}</span>}
        {link === undefined ? null : <a href={link}>open</a>}
        <button type="button" onClick={onClose}>
          Show all
        </button>
      </div>
      {place === undefined ? (
        <p class="soft">No loaded template defines it.</p>
      ) : (
        <div class="row">
          <code>{place}</code> <Copy label="Copy the place" text={() => place} />
        </div>
      )}
    </section>
  );
}

function linkOf({ kind, name, what, api, route }: MapNode): string | undefined {
  if (api !== undefined) return linkTo('apis', api, route && { route: route.routeKey });
  if (kind === 'function' || kind === 'authorizer') return linkTo('functions', name);
  if (what === 'DynamoDB table') return linkTo('data', name);
  return kind === 'source' ? linkTo('calls', 'events') : undefined;
}
