/** Derives facts about connections from their recorded messages. Pure. */
import type { RequestRow } from '../../records/model.ts';

export type ClosedConnection = {
  readonly id: string;
  readonly apiName: string;
  readonly caller: string | undefined;
  /** Undefined if its end is not recorded; a refused handshake has a status. */
  readonly code: number | undefined;
  readonly lastEpochMs: number;
  readonly messages: number;
};

const MAX_CLOSED = 50;

/** @param rows newest first. @returns the latest ones, newest first */
export function closedConnections(
  rows: readonly RequestRow[],
  open: ReadonlySet<string>,
): readonly ClosedConnection[] {
  const byId = new Map<string, ClosedConnection>();
  for (const row of rows) {
    const { connectionId: id, kind, status, apiName, caller, atEpochMs } = row;
    if (id === undefined || open.has(id)) continue;
    const before = byId.get(id);
    if (before === undefined && byId.size === MAX_CLOSED) continue;
    const isEnd = kind === 'disconnect' || (kind === 'handshake' && status >= 400);
    byId.set(id, {
      id,
      apiName,
      caller: before?.caller ?? caller,
      code: before?.code ?? (isEnd ? status : undefined),
      lastEpochMs: before?.lastEpochMs ?? atEpochMs,
      messages: (before?.messages ?? 0) + (kind === 'message' || kind === 'post' ? 1 : 0),
    });
  }
  return [...byId.values()];
}

/** Distinct texts that clients of an API received, newest first; truncated ones are left out. */
export function sentTexts(rows: readonly RequestRow[], apiId: string): readonly string[] {
  const texts = rows.flatMap((row) =>
    row.kind === 'post' && row.apiId === apiId && row.text?.endsWith('…') === false ? [row.text] : [],
  );
  return [...new Set(texts)];
}
