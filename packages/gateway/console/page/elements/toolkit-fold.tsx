/**
 * Hides what belongs to Gatewright's own stack, so that the user's service is read first. The choice applies to every
 * section, and is stored in this browser.
 */
import { useKept } from '../kept-state.ts';

type Part = { readonly isToolkit?: boolean };

export type ToolkitFold<Item extends Part> = {
  readonly shown: readonly Item[];
  /** The button that shows or hides the rest; null if there is nothing to hide. */
  readonly button: ReturnType<typeof FoldButton> | null;
};

/**
 * @param hasOwn whether this gateway serves anything else. A run of the toolkit's stack alone hides nothing
 * @param whats what the items are, such as `functions`
 */
export function useToolkitFold<Item extends Part>(
  items: readonly Item[],
  whats: string,
  hasOwn = items.some(({ isToolkit }) => isToolkit !== true),
): ToolkitFold<Item> {
  const [choice, setChoice] = useKept(localStorage, 'toolkit', 'hidden');
  const toolkit = items.filter(({ isToolkit }) => isToolkit === true);
  if (!hasOwn || toolkit.length === 0) return { shown: items, button: null };
  const isHidden = choice === 'hidden';
  return {
    shown: isHidden ? items.filter(({ isToolkit }) => isToolkit !== true) : items,
    button: (
      <FoldButton
        isHidden={isHidden}
        count={toolkit.length}
        whats={whats}
        onClick={() => setChoice(isHidden ? 'shown' : 'hidden')}
      />
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
