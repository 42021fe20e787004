import { useState } from 'preact/hooks';
import { read } from '../api.ts';
import { Action, Empty, Loaded, SectionHead, TableBox } from '../elements/parts.tsx';
import type { LogPage } from '@gatewright/handlers/portal/answers';
import { logWords, time } from '../texts.ts';
import { useFetched } from '../use-fetched.ts';

export function LogSection() {
  const fetched = useFetched<LogPage>('api/log');
  return (
    <>
      <SectionHead title="Log" about="Who changed what in your organisation. Times are UTC." />
      <Loaded of={fetched}>{(page) => <Entries key={page.next ?? ''} first={page} />}</Loaded>
    </>
  );
}

function Entries({ first }: { readonly first: LogPage }) {
  const [{ entries, next }, setPage] = useState(first);
  const more = async (): Promise<void> => {
    const page = await read<LogPage>(`api/log?cursor=${encodeURIComponent(next ?? '')}`);
    setPage({ entries: [...entries, ...page.entries], ...(page.next !== undefined && { next: page.next }) });
  };
  if (entries.length === 0) return <Empty title="Nothing has been changed yet." />;
  return (
    <>
      <TableBox label="Log">
        <table>
          <thead>
            <tr>
              <th>When</th>
              <th>Who</th>
              <th>What</th>
              <th>On</th>
            </tr>
          </thead>
          <tbody>
            {entries.map(({ at, byName, what, on, from }, index) => (
              <tr key={index}>
                <td data-column="When" class="time">
                  {time(at)}
                </td>
                <td data-column="Who">{byName}</td>
                <td data-column="What">{logWords(what)}</td>
                <td data-column="On">{from === undefined ? on : `${on}, from ${time(from)}`}</td>
              </tr>
            ))}
          </tbody>
        </table>
      </TableBox>
      {next === undefined ? null : (
        <div class="row">
          <Action label="Show more" run={more} />
        </div>
      )}
    </>
  );
}
