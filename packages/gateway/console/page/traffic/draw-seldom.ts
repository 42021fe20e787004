/** Minimum interval between two drawings. Changes are drawn at most four times a second, however fast they arrive. */
export const DRAWN_EVERY_MS = 250;

type Change<Rows> = (before: Rows) => Rows;

/**
 * Collects changes and passes them on together, in order, so that 10,000 rows are not drawn again for each new row.
 * @param draw receives all changes since the last call, and the last state that came with a change
 */
export function drawSeldom<Rows, State>(
  draw: (change: Change<Rows>, state: State | undefined) => void,
): {
  readonly later: (change: Change<Rows>, state?: State) => void;
  readonly stopDrawing: () => void;
} {
  let changes: Change<Rows>[] = [];
  let newState: State | undefined;
  let timer: ReturnType<typeof setTimeout> | undefined;
  const run = (): void => {
    const [made, state] = [changes, newState];
    [timer, changes, newState] = [undefined, [], undefined];
    draw((before) => made.reduce((rows, change) => change(rows), before), state);
  };
  return {
    later: (change, state) => {
      changes.push(change);
      newState = state ?? newState;
      timer ??= setTimeout(run, DRAWN_EVERY_MS);
    },
    stopDrawing: () => clearTimeout(timer),
  };
}
