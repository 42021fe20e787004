/**
 * The map of the stacks. It shows how requests get from an API to a table, with counts. A node shows its place in the
 * template.
 */
import { useCallback, useMemo, useState } from 'preact/hooks';
import { useFetched } from '../connection/control.ts';
import { Copy, Empty, Problem, Reading } from '../elements/parts.tsx';
import { useToolkitFold } from '../elements/toolkit-fold.tsx';
import { useKept } from '../kept-state.ts';
import { linkTo } from '../address.ts';
import { connectedTo, layOut, NODE_HEIGHT } from '../data/map-layout.ts';
import { countCalls, countWaiting } from '../data/map-count.ts';
import type { Count } from '../data/map-count.ts';
import type { PlacedNode } from '../data/map-layout.ts';
import type { MapNode, StackMap } from '../../endpoints/map-model.ts';
import type { ShownEvents, ShownFunction, ShownNumbers } from '../../endpoints/inspect-model.ts';

/** The padding of the box at both sides, which the edges of nodes need. */
const EDGES = 2;
const EVERY_MS = 2000;
const MAP_EVERY_MS = 10_000;
/** The font of the page (style.css). */
const FONT = "system-ui, -apple-system, 'Segoe UI', Roboto, 'Liberation Sans', sans-serif";
const NONE: readonly MapNode[] = [];

