/** The row of a reload among the requests of Traffic. */
import { linkTo } from '../address.ts';
import { describeReload } from '../traffic/reload-texts.ts';
import { ms, rowTime } from '../texts.ts';
import { classesOf } from '../traffic-columns.ts';
import type { ShownReload } from '../../records/reload-model.ts';

type Props = {
  readonly reload: ShownReload;
  readonly index: number;
  readonly isOpen: boolean;
  readonly newestEpochMs: number;
};

export function ReloadRow({ reload, index, isOpen, newestEpochMs }: Props) {
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
        {rowTime(reload.atEpochMs, newestEpochMs)}
      </span>
    </div>
  );
}
