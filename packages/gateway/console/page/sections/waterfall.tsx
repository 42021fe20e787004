import { useState } from 'preact/hooks';
import { ShownText } from '../elements/parts.tsx';
import { ms, statusKind } from '../texts.ts';
import type { PhaseRecord } from '../../records/model.ts';

type Props = {
  readonly phases: readonly PhaseRecord[];
  readonly tookMs: number;
  /** The status of the reply. A refusal with 4xx is not drawn as an error, because it may be intended. */
  readonly status: number;
};

export function Waterfall({ phases, tookMs, status }: Props) {
  const refused = phases.findIndex(({ outcome }) => outcome === 'refused');
  const [open, setOpen] = useState<ReadonlySet<number>>(new Set(refused === -1 ? [] : [refused]));
  const [showsIdle, setShowsIdle] = useState(false);
  const idle = phases.filter(({ isIdle }) => isIdle);
  const toggle = (index: number): void =>
    setOpen((before) => {
      const after = new Set(before);
      if (!after.delete(index)) after.add(index);
      return after;
    });
  return (
    <section class="waterfall" aria-label="Phases">
      <h3>Phases</h3>
      {phases.map((phase, index) =>
        phase.isIdle === true && !showsIdle ? null : (
          <div class={`phase ${phase.outcome} ${statusKind(status)}`} key={phase.name}>
            <button
              type="button"
              class="phase-head"
              aria-expanded={open.has(index)}
              onClick={() => toggle(index)}
            >
              <span class="phase-name">{phase.name}</span>
              <span class="phase-bar" aria-hidden="true">
                <i style={barOf(phase, tookMs)} />
              </span>
              <span class="phase-took">{ms(phase.endMs - phase.beginMs)}</span>
            </button>
            <p class="phase-decided">{phase.decided}</p>
            {open.has(index) ? <Opened phase={phase} /> : null}
          </div>
        ),
      )}
      {idle.length === 0 ? null : (
        <button
          type="button"
          class="phase-idle soft"
          aria-expanded={showsIdle}
          onClick={() => setShowsIdle(!showsIdle)}
        >
          {showsIdle ? 'Hide' : 'Show'} {idle.length === 1 ? 'the phase' : `${idle.length} phases`} that had
          nothing to do: {idle.map(({ name }) => name).join(', ')}
        </button>
      )}
    </section>
  );
}

function Opened({ phase }: { readonly phase: PhaseRecord }) {
  return (
    <div class="phase-open">
      {phase.read.length === 0 ? (
        <p class="soft">No input.</p>
      ) : (
        <p>
          <span class="soft">read </span>
          {phase.read.join(' · ')}
        </p>
      )}
      {phase.shows.map((shown) => (
        <ShownText key={shown.title} shown={shown} />
      ))}
    </div>
  );
}

function barOf({ beginMs, endMs }: PhaseRecord, tookMs: number): { left: string; width: string } {
  const all = Math.max(tookMs, 0.01);
  const left = Math.min(99, (beginMs / all) * 100);
  return {
    left: `${left}%`,
    width: `${Math.max(1, Math.min(100 - left, ((endMs - beginMs) / all) * 100))}%`,
  };
}
