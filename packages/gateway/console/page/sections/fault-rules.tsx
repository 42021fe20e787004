import { fetchControl } from '../connection/control.ts';
import { Action } from '../elements/parts.tsx';
import { SortableTable } from '../elements/sortable-table.tsx';
import type { Column } from '../elements/sort-order.ts';

export type ShownFaultRule = {
  readonly number: number;
  readonly name: string;
  readonly what: string;
  readonly isOn: boolean;
  readonly matched: number;
  readonly injected: number;
};

const COLUMNS: readonly Column<ShownFaultRule>[] = [
  { title: 'Rule', by: ({ number }) => number },
  { title: 'Fault', by: ({ what }) => what },
  { title: 'Fits', by: ({ matched }) => matched },
  { title: 'Injected', by: ({ injected }) => injected },
  { title: '' },
];

/** Rules of the file of faults, each with a switch. */
export function FaultRules({
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
      <SortableTable
        name="faults"
        label="Rules of faults"
        kind="stacks"
        columns={COLUMNS}
        rows={rules}
        isCard
      >
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
