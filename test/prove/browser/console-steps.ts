/**
 * The actions in sections of the console that need nothing outside of the page: tables, prices, the clock, and sections
 * that are only viewed.
 */
import assert from 'node:assert/strict';
import { go, readText } from './console-tour.ts';
import type { Page } from './page.ts';

export async function writeJson(page: Page, editor: string, value: unknown): Promise<void> {
  await page.click(`${editor} .cm-content`);
  await page.keyboard.press('Control+a');
  await page.keyboard.insertText(typeof value === 'string' ? value : JSON.stringify(value));
}

/**
 * Two orders, one of which is found by its key. The form for the second one shows the second one, even if the first one
 * was edited before.
 */
export async function readTable(page: Page): Promise<void> {
  await go(page, 'data');
  await page.click('.tabs a:has-text("orders")');
  for (const orderId of ['first', 'second']) {
    await page.click('button:has-text("New item")');
    await writeJson(page, '.edit', { orderId: { S: `${orderId}-of-the-proof` } });
    await page.click('.edit button:has-text("Write …")');
    await page.click('[role=alertdialog] button:has-text("Write it")');
    await page.waitForSelector(`td:has-text("${orderId}-of-the-proof")`);
  }
  for (const orderId of ['first', 'second']) {
    await page.click(`tr:has-text("${orderId}-of-the-proof") button:has-text("Edit")`);
    await page.waitForSelector(`.edit .cm-content:has-text("${orderId}-of-the-proof")`);
  }
  await page.click('.edit button:has-text("Cancel")');
  await page.fill('label:has-text("orderId is") input', 'second-of-the-proof');
  await page.click('button:has-text("Query")');
  await page.waitForSelector('main:not(:has-text("first-of-the-proof"))');
  await page.waitForSelector('td:has-text("second-of-the-proof")');
}

export async function changePrices(page: Page): Promise<void> {
  await go(page, 'numbers/cost');
  const before = await readText(page, 'section[aria-label=Cost] h2');
  await page.click('summary:has-text("Prices of us-east-1")');
  await page.fill('label:has-text("REST requests") input', '350');
  await page.keyboard.press('Tab');
  await page.waitForSelector('summary .badge:has-text("changed")');
  assert.notEqual(await readText(page, 'section[aria-label=Cost] h2'), before);
  await page.click('button:has-text("Restore")');
  await page.waitForSelector('summary:not(:has(.badge))');
}

export async function moveClock(page: Page): Promise<void> {
  await page.click('.clock summary');
  await page.fill('.clock input', 'tomorrow');
  await page.click('.clock button:has-text("Move")');
  await page.waitForSelector('.clock .problem');
  await page.fill('.clock input', '-30m');
  await page.click('.clock button:has-text("Move")');
  await page.waitForSelector('.clock summary b:has-text("30 min")');
  await page.click('.clock button:has-text("Reset")');
  await page.waitForSelector('.clock summary:not(:has(b))');
  await page.click('.clock summary');
}

/** Views what the previous steps have left, without changing it. At the end, the list is emptied. */
export async function lookAround(page: Page): Promise<void> {
  await go(page, 'calls');
  await page.waitForSelector('main section:has-text("Publish")');
  await go(page, 'functions');
  await page.click('tr:has-text("order") a');
  await page.waitForSelector('aside h3:has-text("Environment")');
  await go(page, 'differs');
  await page.waitForSelector('h2:has-text("Assumptions")');
  await go(page, 'numbers');
  await page.click('tr:has-text("GET /signed") a');
  await page.waitForSelector('.line:has-text("/dev/signed")');
  await page.selectOption('select[aria-label=Status]', '4xx');
  await page.waitForSelector('.split-list:not(:has(.line .status:has-text("200")))');
  await page.click('button:has-text("Clear")');
  await page.waitForSelector('main:has-text("No requests yet.")');
}
