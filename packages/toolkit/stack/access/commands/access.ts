/**
 * `gatewright access` shows who may call what and which rule decides it. It also checks that the documents still match
 * the APIs.
 */
import { existsSync } from 'node:fs';
import { resolve } from 'node:path';
import { Command, InvalidArgumentError } from 'commander';
import { describeAccess } from '@gatewright/authoring/find/describe-access';
import type { MatrixCell } from '@gatewright/authoring/find/describe-access';
import { readTokenFile } from '../../../terminal/read-token-file.ts';
import { addAdminOptions, callAdminJson } from '../../../terminal/admin-client.ts';
import type { AdminFlags } from '../../../terminal/admin-client.ts';
import { checkDocuments, printProblems, readCompiled, compiledFor } from './access-check.ts';
import { explainWithLedger, refuseSecondCaller } from './access-explain.ts';
import type { ExplainFlags } from './access-explain.ts';
import { revocationCommands } from './access-revoke.ts';
import { readCredential, readHeldKey } from './held-key.ts';
import { saveDeployedIds, readDeployedIds } from '@gatewright/authoring/account/deployed-ids';
import { syncRoutes } from './access-sync.ts';
import {
  readAccessFiles,
  snapshotPath,
  findStrayDocuments,
  writeCompiledAccess,
  writeIfChanged,
} from '@gatewright/authoring/files/access-files';
import { serviceOf } from './access-apis.ts';
import type { ParameterTexts } from './access-apis.ts';
import { startOption } from '../../../terminal/add-start-options.ts';
import { withStack } from '../../commands/with-stack.ts';
import { collectText, readStageName } from '../../../terminal/options.ts';
import {
  printMessage,
  count,
  colorize,
  printLines,
  printResult,
  table,
  UsageError,
  printNotes,
} from '../../../../base/terminal/output.ts';
import { defaultAccessFolder } from '@gatewright/authoring/files/stack-files';
import { webhookProblems, writeCompiledWebhooks } from '@gatewright/authoring/webhooks/webhook-files';
import { portalProblems, writeCompiledPortal } from '@gatewright/authoring/portal/portal-files';
import { loadPortalPage } from '../../../../../layers/portal-page.ts';
import { compileIssuer, isTokenIssuer, snapshotDays } from '@gatewright/authoring/compile/compile-issuer';
import { printSnapshot } from '@gatewright/authoring/compile/key-snapshot';
import { readNamedDocuments } from '@gatewright/authoring/files/access-documents';
import { createKeySetFetcher } from '#shared/access/tokens/key-set-fetcher.ts';
import { DomainError } from '#shared/errors.ts';
import { toPublication } from '#shared/access/documents/publication.ts';
import {
  changeCommand,
  printAnswer,
  printRows,
  readCommand,
  sendChange,
} from '../../commands/admin-commands.ts';
import type { Answer, ChangeFlags, ReadFlags } from '../../commands/admin-commands.ts';

type AccessFlags = { readonly folder: string };
type StageFlags = AccessFlags & { readonly stage: string };
type LoadingFlags = StageFlags & { readonly param: ParameterTexts };

export function accessCommand(): Command {
  const access = new Command('access')
    .description('Compile, check and publish access documents, which define who may call which routes.')
    .addHelpText(
      'after',
      '\ngatewright access check compares the documents with the authorizers of the routes; gatewright check reports what AWS refuses in the stacks themselves.',
    )
    .addCommand(syncCommand())
    .addCommand(snapshotCommand())
    .addCommand(buildCommand())
    .addCommand(checkCommand())
    .addCommand(explainCommand())
    .addCommand(matrixCommand())
    .addCommand(idsCommand());
  for (const command of publishCommands(defaultAccessFolder(process.cwd()))) access.addCommand(command);
  for (const command of revocationCommands()) access.addCommand(command);
  return access;
}

function inFolder(name: string, description: string): Command {
  return new Command(name)
    .description(description)
    .option('--folder <dir>', 'folder of the access documents', defaultAccessFolder(process.cwd()));
}

/**
 * Returns the absolute path of an existing folder.
 * @throws UsageError if the folder is missing, because otherwise the check would find no problems in it and pass
 */
function existing(folder: string): string {
  if (existsSync(folder)) return resolve(folder);
  throw new UsageError(
    `there is no folder ${folder}: run gatewright init, or name the folder of the documents with --folder`,
  );
}

