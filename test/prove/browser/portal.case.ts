/** The portal in a browser: every section with something in it, with nothing in it, and refused. */
import assert from 'node:assert/strict';
import { startPortal } from '../../support/a-portal-server.ts';
import { anEmptyOrganisation, anOrganisation } from '../../support/portal-organisations.ts';
import { fixturePage, goTo, lookAtPortal, openPortal, PORTAL_SECTIONS, signIn } from './portal-tour.ts';
import type { BrowserCase } from './page.ts';

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
    portal.failsWith = 503;
    for (const section of ['keys', 'use', 'plan', 'invoices', 'alerts', 'members', 'log']) {
      await goTo(page, section, 'main .problem');
      await lookAtPortal(page, `refused-${section}`);
    }
    portal.endSessions();
    portal.failsWith = undefined;
    await goTo(page, 'use', '.sign-in');
    assert.deepEqual(problems, []);
  },
};
