/** Shows the body of a message in the view that fits its type. The user can select other views. */
import { useState } from 'preact/hooks';
import { SortableTable } from './sortable-table.tsx';
import { bytes, ms } from '../texts.ts';
import { viewsOf } from './body-views.ts';
import type { BodyPart, BodyView, SentEvent } from './body-views.ts';
import type { Column } from './sort-order.ts';
import type { RecordedMessage, Shown, ShownPiece } from '../../records/model.ts';

const TITLES: Readonly<Record<BodyView['kind'], string>> = {
  fields: 'Fields',
  parts: 'Parts',
  picture: 'Picture',
  events: 'Events',
  pieces: 'Pieces',
  hex: 'Bytes',
  text: 'Text',
};

export function BodyViewer({
  body,
  headers,
}: {
  readonly body: Shown;
  readonly headers: RecordedMessage['headers'];
}) {
  const type = headers.find(([name]) => name.toLowerCase() === 'content-type')?.[1];
  const views = viewsOf(body, type);
  const [chosen, setChosen] = useState<BodyView['kind']>();
  const view = views.find(({ kind }) => kind === chosen) ?? views[0];
  return (
    <div class="body">
      {body.cutFrom === undefined ? null : (
        <p class="soft">The first 16 KB of {body.cutFrom.toLocaleString('en-US')} bytes.</p>
      )}
      {views.length === 1 ? null : (
        <div class="row tools" role="group" aria-label="View">
          {views.map(({ kind }) => (
            <button
              type="button"
              key={kind}
              aria-pressed={kind === view?.kind}
              onClick={() => setChosen(kind)}
            >
              {kind === 'text' && body.form === 'binary' ? 'Base64' : TITLES[kind]}
            </button>
          ))}
        </div>
      )}
      {view === undefined ? null : <View view={view} text={body.text} />}
    </div>
  );
}

function View({ view, text }: { readonly view: BodyView; readonly text: string }) {
  switch (view.kind) {
    case 'fields':
      return <Fields fields={view.fields} />;
    case 'parts':
      return (
        <>
          {view.parts.map((part, index) => (
            <Part key={index} part={part} number={index + 1} />
          ))}
        </>
      );
    case 'picture':
      return <img class="picture" src={view.url} alt="The body as an image" />;
    case 'events':
      return (
        <SortableTable name="sent-events" label="Events of the stream" columns={EVENTS} rows={view.events}>
          {({ event, id, data, atMs }, index) => (
            <tr key={index}>
              <td class="number">{atMs === undefined ? '' : ms(atMs)}</td>
              <td>{event}</td>
              <td>{id ?? ''}</td>
              <td>
                <pre tabIndex={0}>{data}</pre>
              </td>
            </tr>
          )}
        </SortableTable>
      );
    case 'pieces':
      return (
        <SortableTable name="sent-pieces" label="Chunks of the stream" columns={PIECES} rows={view.pieces}>
          {({ atMs, bytes: size, text }, index) => (
            <tr key={index}>
              <td class="number">{ms(atMs)}</td>
              <td class="number">{bytes(size)}</td>
              <td>
                {text === undefined ? <span class="soft">not shown</span> : <pre tabIndex={0}>{text}</pre>}
              </td>
            </tr>
          )}
        </SortableTable>
      );
    case 'hex':
      return (
        <pre class="hex" tabIndex={0}>
          {view.text}
        </pre>
      );
    case 'text':
      return <pre tabIndex={0}>{text}</pre>;
  }
}

const EVENTS: readonly Column<SentEvent>[] = [
  { title: 'After', by: ({ atMs }) => atMs, isNumber: true },
  { title: 'Event', by: ({ event }) => event },
  { title: 'Id', by: ({ id }) => id },
  { title: 'Data', by: ({ data }) => data },
];

const PIECES: readonly Column<ShownPiece>[] = [
  { title: 'After', by: ({ atMs }) => atMs, isNumber: true },
  { title: 'Size', by: ({ bytes: size }) => size, isNumber: true },
  { title: 'Text', by: ({ text }) => text },
];

function Fields({ fields }: { readonly fields: readonly (readonly [string, string])[] }) {
  return (
    <table class="headers">
      <tbody>
        {fields.map(([name, value], index) => (
          <tr key={index}>
            <th scope="row">{name}</th>
            <td>{value}</td>
          </tr>
        ))}
      </tbody>
    </table>
  );
}

function Part({ part, number }: { readonly part: BodyPart; readonly number: number }) {
  const { name, fileName, type, text, picture } = part;
  return (
    <section class="part" aria-label={name === undefined ? `Part ${number}` : `Part ${number}: ${name}`}>
      <p>
        <strong>{name ?? ''}</strong>{' '}
        <span class="soft">
          {[fileName, type, bytes(part.bytes)].filter((one) => one !== undefined).join(' · ')}
        </span>
      </p>
      {text === undefined || text === '' ? null : <pre tabIndex={0}>{text}</pre>}
      {picture === undefined ? null : <img class="picture" src={picture} alt={fileName ?? 'A picture'} />}
    </section>
  );
}
