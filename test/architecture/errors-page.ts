/**
 * Writes the tables of docs/errors.md. The codes and sentences are from the comments in shared/errors.ts and
 * packages/gateway/core/errors.ts. The status, log reason and metric are from the texts for clients, logs,
 * administrators and members of the portal.
 */
import { REST_DEFAULTS } from '../../packages/gateway/core/deployment/wordings/error-wordings.ts';
import type { GatewayErrorCode } from '../../packages/gateway/core/errors.ts';
import { METRICS, REASONS } from '../../shared/failures.ts';
import { ADMIN_ANSWERS } from '../../shared/http/problem.ts';
import { PORTAL_ANSWERS } from '../../shared/portal/portal-problem.ts';
import type { DomainErrorCode } from '../../shared/errors.ts';
import { readSource } from './source-files.ts';

type Row = { readonly code: string; readonly comment: string; readonly union: string };

/** Who can correct an error, by the union that contains its code. The comment of a code can name somebody else. */
const WHO: Readonly<Record<string, string>> = {
  TokenErrorCode: 'caller',
  ServiceErrorCode: 'deployer',
  BackendErrorCode: 'backend',
  QuotaErrorCode: 'administrator',
  AdminErrorCode: 'administrator',
  PortalErrorCode: 'member',
};
const UNION = /^(?:export )?type (\w+(?:ErrorCode|ResponseType)) =\n([\s\S]*?);$/gm;
const MEMBER = /\/\*\* (.+) \*\/\n {2}\| '([A-Z0-9_]+)'/g;
const STACK_HEAD = [
  '| code | status | fixed by | log reason, metric | cause |',
  '| --- | ---: | --- | --- | --- |',
];
const REQUEST_HEAD = ['| code | status | fixed by | cause |', '| --- | ---: | --- | --- |'];

/** Returns each code in the unions of a file, with its comment. */
function readCodes(path: string): readonly Row[] {
  return [...readSource(path).text.matchAll(UNION)].flatMap(([, union = '', members = '']) => {
    const found = [...members.matchAll(MEMBER)];
    const codes = members.match(/'[A-Z0-9_]+'/g)?.length ?? 0;
    if (found.length !== codes) throw new Error(`${union}: each code needs one line of comment`);
    return found.map(([, comment = '', code = '']) => ({ code, comment, union }));
  });
}

function printStack({ code, comment, union }: Row): string {
  const known = code as DomainErrorCode;
  const [listed = 500] = (union === 'PortalErrorCode' ? PORTAL_ANSWERS : ADMIN_ANSWERS)[known] ?? [];
  const status = union === 'TokenErrorCode' ? 401 : listed;
  const who = comment.includes('[operator]') ? WHO['ServiceErrorCode'] : WHO[union];
  const named = [REASONS[known], METRICS[known]].filter((name) => name !== undefined);
  return printRow([code, status, who ?? '', named.map((name) => `\`${name}\``).join(', '), comment]);
}

function printRequest({ code, comment }: Row): string {
  const { status } = REST_DEFAULTS[code as GatewayErrorCode];
  const whose = status < 500 ? 'caller' : 'API owner';
  return printRow([code, status, comment.includes('[us]') ? 'Gatewright' : whose, comment]);
}

function printRow(cells: readonly [code: string, ...others: readonly (string | number)[]]): string {
  const [code, ...others] = cells;
  return `| \`${code}\` | ${others.slice(0, -1).join(' | ')} | ${sentence(String(others.at(-1)))} |`;
}

const sentence = (comment: string): string =>
  comment.replaceAll(/ \[\w+\]/g, (tag) => (tag === ' [passes]' ? ' _Retry._' : ''));

/** Returns the page with the tables in their places. */
export function writeErrorsPage(page: string): string {
  const ofGateway = readCodes('packages/gateway/core/errors.ts');
  const starts = ofGateway.filter(({ union }) => union === 'StartErrorCode');
  const requests = ofGateway.filter(({ union }) => union !== 'StartErrorCode');
  const tables: readonly (readonly [place: string, lines: readonly string[]])[] = [
    ['stack', [...STACK_HEAD, ...readCodes('shared/errors.ts').map(printStack).toSorted()]],
    ['requests', [...REQUEST_HEAD, ...requests.map(printRequest).toSorted()]],
    [
      'starting',
      [
        '| code | cause |',
        '| --- | --- |',
        ...starts.map(({ code, comment }) => `| \`${code}\` | ${sentence(comment)} |`).toSorted(),
      ],
    ],
  ];
  return tables.reduce(
    (text, [place, lines]) =>
      text.replace(
        new RegExp(`(<!-- ${place} -->\n)[\\s\\S]*?(<!-- end -->)`),
        (_, from: string, to: string) => `${from}\n${lines.join('\n')}\n\n${to}`,
      ),
    page,
  );
}