function syncCommand(): Command {
  return inFolder('sync', 'Read the routes of the protected APIs, then compile the documents.')
    .argument('[documents...]', 'names of documents (default: all)')
    .option('--stage <name>', 'stage of the stack with the authorizers', readStageName, 'dev')
    .addOption(startOption('param'))
    .action(async (names: readonly string[], { folder, stage, param }: LoadingFlags, command: Command) => {
      const asked = { stage, isGiven: command.getOptionValueSource('stage') === 'cli' };
      const { lines, warnings, inventories } = await syncRoutes(existing(folder), names, asked, param);
      for (const line of lines) printLines(line);
      for (const line of warnings) printMessage('yellow', line);
      build(folder, inventories);
    });
}

function idsCommand(): Command {
  return inFolder('ids', 'Look up the ids of deployed APIs in their stacks, then compile the documents.')
    .option('--stage <name>', 'stage of the stack with the authorizers', readStageName, 'dev')
    .action(async ({ folder, stage }: StageFlags) => {
      for (const line of await saveDeployedIds(existing(folder), stage)) printLines(line);
      build(folder);
    });
}

function snapshotCommand(): Command {
  return inFolder(
    'snapshot',
    "Save the issuers' public keys to ship with the authorizers, then compile the documents.",
  )
    .argument('[documents...]', 'names of documents (default: all)')
    .action(async (names: readonly string[], { folder }: AccessFlags) => {
      for (const line of await takeSnapshots(existing(folder), names)) printLines(line);
      build(folder);
    });
}

/**
 * Fetches and saves the key sets of the issuers with `jwks.snapshotMaxAgeDays`.
 * @throws UsageError if an issuer does not respond. The message names the issuer.
 */
async function takeSnapshots(folder: string, names: readonly string[]): Promise<readonly string[]> {
  const fetcher = createKeySetFetcher();
  const lines: string[] = [];
  for (const named of readNamedDocuments(folder, names))
    for (const issuer of named.document.issuers) {
      const { name } = named;
      if (!isTokenIssuer(issuer) || snapshotDays(issuer) === undefined) continue;
      const { jwksUri, keys } = compileIssuer(issuer).trust;
      try {
        const keySet = await fetcher.fetch(jwksUri, keys);
        const text = printSnapshot(keySet, Math.floor(Date.now() / 1000));
        writeIfChanged(snapshotPath(named, issuer.id), text);
        lines.push(
          `${name}: saved the keys of ${issuer.id}, which are trusted for ${count(snapshotDays(issuer) ?? 0, 'day')}`,
        );
      } catch (error) {
        if (!(error instanceof DomainError)) throw error;
        throw new UsageError(
          `${name}: the keys of ${issuer.id} could not be read from ${jwksUri}: ${error.message}`,
        );
      }
    }
  return lines.length === 0 ? ['no keys were saved, because no issuer has jwks.snapshotMaxAgeDays'] : lines;
}

function buildCommand(): Command {
  return inFolder('build', 'Compile the documents for the authorizers.').action(({ folder }: AccessFlags) => {
    build(folder);
  });
}

function build(folder: string, inventories?: ReadonlyMap<string, string>): void {
  const path = existing(folder);
  const written = writeCompiledAccess(path, inventories === undefined ? {} : { inventories });
  const { problems, warnings, withoutInventory, compiled, extended } = written;
  const wrong = [
    ...problems,
    ...webhookProblems(writeCompiledWebhooks(path)),
    ...portalProblems(writeCompiledPortal(path, { page: loadPortalPage, access: written })),
  ];
  printProblems([...withoutInventory, ...warnings, ...findStrayDocuments(path)], 'yellow');
  printProblems(wrong, 'red');
  if (wrong.length > 0)
    throw new UsageError(`not all documents were compiled, because of ${count(wrong.length, 'problem')}`);
  for (const line of extended) printLines(line);
  const compiledNames = compiled.documents.map(({ name }) => name);
  printResult({ compiled: compiledNames }, () => `${count(compiledNames.length, 'document')} compiled`);
}

