/**
 * The console over food-delivery and over an API of 500 routes: a 403 explained by its rule and replayed as another
 * user, a quota drained and open again when the clock has moved, a message of a WebSocket, every section in light and
 * dark without a serious finding of axe or an error in the browser's console.
 */
import assert from 'node:assert/strict';
import { once } from 'node:events';
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, relative } from 'node:path';
import { WebSocket } from 'ws';
import { toolFolder } from '../../../tools/install-tool.ts';
import { REPOSITORY } from '../../architecture/source-files.ts';
import { serve } from './page.ts';
import type { BrowserCase, Page } from './page.ts';

const SECTIONS = [
  'traffic',
  'apis',
  'access',
  'sockets',
  'keys',
  'caches',
  'functions',
  'data',
  'calls',
  'numbers',
  'numbers/cost',
  'differs',
];
const SHOTS = join(REPOSITORY, '.build/console');
const AXE = join(toolFolder('browser'), 'node_modules/axe-core/axe.min.js');
const KEY = 'partner-key-of-the-console-proof';

export const browserCase: BrowserCase = {
  name: 'the console tells why a request was refused, replays it as somebody else, and shows a quota, a message and 500 routes',
  async run({ page }) {
    const folder = mkdtempSync(join(tmpdir(), 'gatewright-console-proof-'));
    mkdirSync(SHOTS, { recursive: true });
    const problems = watchProblems(page);
    try {
      const template = join(folder, 'routes.json');
      writeFileSync(template, JSON.stringify(manyRoutes()));
      await using stacks = await serve(['.', 'examples/food-delivery', relative(REPOSITORY, template)]);
      const users = `${stacks.urlOf('food-delivery-dev', 'rest')}/users`;
      const metered = `${stacks.urlOf('routes', 'rest')}/metered`;
      const carl = await stacks.token('--sub', 'carl', '--role', 'courier');
      const ask = async (url: string, headers: Record<string, string>): Promise<number> => {
        const response = await fetch(url, { headers });
        await response.text();
        return response.status;
      };

      // Before the page's own scripts, and not by its policy, which would refuse it.
      await page.addInitScript({ content: readFileSync(AXE, 'utf8') });
      await page.goto(stacks.console);
      await page.waitForSelector('nav.side');
      const paintMs = await page.evaluate(
        async () => performance.getEntriesByName('first-contentful-paint')[0]?.startTime ?? 0,
        undefined,
      );
      console.log(`    first paint after ${paintMs.toFixed(0)} ms`);

      assert.equal(await ask(users, { authorization: `Bearer ${carl}` }), 403);
      await page.click('.line:has-text("403")');
      const story = await textOf(page, '.story');
      assert.match(story, /GET \/users was refused with 403 in the phase authorize/);
      assert.match(story, /The token is of carl with the roles courier/);
      await page.selectOption('.replay select', '…');
      await page.fill('.replay input.identity', 'alice:admin');
      await page.click('.replay .main-action');
      await page.waitForSelector('.request-title .status.ok');
      assert.match(await textOf(page, '.story'), /GET \/users was answered with 200/);

      // In Traffic, k alone is one request up.
      await page.keyboard.press('g');
      await page.keyboard.press('k');
      await page.waitForSelector('nav.side a[aria-current=page][href="#/keys"]');

      const key = { 'x-api-key': KEY };
      assert.deepEqual([await ask(metered, key), await ask(metered, key)], [200, 429]);
      await go(page, 'keys');
      await page.waitForSelector('text=0 of 1 left');
      await page.click('.clock summary');
      await page.click('.clock button:has-text("+1d")');
      await page.waitForSelector('text=1 of 1 left');
      assert.equal(await ask(metered, key), 200);

      const alice = await stacks.token('--sub', 'alice', '--role', 'admin');
      const socket = new WebSocket(`${stacks.urlOf('food-delivery-dev', 'websocket')}?token=${alice}`);
      await once(socket, 'open');
      await go(page, 'sockets');
      await page.click('.card.link');
      socket.send('{"action":"track","orderId":"o-1"}');
      await page.waitForSelector('.panel .events pre:has-text("o-1")');
      socket.close();

      await go(page, 'access/food-delivery-rest');
      await page.click('tr:has-text("GET /users/{id}") button[aria-label^="partner"]');
      assert.match(await textOf(page, '.story'), /DENY own-profile allows it to its owner only/);
      await page.fill('label:has-text("Subject") input', '7');
      await page.click('form .main-action');
      await page.waitForSelector('.story .verdict.allow');

      await go(page, 'numbers/cost');
      await page.fill('label:has-text("Requests and messages") input', '10000000');
      await page.waitForSelector(
        'tr:has-text("food-delivery-rest-dev as an HTTP API"), section[aria-label=Cost] tr:has-text("REST")',
      );

      for (const section of SECTIONS) await lookAt(page, section);
      await go(page, 'apis');
      await page.fill('input[type=search]', 'item499');
      await page.waitForSelector('text=/item499');
      assert.deepEqual(problems, []);
    } finally {
      rmSync(folder, { recursive: true });
    }
  },
};

