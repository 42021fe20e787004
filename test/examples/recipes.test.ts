/** docs/recipes: the files of each page in one start, and every line of every page. */
import assert from 'node:assert/strict';
import {
  cpSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { basename, dirname, join } from 'node:path';
import { after, before, describe, it } from 'node:test';
import { fileURLToPath } from 'node:url';
import { parseCompiledAccess } from '#shared/access/find-document.ts';
import { READY, readyOf, runCommand, startCommand } from '../support/command.ts';
import type { Running } from '../support/command.ts';
import { askInProduction, PRODUCTION_CASES } from '../support/production-tokens.ts';
import { readRecipe, runSteps, toPattern } from '../support/recipe.ts';
import type { Recipe } from '../support/recipe.ts';

const CHECKOUT = fileURLToPath(new URL('../../', import.meta.url));
const PAGES = join(CHECKOUT, 'docs/recipes');
/** What CDK makes of the stack on the page; `cdk synth` is not at hand here. */
const CDK_OUT = join(CHECKOUT, 'test/fixtures/recipes/billing/cdk.out');
const TOOLKIT = 'gatewright-dev';

const recipes = new Map(
  readdirSync(PAGES).map((file) => [
    basename(file, '.md'),
    readRecipe(readFileSync(join(PAGES, file), 'utf8')),
  ]),
);

type Api = { readonly stack: string; readonly id: string; readonly url: string };
type Ready = { readonly apis: readonly Api[] };

let root = '';
let toolkit = '';
let running: Running;
let apis: readonly Api[] = [];
let synced = '';

/** The toolkit as it is but for its access documents, which functions import by their place, and the services beside it. */
function makeFolders(): void {
  root = mkdtempSync(join(tmpdir(), 'gatewright-recipes-'));
  toolkit = join(root, 'gatewright');
  mkdirSync(toolkit);
  for (const name of ['layers', 'cli', 'gateway', 'shared', 'resources', 'node_modules'])
    symlinkSync(join(CHECKOUT, name), join(toolkit, name));
  for (const name of ['functions', 'package.json', 'serverless.yml'])
    cpSync(join(CHECKOUT, name), join(toolkit, name), { recursive: true });
  cpSync(join(CHECKOUT, 'access'), join(toolkit, 'access'), {
    recursive: true,
    filter: (source) => !source.includes('food-delivery'),
  });
  for (const { files } of recipes.values())
    for (const [path, text] of files) {
      mkdirSync(dirname(join(toolkit, path)), { recursive: true });
      writeFileSync(join(toolkit, path), text);
    }
  cpSync(CDK_OUT, join(root, 'billing/cdk.out'), { recursive: true });
  cpSync(join(root, 'billing/lambda'), join(root, 'billing/cdk.out/asset.charges'), { recursive: true });
}

const isSync = (command: string): boolean => command.startsWith('gatewright access sync ');
const isStart = (command: string): boolean => command.startsWith('gatewright start ');
const wordsOf = (recipe: Recipe, is: (command: string) => boolean): readonly string[] =>
  recipe.steps.filter(({ command }) => is(command)).flatMap(({ command }) => command.split(' ').slice(2));

before(async () => {
  makeFolders();
  const all = [...recipes.values()];
  const documents = all.flatMap((recipe) => wordsOf(recipe, isSync).slice(1));
  const sync = await runCommand(['access', 'sync', ...documents], { cwd: toolkit });
  assert.equal(sync.code, 0, sync.stderr);
  synced = sync.stdout;
  const sources = new Set(all.flatMap((recipe) => wordsOf(recipe, isStart)));
  running = await startCommand(
    [
      ...['start', ...sources, '--port', '0', '--control-port', '0', '--json', '--no-reload'],
      // As at AWS: functions have the rights of their roles, and a REST API calls none that does not let it.
      ...['--roles', 'on'],
    ],
    READY,
    { cwd: toolkit },
  );
  ({ apis } = readyOf(running) as Ready);
});
after(async () => {
  await running.stop();
  rmSync(root, { recursive: true });
});

/** The stack that a page's document protects in `dev`. */
function stackOf({ files }: Recipe): string {
  const document = [...files].find(([path]) => path.startsWith('access/'))?.[1] ?? '';
  return /dev: \{ stack: ([\w-]+)/.exec(document)?.[1] ?? '';
}

/** Pages print the ports that a start of toolkit and one service has: the APIs of the toolkit come first. */
function atHome(command: string, stack: string): string {
  const first = 3000 + apis.filter((api) => api.stack === TOOLKIT).length;
  const own = apis.filter((api) => api.stack === stack);
  return command.replace(/\w+:\/\/127\.0\.0\.1:(\d+)(\/dev)?/g, (address, port: string) => {
    const url = own[Number(port) - first]?.url ?? '';
    assert.equal(url.replace(/:\d+/, `:${port}`), address, `an address of ${stack}`);
    return url;
  });
}

describe('docs/recipes', { concurrency: true }, () => {
  for (const [name, recipe] of recipes)
    it(`${name}.md names routes, commands and answers as they are`, async () => {
      const stack = stackOf(recipe);
      const steps = recipe.steps.filter(({ command }) => !isSync(command) && !isStart(command));

      const { printed: answers, stderr } = await runSteps(
        steps.map(({ command }) => atHome(command, stack)),
        { cwd: toolkit, program: join(CHECKOUT, 'cli/main.ts') },
      );

      for (const line of recipe.steps.flatMap(({ command, printed }) =>
        isSync(command) ? printed.split('\n') : [],
      ))
        assert.ok(synced.split('\n').includes(line), `${line} in ${synced}`);
      assert.ok(steps.length >= 5);
      for (const [index, { command, printed }] of steps.entries())
        assert.match(
          answers[index] ?? '',
          toPattern(printed),
          `${command}\n${answers[index] ?? ''}\n${stderr}`,
        );
    });
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
