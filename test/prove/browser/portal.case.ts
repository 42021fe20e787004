/** The portal in a browser: every section with content, without content, and when it is refused. */
import assert from 'node:assert/strict';
import { startPortal } from '../../support/a-portal-server.ts';
import { anEmptyOrganisation, anOrganisation } from '../../support/portal-organisations.ts';
import type { PortalOrganisation } from '../../support/portal-organisations.ts';
import { fixturePage, goTo, lookAtPortal, openPortal, PORTAL_SECTIONS, signIn } from './portal-tour.ts';
import type { BrowserCase, Page } from './page.ts';

export const browserCase: BrowserCase = {
  name: 'the portal shows every section on a desktop and a phone, in light and dark, full, empty and refused',
  async run({ page }) {
    const full = anOrganisation('shop', 'Corner shop');
    const empty = anEmptyOrganisation('stall', 'Market stall');
    await using portal = await startPortal(fixturePage(), [full, empty]);
    const problems = await openPortal(page, portal);
    await lookAtPortal(page, 'sign-in');
    await signIn(page, portal);
    for (const [section, shows] of PORTAL_SECTIONS) {
      await goTo(page, section, shows);
      if (section === 'reference/orders') await page.click('.operation-row:nth-child(2) .operation-head');
      await lookAtPortal(page, `full-${section.replace('/', '-')}`);
    }
    await page.selectOption('select[aria-label=Organisation]', 'stall');
    await page.waitForSelector('.account:has-text("Market stall")');
    for (const [section, shows] of PORTAL_SECTIONS) {
      await goTo(page, section, shows);
      await lookAtPortal(page, `empty-${section.replace('/', '-')}`);
    }
    await chooseColours(page);
    await askAsDeveloper(page, empty);
    portal.failsWith = 503;
    for (const section of ['keys', 'webhooks', 'use', 'plan', 'invoices', 'alerts', 'members', 'log']) {
      await goTo(page, section, 'main .problem');
      await lookAtPortal(page, `refused-${section}`);
    }
    portal.endSessions();
    portal.failsWith = undefined;
    await goTo(page, 'use', '.sign-in');
    assert.deepEqual(problems, []);
  },
};

const STORED = 'portal-theme';

/** The colour switch overrides the setting of the system, and is the only thing that the browser stores. */
async function chooseColours(page: Page): Promise<void> {
  await page.emulateMedia({ colorScheme: 'light' });
  await page.selectOption('.theme select', 'dark');
  const { ground, stored } = await page.evaluate(readColours, undefined);
  assert.deepEqual([ground, stored], ['rgb(18, 21, 28)', [STORED]]);
  await page.goto(page.url().replace(/#.*/, '?again'));
  await page.waitForSelector('.account');
  assert.equal((await page.evaluate(readColours, undefined)).ground, 'rgb(18, 21, 28)');
  await page.selectOption('.theme select', 'system');
  assert.equal((await page.evaluate(readColours, undefined)).ground, 'rgb(246, 247, 249)');
}

function readColours(): Promise<{ readonly ground: string; readonly stored: readonly string[] }> {
  const { document, localStorage, sessionStorage, getComputedStyle } = globalThis as unknown as {
    readonly document: { readonly body: object };
    readonly localStorage: object;
    readonly sessionStorage: object;
    readonly getComputedStyle: (of: object) => { readonly backgroundColor: string };
  };
  const stored = [...Object.keys(localStorage), ...Object.keys(sessionStorage)];
  return Promise.resolve({ ground: getComputedStyle(document.body).backgroundColor, stored });
}

/** Sections that a role may not open stay in the menu, and name the roles that may open them. */
async function askAsDeveloper(page: Page, organisation: PortalOrganisation): Promise<void> {
  const [member] = organisation.members;
  assert.ok(member);
  member.role = 'developer';
  await goTo(page, 'invoices', '.problem:has-text("This action needs the role owner or billing.")');
  await lookAtPortal(page, 'developer-invoices');
  await goTo(page, 'members', '.problem:has-text("This action needs the role owner.")');
  await goTo(page, 'plan', '.plans .card');
  await page.click('button:has-text("Change to Free …")');
  await page.waitForSelector('.problem:has-text("This action needs the role owner or billing.")');
  member.role = 'owner';
}
