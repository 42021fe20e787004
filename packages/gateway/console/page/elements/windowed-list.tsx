/**
 * A table of any length, of which only the visible rows are rendered. Rows and their head consist of cells
 * (`role="cell"`).
 */
import { useEffect, useRef, useState } from 'preact/hooks';
import { useIsNarrow, useScale } from './scale.ts';
import type { ComponentChildren } from 'preact';

const BEYOND = 8;

type Props<Item> = {
  readonly items: readonly Item[];
  /** The row height in CSS pixels at the default font size, in windows that are wider than a phone, and in narrow ones. */
  readonly rowHeight: { readonly wide: number; readonly narrow: number };
  readonly label: string;
  readonly keyOf: (item: Item) => string | number;
  readonly selected: number;
  readonly head: ComponentChildren;
  readonly children: (item: Item, index: number) => ComponentChildren;
};

export function WindowedList<Item>({ items, label, keyOf, selected, head, children, ...props }: Props<Item>) {
  const { wide, narrow } = props.rowHeight;
  const rowHeight = Math.round((useIsNarrow() ? narrow : wide) * useScale());
  const box = useRef<HTMLDivElement>(null);
  const headRow = useRef<HTMLDivElement>(null);
  const [view, setView] = useState({ top: 0, height: 600 });
  useEffect(() => {
    const element = box.current;
    if (element === null) return undefined;
    const measure = (): void => setView({ top: element.scrollTop, height: element.clientHeight });
    measure();
    element.addEventListener('scroll', measure, { passive: true });
    const watcher = new ResizeObserver(measure);
    watcher.observe(element);
    return () => {
      element.removeEventListener('scroll', measure);
      watcher.disconnect();
    };
  }, []);
  useEffect(() => {
    const element = box.current;
    if (element === null || selected < 0) return;
    const top = selected * rowHeight;
    // The head covers some rows, so its height is subtracted.
    const seen = element.clientHeight - (headRow.current?.clientHeight ?? 0);
    if (top < element.scrollTop) element.scrollTop = top;
    else if (top + rowHeight > element.scrollTop + seen) element.scrollTop = top + rowHeight - seen;
  }, [selected, rowHeight]);
  const first = Math.max(0, Math.floor(view.top / rowHeight) - BEYOND);
  const last = Math.min(items.length, Math.ceil((view.top + view.height) / rowHeight) + BEYOND);
  return (
    <div class="window" ref={box} role="table" aria-label={label} aria-rowcount={items.length + 1}>
      <div class="line-head" role="row" aria-rowindex={1} ref={headRow} style={{ height: `${rowHeight}px` }}>
        {head}
      </div>
      <div class="window-all" role="rowgroup" style={{ height: `${items.length * rowHeight}px` }}>
        {items.slice(first, last).map((item, index) => (
          <div
            class="window-row"
            role="presentation"
            key={keyOf(item)}
            style={{ top: `${(first + index) * rowHeight}px`, height: `${rowHeight}px` }}
          >
            {children(item, first + index)}
          </div>
        ))}
      </div>
    </div>
  );
}