export function StackMapView() {
  const { data, error } = useFetched<StackMap>('console/map', MAP_EVERY_MS);
  const countOf = useCounts();
  const [chosen, setChosen] = useState<string>();
  const [room, box] = useRoom();
  const node = data?.nodes.find(({ id }) => id === chosen);
  const { shown: own, button } = useToolkitFold(data?.nodes ?? NONE, 'parts');
  const alarms = useAlarmFold(own);
  const layout = useMemo(() => {
    const { edges = [] } = data ?? {};
    const nodes = alarms.withoutHidden(withGuards(own, data));
    if (node === undefined) return layOut(nodes, edges, MEASURE, room);
    const drawn = connectedTo(node.id, edges);
    return layOut(
      nodes.filter(({ id }) => drawn.has(id)),
      edges,
      MEASURE,
      room,
    );
  }, [data, node, own.length, room, alarms.isHidden]);
  if (data === undefined) return <Reading what="the map" of={{ data, error }} />;
  const left = data.left.filter(({ isToolkit }) => !isToolkit || own.length === data.nodes.length);
  if (data.nodes.length === 0)
    return (
      <Empty title="This gateway has no APIs or functions.">
        APIs and functions are drawn here with the resources that they use.
      </Empty>
    );
  return (
    <>
      <Problem text={error} />
      <p class="soft">
        Choose a node to see what it is connected to and where it is defined. Functions are connected to what
        their environment names.
      </p>
      {button === null && alarms.button === null ? null : (
        <div class="row">
          {button} {alarms.button}
        </div>
      )}
      {node === undefined ? null : (
        <Chosen node={node} count={countOf(node)} onClose={() => setChosen(undefined)} />
      )}
      {layout.width > room ? (
        <p class="soft">The map is wider than this window: scroll it sideways to see all columns.</p>
      ) : null}
      <div class="map-box" ref={box} role="group" aria-label="Map" tabIndex={0}>
        <svg
          class="map"
          width={layout.width}
          height={layout.height}
          viewBox={`0 0 ${layout.width} ${layout.height}`}
        >
          <ArrowHead />
          {layout.columns.map(({ title, x }) => (
            <text key={title} class="map-title" x={x} y={14}>
              {title}
            </text>
          ))}
          {layout.edges.map(({ from, to, path }) => (
            <path key={`${from} ${to}`} class="map-edge" d={path} marker-end="url(#map-arrow)" />
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
      {left.map(({ apiName, routes }) => (
        <p class="soft" key={apiName}>
          {apiName} has {routes} more routes, which are not drawn.
        </p>
      ))}
    </>
  );
}

/** The end of each edge. */
function ArrowHead() {
  return (
    <defs>
      <marker
        id="map-arrow"
        viewBox="0 0 6 6"
        refX="6"
        refY="3"
        markerWidth="6"
        markerHeight="6"
        orient="auto"
      >
        <path class="map-arrow" d="M0 0L6 3L0 6Z" />
      </marker>
    </defs>
  );
}

/** Measures texts as the style sheet draws them. */
const MEASURE = {
  name: (text: string) => measureText(`600 12px ${FONT}`, text),
  what: (text: string) => measureText(`11px ${FONT}`, text),
};

let pen: CanvasRenderingContext2D | null | undefined;

function measureText(font: string, text: string): number {
  pen ??= document.createElement('canvas').getContext('2d');
  if (pen === null) return text.length * 8;
  pen.font = font;
  return pen.measureText(text).width;
}

/** Returns the width of the box in which the map is drawn, and the reference that measures it. */
function useRoom(): readonly [room: number, box: (element: HTMLElement | null) => void] {
  const [room, setRoom] = useState(Infinity);
  const box = useCallback((element: HTMLElement | null) => {
    if (element === null) return;
    const measure = (): void => setRoom(element.clientWidth - EDGES);
    measure();
    new ResizeObserver(measure).observe(element);
  }, []);
  return [room, box];
}

/** Alarms are hidden at first, because they take no part in what happens to a request. */
function useAlarmFold(shown: readonly MapNode[]) {
  const [choice, setChoice] = useKept(localStorage, 'alarms', 'hidden');
  const isHidden = choice === 'hidden';
  const count = shown.filter(isAlarm).length;
  return {
    isHidden,
    withoutHidden: (nodes: readonly MapNode[]) => (isHidden ? nodes.filter((one) => !isAlarm(one)) : nodes),
    button:
      count === 0 ? null : (
        <button
          type="button"
          class="fold"
          aria-pressed={!isHidden}
          onClick={() => setChoice(isHidden ? 'shown' : 'hidden')}
        >
          {isHidden ? 'Show' : 'Hide'} alarms ({count.toLocaleString('en-US')})
        </button>
      ),
  };
}

function isAlarm({ kind, what }: MapNode): boolean {
  return kind === 'source' && what === 'alarm';
}

/**
 * Adds the toolkit's functions that routes of the user's own APIs call, such as its authorizers, to the nodes that are
 * shown.
 */
function withGuards(shown: readonly MapNode[], map: StackMap | undefined): readonly MapNode[] {
  if (map === undefined || shown.length === map.nodes.length) return shown;
  const routes = new Set(shown.flatMap(({ id, kind }) => (kind === 'route' ? [id] : [])));
  const called = new Set(map.edges.flatMap(({ from, to }) => (routes.has(from) ? [to] : [])));
  return map.nodes.filter(({ id, isToolkit }) => !isToolkit || called.has(id));
}

function useCounts(): (node: MapNode) => Count | undefined {
  const numbers = useFetched<ShownNumbers>('console/numbers', EVERY_MS).data;
  const functions = useFetched<{ functions: readonly ShownFunction[] }>('console/functions', EVERY_MS).data;
  const events = useFetched<ShownEvents>('console/events', EVERY_MS).data;
  return useMemo(() => {
    const byRoute = new Map(
      (numbers?.routes ?? []).map((one) => [
        `${one.apiId}\n${one.route ?? ''}`,
        { count: one.count, errors: one.serverErrors },
      ]),
    );
    const byFunction = new Map((functions?.functions ?? []).map((one) => [one.name, one]));
    const states = new Map((events?.sources ?? []).map(({ name, state }) => [name, state]));
    return ({ kind, name, route }) => {
      if (route !== undefined) {
        const { count, errors } = byRoute.get(`${route.apiId}\n${route.routeKey}`) ?? {
          count: 0,
          errors: 0,
        };
        return countCalls(count, errors, 'request');
      }
      if (kind === 'function' || kind === 'authorizer') {
        const { calls, errors } = byFunction.get(name) ?? { calls: 0, errors: 0 };
        return countCalls(calls, errors, 'call');
      }
      return countWaiting(states.get(name) ?? '');
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
  const { x, y, width, name, what, kind, shownName, shownWhat } = node;
  return (
    <g
      class={`map-node ${kind} ${isChosen ? 'chosen' : ''}`}
      role="button"
      tabIndex={0}
      aria-pressed={isChosen}
      transform={`translate(${x} ${y})`}
      onClick={onChoose}
      onKeyDown={(event) => {
        if (event.key !== 'Enter' && event.key !== ' ') return;
        event.preventDefault();
        onChoose();
      }}
    >
      {shownName === name && shownWhat === what ? null : <title>{`${name}, ${what}`}</title>}{' '}
      <rect width={width} height={NODE_HEIGHT} rx={6} />
      <text class="map-name" x={8} y={15}>
        {shownName}
      </text>{' '}
      <text class="map-what" x={8} y={29}>
        {shownWhat}
      </text>{' '}
      {count === undefined ? null : (
        <text class="map-count" x={width - 8} y={29}>
          {count.text}
          {count.failed === undefined ? null : <tspan class="wrong">{` ${count.failed}`}</tspan>}
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
        {count === undefined ? null : (
          <span class={count.failed === undefined ? '' : 'wrong'}>{count.says}</span>
        )}
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
