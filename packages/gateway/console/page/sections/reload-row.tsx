/** The row of a reload among the requests of Traffic. */
import { linkTo } from '../address.ts';
import { describeReload } from '../traffic/reload-texts.ts';
import { clockTime, ms } from '../texts.ts';
import { classesOf } from '../traffic-columns.ts';
import type { ShownReload } from '../../records/reload-model.ts';

type Props = { readonly reload: ShownReload; readonly index: number; readonly isOpen: boolean };

export function ReloadRow({ reload, index, isOpen }: Props) {
  const text = describeReload(reload);
  return (
    <div class={`line reload ${isOpen ? 'open' : ''}`} role="row" aria-rowindex={index + 2}>
      <span class="reload-kind" role="cell">
        <span class={`badge ${reload.kind}`}>{reload.kind === 'kept' ? 'not reloaded' : 'reloaded'}</span>
      </span>
      <span class="target reload-text" role="cell" title={text}>
        <a
          class="line-link"
          href={linkTo('traffic', `reload-${reload.number}`)}
          aria-current={isOpen ? 'true' : undefined}
        >
          {text}
        </a>
      </span>
      <span class={`${classesOf('Size')} soft`} role="cell">
        version {reload.version}
      </span>
      <span class={classesOf('Took')} role="cell">
        {reload.tookMs === undefined ? '' : ms(reload.tookMs)}
      </span>
      <span class={`${classesOf('Time')} soft`} role="cell">
        {clockTime(reload.atEpochMs).slice(0, 8)}
      </span>
    </div>
  );
}
