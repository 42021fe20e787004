/**
 * Lists the event sources that the emulated services report, then the other buses, each with the actions that the user
 * can perform.
 */
import type { EventSource, HandTarget } from '../../kernel/event-rows.ts';
import type { ShownEvents, ShownSource } from './inspect-model.ts';

type Events = {
  readonly rows: readonly EventSource[];
  readonly handTargets: readonly HandTarget[];
  readonly pending: number;
};

export function showEvents({ rows, handTargets, pending }: Events): ShownEvents {
  const byName = new Map(handTargets.map((target) => [target.name, target]));
  const listed = rows.map((row): ShownSource => ({ ...row, actions: actionsOf(byName.get(row.name)) }));
  const names = new Set(rows.map(({ name }) => name));
  // Services do not list a row for a bus, but events can be sent to a bus.
  const others = handTargets
    .filter(({ name }) => !names.has(name))
    .map((target): ShownSource => ({
      kind: 'bus',
      name: target.name,
      targets: [],
      state: '',
      actions: actionsOf(target),
    }));
  return { sources: [...listed, ...others], asynchronous: pending };
}

function actionsOf(target: HandTarget | undefined): ShownSource['actions'] {
  if (target === undefined) return [];
  if (target.run !== undefined) return ['run'];
  return target.redrive === undefined ? ['send'] : ['send', 'redrive'];
}
