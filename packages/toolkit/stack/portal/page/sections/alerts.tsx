import { useEffect, useState } from 'preact/hooks';
import { change } from '../api.ts';
import { Empty, Form, Loaded, SectionHead, TableBox } from '../elements/parts.tsx';
import type { Alert, Alerts } from '@gatewright/handlers/portal/answers';
import { time } from '../texts.ts';
import { useFetched } from '../use-fetched.ts';

const USUAL_PERCENT = 80;

export function AlertsSection() {
  const fetched = useFetched<Alerts>('api/alerts');
  return (
    <>
      <SectionHead
        title="Alerts"
        about="We send a mail when the used share of a limit reaches a percentage that you choose."
      />
      <Loaded of={fetched}>
        {(alerts) => (
          <>
            {alerts.hasMail ? null : (
              <p class="note">This portal sends no mail, so alerts have no effect yet.</p>
            )}
            <Editor of={alerts} onSaved={fetched.put} />
            <Recipients of={alerts} />
            <Sent of={alerts} />
          </>
        )}
      </Loaded>
    </>
  );
}

function Editor({ of, onSaved }: { readonly of: Alerts; readonly onSaved: (alerts: Alerts) => void }) {
  const [rows, setRows] = useState<readonly Alert[]>(of.alerts);
  const [isSaved, setSaved] = useState(false);
  useEffect(() => setRows(of.alerts), [of.version]);
  if (of.limits.length === 0) return <Empty title="Your plan has no limits to watch." />;
  const edit = (next: readonly Alert[]): void => {
    setSaved(false);
    setRows(next);
  };
  const save = async (): Promise<void> => {
    onSaved(await change<Alerts>('api/alerts', { version: of.version + 1, alerts: rows }));
    setSaved(true);
  };
  const first = of.limits[0] ?? '';
  return (
    <div class="card">
      <Form label="Alerts" action="Save" run={save}>
        {rows.length === 0 ? <p class="soft">No alerts are set.</p> : null}
        {rows.map((row, index) => (
          <Row
            key={index}
            row={row}
            number={index + 1}
            limits={of.limits}
            percent={of.percent}
            onChange={(next) => edit(rows.with(index, next))}
            onRemove={() => edit(rows.filter((_, at) => at !== index))}
          />
        ))}
        <div class="row">
          <button type="button" onClick={() => edit([...rows, { limit: first, percent: USUAL_PERCENT }])}>
            Add an alert
          </button>
        </div>
        <p class="soft" role="status">
          {isSaved ? 'Saved.' : ''}
        </p>
      </Form>
    </div>
  );
}

type RowProps = {
  readonly row: Alert;
  readonly number: number;
  readonly limits: readonly string[];
  readonly percent: Alerts['percent'];
  readonly onChange: (row: Alert) => void;
  readonly onRemove: () => void;
};

function Row({ row, number, limits, percent, onChange, onRemove }: RowProps) {
  // A limit of an earlier plan is still shown, so that it can be removed.
  const choices = limits.includes(row.limit) ? limits : [row.limit, ...limits];
  return (
    <fieldset class="row fields">
      <legend class="hidden">Alert {number}</legend>
      <label class="field">
        Limit
        <select
          value={row.limit}
          onChange={({ currentTarget }) => onChange({ ...row, limit: currentTarget.value })}
        >
          {choices.map((id) => (
            <option key={id} value={id}>
              {id}
            </option>
          ))}
        </select>
      </label>
      <label class="field short">
        Percent
        <input
          type="number"
          required
          min={percent.min}
          max={percent.max}
          value={row.percent}
          onInput={({ currentTarget }) => onChange({ ...row, percent: currentTarget.valueAsNumber })}
        />
      </label>
      <button type="button" aria-label={`Remove alert ${number}`} onClick={onRemove}>
        Remove
      </button>
    </fieldset>
  );
}

function Recipients({ of: { recipients, hasMail } }: { readonly of: Alerts }) {
  if (!hasMail) return null;
  return (
    <section aria-label="Recipients">
      <h2>Who gets the mail</h2>
      {recipients.length === 0 ? (
        <p class="soft">No member has a verified mail address.</p>
      ) : (
        <ul class="plain">
          {recipients.map(({ member, name, email }) => (
            <li key={member}>
              <bdi>{name}</bdi> <span class="soft">{email}</span>
            </li>
          ))}
        </ul>
      )}
    </section>
  );
}

function Sent({ of: { sent } }: { readonly of: Alerts }) {
  if (sent.length === 0) return null;
  return (
    <section>
      <h2>Sent</h2>
      <TableBox label="Sent alerts">
        <table>
          <thead>
            <tr>
              <th>When</th>
              <th>Limit</th>
              <th class="number">Percent</th>
              <th>Period from</th>
            </tr>
          </thead>
          <tbody>
            {sent.map(({ limit, percent, periodStart, at }) => (
              <tr key={`${at} ${limit} ${percent}`}>
                <td data-column="When" class="time">
                  {time(at)}
                </td>
                <td data-column="Limit">{limit}</td>
                <td data-column="Percent" class="number">
                  {percent} %
                </td>
                <td data-column="Period from" class="time">
                  {time(periodStart)}
                </td>
              </tr>
            ))}
          </tbody>
        </table>
      </TableBox>
    </section>
  );
}