function checkCommand(): Command {
  return inFolder(
    'check',
    'Check the access documents, and whether the APIs use their authorizers correctly.',
  )
    .argument(
      '[sources...]',
      'services or templates with the protected APIs and the authorizers (default: the service next to the documents)',
    )
    .option('--stage <name>', 'stage of the stack with the authorizers', readStageName, 'dev')
    .addOption(startOption('param'))
    .action(async (sources: readonly string[], { folder, stage, param }: LoadingFlags) => {
      const path = existing(folder);
      const named = sources.length === 0 ? await serviceOf(path) : sources;
      const found = await checkDocuments(path, withStack(named), stage, param);
      process.exitCode = found === 0 ? 0 : 1;
    });
}

function explainCommand(): Command {
  return addAdminOptions(inFolder('explain', 'Show what a caller may do, and which rule decides.'))
    .argument('<document>', 'name of the document')
    .argument('[method]', 'HTTP method, such as GET (default: every route)')
    .argument('[path]', 'path below the stage, such as /orders/7')
    .option('--token <jwt>', 'token of the caller; the signature is not checked')
    .option('--token-file <file>', 'file with the token or API key of the caller')
    .option('--key <key>', 'API key of the caller, or the id of that key; the secret is not checked')
    .option('--claims <json>', 'claims of the caller, instead of a token')
    .option(
      '--issuer <id>',
      'id of the issuer of the claims (default: the issuer that their iss names, otherwise the first issuer of the document)',
    )
    .option('--role <name>', 'role of the caller (repeatable)', collectText, [])
    .option('--scope <name>', 'scope of the caller (repeatable)', collectText, [])
    .option('--ip <address>', 'source address of the request')
    .option('--policy', 'also print the IAM policy that API Gateway would cache', false)
    .action(
      async (
        name: string,
        method: string | undefined,
        path: string | undefined,
        given: ExplainFlags & AccessFlags & AdminFlags & { readonly key?: string },
      ) => {
        const { tokenFile } = given;
        refuseSecondCaller(given);
        const document = findDocument(given.folder, name);
        const read = tokenFile === undefined ? {} : await readCredential(readTokenFile(tokenFile), given);
        const held = given.key === undefined ? {} : { held: await readHeldKey(given.key, given) };
        const flags = { ...given, ...read, ...held };
        const { answers, text } = await explainWithLedger(document, method, path, flags);
        printResult(answers, () => text);
      },
    );
}

function matrixCommand(): Command {
  return inFolder(
    'matrix',
    'Show who may call each route, by role: yes, - (no), own (own resources), if (conditional), open (no authorizer), other (another authorizer).',
  )
    .argument('[document]', 'name of the document (default: all)')
    .action((name: string | undefined, { folder }: AccessFlags) => {
      const documents =
        name === undefined ? readCompiled(existing(folder)).documents : [findDocument(folder, name)];
      const matrices = documents.map((document) => ({
        document: document.name,
        ...describeAccess(document),
      }));
      if (matrices.length === 0) throw withoutRoutes(folder);
      printResult(matrices, () => matrices.map(printMatrix).join('\n\n'));
    });
}

const CELLS: Readonly<Record<MatrixCell, string>> = {
  open: 'open',
  other: 'other',
  allow: 'yes',
  own: 'own',
  depends: 'if',
  deny: '-',
};
/** Explains the cells `open` and `other`, which do not result from a rule of the document. */
const LEGEND: Readonly<Partial<Record<MatrixCell, string>>> = {
  open: 'open: the route has no authorizer, so everyone can call it',
  other: 'other: an authorizer other than Gatewright’s decides, and no rule of this document applies',
};

function printMatrix(matrix: ReturnType<typeof describeAccess> & { readonly document: string }): string {
  const hasQuota = matrix.rows.some(({ isCharged }) => isCharged);
  const rows = matrix.rows.map(({ route, cells, rules, isCharged }) => [
    `${route.method} ${route.path}`,
    ...cells.map((cell) => CELLS[cell]),
    ...(hasQuota ? [isCharged ? 'charged' : ''] : []),
    rules.join('; '),
  ]);
  const heading = ['', ...matrix.columns, ...(hasQuota ? ['quota'] : []), ''];
  const shown = new Set(matrix.rows.flatMap(({ cells }) => cells));
  const legend = Object.entries(LEGEND).flatMap(([cell, text]) =>
    shown.has(cell as MatrixCell) ? [text] : [],
  );
  return [colorize('bold', matrix.document), ...table([heading, ...rows]), ...legend, ...matrix.notes].join(
    '\n',
  );
}

