import { instant, MONTH, optional, text } from '../../http/fields.ts';
import type { ReadFields } from '../../http/fields.ts';
import { jsonReply } from '../../http/reply.ts';
import { changeRoute, readRoute } from '../../http/route.ts';
import type { Route } from '../../http/route.ts';
import type { ProxyResult } from '../../aws/proxy-result.ts';
import { listAudit } from './audit.ts';
import type * as ListUsage from './list-usage.ts';
import { toRequested } from './operation.ts';
import type { AdminPorts } from './operation.ts';
import { saveNewPlans } from './plans.ts';
import { MEDIA_TYPES, printCsv, printNdjson } from './print-rows.ts';
import type { UsageRecord } from './usage-record.ts';
import type { UsageRow } from './usage-row.ts';
import { AUDIT_ENTRY, CLOSED_PAGE, CURSOR, EXPORTED, pageOf, USAGE_RECORD, USAGE_ROW } from './schemas.ts';

const PAGE_ROWS = 500;
const STANDING = { at: optional(instant('Default: now')), cursor: CURSOR };
const USAGE_PAGE = { description: 'A page of usage', schema: pageOf('usage', USAGE_ROW) };
const EXPORT = {
  description:
    'Rows; the header x-next-cursor of the response, if present, is the cursor of the next page. ' +
    'The first page of CSV begins with a header line.',
  mediaTypes: ['application/x-ndjson', 'text/csv'],
};

export function usageRoutes(ports: AdminPorts): readonly Route[] {
  return [
    readRoute(
      {
        path: '/quota/usage',
        id: 'listQuotaUsage',
        summary: 'Usage of all tenants in the periods that contain an instant',
        query: STANDING,
        answer: USAGE_PAGE,
      },
      ({ query, receivedEpochMs }) => stand(ports, undefined, query, receivedEpochMs),
    ),
    readRoute(
      {
        path: '/quota/tenants/{tenant}/usage',
        id: 'listTenantUsage',
        summary: 'Usage of a tenant and its keys in the periods that contain an instant',
        query: STANDING,
        answer: USAGE_PAGE,
      },
      ({ path, query, receivedEpochMs }) => stand(ports, path.tenant, query, receivedEpochMs),
    ),
    readRoute(
      {
        path: '/quota/export',
        id: 'exportQuotaUsage',
        summary: 'Export of the usage of all tenants as NDJSON or CSV',
        query: EXPORTED,
        answer: EXPORT,
      },
      ({ query, receivedEpochMs }) => exportRows(ports, undefined, query, receivedEpochMs),
    ),
    readRoute(
      {
        path: '/quota/tenants/{tenant}/export',
        id: 'exportTenantUsage',
        summary: 'Export of the usage of a tenant as NDJSON or CSV',
        query: EXPORTED,
        answer: EXPORT,
      },
      ({ path, query, receivedEpochMs }) => exportRows(ports, path.tenant, query, receivedEpochMs),
    ),
    closeRoute(ports),
    readRoute(
      {
        path: '/quota/audit',
        id: 'listQuotaAudit',
        summary: 'Changes of a UTC day, newest first',
        query: { day: optional(instant('An instant of the day; default: today')), cursor: CURSOR },
        answer: { description: 'A page of changes', schema: pageOf('entries', AUDIT_ENTRY) },
      },
      async ({ query, receivedEpochMs }) =>
        jsonReply(200, await listAudit(ports, query.day ?? receivedEpochMs, query.cursor)),
    ),
  ];
}

function closeRoute(ports: AdminPorts): Route {
  return changeRoute(
    {
      method: 'POST',
      path: '/quota/close',
      id: 'closeQuotaPeriods',
      summary: 'Closes periods that have ended, a page at a time, and records their usage',
      body: {
        month: optional(
          text('Periods of one month, by the time zones of the plans: 2026-11', { pattern: MONTH }),
        ),
        cursor: CURSOR,
      },
      answer: { description: 'The result', schema: CLOSED_PAGE },
    },
    async (request) => {
      const { closeOver } = await import('./close-over.ts');
      const { month, cursor } = request.body;
      if (cursor === undefined) await saveNewPlans(ports, request.receivedEpochMs);
      return jsonReply(200, await closeOver(ports, toRequested(request), { month, cursor }));
    },
  );
}

/** Loads the module on demand, because few instances list usage. */
function loadLists(): Promise<typeof ListUsage> {
  return import('./list-usage.ts');
}

async function stand(
  ports: AdminPorts,
  tenant: string | undefined,
  { at, cursor }: ReadFields<typeof STANDING>,
  nowEpochMs: number,
): Promise<ProxyResult> {
  const { listCurrentUsage: listStanding } = await loadLists();
  const { rows, next } = await listStanding(ports, { tenant, cursor, atEpochMs: at ?? nowEpochMs });
  return jsonReply(200, { usage: rows, ...(next !== undefined && { next }) });
}

async function exportRows(
  ports: AdminPorts,
  tenant: string | undefined,
  { of = 'usage', format = 'ndjson', from, to, limit = PAGE_ROWS, cursor }: ReadFields<typeof EXPORTED>,
  nowEpochMs: number,
): Promise<ProxyResult> {
  const { listRecords, listUsage } = await loadLists();
  const question = { tenant, fromEpochMs: from, toEpochMs: to, cursor, limit };
  const [{ rows, next }, schema] =
    of === 'usage'
      ? [await listUsage(ports, question), USAGE_ROW]
      : of === 'due'
        ? [await listDue(ports, question, nowEpochMs), USAGE_ROW]
        : of === 'drafts'
          ? [await listDrafts(ports, question, nowEpochMs), USAGE_RECORD]
          : [await listRecords(ports, question), USAGE_RECORD];
  const columns = Object.keys(schema['properties'] ?? {});
  return {
    statusCode: 200,
    headers: {
      'content-type': MEDIA_TYPES[format],
      ...(next !== undefined && { 'x-next-cursor': next }),
    },
    body: format === 'csv' ? printCsv(columns, rows, cursor === undefined) : printNdjson(rows),
  };
}

async function listDrafts(
  ports: AdminPorts,
  question: ListUsage.UsageQuestion,
  nowEpochMs: number,
): Promise<ListUsage.Page<UsageRecord>> {
  const { listDraftRecords } = await import('./draft-records.ts');
  if (question.cursor === undefined) await saveNewPlans(ports, nowEpochMs);
  return listDraftRecords(ports, question, nowEpochMs);
}

async function listDue(
  ports: AdminPorts,
  question: ListUsage.UsageQuestion,
  nowEpochMs: number,
): Promise<ListUsage.Page<UsageRow>> {
  const { listDueFees } = await import('./due-fees.ts');
  if (question.cursor === undefined) await saveNewPlans(ports, nowEpochMs);
  const { rows, next } = await listDueFees(ports, { ...question, purpose: 'due' }, nowEpochMs, 'ended');
  return { rows: rows.map(({ row }) => row), ...(next !== undefined && { next }) };
}
