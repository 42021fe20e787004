/**
 * Hides what belongs to Gatewright's own stack, so that the user's service is read first. The choice applies to every
 * section, and is stored in this browser.
 */
import { useMemo } from 'preact/hooks';
import { useKept } from '../kept-state.ts';

type Part = { readonly isToolkit?: boolean };

type ToolkitFold<Item extends Part> = {
  readonly shown: readonly Item[];
  /** The button that shows or hides the rest; null if there is nothing to hide. */
  readonly button: ReturnType<typeof FoldButton> | null;
};

type Choice = { readonly isHidden: boolean; readonly toggle: () => void };

/**
 * Returns whether the toolkit's own parts are hidden, and a function that changes this. A section that folds two lists
 * passes one choice to both.
 */
export function useToolkitChoice(): Choice {
  const [choice, setChoice] = useKept(localStorage, 'toolkit', 'hidden');
  const isHidden = choice === 'hidden';
  return { isHidden, toggle: () => setChoice(isHidden ? 'shown' : 'hidden') };
}

/**
 * @param hasOwn whether this gateway serves anything else. A run of the toolkit's stack alone hides nothing
 * @param whats what the items are, such as `functions`
 */
export function useToolkitFold<Item extends Part>(
  items: readonly Item[],
  whats: string,
  hasOwn = items.some(({ isToolkit }) => isToolkit !== true),
  { isHidden, toggle } = useToolkitChoice(),
): ToolkitFold<Item> {
  const own = useMemo(() => items.filter(({ isToolkit }) => isToolkit !== true), [items]);
  if (!hasOwn || own.length === items.length) return { shown: items, button: null };
  return {
    shown: isHidden ? own : items,
    button: (
      <FoldButton isHidden={isHidden} count={items.length - own.length} whats={whats} onClick={toggle} />
    ),
  };
}

function FoldButton({
  isHidden,
  count,
  whats,
  onClick,
}: {
  readonly isHidden: boolean;
  readonly count: number;
  readonly whats: string;
  readonly onClick: () => void;
}) {
  return (
    <button
      type="button"
      class="fold"
      aria-pressed={!isHidden}
      title={`The ${whats} of Gatewright’s own stack: its authorizers, administration, channels and alarms`}
      onClick={onClick}
    >
      {isHidden ? 'Show' : 'Hide'} Gatewright’s own {whats} ({count.toLocaleString('en-US')})
    </button>
  );
}
