import { useFetched, fetchControl } from '../connection/control.ts';
import { Action, Empty, Reading, SectionHead } from '../elements/parts.tsx';
import { SortableTable } from '../elements/sortable-table.tsx';
import type { Column } from '../elements/sort-order.ts';
import type { ShownDifferences, ShownFaultRule, ShownUnsupported } from '../../endpoints/differs-model.ts';

const UNSUPPORTED: readonly Column<ShownUnsupported>[] = [
  { title: 'Resource', by: ({ logicalId }) => logicalId },
  { title: 'Setting', by: ({ property, message }) => property ?? message },
  { title: 'Effect on requests', by: ({ consequence }) => consequence },
];
const ASSUMED: readonly Column<ShownDifferences['assumptions'][number]>[] = [
  { title: 'Name', by: ({ name }) => name },
  { title: 'In force', by: ({ value }) => value },
  { title: 'Choices of --assume', by: ({ choices }) => choices.length },
];

function placeOf({ file, line, stackName }: ShownUnsupported): string {
  return file === undefined ? stackName : `${file}${line === undefined ? '' : `:${line}`}`;
}

function RefusedCount({ rows }: { readonly rows: readonly ShownUnsupported[] }) {
  const refused = rows.filter(({ severity }) => severity === 'refused').length;
  if (refused === 0) return null;
  return (
    <p>
      {refused} {refused === 1 ? 'finding' : 'findings'} that AWS refuses when this is deployed:{' '}
      <code>gatewright check</code>
    </p>
  );
}

export function DiffersSection() {
  const { data, error, reload } = useFetched<ShownDifferences>('console/differs');
  return (
    <div class="single scrolls">
      <SectionHead
        title="Differs on AWS"
        about="Settings of the stacks that are not served or enforced as on AWS, settings that AWS refuses, and assumptions where AWS has no documentation."
      />
      <Reading what="what differs" of={{ data, error }} />
      {data?.unsupported.length === 0 ? (
        <Empty title="Every setting of the stacks is enforced here.">
          Settings that this gateway does not support, or that AWS would refuse, would be listed here with
          their effect on requests.
        </Empty>
      ) : null}
      {data === undefined || data.unsupported.length === 0 ? null : (
        <section class="half" aria-label="Not as on AWS">
          <h2>Not as on AWS</h2>
          <RefusedCount rows={data.unsupported} />
          <SortableTable
            name="unsupported"
            label="Settings not served or enforced"
            kind="stacks"
            columns={UNSUPPORTED}
            rows={data.unsupported}
            isCard
          >
            {(one, index) => (
              <tr key={index}>
                <th scope="row">
                  {one.logicalId} <span class="soft">{one.type}</span>
                </th>
                <td>
                  {one.property ?? ''} {one.message ?? ''} <span class="soft">{placeOf(one)}</span>
                </td>
                <td data-column="Effect">{one.consequence}</td>
              </tr>
            )}
          </SortableTable>
        </section>
      )}
      {data === undefined || data.faults.length === 0 ? null : (
        <FaultRules rules={data.faults} onDone={reload} />
      )}
      {data === undefined ? null : (
        <section class="half" aria-label="Assumptions in force">
          <h2>Assumptions</h2>
          <SortableTable
            name="assumptions"
            label="Assumptions"
            kind="stacks"
            columns={ASSUMED}
            rows={data.assumptions}
            isCard
          >
            {({ name, value, choices }) => (
              <tr key={name}>
                <th scope="row">{name}</th>
                <td data-column="In force">
                  <code>{value}</code>
                </td>
                <td class="soft" data-column="Choices">
                  {choices.join(', ')}
                </td>
              </tr>
            )}
          </SortableTable>
        </section>
      )}
    </div>
  );
}

const COLUMNS: readonly Column<ShownFaultRule>[] = [
  { title: 'Rule', by: ({ number }) => number },
  { title: 'Fault', by: ({ what }) => what },
  { title: 'Fits', by: ({ matched }) => matched },
  { title: 'Injected', by: ({ injected }) => injected },
  { title: '' },
];

/** Shows the rules of the faults file, each with a switch. */
function FaultRules({
  rules,
  onDone,
}: {
  readonly rules: readonly ShownFaultRule[];
  readonly onDone: () => void;
}) {
  const turn = async (rule: number, isOn: boolean): Promise<void> => {
    await fetchControl('POST', 'console/faults', { rule, isOn });
    onDone();
  };
  return (
    <section class="half" aria-label="Injected faults">
      <h2>Injected faults</h2>
      <SortableTable name="faults" label="Fault rules" kind="stacks" columns={COLUMNS} rows={rules} isCard>
        {({ number, name, what, isOn, matched, injected }) => (
          <tr key={number}>
            <th scope="row">
              {number} <span class="soft">{name}</span>
            </th>
            <td>{what}</td>
            <td data-column="Fits">{matched}</td>
            <td data-column="Injected">{injected}</td>
            <td>
              <Action label={isOn ? 'Switch off' : 'Switch on'} run={() => turn(number, !isOn)} />
            </td>
          </tr>
        )}
      </SortableTable>
    </section>
  );
}
