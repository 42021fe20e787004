/** Reads what a page shows, and finds elements that can only come from data that was interpreted as markup. */
import type { Page } from './page.ts';

type Inspected = { readonly text: string; readonly wrong: readonly string[] };

export function inspectPage(page: Page): Promise<Inspected> {
  return page.evaluate(inspect, undefined);
}

/** Runs in the page. */
function inspect(): Promise<Inspected> {
  type Element = {
    readonly localName: string;
    readonly textContent: string;
    readonly attributes: Iterable<{ readonly name: string; readonly value: string }>;
    readonly shadowRoot: Root | null;
  };
  type Root = { querySelectorAll(selector: string): Iterable<Element> };
  type Windowed = {
    readonly ran?: number;
    readonly document: Root & { readonly body: { readonly textContent: string } };
    readonly location: { readonly href: string };
  };
  const { document, location, ran = 0 } = globalThis as unknown as Windowed;
  const wrong: string[] = ran === 0 ? [] : [`${ran} scripts ran`];
  const foreign = new Set([
    'iframe',
    'frame',
    'object',
    'embed',
    'base',
    'form-associated',
    'math',
    'marquee',
  ]);
  const links = new Set([
    'href',
    'src',
    'xlink:href',
    'action',
    'formaction',
    'data',
    'poster',
    'ping',
    'srcset',
  ]);
  let scripts = 0;
  const isSafe = (element: Element, value: string): boolean => {
    if (element.localName === 'img' && /^data:image\/[a-z0-9.+-]+;base64,[a-zA-Z0-9+/=]*$/.test(value))
      return true;
    const url = new URL(value, location.href);
    const isOwn = url.origin === new URL(location.href).origin;
    const isFile = /^(?:assets\/)?[\w-]+\.(?:svg|css|js|png|txt)$/.test(value);
    return isOwn && (value.startsWith('#/') || value === '#main' || isFile);
  };
  const look = (root: Root): void => {
    for (const element of root.querySelectorAll('*')) {
      if (element.localName === 'script') scripts += 1;
      if (foreign.has(element.localName)) wrong.push(`there is <${element.localName}>`);
      for (const { name, value } of element.attributes) {
        const isCode = name.startsWith('on') || name === 'srcdoc' || name === 'data-drawn';
        const isBadLink = links.has(name) && !isSafe(element, value);
        if (isCode || isBadLink) wrong.push(`<${element.localName} ${name}="${value.slice(0, 200)}">`);
      }
      if (element.shadowRoot !== null) look(element.shadowRoot);
    }
  };
  look(document);
  if (scripts !== 1) wrong.push(`there are ${scripts} scripts`);
  return Promise.resolve({ text: document.body.textContent, wrong });
}
