/**
 * Builds a request from a route, a recorded request or a saved request. The user sets the parameters, body and caller,
 * or sends a browser's preflight for the request.
 */
import { useState } from 'preact/hooks';
import { fetchControl } from '../connection/control.ts';
import { IdentityField, rememberIdentity } from '../elements/identity-field.tsx';
import { JsonEditor } from '../elements/json-editor.tsx';
import { Action, Empty } from '../elements/parts.tsx';
import { linkTo } from '../address.ts';
import { go } from '../place.ts';
import { fillPlaceholders, hasBody, METHODS, placeholdersIn, toTarget } from '../traffic/request-draft.ts';
import { Preflight } from './preflight.tsx';
import { SaveRequest } from './saved-requests.tsx';
import type { Draft, Header } from '../traffic/request-draft.ts';
import type { ShownApi, ShownRoute } from '../../endpoints/inspect-model.ts';

type BuilderProps = {
  readonly api: ShownApi;
  readonly route: ShownRoute | undefined;
  readonly initial: Draft;
  /** The source of the form's content: what the route needs, a recorded request or a saved request. */
  readonly origin:
    | { readonly kind: 'route' }
    | { readonly kind: 'recorded'; readonly id: string; readonly isBinary: boolean }
    | { readonly kind: 'saved'; readonly name: string };
  readonly onSaved: () => void;
};

export function RequestBuilder({ api, route, initial, origin, onSaved }: BuilderProps) {
  const [draft, setDraft] = useState(initial);
  const [values, setValues] = useState<ReadonlyMap<string, string>>(new Map());
  if (api.kind === 'websocket') return <SocketHint api={api} />;
  const { method, target, headers, body, as } = draft;
  const change = (changed: Partial<Draft>): void => setDraft({ ...draft, ...changed });
  const isSentBinary = origin.kind === 'recorded' && origin.isBinary;
  const takesBody = hasBody(draft) && !isSentBinary;
  const host = headers.find(([name]) => name.toLowerCase() === 'host')?.[1] ?? new URL(api.url).host;
  const send = async (): Promise<void> => {
    const id = await sendDraft(fillPlaceholders(draft, values), { api, origin, host, takesBody });
    rememberIdentity(as);
    go(linkTo('traffic', id, origin.kind === 'recorded' ? { of: origin.id } : undefined));
  };
  return (
    <>
      <div class="panel-bar">
        <a class="button" href={linkTo('apis')} aria-label="Close">
          ✕
        </a>
        <h2>{origin.kind === 'saved' ? origin.name : (route?.routeKey ?? api.name)}</h2>
      </div>
      {route === undefined ? null : <RouteFacts route={route} />}
      <div class="row">
        <select
          aria-label="Method"
          value={method}
          onChange={({ currentTarget }) => change({ method: currentTarget.value })}
        >
          {[...new Set([...METHODS, method])].map((one) => (
            <option key={one} value={one}>
              {one}
            </option>
          ))}
        </select>
        <input
          class="grow"
          aria-label="Path and query"
          value={target}
          onInput={({ currentTarget }) => change({ target: currentTarget.value })}
        />
      </div>
      <HeaderFields headers={headers} onChange={(changed) => change({ headers: changed })} />
      {isSentBinary ? <p class="soft">The body is binary, and is sent unchanged.</p> : null}
      {takesBody ? (
        <JsonEditor value={body} label="Body" onChange={(text) => change({ body: text })} />
      ) : null}
      {takesBody ? <Examples route={route} onChoose={(text) => change({ body: text })} /> : null}
      <Placeholders names={placeholdersIn(draft)} values={values} onChange={setValues} />
      <div class="row">
        <label>
          as{' '}
          <IdentityField
            value={as}
            emptyLabel="the headers above"
            onChange={(caller) => change({ as: caller })}
          />
        </label>
        <Action label="Send" kind="main-action" run={send} />
      </div>
      <SaveRequest
        api={api}
        draft={draft}
        onSaved={onSaved}
        initialName={origin.kind === 'saved' ? origin.name : `${method} ${target.split('?', 1)[0] ?? ''}`}
      />
      <Preflight
        apiId={api.id}
        host={host}
        method={method}
        target={target}
        headers={headers}
        hasCaller={as !== '' && as !== 'anonymous'}
      />
    </>
  );
}

