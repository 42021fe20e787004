import { useFetched } from '../connection/control.ts';
import { Reading, TableBox } from '../elements/parts.tsx';
import { linkTo } from '../address.ts';
import { ms } from '../texts.ts';
import { pairHeaders } from '../../records/model.ts';
import type { RequestDetail } from '../../records/model.ts';

export function Compare({ detail, withId }: { readonly detail: RequestDetail; readonly withId: string }) {
  const { data, error } = useFetched<RequestDetail>(`requests/${encodeURIComponent(withId)}`);
  if (data === undefined) return <Reading what="the other request" of={{ data, error }} />;
  // The earlier request is on the left, whichever was opened first.
  const [before, after] = detail.sequence <= data.sequence ? [detail, data] : [data, detail];
  const rows = differences(before, after);
  return (
    <section aria-label="What differs">
      <h2 class="request-title">What differs</h2>
      <TableBox label="Differences">
        <table class="compare">
          <thead>
            <tr>
              <td />
              <th scope="col">
                <a href={linkTo('traffic', before.id)}>{before.id.slice(0, 8)}</a>
              </th>
              <th scope="col">
                <a href={linkTo('traffic', after.id)}>{after.id.slice(0, 8)}</a>
              </th>
            </tr>
          </thead>
          <tbody>
            {rows.map(([name, one, other]) => (
              <tr key={name}>
                <th scope="row">{name}</th>
                <td class="before">{one}</td>
                <td class="after">{other}</td>
              </tr>
            ))}
          </tbody>
        </table>
      </TableBox>
      {rows.length === 0 ? <p>Only ids and times differ.</p> : null}
    </section>
  );
}

type Row = readonly [string, string, string];

function differences(one: RequestDetail, other: RequestDetail): readonly Row[] {
  const rows: Row[] = [
    ['status', String(one.status), String(other.status)],
    ['story', one.story.headline, other.story.headline],
    ['reason', one.story.sentences.join(' '), other.story.sentences.join(' ')],
    ['caller', one.caller ?? 'anonymous', other.caller ?? 'anonymous'],
    ['target', one.target, other.target],
    ...headerRows('request', one.request.headers, other.request.headers),
    ['request body', one.request.body?.text ?? '', other.request.body?.text ?? ''],
    ...headerRows('reply', one.reply.headers, other.reply.headers),
    ['reply body', one.reply.body?.text ?? '', other.reply.body?.text ?? ''],
    ...phaseRows(one, other),
  ];
  return rows.filter(([, before, after]) => before !== after);
}

function headerRows(where: string, one: RequestDetail['request']['headers'], other: typeof one): Row[] {
  return pairHeaders(one, other).map(([name, before = '–', after = '–']) => [
    `${where} ${name}`,
    before,
    after,
  ]);
}

function phaseRows(one: RequestDetail, other: RequestDetail): Row[] {
  return one.phases.flatMap((phase): Row[] => {
    const twin = other.phases.find(({ name }) => name === phase.name);
    const formatPhase = (record: typeof phase | undefined): string =>
      record === undefined ? 'not reached' : record.decided;
    const took = ms(phase.endMs - phase.beginMs);
    return formatPhase(phase) === formatPhase(twin)
      ? []
      : [[`phase ${phase.name}`, `${formatPhase(phase)} (${took})`, formatPhase(twin)]];
  });
}
