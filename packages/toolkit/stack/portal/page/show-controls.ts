/**
 * Shows control characters and marks of text direction as escapes, such as `\u202e`, wherever this page shows text. A
 * record contains text from other people, and a name that reverses the text after it would read as another name.
 */
import { options } from 'preact';
import { showControlsInLines } from '@gatewright/aws/text/visible-text';

/** Attributes that a browser shows or reads aloud. `value` is not in the list, because the value of a field is sent. */
const SHOWN = ['title', 'aria-label', 'alt', 'label', 'placeholder'];

/** A node before it is drawn. The `type` of a text node is null, and its `props` are the text. */
type Drawn = { readonly type: unknown; props: unknown };

export function showControlsEverywhere(): void {
  options.vnode = showControlsOf;
}

function showControlsOf(node: Drawn): void {
  if (node.type === null && typeof node.props === 'string') node.props = showControlsInLines(node.props);
  if (typeof node.type !== 'string') return;
  const props = node.props as Record<string, unknown>;
  for (const name of SHOWN) {
    const value = props[name];
    if (typeof value === 'string') props[name] = showControlsInLines(value);
  }
}
