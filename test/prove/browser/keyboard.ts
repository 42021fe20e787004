/** Uses the page of the portal without a mouse. Every step is a key that a person would press. */
import type { Page } from './page.ts';

/** Presses Tab until the focused element has this name. Fails if the focus returns to where it began. */
async function tabTo(page: Page, name: string): Promise<void> {
  for (let presses = 0; presses < 80; presses += 1) {
    await page.keyboard.press('Tab');
    if ((await page.evaluate(focusedName, undefined)) === name) return;
  }
  throw new Error(`the keyboard does not reach “${name}”`);
}

/** Returns the name that a screen reader would read for the focused element, as far as this page needs it. */
function focusedName(): Promise<string> {
  type Node = { readonly nodeType: number; readonly textContent: string };
  type Focused = {
    readonly textContent: string;
    readonly labels?: ArrayLike<{ readonly childNodes: Iterable<Node> }> | null;
    getAttribute(name: string): string | null;
  };
  const { document } = globalThis as unknown as {
    readonly document: { readonly activeElement: Focused | null };
  };
  const focused = document.activeElement;
  const texts = [...(focused?.labels?.[0]?.childNodes ?? [])].filter(({ nodeType }) => nodeType === 3);
  const label = texts.map(({ textContent }) => textContent).join('');
  const own = label === '' ? (focused?.textContent ?? '') : label;
  return Promise.resolve((focused?.getAttribute('aria-label') ?? own).trim());
}

export async function press(page: Page, name: string): Promise<void> {
  await tabTo(page, name);
  await page.keyboard.press('Enter');
}

export async function type(page: Page, name: string, text: string): Promise<void> {
  await tabTo(page, name);
  await page.keyboard.insertText(text);
}

/** Opens a section through the menu, which is closed on a phone. */
export async function openSection(page: Page, title: string, shows: string): Promise<void> {
  await page.waitForSelector('.menu-button[aria-expanded=false]');
  await page.evaluate(focusMenu, undefined);
  await page.keyboard.press('Enter');
  await page.waitForSelector('.menu.is-open');
  await press(page, title);
  await page.waitForSelector(shows);
  await page.waitForSelector('.menu-button[aria-expanded=false]');
}

/** Moves the focus to the menu, as Shift+Tab does at the beginning of a section. */
export function focusMenu(): Promise<void> {
  const { document } = globalThis as unknown as {
    readonly document: { querySelector(selector: string): { focus(): void } | null };
  };
  document.querySelector('.menu-button')?.focus();
  return Promise.resolve();
}
