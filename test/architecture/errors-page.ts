/** The table of docs/errors.md on failures of the stack, made of the comments of shared/errors.ts and what logs and administrators are told. */
import { METRICS, REASONS } from '../../shared/failures.ts';
import { ADMIN_ANSWERS } from '../../shared/http/problem.ts';
import type { DomainErrorCode } from '../../shared/errors.ts';
import { readSource } from './source-files.ts';

/** The union that a code stands in says who can fix it, unless its comment does. */
const WHO: Readonly<Record<string, string>> = {
  TokenErrorCode: 'caller',
  ServiceErrorCode: 'who deployed',
  QuotaErrorCode: 'administrator',
  AdminErrorCode: 'administrator',
};
const UNION = /^export type (\w+ErrorCode) =\n([\s\S]*?);$/gm;
const MEMBER = /\/\*\* (.+) \*\/\n {2}\| '([A-Z_]+)'/g;

function printStackErrors(): string {
  const { text } = readSource('shared/errors.ts');
  const rows = [...text.matchAll(UNION)].flatMap(([, union = '', members = '']) => {
    const found = [...members.matchAll(MEMBER)];
    const codes = members.match(/'[A-Z_]+'/g)?.length;
    if (found.length !== codes) throw new Error(`${union}: each code needs one line of comment`);
    return found.map(([, comment = '', code = '']) => printRow(code as DomainErrorCode, comment, union));
  });
  return [
    '| code | status | who can fix it | log reason, metric | passes | when |',
    '| --- | ---: | --- | --- | --- | --- |',
    ...rows.toSorted(),
  ].join('\n');
}

function printRow(code: DomainErrorCode, comment: string, union: string): string {
  const status = union === 'TokenErrorCode' ? 401 : (ADMIN_ANSWERS[code]?.[0] ?? 500);
  const who = comment.includes('[operator]') ? WHO['ServiceErrorCode'] : WHO[union];
  const named = [REASONS[code], METRICS[code]]
    .filter((name) => name !== undefined)
    .map((name) => `\`${name}\``);
  const when = comment.replaceAll(/ \[\w+\]/g, '');
  return `| \`${code}\` | ${status} | ${who} | ${named.join(', ')} | ${comment.includes('[passes]') ? 'yes' : ''} | ${when} |`;
}

/** The page with the table in its place. */
export function writeErrorsPage(page: string): string {
  return page.replace(
    /(<!-- stack -->\n)[\s\S]*(<!-- end -->)/,
    (_, from: string, to: string) => `${from}\n${printStackErrors()}\n\n${to}`,
  );
}
