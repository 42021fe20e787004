/** The table of docs/errors.md on failures of the stack, made of shared/failures.ts and the comments of shared/errors.ts. */
import { FAILURES } from '../../shared/failures.ts';
import type { DomainErrorCode } from '../../shared/errors.ts';
import { readSource } from './source-files.ts';

const WHO = { caller: 'caller', administrator: 'administrator', operator: 'who deployed' } as const;
const MEMBER = /\/\*\* (.+) \*\/\n {2}\| '([A-Z_]+)'/g;

export function printStackErrors(): string {
  const told = new Map(
    [...readSource('shared/errors.ts').text.matchAll(MEMBER)].map(([, when = '', code = '']) => [code, when]),
  );
  const rows = (Object.keys(FAILURES) as DomainErrorCode[]).sort().map((code) => {
    const { fix, reason, metric, answer, passes } = FAILURES[code];
    const when = told.get(code);
    if (when === undefined) throw new Error(`${code} has no comment in shared/errors.ts`);
    const status = fix === 'caller' ? 401 : (answer?.[0] ?? 500);
    const named = [reason, metric].filter((name) => name !== undefined);
    return `| \`${code}\` | ${status} | ${WHO[fix]} | ${named.map((name) => `\`${name}\``).join(', ')} | ${passes === true ? 'yes' : ''} | ${when} |`;
  });
  return [
    '| code | status | who can fix it | log reason, metric | passes | when |',
    '| --- | ---: | --- | --- | --- | --- |',
    ...rows,
  ].join('\n');
}

/** The page with the table in its place. */
export function writeErrorsPage(page: string): string {
  return page.replace(
    /(<!-- stack -->\n)[\s\S]*(<!-- end -->)/,
    (_, from: string, to: string) => `${from}\n${printStackErrors()}\n\n${to}`,
  );
}
