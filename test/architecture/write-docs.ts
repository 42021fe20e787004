/**
 * `npm run schemas`: rewrites the generated parts of the evidence pages, the list of shipped packages, the errors of
 * the stack, the references of commands and of the stack's parts, the client library of the examples, and the JSON
 * Schemas of access documents, webhook sources, the portal and settings.
 */
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { formatText } from '../../lab/tools/format-text.ts';
import { settingsSchema } from '../../packages/gatewright/command/settings-schema.ts';
import { startCommand } from '../../packages/gatewright/command/start/start.ts';
import { documentSchema } from '../../packages/toolkit/authoring/document/document.ts';
import { portalSchema } from '../../packages/toolkit/authoring/portal/portal-document.ts';
import { webhooksSchema } from '../../packages/toolkit/authoring/webhooks/webhooks-document.ts';
import { bundleClient, clientBundles } from '../../lab/tools/client-bundle.ts';
import { COMMAND_PAGE, printCommandReference } from './command-reference.ts';
import { COST_PAGE, writeCostPage } from '../../lab/cost/page.ts';
import { OPERATIONS_PAGE, printOperations } from '../../lab/tools/operations-page.ts';
import { holdersOf } from './operation-holders.ts';
import { CONDITION_PAGE, writeConditionTable } from './condition-table.ts';
import { DEPENDENCIES_PAGE, printDependencies } from './dependencies.ts';
import { writeErrorsPage } from './errors-page.ts';
import { findHolders, printIndex, writeHeldBy } from './held-by.ts';
import { evidencePages } from './sections.ts';
import { REPOSITORY, readSource } from './source-files.ts';
import { printStackReference, STACK_PAGE } from './stack-reference.ts';

const INDEX = 'docs/aws/README.md';
const holders = findHolders();
const write = (path: string, text: string): void => writeFileSync(join(REPOSITORY, path), text);

for (const { path } of evidencePages()) write(path, writeHeldBy(path, holders));
const { text } = readSource(INDEX);
const index = printIndex();
write(
  INDEX,
  text.replace(/(<!-- index -->\n)[\s\S]*(\n<!-- end -->)/, (_, from, to) => `${from}\n${index}\n${to}`),
);
write(DEPENDENCIES_PAGE, await printDependencies());
for (const path of clientBundles(REPOSITORY)) write(path, await bundleClient(REPOSITORY));
const ERRORS_PAGE = 'docs/errors.md';
const pages = {
  [ERRORS_PAGE]: writeErrorsPage(readSource(ERRORS_PAGE).text),
  [CONDITION_PAGE]: writeConditionTable(readSource(CONDITION_PAGE).text),
  [COST_PAGE]: writeCostPage(readSource(COST_PAGE).text),
  [COMMAND_PAGE]: await printCommandReference(),
  [STACK_PAGE]: printStackReference(),
  [OPERATIONS_PAGE]: printOperations(holdersOf),
};
for (const [path, page] of Object.entries(pages)) write(path, await formatText(path, page));
const schemas = {
  'access/access.schema.json': documentSchema(),
  'access/webhooks.schema.json': webhooksSchema(),
  'access/portal.schema.json': portalSchema(),
  'docs/gatewright.schema.json': settingsSchema(startCommand()),
};
for (const [path, schema] of Object.entries(schemas))
  write(path, await formatText(path, JSON.stringify(schema, null, 2)));
