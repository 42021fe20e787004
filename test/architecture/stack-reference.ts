/** Writes docs/reference/stack.md from the parts of the stack and from the functions in `serverless.yml`. */
import { posix } from 'node:path';
import { COMMON_PART, PARTS } from '../../packages/toolkit/stack/parts.ts';
import type { StackPart } from '../../packages/toolkit/stack/stack-part.ts';
import { readStack } from '../support/read-stack.ts';
import { readSource } from './source-files.ts';

export const STACK_PAGE = 'docs/reference/stack.md';

const INTRODUCTION = `# The stack, part by part

What \`serverless deploy\` deploys: which functions, tables, alarms, parameters and commands belong together. \`npm run schemas\` writes this page from \`packages/toolkit/stack/<part>/part.ts\` and \`serverless.yml\`. Third column: DynamoDB tables in a function's environment. Files under Resources contain IAM roles. What to do about an alarm: [the runbook](../guides/operate/operating.md#when-an-alarm-goes-off). Commands: [the reference](commands.md).`;

type Stack = ReturnType<typeof readStack>;

export function printStackReference(): string {
  const stack = readStack();
  const sections = [...PARTS, COMMON_PART].flatMap((part) => describePart(part, stack));
  return `${[INTRODUCTION, ...sections].join('\n\n')}\n`;
}

function describePart(part: StackPart, stack: Stack): readonly string[] {
  const tables = new Set([...PARTS, COMMON_PART].flatMap((each) => each.tables));
  const rows = part.functions.map((id) => {
    const { description = '', environment = {} } = stack.functions.get(id) ?? {};
    const used = Object.values(environment).filter((value) => tables.has(String(value)));
    return `| [\`${id}\`](${link(`functions/${id}.ts`)}) | ${description} | ${code(used.map(String))} |`;
  });
  const table =
    rows.length === 0
      ? []
      : [['| function | what it does | tables |', '| --- | --- | --- |', ...rows].join('\n')];
  return [`## ${part.name}`, part.summary, ...table, listMembers(part)];
}

function listMembers(part: StackPart): string {
  const files = part.resourceFiles.map((path) => linkTo(`packages/toolkit/stack/${path}`, path));
  const handlers = part.handlers.map((path) => linkTo(`shared/${path}`, `shared/${path}`));
  const commands = part.commands.map((name) => `[\`${name}\`](commands.md#${name})`);
  const members = [
    ['Guides', part.guides.map((path) => `[${titleOf(path)}](${link(path)})`).join('; ')],
    ['Commands', commands.join(', ')],
    ['Tables', code(part.tables)],
    ['Parameters', code(part.parameters)],
    ['Resources', files.join(', ')],
    ['Rules of the functions', handlers.join(', ')],
    ['Alarms', code(part.alarms)],
  ] as const;
  return members
    .filter(([, text]) => text !== '')
    .map(([name, text]) => `- ${name}: ${text}`)
    .join('\n');
}

function code(names: readonly string[]): string {
  return names.map((name) => `\`${name}\``).join(', ');
}

function linkTo(path: string, text: string): string {
  return `[\`${text}\`](${link(path)})`;
}

function link(path: string): string {
  return posix.relative(posix.dirname(STACK_PAGE), path);
}

function titleOf(path: string): string {
  return /^# (.+)$/m.exec(readSource(path).text)?.[1] ?? path;
}
