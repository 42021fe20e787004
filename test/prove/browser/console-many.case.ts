/**
 * The console of an API with 500 routes and 500 requests. It shows all of them, finds one, and does not become wider
 * than the window.
 */
import assert from 'node:assert/strict';
import { go, openConsole, readText, tour } from './console-tour.ts';
import { serve } from './page.ts';
import { routesTemplate } from './routes-template.ts';
import type { BrowserCase } from './page.ts';

const ROUTES = 500;

export const browserCase: BrowserCase = {
  name: 'the console shows 500 routes and as many requests, and finds one of them',
  async run({ page }) {
    await using stacks = await serve(['routes.json'], [], {
      'routes.json': JSON.stringify(routesTemplate(ROUTES)),
    });
    const url = stacks.urlOf('routes', 'rest');
    for (let item = 1; item < ROUTES; item += 1) await (await fetch(`${url}/item${item}`)).text();
    const problems = await openConsole(page, stacks.console);

    await page.fill('input[type=search]', 'item321');
    await page.waitForSelector('.line:has-text("/dev/item321")');
    assert.match(await readText(page, '.hint'), /^1 of 499 recorded/);
    await go(page, 'apis');
    await page.waitForSelector('text=/item1');
    await page.fill('input[type=search]', 'item499');
    await page.waitForSelector('text=/item499');
    await page.fill('input[type=search]', '');

    await tour(page, 'many');
    assert.deepEqual(problems, []);
  },
};
