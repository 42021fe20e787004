/** Visits the sections of the portal on a desktop and on a phone, in light and dark colours. */
import assert from 'node:assert/strict';
import { mkdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { compilePortal } from '../../../packages/toolkit/authoring/portal/compile-portal.ts';
import { readPortal } from '../../../packages/toolkit/authoring/portal/portal-files.ts';
import { loadPortalPage } from '../../../layers/portal-page.ts';
import type { CompiledPortalPage } from '#shared/portal/compiled-portal-page.ts';
import { REPOSITORY } from '../../architecture/source-files.ts';
import type { Portal } from '../../support/a-portal-server.ts';
import { AXE, findingsOfAxe } from './console-tour.ts';
import type { Page } from './page.ts';

const SHOTS = join(REPOSITORY, '.build/portal');
const SCREENS = { desktop: { width: 1440, height: 900 }, phone: { width: 390, height: 844 } } as const;
/** The sections of the portal, each with a text that it shows once it is loaded. */
export const PORTAL_SECTIONS: readonly (readonly [section: string, shows: string])[] = [
  ['keys', 'main .card'],
  ['webhooks', 'main .card'],
  ['use', 'main .soft'],
  ['plan', 'main .card'],
  ['invoices', 'main h1'],
  ['alerts', 'main h1'],
  ['members', 'main .card'],
  ['log', 'main h1'],
  ['reference/orders', '.operation-head'],
  ['help', 'main h1'],
  ['terms', 'main h1'],
];

/** The page of test/fixtures/portal. */
export function fixturePage(): CompiledPortalPage {
  const build = readPortal(join(REPOSITORY, 'test/fixtures/portal'), { page: loadPortalPage });
  assert.ok(build?.kind === 'compiled');
  return build.page;
}

/** The webhook sources that the document of a test can offer. */
const SOURCES = ['dev', 'prod'].map((stage) => ({
  name: 'orders',
  stage,
  scheme: 'standard' as const,
  toleranceSeconds: 300,
  secret: { kind: 'parameter' as const, name: '/harvest/webhooks' },
  secretsOf: 'customers' as const,
  target: { kind: 'sqs' as const, queue: 'orders' },
}));

/** The page for a document that a test has written. */
export function pageOf(document: object, files: Readonly<Record<string, string>> = {}): CompiledPortalPage {
  const build = compilePortal(JSON.stringify(document), 'access/portal.yml', {
    page: loadPortalPage(),
    sources: SOURCES,
    open: (name) => (files[name] === undefined ? undefined : { file: name, bytes: Buffer.from(files[name]) }),
  });
  assert.ok(build.kind === 'compiled', JSON.stringify(build));
  return build.page;
}

/**
 * @returns the errors of the browser, and the addresses of other hosts that the page has called; later ones are added
 */
export function openPortal(page: Page, portal: Portal, hash = ''): Promise<readonly string[]> {
  return openPage(page, portal.origin, hash);
}

export async function openPage(page: Page, origin: string, hash: string): Promise<readonly string[]> {
  const problems: string[] = [];
  page.on('console', (message) => {
    // The browser reports each refusal as an error, including the 401 that says that nobody is signed in.
    if (message.type() === 'error' && !message.text().startsWith('Failed to load resource'))
      problems.push(message.text());
  });
  page.on('pageerror', (error) => problems.push(error.message));
  page.on('request', (request) => {
    if (new URL(request.url()).origin !== origin) problems.push(`asked ${request.url()}`);
  });
  await page.addInitScript({ content: readFileSync(AXE, 'utf8') });
  await page.goto(`${origin}/${hash}`);
  await page.waitForSelector('main h1');
  return problems;
}

/** Opens the address to which the issuer redirects the browser after a sign-in. */
export async function signIn(page: Page, portal: Portal): Promise<void> {
  await page.goto(`${portal.origin}/session/callback?code=c&state=s`);
  await page.waitForSelector('.account');
}

export async function goTo(page: Page, section: string, shows: string): Promise<void> {
  await page.goto(page.url().replace(/#.*|$/, `#/${section}`));
  await page.waitForSelector(shows);
}

/** Checks that nothing is wider than the screen and that axe finds nothing, and takes a screenshot. */
export async function lookAtPortal(page: Page, name: string): Promise<void> {
  mkdirSync(SHOTS, { recursive: true });
  for (const colorScheme of ['light', 'dark'] as const) {
    await page.emulateMedia({ colorScheme });
    for (const [screen, size] of Object.entries(SCREENS)) {
      await page.setViewportSize(size);
      const overflow = await page.evaluate(measureOverflow, undefined);
      await page.screenshot({ path: join(SHOTS, `${name}-${screen}-${colorScheme}.png`), fullPage: true });
      assert.deepEqual(overflow, [], `${name} on a ${screen}, ${colorScheme}`);
      assert.deepEqual(await findingsOfAxe(page), [], `${name} on a ${screen}, ${colorScheme}`);
    }
  }
  await page.emulateMedia({ colorScheme: 'light' });
  await page.setViewportSize(SCREENS.desktop);
}

async function measureOverflow(): Promise<readonly string[]> {
  await new Promise((resolve) => setTimeout(resolve, 150));
  type Box = {
    readonly localName: string;
    readonly className: string;
    getBoundingClientRect(): { readonly right: number; readonly width: number };
  };
  const { document, innerWidth } = globalThis as unknown as {
    readonly innerWidth: number;
    readonly document: {
      readonly documentElement: { readonly scrollWidth: number };
      querySelectorAll(selector: string): Iterable<Box>;
    };
  };
  if (document.documentElement.scrollWidth <= innerWidth) return [];
  return [...document.querySelectorAll('body *')]
    .filter((box) => box.getBoundingClientRect().right > innerWidth + 1)
    .map((box) => `${box.localName}.${box.className} ends at ${box.getBoundingClientRect().right}`)
    .slice(0, 5);
}
