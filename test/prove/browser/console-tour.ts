/**
 * Visits the sections of the console on every screen and in every colour scheme. Any problem of a section is an error.
 */
import assert from 'node:assert/strict';
import { mkdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { toolFolder } from '../../../lab/tools/install-tool.ts';
import { REPOSITORY } from '../../architecture/source-files.ts';
import type { SectionName } from '../../../packages/gateway/console/page/sections.ts';
import type { Page } from './page.ts';

/** The sections that every gateway has. The section of customers has a case of its own. */
export type TouredSection = Exclude<SectionName, 'customers'>;

/** The parts of each section that have an address of their own. */
const PARTS: Readonly<Record<TouredSection, readonly string[]>> = {
  traffic: [],
  apis: ['map'],
  access: [],
  sockets: [],
  keys: [],
  caches: [],
  functions: [],
  data: [],
  calls: ['events'],
  numbers: ['cost'],
  differs: [],
};
const PLACES = Object.entries(PARTS).flatMap(([section, parts]) => [
  section,
  ...parts.map((part) => `${section}/${part}`),
]);
const SCREENS = {
  phone: { width: 360, height: 800 },
  desktop: { width: 1280, height: 800 },
  '4k': { width: 3840, height: 2160 },
} as const;
/** The elements with the name of the gateway, its state and its clock. */
const FRAME = ['.brand', '.live', '.clock'];
const SHOTS = join(REPOSITORY, '.build/console');
export const AXE = join(toolFolder('browser'), 'node_modules/axe-core/axe.min.js');

/**
 * Opens the console, with axe in the page, by which the tour examines it.
 * @returns the errors of the browser, to which later ones are added
 */
export async function openConsole(page: Page, address: string): Promise<readonly string[]> {
  const problems: string[] = [];
  page.on('console', (message) => {
    if (message.type() === 'error') problems.push(message.text());
  });
  page.on('pageerror', (error) => problems.push(error.message));
  // Adds axe before the page's own scripts run. The page's policy would refuse to load it later.
  await page.addInitScript({ content: readFileSync(AXE, 'utf8') });
  await page.goto(address);
  await page.waitForSelector('nav.side');
  return problems;
}

export async function readText(page: Page, selector: string): Promise<string> {
  await page.waitForSelector(selector);
  return (await page.textContent(selector)) ?? '';
}

export async function go(page: Page, section: string): Promise<void> {
  // The document stays the same, because only the fragment of the address differs.
  await page.goto(page.url().replace(/#.*|$/, `#/${section}`));
  const [first = ''] = section.split(/[/?]/);
  await page.waitForSelector(`nav.side a[aria-current=page][href="#/${first}"]`);
}

/** @param label is part of the names of the screenshots */
export async function tour(page: Page, label: string): Promise<void> {
  for (const section of PLACES) {
    await go(page, section);
    await lookAt(page, `${label}-${section.replace('/', '-')}`);
  }
}

/**
 * Examines the current page, on every screen in light and dark: nothing is wider than its box, and axe finds only minor
 * problems.
 */
export async function lookAt(page: Page, name: string, frame: readonly string[] = FRAME): Promise<void> {
  mkdirSync(SHOTS, { recursive: true });
  for (const colorScheme of ['light', 'dark'] as const) {
    await page.emulateMedia({ colorScheme });
    for (const [screen, size] of Object.entries(SCREENS)) {
      await page.setViewportSize(size);
      const overflow = await page.evaluate(measureOverflow, undefined);
      assert.ok(overflow <= 0, `${name} is ${overflow} px too wide on a ${screen}`);
      assert.deepEqual(await page.evaluate(findOutside, frame), [], `${name} on a ${screen}`);
      assert.deepEqual(await page.evaluate(findMiscoloured, undefined), [], `${name}, ${colorScheme}`);
      await page.screenshot({ path: join(SHOTS, `${name}-${screen}-${colorScheme}.png`) });
      // The largest screen has the same layout as the desktop.
      if (screen === '4k') continue;
      assert.deepEqual(await findingsOfAxe(page), [], `${name} on a ${screen}, ${colorScheme}`);
    }
    await page.setViewportSize(SCREENS.desktop);
  }
}

type Box = { readonly scrollWidth: number; readonly clientWidth: number };
type Windowed = {
  readonly document: {
    readonly documentElement: Box;
    querySelectorAll(selector: string): Iterable<Box>;
  };
};

async function measureOverflow(): Promise<number> {
  await new Promise((resolve) => setTimeout(resolve, 300));
  const { document } = globalThis as unknown as Windowed;
  const boxes = [
    document.documentElement,
    ...document.querySelectorAll('.single, .split-list, .panel, .table-box:has(.stacks)'),
  ];
  return Math.max(...boxes.map(({ scrollWidth, clientWidth }) => scrollWidth - clientWidth));
}

/** Returns the elements of the frame that are not fully visible in the window. */
function findOutside(frame: readonly string[]): Promise<readonly string[]> {
  type Framed = {
    readonly innerWidth: number;
    readonly document: {
      querySelector(selector: string): {
        getBoundingClientRect(): { readonly left: number; readonly right: number };
      } | null;
    };
  };
  const { document, innerWidth } = globalThis as unknown as Framed;
  return Promise.resolve(
    frame.filter((selector) => {
      const box = document.querySelector(selector)?.getBoundingClientRect();
      return box === undefined || box.left < 0 || box.right > innerWidth;
    }),
  );
}

/**
 * Finds charts without a pixel in the current colour of the lines, because a canvas keeps the colours with which it was
 * drawn.
 */
function findMiscoloured(): Promise<readonly string[]> {
  type Canvas = {
    readonly width: number;
    readonly height: number;
    getContext(kind: '2d'): {
      getImageData(...box: readonly number[]): { readonly data: Uint8ClampedArray };
    };
  };
  type Drawn = {
    readonly document: { querySelectorAll(selector: string): Iterable<Canvas> };
    readonly getComputedStyle: (of: Canvas) => { getPropertyValue(name: string): string };
  };
  const { document, getComputedStyle } = globalThis as unknown as Drawn;
  const wrong = [...document.querySelectorAll('.chart canvas')].flatMap((canvas) => {
    const line = getComputedStyle(canvas).getPropertyValue('--line').trim();
    const { data } = canvas.getContext('2d').getImageData(0, 0, canvas.width, canvas.height);
    for (let at = 0; at < data.length; at += 4) {
      const drawn = [...data.subarray(at, at + 3)].map((part) => part.toString(16).padStart(2, '0'));
      if (`#${drawn.join('')}` === line) return [];
    }
    return [`a chart without ${line}`];
  });
  return Promise.resolve(wrong);
}

type Violation = {
  readonly id: string;
  readonly impact: string;
  readonly nodes: readonly { readonly html: string }[];
};

export async function findingsOfAxe(page: Page): Promise<readonly string[]> {
  const found = await page.evaluate(async () => {
    const { axe } = globalThis as unknown as {
      axe: { run(): Promise<{ violations: readonly Violation[] }> };
    };
    return (await axe.run()).violations;
  }, undefined);
  return found
    .filter(({ impact }) => impact !== 'minor')
    .map(({ id, nodes }) => `${id} ${nodes[0]?.html ?? ''}`);
}
