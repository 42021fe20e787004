/** Returns whether a key is typed into a field, including a field in a shadow root. */
export function isTyping(event: KeyboardEvent): boolean {
  const [target] = event.composedPath();
  return (
    target instanceof HTMLElement &&
    (target.isContentEditable || ['INPUT', 'TEXTAREA', 'SELECT'].includes(target.tagName))
  );
}

/**
 * Leaves the search field, so that the list receives its keyboard shortcuts again. Returns whether the key was typed
 * into the field.
 */
export function leaveSearch({ target }: KeyboardEvent): boolean {
  if (!(target instanceof HTMLInputElement) || target.type !== 'search') return false;
  target.blur();
  return true;
}
