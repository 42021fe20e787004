import { useEffect, useMemo, useState } from 'preact/hooks';
import { useFetched } from '../connection/control.ts';
import { Empty, Problem, Reading, SectionHead } from '../elements/parts.tsx';
import { SortableTable } from '../elements/sortable-table.tsx';
import { useToolkitFold } from '../elements/toolkit-fold.tsx';
import { linkTo } from '../address.ts';
import { describeMissing, span } from '../texts.ts';
import { draftOfRequest, draftOfRoute } from '../traffic/request-draft.ts';
import { RequestBuilder } from './request-builder.tsx';
import { SavedRequests, useSaved } from './saved-requests.tsx';
import { StackMapView } from './stack-map.tsx';
import type { Column } from '../elements/sort-order.ts';
import type { RequestDetail } from '../../records/model.ts';
import type { ShownApi, ShownRoute } from '../../endpoints/inspect-model.ts';

/** The maximum number of routes shown per API. The search finds the other routes. */
const MAX_ROUTES = 1_000;

type Props = { readonly item: string | undefined; readonly query: URLSearchParams };

const VIEWS = [
  [undefined, 'Routes'],
  ['map', 'Map'],
] as const;

export function ApisSection({ item, query }: Props) {
  if (item !== 'map') return <Apis item={item} query={query} />;
  return (
    <div class="single scrolls">
      <SectionHead title="APIs" about="How APIs are connected to tables, queues and buses." />
      <Views item={item} />
      <StackMapView />
    </div>
  );
}

function Views({ item }: { readonly item: string | undefined }) {
  return (
    <nav class="tabs" aria-label="Views">
      {VIEWS.map(([name, title]) => (
        <a key={title} href={linkTo('apis', name)} aria-current={name === item ? 'page' : undefined}>
          {title}
        </a>
      ))}
    </nav>
  );
}

function Apis({ item, query }: Props) {
  const { data, error } = useFetched<{ apis: readonly ShownApi[] }>('console/apis');
  const [search, setSearch] = useState('');
  const found = useMemo(() => choose(data?.apis ?? [], search), [data, search]);
  const hasOwn = data?.apis.some(({ isToolkit }) => !isToolkit);
  const { shown: apis, button: foldButton } = useToolkitFold(found, 'APIs', hasOwn);
  const saved = useSaved();
  const opened = data?.apis.find(({ id, stage }) => item === `${id}/${stage}`);
  const route = opened?.routes.find(({ routeKey }) => routeKey === query.get('route'));
  useEffect(() => {
    document.querySelector('tr.open')?.scrollIntoView({ block: 'nearest' });
  }, [route]);
  return (
    <div class={`split ${opened === undefined ? '' : 'is-open'}`}>
      <section class="split-list scrolls" aria-label="APIs">
        <SectionHead title="APIs" about="Every route with its authorizer and its integration.">
          <input
            type="search"
            placeholder="Search  /"
            aria-label="Search"
            value={search}
            onInput={({ currentTarget }) => setSearch(currentTarget.value)}
          />
        </SectionHead>
        <Views item={undefined} />
        <Reading
          what="the APIs"
          of={{
            data,
            error: error ?? describeMissing('API', item, data === undefined || opened !== undefined),
          }}
        />
        {data !== undefined && found.length === 0 ? (
          <Empty title={search === '' ? 'This gateway has no APIs.' : 'No matching route.'} />
        ) : null}
        {search === '' && data !== undefined ? <SavedRequests apis={data.apis} saved={saved} /> : null}
        {apis.map((api) => (
          <Api key={`${api.id}/${api.stage}`} api={api} opened={route} />
        ))}
        {foldButton === null ? null : <div class="row">{foldButton}</div>}
      </section>
      {opened === undefined ? null : (
        <aside class="panel" aria-label="Request">
          <Builder
            key={`${item ?? ''} ${query.toString()}`}
            api={opened}
            route={route}
            query={query}
            saved={saved}
          />
        </aside>
      )}
    </div>
  );
}

