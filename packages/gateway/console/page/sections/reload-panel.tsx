/** Shows one reload, or compares two deployments. */
import { useFetched } from '../connection/control.ts';
import { Empty, Problem, Reading } from '../elements/parts.tsx';
import { linkTo } from '../address.ts';
import { go } from '../place.ts';
import { describeMembers, describeReload, placeOf } from '../traffic/reload-texts.ts';
import { SortableTable } from '../elements/sortable-table.tsx';
import { clockTime, dateTime, ms } from '../texts.ts';
import type { Column } from '../elements/sort-order.ts';
import type { Change, ShownReload, ShownReloads, ShownVersion } from '../../records/reload-model.ts';

const COLUMNS: readonly Column<Change>[] = [
  { title: 'Part', by: ({ part }) => part },
  { title: 'Name', by: ({ name }) => name },
  { title: 'Change', by: ({ how, members }) => `${how} ${describeMembers({ members })}` },
];

/** @param item `reload-3`, or `versions` with `from` and `to` in the query */
export function isReloadItem(item: string | undefined): item is string {
  return item === 'versions' || (item?.startsWith('reload-') ?? false);
}

type Props = { readonly item: string; readonly query: URLSearchParams; readonly reloads: ShownReloads };

export function ReloadPanel({ item, query, reloads }: Props) {
  const reload = reloads.reloads.find(({ number }) => item === `reload-${number}`);
  const version = reload?.version ?? reloads.versions.at(-1)?.version ?? 1;
  const from = Number(query.get('from') ?? Math.max(1, version - 1));
  const to = Number(query.get('to') ?? version);
  return (
    <aside class="panel" aria-label="Reload">
      <div class="panel-bar">
        <a class="button" href={linkTo('traffic')} aria-label="Close">
          ✕
        </a>
      </div>
      {reload === undefined ? (
        item === 'versions' ? null : (
          <Problem text="The gateway no longer remembers this reload." />
        )
      ) : (
        <ReloadStory reload={reload} />
      )}
      {reload?.kind === 'kept' ? null : <CompareVersions versions={reloads.versions} from={from} to={to} />}
    </aside>
  );
}

function ReloadStory({ reload }: { readonly reload: ShownReload }) {
  const isKept = reload.kind === 'kept';
  const place = placeOf(reload);
  return (
    <>
      <h2 class="request-title">{isKept ? 'Not reloaded' : 'Reloaded'}</h2>
      <p class="soft">
        {dateTime(reload.atEpochMs)}
        {reload.tookMs === undefined ? '' : ` · ${ms(reload.tookMs)}`} · {reload.what.join(', ')}
      </p>
      <section class={`story ${isKept ? 'bad' : 'good'}`} aria-label="Reload">
        <p class="headline">
          {isKept ? `Version ${reload.version} still handles requests.` : describeReload(reload)}
        </p>
        {isKept ? (
          <>
            {place === undefined ? null : (
              <p>
                <code>{place}</code>
              </p>
            )}
            <pre class="log" tabIndex={0}>
              {reload.message}
            </pre>
          </>
        ) : (
          <p>Version {reload.version} handles requests from here on.</p>
        )}
      </section>
    </>
  );
}

type CompareProps = {
  readonly versions: readonly ShownVersion[];
  readonly from: number;
  readonly to: number;
};

function CompareVersions({ versions, from, to }: CompareProps) {
  const isComparable =
    from !== to && [from, to].every((one) => versions.some(({ version }) => version === one));
  const { data, error } = useFetched<{ changes: readonly Change[] }>(
    isComparable ? `console/compare?from=${from}&to=${to}` : undefined,
  );
  const choose = (name: 'from' | 'to', version: string): void =>
    go(linkTo('traffic', 'versions', { from: String(from), to: String(to), [name]: version }));
  return (
    <section class="message" aria-label="Versions compared">
      <h3>What changed</h3>
      <div class="row">
        <VersionChoice
          label="From"
          versions={versions}
          value={from}
          onChange={(one) => choose('from', one)}
        />
        <VersionChoice label="To" versions={versions} value={to} onChange={(one) => choose('to', one)} />
      </div>
      {isComparable ? <Reading what="the differences" of={{ data, error }} /> : null}
      {!isComparable ? (
        <Empty
          title={from === to ? 'Choose two versions.' : 'The gateway no longer has one of these versions.'}
        />
      ) : data === undefined ? null : data.changes.length === 0 ? (
        <p>No route, function or setting differs.</p>
      ) : (
        <SortableTable name="changes" label="Changes" kind="stacks" columns={COLUMNS} rows={data.changes}>
          {(change) => (
            <tr key={`${change.part} ${change.name}`}>
              <td data-column="Part">{change.part}</td>
              <th scope="row">{change.name}</th>
              <td data-column="Change">
                {change.how}
                {change.members.length === 0 ? '' : `: ${describeMembers(change)}`}
              </td>
            </tr>
          )}
        </SortableTable>
      )}
    </section>
  );
}

function VersionChoice({
  label,
  versions,
  value,
  onChange,
}: {
  readonly label: string;
  readonly versions: readonly ShownVersion[];
  readonly value: number;
  readonly onChange: (version: string) => void;
}) {
  return (
    <label>
      {label}{' '}
      <select value={String(value)} onChange={({ currentTarget }) => onChange(currentTarget.value)}>
        {versions.toReversed().map(({ version, fromEpochMs }) => (
          <option key={version} value={String(version)}>
            version {version}, {clockTime(fromEpochMs).slice(0, 8)}
          </option>
        ))}
      </select>
    </label>
  );
}
