/** Derives facts about connections from their recorded messages. The functions are pure. */
import type { RequestRow } from '../../records/model.ts';

export type ClosedConnection = {
  readonly id: string;
  readonly apiName: string;
  readonly caller: string | undefined;
  /** The close code, or the status of a refused handshake; undefined if the end of the connection is not recorded. */
  readonly code: number | undefined;
  readonly lastEpochMs: number;
  readonly messages: number;
};

const MAX_CLOSED = 50;

/**
 * Returns the latest closed connections, newest first.
 * @param rows newest first
 */
export function closedConnections(
  rows: readonly RequestRow[],
  open: ReadonlySet<string>,
): readonly ClosedConnection[] {
  const byId = new Map<string, ClosedConnection>();
  for (const row of rows) {
    const { connectionId: id, kind, status, api, caller, atEpochMs } = row;
    if (id === undefined || open.has(id)) continue;
    const before = byId.get(id);
    if (before === undefined && byId.size === MAX_CLOSED) continue;
    const isEnd = kind === 'disconnect' || (kind === 'handshake' && status >= 400);
    byId.set(id, {
      id,
      apiName: api,
      caller: before?.caller ?? caller,
      code: before?.code ?? (isEnd ? status : undefined),
      lastEpochMs: before?.lastEpochMs ?? atEpochMs,
      messages: (before?.messages ?? 0) + (kind === 'message' || (kind === 'post' && status < 400) ? 1 : 0),
    });
  }
  return [...byId.values()];
}

/** Returns the distinct texts that clients of an API received, newest first. Truncated texts are left out. */
export function sentTexts(rows: readonly RequestRow[], apiId: string): readonly string[] {
  const texts = rows.flatMap((row) =>
    row.kind === 'post' && row.status < 400 && row.apiId === apiId && row.text?.endsWith('…') === false
      ? [row.text]
      : [],
  );
  return [...new Set(texts)];
}
