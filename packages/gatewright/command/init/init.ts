/**
 * `gatewright init` creates a stack from the npm package, with a first access document. It only asks for the parts, and
 * only on a terminal. It does not overwrite files; it edits only `parts` of an existing gatewright.yml, for `--add` and
 * `--webhooks`.
 */
import { existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { dirname, join, relative, resolve } from 'node:path';
import { Command } from 'commander';
import { isMap, parseDocument } from 'yaml';
import { DefinitionError, Faults } from '../../../gateway/core/errors.ts';
import type { Home } from '../../../gateway/core/stack/home.ts';
import {
  findAskedOutputs,
  findStack,
  findUsedOutputs,
  STACK_FOLDER,
} from '@gatewright/authoring/files/stack-files';
import { inspectApis, loadOptions } from '../../../toolkit/stack/access/commands/access-apis.ts';
import {
  documentFile,
  HELLO_API,
  HELLO_HANDLER,
  HELLO_RULES,
  helloFile,
  helloRoutes,
  IGNORE_FILE,
  packageFile,
  stackFile,
  ruleForUsers,
  WEBHOOKS_FILE,
} from './init-files.ts';
import { planOfDeployed, readDeployed } from './deployed-api.ts';
import {
  documentsIn,
  documentsOf,
  EXCLUDE,
  filesIn,
  GUIDES,
  hasStack,
  installLine,
  isService,
  isStack,
  missingOf,
  namesOtherStage,
  packagesStack,
  readDocuments,
  readIfThere,
  STACK_FILE,
  stackFolderOf,
  upToPackages,
} from './init-folder.ts';
import type { ApiToProtect } from './init-files.ts';
import type { Choice, Plan } from './init-folder.ts';
import { addParts, guidesOf } from './add-parts.ts';
import { documentsFor } from './part-documents.ts';
import { assertAuthorizers, chooseParts, partsFile, usedParts, withNeeds } from './choose-parts.ts';
import { describeLeftParts } from '../../../toolkit/stack/parts.ts';
import { DEFAULT_STAGE, homeOfEnvironment } from '../../../toolkit/terminal/load-options.ts';
import { colorize, printResult, UsageError } from '../../../base/terminal/output.ts';

type InitFlags = {
  readonly webhooks: boolean;
  readonly ifMissing: boolean;
  readonly parts?: string;
  readonly add?: string;
  readonly api?: string;
  readonly stage?: string;
};

export function initCommand(): Command {
  return new Command('init')
    .description(
      'Create a stack with the Gatewright authorizers, to deploy next to your service, and a first access document.',
    )
    .argument('[dir]', 'folder of a service, or an empty folder', '.')
    .option(
      '--parts <names>',
      'parts of a new stack, separated by commas: authorizers, quotas, access-logs, webhooks, channels, cache, waf, portal (default: asked on a terminal, otherwise the parts that the access documents use)',
    )
    .option('--add <names>', 'parts to add to the existing stack, which keeps the parts that it has')
    .option('--api <id>', 'create the document of this deployed API, whose template may be in another folder')
    .option('--stage <name>', 'stage of that API (default: prod)')
    .option('--webhooks', 'also create access/webhooks.yml for signed webhooks', false)
    .option('--if-missing', 'do nothing if the stack already exists; for scripts', false)
    .action(async (directory: string, flags: InitFlags) => {
      const folder = resolve(directory);
      mkdirSync(folder, { recursive: true });
      if (flags.ifMissing && hasStack(folder)) {
        printResult({ written: [], kept: [], next: [] }, () => []);
        return;
      }
      if (flags.add !== undefined) {
        add(folder, flags.add);
        return;
      }
      const deployed = readDeployed(flags);
      const choice = await readChoice(folder, flags);
      const { files, next } =
        deployed !== undefined
          ? planOfDeployed(folder, choice, deployed)
          : isService(folder)
            ? await planOfService(folder, choice)
            : planOfEmpty(folder, choice);
      const isWritten = new Map([...files].map(([path, text]) => [path, write(folder, path, text)]));
      const those = (wanted: boolean) =>
        [...isWritten.keys()].filter((path) => isWritten.get(path) === wanted);
      printResult({ written: those(true), kept: those(false), next }, () => [
        ...[...isWritten].map(([path, is]) =>
          is ? `${colorize('green', 'written')} ${path}` : `${colorize('yellow', 'kept   ')} ${path}`,
        ),
        '',
        ...(choice.parts === undefined ? [] : [...describeLeftParts(choice.parts), '']),
        colorize('bold', 'Next'),
        ...next.map((line) => `  ${line}`),
      ]);
    });
}

/** @throws UsageError if there is no stack yet */
function add(folder: string, names: string): void {
  if (!hasStack(folder))
    throw new UsageError('--add needs an existing stack: run gatewright init first, or pass --parts');
  const stack = stackFolderOf(folder);
  const { added, files } = addParts(stack, names);
  const up = `../${/\$\{file\(((?:\.\.\/)*)node_modules/.exec(readIfThere(join(stack, 'serverless.yml')))?.[1] ?? ''}`;
  const shown = relative(process.cwd(), stack);
  const wanted = documentsFor(withNeeds(names, '--add'), documentsOf(join(stack, 'access')), up);
  for (const { file, text } of wanted) write(stack, join('access', file), text);
  printResult({ added, changed: files }, () => [
    added.length === 0
      ? 'the stack already has these parts'
      : `added ${added.join(', ')} to ${files.join(', ')}; the next deployment creates the resources of these parts and replaces no other resources`,
    ...wanted.map(
      ({ file, next }) => `created ${join(shown, 'access', file)}: ${next(join(shown, 'serverless.yml'))}`,
    ),
    ...guidesOf(added, GUIDES),
  ]);
}

/** Reads the user's choice. An existing stack keeps its parts, because another run only adds documents. */
async function readChoice(folder: string, { webhooks, parts: given }: InitFlags): Promise<Choice> {
  if (hasStack(folder)) {
    if (given === undefined) {
      if (webhooks) addParts(stackFolderOf(folder), 'webhooks');
      return { webhooks, parts: undefined };
    }
    throw new UsageError(
      'the stack already exists and keeps its parts: pass --add instead of --parts to add parts to it',
    );
  }
  const used = usedParts(readDocuments(folder), findUsedOutputs(folder));
  const wanted = webhooks ? [...used, 'webhooks'] : used;
  const parts = await chooseParts(given, wanted);
  if (webhooks && !parts.includes('webhooks'))
    throw new UsageError('--webhooks needs the part webhooks: add it to --parts');
  return { webhooks: webhooks || parts.includes('webhooks'), parts };
}

function planOfEmpty(folder: string, { webhooks, parts }: Choice): Plan {
  assertAuthorizers(parts);
  const { region } = homeOfEnvironment();
  const document = documentFile({ api: HELLO_API, routes: '../hello', up: '../', rules: HELLO_RULES });
  const hasChannels = parts?.includes('channels') === true;
  const files = new Map([
    ['package.json', packageFile(ownVersion())],
    ['.gitignore', IGNORE_FILE],
    ['serverless.yml', stackFile({ up: '', region, hasChannels })],
    ...(parts === undefined ? [] : [['gatewright.yml', partsFile(parts)] as const]),
    ['access/hello.yml', document],
    ['access/hello.routes.json', helloRoutes()],
    ...documentsFor(parts ?? (webhooks ? ['webhooks'] : []), new Map([['hello.yml', document]]), '../').map(
      ({ file, text }) => [join('access', file), text] as const,
    ),
    ['hello/serverless.yml', helloFile(region)],
    ['hello/hello.mjs', HELLO_HANDLER],
  ]);
  return {
    files,
    next: [
      // After `npm install gatewright` there is a package.json, which is not changed.
      existsSync(join(folder, 'package.json')) ? installLine(folder) : 'npm install',
      'npx gatewright start hello   # prints addresses, and example requests that return 401, 200 and 403',
      'npx gatewright access sync   # reads the routes of the service hello; run it again after changing them',
      `guides by task are in ${GUIDES}; start with protect/own-repository.md`,
    ],
  };
}

async function planOfService(folder: string, { webhooks, parts }: Choice): Promise<Plan> {
  const own = readIfThere(join(folder, 'serverless.yml'));
  if (isStack(own)) return planOfStack(folder, own, webhooks);
  const isOther = namesOtherStage(own);
  const all = await readApis(folder, isOther);
  const asDev = isOther ? ` --stage ${DEFAULT_STAGE}` : '';
  const access = join(folder, STACK_FOLDER, 'access');
  // If a service has documents but no stack, it was copied without the stack. Its APIs without a document are
  // intentionally open.
  const lacksStackOnly = !existsSync(join(folder, STACK_FILE)) && documentsIn(access).length > 0;
  // If init runs again, for a new API or for webhooks, it skips the APIs that a document already protects.
  const isWithout = lacksStackOnly || parts?.includes('authorizers') === false;
  const apis = isWithout ? [] : all.filter((api) => !isProtected(api, access));
  const region = all[0]?.region ?? homeOfEnvironment().region;
  const names = nameDocuments(apis, filesIn(access));
  // A service that has a WebSocket API uses the functions of the part `channels` behind its own API.
  const hasOwn = all.some(({ kind }) => kind === 'websocket');
  const needing = parts ?? (webhooks ? ['webhooks'] : []);
  const hasQuotas = parts?.includes('quotas') === true;
  const up = upToPackages(folder);
  const written = apis.map((api, index) => {
    const rules = ruleForUsers(api);
    const text = documentFile({ api, routes: '../..', up: `../../${up}`, rules, hasQuotas });
    return [`${names[index] ?? ''}.yml`, text] as const;
  });
  const wanted = documentsFor(
    needing.filter((part) => part !== 'channels' || !hasOwn),
    new Map([...readDocuments(folder), ...written]),
    `../../${up}`,
  );
  const hasChannels = wanted.some(({ file }) => file === 'channels.yml');
  const isNeeded = findStack([folder]).kind !== 'not-needed';
  const files = new Map([
    [STACK_FILE, stackFile({ up: `../${up}`, region, hasChannels })],
    ...(parts === undefined ? [] : [[join(STACK_FOLDER, 'gatewright.yml'), partsFile(parts)] as const]),
    ...[...written, ...wanted.map(({ file, text }) => [file, text] as const)].map(
      ([file, text]) => [join(STACK_FOLDER, 'access', file), text] as const,
    ),
  ]);
  return {
    files,
    next: [
      ...(missingOf(folder).length === 0 ? [] : [installLine(folder)]),
      ...(!isNeeded && parts?.includes('authorizers') !== false ? attachLines(all, folder, parts) : []),
      ...(packagesStack(own) ? [EXCLUDE] : []),
      ...(isWithout ? [] : [`npx gatewright access sync${asDev}   # reads the routes`]),
      'npx gatewright access matrix # who may call what',
      // If the service imports from the stack, `start` finds the stack without its folder as an argument.
      isNeeded
        ? `npx gatewright start${asDev}`
        : `npx gatewright start . ${STACK_FOLDER}${asDev}   # the service and the stack`,
    ],
  };
}

/**
 * Plans the changes in the folder of the stack itself, to which this function adds only webhooks; `--add` adds other
 * parts.
 * @throws UsageError without --webhooks
 */
function planOfStack(folder: string, text: string, webhooks: boolean): Plan {
  if (!webhooks)
    throw new UsageError(
      `${relative(process.cwd(), folder) || '.'} already contains the Gatewright stack. To add a part to it, run npx gatewright init --add NAME; to upgrade it, run npm install --save-dev gatewright@latest`,
    );
  const up = /\$\{file\(((?:\.\.\/)*)node_modules\//.exec(text)?.[1] ?? '';
  return {
    files: new Map([['access/webhooks.yml', WEBHOOKS_FILE(`../${up}`)]]),
    next: ['npx gatewright access check'],
  };
}

/**
 * Whether a document in the folder already protects the API, whatever the document's name is. A second document for the
 * API would be an error.
 */
function isProtected({ stack, logicalId }: ApiToProtect, access: string): boolean {
  return documentsIn(access)
    .flatMap((name) => protectedApis(readIfThere(join(access, name))))
    .some((api) => api.stack === stack && (api.logicalId === undefined || api.logicalId === logicalId));
}

type NamedApi = { readonly stack: unknown; readonly logicalId: unknown };

function protectedApis(text: string): readonly NamedApi[] {
  const document = parseDocument(text);
  // `access sync` reports invalid YAML and invalid documents.
  if (document.errors.length > 0 || !isMap(document.contents)) return [];
  const api: unknown = document.get('api');
  if (!isMap(api)) return [];
  return api.items
    .map(({ value }) => value)
    .filter(isMap)
    .map((named) => ({ stack: named.get('stack'), logicalId: named.get('logicalId') }));
}

/**
 * Describes both ways to attach the authorizers. The user can add lines to the files of the service, which `init` does
 * not change, or run `gatewright attach`. A token authorizer cannot charge quotas.
 */
function attachLines(
  apis: readonly FoundApi[],
  folder: string,
  parts: readonly string[] | undefined,
): readonly string[] {
  const isToken = apis.some(({ kind }) => kind === 'rest') && parts?.includes('quotas') !== true;
  const name = (stage: string) => `gatewright-${stage}-${isToken ? 'Token' : 'Request'}AuthorizerArn`;
  const names = readdirSync(folder);
  const value = names.some((file) => /^cdk\./.test(file))
    ? `Fn.importValue(\`${name('${stage}')}\`)`
    : names.some((file) => /^template\./.test(file))
      ? `Fn::ImportValue: !Sub ${name('${Stage}')}`
      : `!ImportValue ${name('${sls:stage}')}`;
  return [
    `attach the authorizers in your template; refer to their ARNs as ${value}`,
    `  (see ${GUIDES}/protect/access.md, "Attaching the authorizers"; if handlers read claims of the caller, first read ${GUIDES}/protect/coming-from.md)`,
    `or leave the template unchanged, and attach them to the deployed API: npx gatewright attach (${GUIDES}/protect/attach.md)`,
  ];
}

type FoundApi = ApiToProtect & { readonly region: string };

/**
 * Returns a value for an output of the stack, which is not deployed yet. It is the ARN that the function of the output
 * will have.
 */
function standInFor(name: string, { region, accountId }: Home): string {
  const [stack = '', output = ''] = name.slice('cf:'.length).split('.');
  const functionName = output
    .replace(/Arn$/, '')
    .replace(/(?!^)[A-Z]/g, '-$&')
    .toLowerCase();
  return `arn:aws:lambda:${region}:${accountId}:function:${stack}-${functionName}`;
}

/**
 * Reads the APIs of the service.
 * @param isChosen whether the service is read for the local stage of the stack although it names another stage
 * @throws UsageError if the service cannot be read or has no API
 */
async function readApis(folder: string, isChosen: boolean): Promise<readonly FoundApi[]> {
  const options = loadOptions(DEFAULT_STAGE, folder, {}, isChosen);
  const apis = await inspectApis([folder], {
    ...options,
    deployedOutputs: Object.fromEntries(
      findAskedOutputs(folder, options.stage).map((name) => [name, standInFor(name, options)]),
    ),
    environment: { GATEWRIGHT_READS_ROUTES: 'true' },
    // Errors are tolerated, because the service may import from the stack, which does not exist yet.
    tolerance: new Faults(false),
  }).catch((error: unknown) => {
    const message = error instanceof Error ? error.message : String(error);
    const reason = error instanceof DefinitionError ? error.describe() : message;
    throw new UsageError(
      `the service cannot be read, and nothing was written: ${reason.split('\n', 1)[0] ?? ''}`,
    );
  });
  if (apis.length === 0)
    throw new UsageError(
      'the service has no API, so there is nothing to protect; pass the folder of a service that has an API, or an empty folder',
    );
  return apis;
}

/**
 * Returns names for the documents of APIs, for example `orders` for the stack `orders-dev`. The kind of the API is
 * added if a service has several APIs, or if the name is already used.
 */
function nameDocuments(apis: readonly FoundApi[], taken: readonly string[]): readonly string[] {
  const base = ({ stack }: FoundApi) =>
    stack
      .replace(/-dev$/, '')
      .toLowerCase()
      .replace(/[^a-z0-9]+/g, '-')
      .replace(/^-+|-+$/g, '') || 'api';
  const plain = apis.map(base);
  const names = apis.map((api, index) =>
    plain.indexOf(base(api)) === plain.lastIndexOf(base(api)) && !taken.includes(`${base(api)}.yml`)
      ? (plain[index] ?? '')
      : `${base(api)}-${api.kind}`,
  );
  return names.map((name, index) => (names.indexOf(name) === index ? name : `${name}-${index + 1}`));
}

/**
 * Writes a file if its path does not exist yet. Returns false if the path exists, even as a broken link, and does not
 * change it.
 */
function write(folder: string, path: string, text: string): boolean {
  const file = join(folder, path);
  mkdirSync(dirname(file), { recursive: true });
  try {
    writeFileSync(file, text, { flag: 'wx' });
    return true;
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'EEXIST') return false;
    throw error;
  }
}

function ownVersion(): string {
  const text = readFileSync(new URL('../../../../package.json', import.meta.url), 'utf8');
  return (JSON.parse(text) as { readonly version: string }).version;
}
