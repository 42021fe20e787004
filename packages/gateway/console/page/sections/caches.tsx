import { fetchControl, useFetched } from '../connection/control.ts';
import { Action, Empty, Reading, SectionHead } from '../elements/parts.tsx';
import { SortableTable } from '../elements/sortable-table.tsx';
import { span } from '../texts.ts';
import type { Column } from '../elements/sort-order.ts';
import type { ShownCacheEntry } from '../../endpoints/inspect-model.ts';

const EVERY_MS = 2000;
const COLUMNS: readonly Column<ShownCacheEntry>[] = [
  { title: 'Key', by: ({ key }) => key },
  { title: 'Holds', by: ({ holds }) => holds },
  { title: 'Age', by: ({ ageMs }) => ageMs },
  { title: 'Ends in', by: ({ endsInMs }) => endsInMs },
  { title: '' },
];

export function CachesSection() {
  const { data, error, reload } = useFetched<{ entries: readonly ShownCacheEntry[] }>(
    'console/caches',
    EVERY_MS,
  );
  const entries = data?.entries ?? [];
  const groups = [
    ...Map.groupBy(entries, ({ apiId, stage, kind }) => `${apiId}\n${stage}\n${kind}`).values(),
  ];
  return (
    <div class="single scrolls">
      <SectionHead
        title="Caches"
        about="Cached results of authorizers, by credential, and cached responses of integrations, by cache key."
      />
      <Reading what="the caches" of={{ data, error }} />
      {data !== undefined && entries.length === 0 ? (
        <Empty title="Nothing is cached.">
          Cached results of authorizers that have a TTL, and cached responses of stages that have a cache, are
          listed here.
        </Empty>
      ) : null}
      {groups.map((group) => (
        <Group
          key={`${group[0]?.apiId ?? ''}${group[0]?.stage ?? ''}${group[0]?.kind ?? ''}`}
          group={group}
          onDone={reload}
        />
      ))}
    </div>
  );
}

function Group({
  group,
  onDone,
}: {
  readonly group: readonly ShownCacheEntry[];
  readonly onDone: () => void;
}) {
  const [first] = group;
  if (first === undefined) return null;
  const { apiId, apiName, stage, kind } = first;
  const flush = async (id?: string): Promise<void> => {
    await fetchControl('POST', 'console/caches/flush', {
      apiId,
      stage,
      kind,
      ...(id !== undefined && { id }),
    });
    onDone();
  };
  return (
    <section class="card half" aria-label={`${apiName} / ${stage} ${kind}`}>
      <header class="row">
        <h2 class="grow">
          {apiName} / {stage} <span class="soft">{kind === 'authorizer' ? 'authorizers' : 'answers'}</span>
        </h2>
        <Action label="Flush all" run={() => flush()} />
      </header>
      <SortableTable
        name="caches"
        label={`Entries of ${apiName}, ${kind}`}
        kind="stacks"
        columns={COLUMNS}
        rows={group}
      >
        {(entry) => (
          <tr key={entry.id}>
            <th scope="row" class="cut" title={entry.key}>
              <code>{entry.key}</code>
            </th>
            <td>{entry.holds}</td>
            <td data-column="Age">{entry.ageMs === undefined ? '–' : span(entry.ageMs)}</td>
            <td data-column="Ends in">{span(entry.endsInMs)}</td>
            <td>
              <Action label="Forget" run={() => flush(entry.id)} />
            </td>
          </tr>
        )}
      </SortableTable>
    </section>
  );
}
