/**
 * Checks that the portal shows everything from outside as text: names of keys, members and limits, texts of the owner,
 * the whole OpenAPI document, and answers of APIs. The page's Content Security Policy is switched off for this test,
 * because it would hide that the page had created a script.
 */
import assert from 'node:assert/strict';
import type { CompiledPortalPage } from '#shared/portal/compiled-portal-page.ts';
import { startPortal } from '../../support/a-portal-server.ts';
import { anOrganisation } from '../../support/portal-organisations.ts';
import { DrawnTexts, PIECES } from './drawn-texts.ts';
import { inspectPage } from './inspect-page.ts';
import { goTo, lookAtPortal, openPortal, pageOf, PORTAL_SECTIONS, signIn } from './portal-tour.ts';
import type { BrowserCase, Page } from './page.ts';

const SEED = 20_261_127;

export const browserCase: BrowserCase = {
  name: 'the portal shows markup, scripts, controls and marks of direction as text, runs none and links nowhere else',
  async run({ page }) {
    const texts = new DrawnTexts(SEED);
    const text = (place: string): string => texts.draw(place, 'anything');
    const shop = anOrganisation('shop', text('name of an organisation'), text);
    shop.log.push({ at: text('time'), byName: text('member'), what: text('change'), on: text('thing') });
    shop.keys.push({
      keyId: text('id of a key'),
      state: text('state of a key'),
      createdAt: text('time of a key'),
      secrets: [],
      isManaged: false,
    });
    await using portal = await startPortal(hostilePage(texts), [shop]);
    await (await page.context().newCDPSession(page)).send('Page.setBypassCSP', { enabled: true });
    const problems = await openPortal(page, portal, `#/sign-in/${encodeURIComponent(text('code'))}`);
    const seen = new Set<string>();
    const wrong = new Set<string>();
    const look = async (place: string): Promise<void> => {
      const found = await inspectPage(page);
      seen.add(found.text);
      for (const one of found.wrong) wrong.add(`${place}: ${one}`);
    };

    await look('sign-in');
    await lookAtPortal(page, 'hostile-sign-in');
    await signIn(page, portal);
    for (const [section, shows] of [...PORTAL_SECTIONS, ['invoices/2026-10', 'main td'] as const]) {
      await goTo(page, section, shows);
      await page.evaluate(openAll, undefined);
      await look(section);
      await lookAtPortal(page, `hostile-${section.replace('/', '-')}`);
    }
    await goTo(page, 'keys', 'main .card');
    await page.click('.cards .card button:has-text("Revoke")');
    await page.waitForSelector('.ask');
    await look('a question');
    await lookAtAddresses(page, look);

    assert.deepEqual([...wrong], []);
    const all = [...seen].join('\n');
    console.log(`    portal: ${texts.drawn.length} texts drawn, ${seen.size} views looked at`);
    assert.deepEqual(
      texts.drawn.filter(({ shown }) => !all.includes(shown)),
      [],
    );
    assert.deepEqual(texts.unmet, []);
    assert.deepEqual(problems, []);
  },
};

/** Addresses as another page could link to them. */
async function lookAtAddresses(page: Page, look: (place: string) => Promise<void>): Promise<void> {
  for (const piece of PIECES)
    for (const section of ['sign-in', 'invitation', 'invoices', 'reference', ''])
      for (const address of [
        `${section}/${piece}`,
        `${section}/${encodeURIComponent(piece)}`,
        `${piece}/${section}`,
      ]) {
        await goTo(page, address, 'main');
        await look(address);
      }
}

/** The length limits of portal.yml do not apply here, so that each text can be as long as the longest random text. */
function hostilePage(texts: DrawnTexts): CompiledPortalPage {
  const text = (place: string): string => texts.draw(place, 'anything');
  const page = pageOf({
    version: 1,
    name: 'Harvest',
    colour: '#0b5fa5',
    plans: [{ plan: 'free', title: 'Free', changesTo: [], from: 'now' }],
  });
  const about = {
    name: text('name of the portal'),
    colour: '#0b5fa5',
    welcome: text('welcome'),
    help: text('help'),
    terms: text('terms'),
    apis: [
      {
        id: 'orders',
        title: text('title of an API'),
        url: 'https://api.example',
        reference: 'apis/orders.json',
      },
    ],
    webhooks: ['dev'],
    signIn: { dev: text('label of the sign-in') },
  };
  const reference = { type: 'application/json', body: JSON.stringify(hostileReference(texts)), etag: '"r"' };
  return { files: { ...page.files, 'apis/orders.json': reference }, about };
}

function hostileReference(texts: DrawnTexts): object {
  const text = (place: string): string => texts.draw(place, 'anything');
  const name = (place: string): string => texts.draw(place, 'name');
  const tag = text('tag');
  const schema = {
    type: 'object',
    title: 'not shown',
    description: text('description of a schema'),
    properties: {
      [name('member')]: {
        type: 'string',
        format: text('format'),
        pattern: text('pattern'),
        default: text('default'),
      },
      [name('list')]: { type: 'array', items: { type: text('type') }, enum: [text('word')] },
    },
  };
  return {
    openapi: '3.1.0',
    info: { title: 'not shown', version: text('version'), description: text('description') },
    tags: [{ name: tag, description: text('description of a tag') }],
    paths: {
      [`/${name('path')}`]: {
        post: {
          tags: [tag],
          summary: text('summary'),
          description: text('description of an operation'),
          parameters: [
            {
              name: name('query parameter'),
              in: 'query',
              description: text('description of a parameter'),
              schema,
            },
            { name: name('header parameter'), in: 'header' },
          ],
          requestBody: {
            description: text('description of a body'),
            content: { [name('content type')]: { schema, example: text('example of a body') } },
          },
          responses: {
            [name('status')]: {
              description: text('description of an answer'),
              content: { 'text/plain': { schema, examples: { a: { value: text('example of an answer') } } } },
            },
          },
          security: [{ key: [] }],
        },
      },
    },
    components: {
      securitySchemes: { key: { type: 'apiKey', in: 'header', name: text('header of the key') } },
    },
  };
}

/** Runs in the page. */
async function openAll(): Promise<void> {
  type Element = { click(): void };
  const { document } = globalThis as unknown as {
    readonly document: { querySelectorAll(selector: string): Iterable<Element> };
  };
  for (const selector of [
    '.operation-head[aria-expanded=false]',
    'details:not([open]) > summary',
    'details:not([open]) > summary',
  ]) {
    for (const element of document.querySelectorAll(selector)) element.click();
    await new Promise((resolve) => setTimeout(resolve, 100));
  }
}
