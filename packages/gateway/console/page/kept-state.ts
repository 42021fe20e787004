/**
 * A choice in the page that survives when its section closes. It is stored in this tab, or permanently in this browser.
 */
import { useState } from 'preact/hooks';

export function useKept(
  store: Storage,
  name: string,
  initial = '',
): readonly [value: string, setValue: (value: string) => void] {
  const key = `gatewright-${name}`;
  const [value, setValue] = useState(() => store.getItem(key) ?? initial);
  const keep = (next: string): void => {
    store.setItem(key, next);
    setValue(next);
  };
  return [value, keep];
}
