import { callAdmin } from '../../../terminal/admin-client.ts';
import type { AdminFlags } from '../../../terminal/admin-client.ts';
import { ownerPath } from './quota-calls.ts';

export type ExportQuestion = { readonly [name in 'tenant' | 'from' | 'to']?: string | undefined };

export async function* readExport<Row>(
  of: 'usage' | 'records' | 'due' | 'drafts',
  { tenant, from, to }: ExportQuestion,
  flags: AdminFlags,
): AsyncGenerator<Row> {
  const path = tenant === undefined ? '/quota/export' : `${ownerPath(tenant)}/export`;
  let cursor: string | undefined;
  do {
    const query = { of, format: 'ndjson', from, to, cursor };
    const reply = await callAdmin({ method: 'GET', path, query }, flags);
    for (const line of reply.text.split('\n')) if (line !== '') yield JSON.parse(line) as Row;
    cursor = reply.headers.get('x-next-cursor');
  } while (cursor !== undefined);
}