/** What the browser complains of. A refused request of ours is no complaint of the page. */
function watchProblems(page: Page): readonly string[] {
  const problems: string[] = [];
  page.on('console', (message) => {
    if (message.type() === 'error') problems.push(message.text());
  });
  page.on('pageerror', (error) => problems.push(error.message));
  return problems;
}

async function textOf(page: Page, selector: string): Promise<string> {
  await page.waitForSelector(selector);
  return (await page.textContent(selector)) ?? '';
}

async function go(page: Page, section: string): Promise<void> {
  // The same document: only the fragment differs.
  await page.goto(page.url().replace(/#.*|$/, `#/${section}`));
  const [first = ''] = section.split('/');
  await page.waitForSelector(`nav.side a[aria-current=page][href="#/${first}"]`);
}

type Box = { readonly scrollWidth: number; readonly clientWidth: number };
type Windowed = {
  readonly document: {
    readonly documentElement: Box;
    querySelectorAll(selector: string): Iterable<Box>;
  };
};
type Violation = {
  readonly id: string;
  readonly impact: string;
  readonly nodes: readonly { readonly html: string }[];
};

/** One section in light and dark, wide and at 360 px: nothing wider than the window, nothing serious to axe. */
async function lookAt(page: Page, section: string): Promise<void> {
  for (const colorScheme of ['light', 'dark'] as const) {
    await page.emulateMedia({ colorScheme });
    for (const width of [360, 1280]) {
      await page.setViewportSize({ width, height: 800 });
      await go(page, section);
      const overflow = await page.evaluate(async () => {
        await new Promise((resolve) => setTimeout(resolve, 300));
        const { document } = globalThis as unknown as Windowed;
        const boxes = [
          document.documentElement,
          ...document.querySelectorAll('.single, .split-list, .panel'),
        ];
        return Math.max(...boxes.map(({ scrollWidth, clientWidth }) => scrollWidth - clientWidth));
      }, undefined);
      assert.ok(overflow <= 0, `${section} is ${overflow} px too wide at ${width} px`);
      await page.screenshot({
        path: join(SHOTS, `${section.replace('/', '-')}-${colorScheme}-${width}.png`),
      });
    }
    const found = await page.evaluate(async () => {
      const { axe } = globalThis as unknown as {
        axe: { run(): Promise<{ violations: readonly Violation[] }> };
      };
      return (await axe.run()).violations;
    }, undefined);
    const serious = found.filter(({ impact }) => impact === 'serious' || impact === 'critical');
    assert.deepEqual(
      serious.map(({ id, nodes }) => `${section} ${colorScheme}: ${id} ${nodes[0]?.html ?? ''}`),
      [],
    );
  }
}

/** A REST API of 500 routes, and one with a key of one request a day. */
function manyRoutes(): object {
  const resource = (PathPart: string): object => ({
    Type: 'AWS::ApiGateway::Resource',
    Properties: {
      RestApiId: { Ref: 'Api' },
      ParentId: { 'Fn::GetAtt': ['Api', 'RootResourceId'] },
      PathPart,
    },
  });
  const method = (name: string, more: object = {}): object => ({
    Type: 'AWS::ApiGateway::Method',
    Properties: {
      ...{
        RestApiId: { Ref: 'Api' },
        ResourceId: { Ref: name },
        HttpMethod: 'GET',
        AuthorizationType: 'NONE',
      },
      Integration: {
        ...{ Type: 'MOCK', RequestTemplates: { 'application/json': '{"statusCode": 200}' } },
        IntegrationResponses: [{ StatusCode: '200' }],
      },
      MethodResponses: [{ StatusCode: '200' }],
      ...more,
    },
  });
  const names = Array.from({ length: 499 }, (_, index) => `item${index + 1}`);
  const items = names.flatMap((name) => [
    [`R${name}`, resource(name)],
    [`M${name}`, method(`R${name}`)],
  ]);
  return {
    Resources: {
      Api: { Type: 'AWS::ApiGateway::RestApi', Properties: { Name: 'many' } },
      ...(Object.fromEntries(items) as object),
      Metered: resource('metered'),
      GetMetered: method('Metered', { ApiKeyRequired: true }),
      Deployment: {
        Type: 'AWS::ApiGateway::Deployment',
        DependsOn: ['GetMetered'],
        Properties: { RestApiId: { Ref: 'Api' } },
      },
      Stage: {
        Type: 'AWS::ApiGateway::Stage',
        Properties: { RestApiId: { Ref: 'Api' }, StageName: 'dev', DeploymentId: { Ref: 'Deployment' } },
      },
      Key: { Type: 'AWS::ApiGateway::ApiKey', Properties: { Enabled: true, Name: 'partner', Value: KEY } },
      Plan: {
        Type: 'AWS::ApiGateway::UsagePlan',
        Properties: {
          ...{ UsagePlanName: 'basic', Quota: { Limit: 1, Period: 'DAY' } },
          ApiStages: [{ ApiId: { Ref: 'Api' }, Stage: { Ref: 'Stage' } }],
        },
      },
      PlanKey: {
        Type: 'AWS::ApiGateway::UsagePlanKey',
        Properties: { UsagePlanId: { Ref: 'Plan' }, KeyId: { Ref: 'Key' }, KeyType: 'API_KEY' },
      },
    },
  };
}