function findDocument(folder: string, name: string) {
  const { documents } = readCompiled(existing(folder));
  const found = documents.find((document) => document.name === name);
  if (found !== undefined) return found;
  const names = readAccessFiles(existing(folder)).map((file) => file.name);
  if (names.length === 0 || names.includes(name)) throw withoutRoutes(folder, name);
  throw new UsageError(`no access document has the name "${name}"; expected one of ${names.join(', ')}`);
}

function withoutRoutes(folder: string, name?: string): UsageError {
  const which =
    name === undefined ? `no access document in ${folder}` : `no access document "${name}" in ${folder}`;
  return new UsageError(`${which} has routes yet: run gatewright access sync, which reads them`);
}

/** Flags of `gatewright access publish | versions | rollback`, which manage the documents of deployed authorizers. */
type PublishFlags = ChangeFlags & { readonly folder: string; readonly stage: string };

const COLUMNS = ['version', 'at', 'by', 'documents', 'restores', 'checksum'];
const PATH = '/access/versions';

function publishCommands(folder: string): readonly Command[] {
  return [publishCommand(folder), versionsCommand(), rollbackCommand()];
}

function publishCommand(folder: string): Command {
  return changeCommand(
    'publish',
    'Compile the documents and send them to the deployed authorizers, which use them within a minute.',
  )
    .option('--folder <dir>', 'folder of the access documents', folder)
    .option('--stage <name>', 'stage of the stack with the authorizers', readStageName, 'dev')
    .action(async ({ folder: chosen, stage, ...flags }: PublishFlags) => {
      const ids = flags.url === undefined ? new Map<string, string>() : await readDeployedIds(chosen, stage);
      const { checksum, parts } = toPublication(compiledFor(chosen, stage, ids));
      for (const [index, data] of parts.entries())
        await sendChange(
          { method: 'PUT', path: `${PATH}/parts/${index}`, body: { checksum, data } },
          withoutId(flags),
        );
      const { answer } = await sendChange(
        { method: 'POST', path: PATH, body: { checksum, parts: parts.length } },
        flags,
      );
      report(answer);
    });
}

function versionsCommand(): Command {
  return readCommand('versions', 'List published versions, newest first.').action(
    async (flags: ReadFlags) => {
      const { versions } = await callAdminJson({ method: 'GET', path: PATH }, flags);
      printRows(Array.isArray(versions) ? (versions as readonly Answer[]) : [], COLUMNS);
    },
  );
}

function rollbackCommand(): Command {
  return changeCommand('rollback', 'Publish an earlier version again, as a new version.')
    .argument('[version]', 'version number from `versions` (default: the one before the newest)', readVersion)
    .action(async (version: number | undefined, flags: ChangeFlags) => {
      const wanted = version ?? (await findEarlier(flags));
      const path = `${PATH}/${wanted}/restore`;
      report((await sendChange({ method: 'POST', path, body: {} }, flags)).answer);
    });
}

/**
 * Finds the version to which a rollback returns.
 * @throws UsageError if there is no earlier version
 */
async function findEarlier(flags: ChangeFlags): Promise<number> {
  const { versions } = await callAdminJson({ method: 'GET', path: PATH }, flags);
  const [newest, ...others] = Array.isArray(versions) ? (versions as readonly Answer[]) : [];
  const earlier = others.find(({ checksum }) => checksum !== newest?.['checksum'])?.['version'];
  if (typeof earlier === 'number') return earlier;
  throw new UsageError(
    'there is no earlier version with different documents; gatewright access versions lists all versions',
  );
}

function report(answer: Answer): void {
  printAnswer(answer);
  printNotes(
    'Authorizers use the new version within 60 s. API Gateway keeps results that it has already cached until their TTL ends, or until you run gatewright access flush.',
  );
}

/**
 * Removes the operation id. Each request of a publication is a separate operation and does not need an id, because
 * repeating it changes nothing.
 */
function withoutId({ url, profile }: ChangeFlags): ChangeFlags {
  return { url, profile };
}

function readVersion(text: string): number {
  if (/^[1-9]\d{0,14}$/.test(text)) return Number(text);
  throw new InvalidArgumentError('A version must be a whole number.');
}