type SendWith = Pick<BuilderProps, 'api' | 'origin'> & {
  readonly host: string;
  readonly takesBody: boolean;
};

/**
 * Sends the edited request. If it was recorded, it is sent again with the changes, and the gateway restores masked
 * values that were left unchanged.
 * @returns id of the new request
 */
async function sendDraft(draft: Draft, { api, origin, host, takesBody }: SendWith): Promise<string> {
  const { method, target, headers, body, as } = draft;
  const named = headers.filter(([name]) => name !== '');
  const hasHost = named.some(([name]) => name.toLowerCase() === 'host');
  const edit = {
    method,
    target: toTarget(target),
    headers: hasHost ? named : [['Host', host], ...named],
    ...(takesBody && { body }),
  };
  const path = origin.kind === 'recorded' ? `requests/${encodeURIComponent(origin.id)}/replay` : 'send';
  const { id } = await fetchControl<{ readonly id: string }>('POST', path, {
    ...(origin.kind !== 'recorded' && { apiId: api.id }),
    ...(as !== '' && { as }),
    edit,
  });
  return id;
}

/** Shows a field for each placeholder. The values stay in this page, and are not saved with the request. */
function Placeholders({
  names,
  values,
  onChange,
}: {
  readonly names: readonly string[];
  readonly values: ReadonlyMap<string, string>;
  readonly onChange: (values: ReadonlyMap<string, string>) => void;
}) {
  if (names.length === 0) return null;
  return (
    <div class="row fields" role="group" aria-label="Values that are not saved">
      {names.map((name) => (
        <label class="field" key={name}>
          {`\${${name}}`}
          <input
            type="password"
            autocomplete="off"
            value={values.get(name) ?? ''}
            onInput={({ currentTarget }) => onChange(new Map([...values, [name, currentTarget.value]]))}
          />
        </label>
      ))}
    </div>
  );
}

function Examples({
  route,
  onChoose,
}: {
  readonly route: ShownRoute | undefined;
  readonly onChoose: (text: string) => void;
}) {
  const examples = route?.examples ?? [];
  if (examples.length === 0) return null;
  return (
    <div class="row">
      {examples.map(({ mediaType, model, text }) => (
        <button type="button" key={mediaType} title={mediaType} onClick={() => onChoose(text)}>
          Example of {model}
        </button>
      ))}
    </div>
  );
}

function SocketHint({ api }: { readonly api: ShownApi }) {
  return (
    <Empty title="A WebSocket API accepts connections.">
      Connect to <code>{api.url}</code>, for example with <code>gatewright send</code>; open connections are
      listed under <a href={linkTo('sockets')}>WebSockets</a>.
    </Empty>
  );
}

function RouteFacts({ route }: { readonly route: ShownRoute }) {
  const { guard, required, checkedBodies } = route;
  return (
    <p class="soft">
      {guard.kind === 'none'
        ? 'Open to everyone'
        : `${guard.name} reads ${guard.sources.join(', ') || 'the signature'}`}
      {guard.audiences.length === 0 ? '' : `, audience ${guard.audiences.join(' or ')}`}
      {required.length === 0 ? '' : ` · needs ${required.join(', ')}`}
      {checkedBodies.length === 0 ? '' : ` · checks bodies of type ${checkedBodies.join(', ')}`} · answered by{' '}
      {route.target}
    </p>
  );
}

function HeaderFields({
  headers,
  onChange,
}: {
  readonly headers: readonly Header[];
  readonly onChange: (headers: readonly Header[]) => void;
}) {
  const put = (index: number, header: Header): void =>
    onChange(headers.map((one, at) => (at === index ? header : one)));
  return (
    <div class="header-fields">
      {headers.map(([name, value], index) => (
        <div class="row" key={index}>
          <input
            aria-label="Header"
            value={name}
            onInput={({ currentTarget }) => put(index, [currentTarget.value, value])}
          />
          <input
            class="grow"
            aria-label="Value"
            value={value}
            onInput={({ currentTarget }) => put(index, [name, currentTarget.value])}
          />
          <button
            type="button"
            aria-label="Remove header"
            onClick={() => onChange(headers.filter((_, at) => at !== index))}
          >
            ✕
          </button>
        </div>
      ))}
      <button type="button" onClick={() => onChange([...headers, ['', '']])}>
        Add header
      </button>
    </div>
  );
}