/** Builds a request. The initial content is a recorded request, a saved request, or what the route needs. */
function Builder({
  api,
  route,
  query,
  saved,
}: {
  readonly api: ShownApi;
  readonly route: ShownRoute | undefined;
  readonly query: URLSearchParams;
  readonly saved: ReturnType<typeof useSaved>;
}) {
  const [from, name] = [query.get('from'), query.get('saved')];
  const recorded = useFetched<RequestDetail>(
    from === null ? undefined : `requests/${encodeURIComponent(from)}`,
  );
  if (from !== null) {
    if (recorded.data === undefined) return <Problem text={recorded.error} />;
    const { data } = recorded;
    const origin = { kind: 'recorded', id: data.id, isBinary: data.request.body?.form === 'binary' } as const;
    return (
      <RequestBuilder
        api={api}
        route={route}
        initial={draftOfRequest(data)}
        origin={origin}
        onSaved={saved.reload}
      />
    );
  }
  if (name === null)
    return (
      <RequestBuilder
        api={api}
        route={route}
        initial={draftOfRoute(api, route)}
        origin={{ kind: 'route' }}
        onSaved={saved.reload}
      />
    );
  const request = saved.data?.requests.find((one) => one.name === name);
  if (request === undefined)
    return <Problem text={saved.error ?? (saved.data && `There is no saved request named ${name}.`)} />;
  const { method, target, headers, body = '', as = '' } = request;
  return (
    <RequestBuilder
      api={api}
      route={route}
      initial={{ method, target, headers, body, as }}
      origin={{ kind: 'saved', name }}
      onSaved={saved.reload}
    />
  );
}

function choose(apis: readonly ShownApi[], search: string): readonly ShownApi[] {
  const text = search.trim().toLowerCase();
  if (text === '') return apis;
  return apis
    .map((api) => ({
      ...api,
      routes: api.routes.filter(({ routeKey, guard, target }) =>
        `${api.name} ${routeKey} ${guard.name} ${target}`.toLowerCase().includes(text),
      ),
    }))
    .filter(({ routes }) => routes.length > 0);
}

const KINDS = { rest: 'REST', http: 'HTTP', websocket: 'WebSocket' };

function kindOf({ kind, stage }: ShownApi): string {
  return kind === 'function-url' ? 'function URL' : `${KINDS[kind]} API, stage ${stage}`;
}

type ApiProps = { readonly api: ShownApi; readonly opened: ShownRoute | undefined };

function Api({ api, opened }: ApiProps) {
  return (
    <section class="card" aria-label={`${api.name}, ${kindOf(api)}`}>
      <h2>
        {api.name} <span class="soft">{kindOf(api)}</span>
      </h2>
      <p class="soft">
        <code>{api.url}</code>
        {api.hasCors ? ' · answers preflights' : ''}
        {api.hasResourcePolicy ? ' · has a resource policy' : ''}
      </p>
      {api.routes.length === 0 ? (
        <p>
          This API has no routes. The routes of its template are listed here, each with a form to call it.
        </p>
      ) : (
        <Routes api={api} opened={opened} />
      )}
      {api.routes.length > MAX_ROUTES ? (
        <p class="soft">
          The first {MAX_ROUTES} of {api.routes.length} routes are shown; use the search to find the others.
        </p>
      ) : null}
    </section>
  );
}

const COLUMNS: readonly Column<ShownRoute>[] = [
  { title: 'Route', by: ({ path, method }) => `${path} ${method}` },
  { title: 'Who', by: describeGuard },
  { title: 'Limits', by: describeLimits },
  { title: 'Answered by', by: ({ target }) => target },
];

function Routes({ api, opened }: ApiProps) {
  return (
    <SortableTable
      name="routes"
      label={`Routes of ${api.name}, ${kindOf(api)}`}
      kind="stacks routes"
      columns={COLUMNS}
      rows={api.routes.slice(0, MAX_ROUTES)}
    >
      {(route) => (
        <tr key={route.routeKey} class={route === opened ? 'open' : ''}>
          <th scope="row">
            <a href={linkTo('apis', `${api.id}/${api.stage}`, { route: route.routeKey })}>
              <span class="method">{route.method === route.path ? '' : route.method}</span> {route.path}
            </a>
          </th>
          <td>{describeGuard(route)}</td>
          <td class="soft">{describeLimits(route)}</td>
          <td data-column="by">{route.target}</td>
        </tr>
      )}
    </SortableTable>
  );
}

function describeGuard({ guard, apiKeyRequired }: ShownRoute): string {
  const kept = guard.ttlSeconds > 0 ? `, cached ${span(guard.ttlSeconds * 1000)}` : '';
  const scopes = guard.scopes.length > 0 ? ` with ${guard.scopes.join(' or ')}` : '';
  return `${guard.name}${scopes}${kept}${apiKeyRequired ? ' + API key' : ''}`;
}

function describeLimits({ throttle, cacheSeconds, timeoutMs, required, checkedBodies }: ShownRoute): string {
  return [
    ...(throttle === undefined ? [] : [`${throttle.ratePerSecond}/s, burst ${throttle.burst}`]),
    ...(cacheSeconds === undefined ? [] : [`cache ${cacheSeconds} s`]),
    ...(timeoutMs === undefined ? [] : [`timeout ${timeoutMs / 1000} s`]),
    ...(required.length === 0 ? [] : [`needs ${required.join(', ')}`]),
    ...(checkedBodies.length === 0 ? [] : ['body checked']),
  ].join(' · ');
}
