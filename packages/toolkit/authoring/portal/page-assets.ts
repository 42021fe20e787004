/** The files of the page, as `portal-page` serves them: the built page with the owner's name and colour. */
import { createHash } from 'node:crypto';
import type { PortalFile } from '@gatewright/handlers/portal/compiled-portal-page';

/** The files of the built page, by file name. `index.html` refers to the other files. */
export type PageSources = ReadonlyMap<string, string>;

type NamedFile = { readonly name: string; readonly file: PortalFile };

const TYPES: Readonly<Record<string, string>> = {
  html: 'text/html; charset=utf-8',
  js: 'text/javascript; charset=utf-8',
  css: 'text/css; charset=utf-8',
  svg: 'image/svg+xml',
  txt: 'text/plain; charset=utf-8',
};

/** Returns every file with its path below the portal. The page itself has the empty path. */
export function pageFiles(sources: PageSources, title: string): readonly NamedFile[] {
  const assets = [...sources]
    .filter(([name]) => name !== 'index.html')
    .map(([name, body]) => ({ name, asset: hashedFile(name, { type: typeOf(name), body }) }));
  let html = sources.get('index.html') ?? '';
  for (const { name, asset } of assets) html = html.replaceAll(`"${name}"`, `"${asset.name}"`);
  html = html.replace(/<title>[^<]*<\/title>/, () => `<title>${escaped(title)}</title>`);
  return [plainFile('', { type: typeOf('index.html'), body: html }), ...assets.map(({ asset }) => asset)];
}

/** Returns a file under a name that changes with its content, so that browsers may cache it. */
export function hashedFile(name: string, content: Omit<PortalFile, 'etag' | 'isHashed'>): NamedFile {
  const hash = hashOf(content.body);
  const dot = name.lastIndexOf('.');
  return {
    name: `assets/${name.slice(0, dot)}-${hash}${name.slice(dot)}`,
    file: { ...content, etag: `"${hash}"`, isHashed: true },
  };
}

export function plainFile(name: string, content: Omit<PortalFile, 'etag' | 'isHashed'>): NamedFile {
  return { name, file: { ...content, etag: `"${hashOf(content.body)}"` } };
}

/** Returns the style sheet with the owner's colour. A style attribute would need a weaker Content-Security-Policy. */
export function styleOf(colour: string, ink: string): string {
  return `:root{--brand:${colour};--brand-ink:${ink}}\n`;
}

/** Returns the icon of the page: the first letter of the name on the owner's colour. */
export function iconOf(name: string, colour: string, ink: string): string {
  const [letter = ''] = name.trim();
  return (
    `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 32 32"><rect width="32" height="32" rx="8" fill="${colour}"/>` +
    `<text x="16" y="22.5" text-anchor="middle" font-family="system-ui,sans-serif" font-size="19" font-weight="700" fill="${ink}">${escaped(letter.toUpperCase())}</text></svg>`
  );
}

function typeOf(name: string): string {
  return TYPES[name.slice(name.lastIndexOf('.') + 1)] ?? 'application/octet-stream';
}

function hashOf(body: string): string {
  return createHash('sha256').update(body).digest('hex').slice(0, 16);
}

function escaped(text: string): string {
  return text.replace(/[&<>"']/g, (character) => `&#${character.charCodeAt(0)};`);
}
