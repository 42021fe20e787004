import { fetchControl } from '../control.ts';
import { Action, TableBox, TableHead } from '../parts.tsx';

export type ShownFaultRule = {
  readonly number: number;
  readonly name: string;
  readonly what: string;
  readonly isOn: boolean;
  readonly matched: number;
  readonly injected: number;
};

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
      <TableBox label="Injected faults" isCard>
        <table class="stacks">
          <TableHead columns={['Rule', 'Fault', 'Fits', 'Injected', '']} />
          <tbody>
            {rules.map(({ number, name, what, isOn, matched, injected }) => (
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
            ))}
          </tbody>
        </table>
      </TableBox>
    </section>
  );
}
