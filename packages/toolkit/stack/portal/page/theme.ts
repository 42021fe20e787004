/** The theme: light, dark, or the system's choice. It is the only thing that this page stores in the browser. */
import { useState } from 'preact/hooks';

export const THEMES = ['system', 'light', 'dark'] as const;
export type Theme = (typeof THEMES)[number];
const KEY = 'portal-theme';

export function keptTheme(): Theme {
  try {
    const kept = localStorage.getItem(KEY);
    return THEMES.find((theme) => theme === kept) ?? 'system';
  } catch {
    // The browser blocks storage.
    return 'system';
  }
}

function keepTheme(theme: Theme): void {
  try {
    localStorage.setItem(KEY, theme);
  } catch {
    // The browser stores nothing, so the choice is lost when the page is closed.
  }
}

export function applyTheme(theme: Theme): void {
  document.documentElement.dataset['theme'] = theme;
}

export function useTheme(): readonly [theme: Theme, setTheme: (theme: Theme) => void] {
  const [theme, setTheme] = useState(keptTheme);
  const choose = (next: Theme): void => {
    keepTheme(next);
    applyTheme(next);
    setTheme(next);
    // A canvas keeps the colors with which it was drawn, so charts are drawn again.
    dispatchEvent(new Event('themechange'));
  };
  return [theme, choose];
}
