/** docs/recipes: the files of each page in one start, and every line of every page. */
import assert from 'node:assert/strict';
import { cpSync, mkdirSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { basename, dirname, join } from 'node:path';
import { after, before, describe, it } from 'node:test';
import { fileURLToPath } from 'node:url';
import { PARTS_VARIABLE } from '@gatewright/authoring/files/parts-files';
import { parseCompiledAccess } from '#shared/access/find-document.ts';
import { takeBlocks } from '../support/code-blocks.ts';
import { READY, readyOf, runCommand, startCommand } from '../support/command.ts';
import { copyStackDefinition } from '../support/copy-stack-definition.ts';
import type { Running } from '../support/command.ts';
import { askInProduction, PRODUCTION_CASES } from '../support/production-tokens.ts';
import { readRecipe, runSteps, toPattern } from '../support/recipe.ts';
import { makeSourcePackage } from '../support/source-package.ts';
import type { Recipe } from '../support/recipe.ts';

const CHECKOUT = fileURLToPath(new URL('../../', import.meta.url));
/** Pages about a whole service; the one on CI is run out of the npm package (test/delivery/own-repository.test.ts). */
const taken = takeBlocks('test/delivery/recipes.test.ts');
/** What CDK creates from the stack on the page; `cdk synth` is not available here. */
const CDK_OUT = join(CHECKOUT, 'test/fixtures/recipes/billing/cdk.out');
const TOOLKIT = 'gatewright-dev';
/** For one recipe or another. A portal is served only if it is named, and then the other parts are, too. */
const SERVED_PARTS = 'authorizers,quotas,webhooks,channels,cache,portal';

const recipes = new Map(
  [...new Set(taken.blocks.map(({ page }) => page))].map(
    (page) => [basename(page, '.md'), readRecipe(taken.of(page))] as const,
  ),
);
/** The folder of the stack, below the folder of each service. */
const STACK = 'gatewright/';

type Api = { readonly stack: string; readonly id: string; readonly name: string; readonly url: string };
type Ready = { readonly apis: readonly Api[] };

let root = '';
let toolkit = '';
let running: Running;
let apis: readonly Api[] = [];
let synced = '';

/**
 * The toolkit as it is but for its access documents, which functions import by their place, and the services next to
 * it.
 */
function makeFolders(): void {
  root = mkdtempSync(join(tmpdir(), 'gatewright-recipes-'));
  toolkit = join(root, 'gatewright');
  mkdirSync(toolkit);
  for (const name of ['layers', 'packages', 'shared', 'node_modules'])
    symlinkSync(join(CHECKOUT, name), join(toolkit, name));
  for (const name of ['functions', 'package.json', 'access'])
    cpSync(join(CHECKOUT, name), join(toolkit, name), { recursive: true });
  copyStackDefinition(toolkit);
  makeSourcePackage(root);
  for (const name of ['@modelcontextprotocol', 'zod'])
    symlinkSync(join(CHECKOUT, 'node_modules', name), join(root, 'node_modules', name));
  for (const recipe of recipes.values()) {
    const service = folderOf(recipe);
    mkdirSync(service, { recursive: true });
    // One stack for all of them, although each would have its own.
    symlinkSync(toolkit, join(service, 'gatewright'));
    symlinkSync(join(toolkit, '.gatewright'), join(service, '.gatewright'));
    for (const [path, text] of recipe.files) {
      const isOfStack = path.startsWith(STACK);
      const file = isOfStack ? join(toolkit, path.slice(STACK.length)) : join(service, path);
      mkdirSync(dirname(file), { recursive: true });
      writeFileSync(file, text.replace(/^routes: \.\.\/\.\.$/m, `routes: ../../${basename(service)}`));
    }
  }
  cpSync(CDK_OUT, join(root, 'billing/cdk.out'), { recursive: true });
  cpSync(join(root, 'billing/lambda'), join(root, 'billing/cdk.out/asset.charges'), { recursive: true });
}

/** Returns the folder of the service on the page. */
function folderOf(recipe: Recipe): string {
  return join(root, stackOf(recipe).replace(/-dev$/, ''));
}

const isSync = (command: string): boolean => command.startsWith('gatewright access sync ');
const isStart = (command: string): boolean => /^gatewright start\b/.test(command);
const wordsOf = (recipe: Recipe, is: (command: string) => boolean): readonly string[] =>
  recipe.steps.filter(({ command }) => is(command)).flatMap(({ command }) => command.split(' ').slice(2));

before(async () => {
  makeFolders();
  const all = [...recipes.values()];
  const documents = all.flatMap((recipe) => wordsOf(recipe, isSync).slice(1));
  const sync = await runCommand(['access', 'sync', ...documents], { cwd: toolkit });
  assert.equal(sync.code, 0, sync.stderr);
  synced = sync.stdout;
  running = await startCommand(
    [
      'start',
      '.',
      ...all.map(folderOf),
      '--port',
      '0',
      '--control-port',
      '0',
      '--json',
      '--no-reload',
      // As on AWS: functions have the rights of their roles, and a REST API calls no function that does not permit it.
      '--roles',
      'on',
    ],
    READY,
    { cwd: toolkit, environment: { [PARTS_VARIABLE]: SERVED_PARTS } },
  );
  ({ apis } = readyOf(running) as Ready);
});
after(async () => {
  await running.stop();
  rmSync(root, { recursive: true });
});

/** The stack that a page's document protects in `dev`. */
function stackOf({ files }: Recipe): string {
  const document = [...files].find(([path]) => path.startsWith('gatewright/access/'))?.[1] ?? '';
  return /dev: \{ stack: ([\w-]+)/.exec(document)?.[1] ?? '';
}

/**
 * Pages print the ports of a service and of a stack that `gatewright init` has made, whose admin API and portal come
 * last.
 */
function atHome(command: string, stack: string): string {
  const ofStack = apis.filter((api) => api.stack === TOOLKIT && api.url.startsWith('http'));
  assert.deepEqual(
    ofStack.map(({ name }) => name),
    ['gatewright-dev-admin', 'gatewright-dev-portal'],
    'the checkout has a WebSocket API beside, which init leaves out',
  );
  // The stages of an API have one port.
  const served = [
    ...new Map(
      [...apis.filter((api) => api.stack === stack), ...ofStack]
        .toReversed()
        .map((api) => [new URL(api.url).port, api]),
    ).values(),
  ].toReversed();
  return command.replace(/\w+:\/\/127\.0\.0\.1:(\d+)(\/dev)?/g, (address, port: string) => {
    const url = served[Number(port) - 3000]?.url ?? '';
    assert.equal(url.replace(/:\d+/, `:${port}`), address, `an address of ${stack}`);
    return url;
  });
}

// One page after the other: on a busy machine a function's first call of its table would otherwise take longer than its
// limit of 1 s.
describe('docs/recipes', () => {
  for (const [name, recipe] of recipes)
    it(`${name}.md shows the real routes, commands and answers`, async () => {
      const stack = stackOf(recipe);
      const steps = recipe.steps.filter(({ command }) => !isSync(command) && !isStart(command));

      const { printed: answers, stderr } = await runSteps(
        steps.map(({ command }) => atHome(command, stack)),
        { cwd: folderOf(recipe), program: join(CHECKOUT, 'packages/gatewright/command/main.ts') },
      );

      for (const line of recipe.steps.flatMap(({ command, printed }) =>
        isSync(command) ? printed.split('\n') : [],
      ))
        assert.ok(synced.split('\n').includes(line), `${line} in ${synced}`);
      assert.ok(steps.length >= 5);
      for (const [index, { command, printed }] of steps.entries())
        assert.match(
          answers[index] ?? '',
          toPattern(atHome(printed, stack)),
          `${command}\n${answers[index] ?? ''}\n${stderr}`,
        );
      const page = taken.of(`docs/recipes/${name}.md`);
      taken.executed(...page.filter(({ language, path }) => language === 'console' || path !== undefined));
    });
});

describe('docs/recipes', () => {
  it('have no block that was not in use', taken.assertAll);
});

describe('docs/recipes, deployed as prod', () => {
  for (const production of PRODUCTION_CASES)
    it(`${production.recipe}.md trusts what its real issuer says, and the local one in nothing`, async () => {
      const compiled: unknown = JSON.parse(readFileSync(join(toolkit, 'access/compiled.json'), 'utf8'));
      const { documents } = parseCompiledAccess(compiled);

      for (const [changed, target, expected] of production.asks)
        assert.equal(
          await askInProduction(documents, production, changed, target),
          expected,
          `${target} with ${JSON.stringify(changed)}`,
        );
    });
});
