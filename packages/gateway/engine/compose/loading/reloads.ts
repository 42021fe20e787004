/** The reloads that the console and explanations name: what each reload changed, and which deployment is served. */
import { relative } from 'node:path';
import { showApis } from '../../../console/endpoints/show-apis.ts';
import { ReloadHistory } from '../../../console/records/reload-history.ts';
import { jsonReply } from '../../../core/api-call.ts';
import { listRoutesOf } from '../network/listing.ts';
import type { RequestRecords } from '../../../console/records/request-records.ts';
import type * as comparisons from '../../../console/records/deployment-snapshot.ts';
import type { Snapshot } from '../../../console/records/deployment-snapshot.ts';
import type { Clock } from '../../../core/ports.ts';
import type { MoreEndpoints } from '../../../server/control-port/local-endpoints.ts';
import type { GatewayOptions, ReloadNotice } from '../../gateway.ts';
import type { Parts } from '../parts.ts';

export function openReloads(
  { reload }: GatewayOptions,
  clock: Clock,
  records: RequestRecords | undefined,
): ReloadHistory | undefined {
  if (records === undefined || !reload) return undefined;
  const reloads = new ReloadHistory(clock);
  records.versionAt = (monotonicMs) => reloads.versionAt(monotonicMs);
  records.unloadedAt = (monotonicMs, functions) => reloads.unloadedAt(monotonicMs, functions);
  return reloads;
}

/** Stores the state of the stacks before a reload, for comparisons. */
export async function keepSnapshot(parts: Parts): Promise<void> {
  const { reloads } = parts;
  if (reloads !== undefined) reloads.snapshot ??= takeSnapshot(parts, await loadComparison());
}

/**
 * Records a reload of stacks with the time that the notice contains. It must be called after the notice has been
 * reported.
 */
export async function noteStacks(notice: ReloadNotice, parts: Parts): Promise<void> {
  const { reloads, clock } = parts;
  if (reloads === undefined) return;
  const fromMs = clock.monotonicMs();
  if (notice.kind !== 'reloaded') {
    noteReload(notice, parts);
    return;
  }
  const comparison = await loadComparison();
  const before = reloads.snapshot ?? new Map();
  const snapshot = takeSnapshot(parts, comparison, before);
  const { what, tookMs } = notice;
  reloads.note(
    { what, tookMs, fromMs },
    { snapshot, changes: comparison.compareSnapshots(before, snapshot) },
  );
}

/** Records the reload of a function, or a failed reload after which the old stacks stay. */
export function noteReload(
  notice: ReloadNotice,
  { reloads, options }: Pick<Parts, 'reloads' | 'options'>,
): void {
  const { kind, what } = notice;
  if (reloads === undefined || kind === 'begun') return;
  if (kind === 'reloaded') {
    reloads.note({ what, tookMs: notice.tookMs });
    return;
  }
  const { message, place } = notice;
  const file = place && relative(options.directory, place.file);
  reloads.note({ what, kept: { message, file, line: place?.line } });
}

type Comparison = Pick<typeof comparisons, 'takeSnapshot' | 'compareSnapshots'>;

/**
 * Loads the code that compares reloads. It is loaded by the first reload, because nothing has to be compared at
 * startup.
 */
function loadComparison(): Promise<Comparison> {
  return import('../../../console/records/deployment-snapshot.ts');
}

function takeSnapshot(parts: Parts, comparison: Comparison, before?: Snapshot): Snapshot {
  const { served, clock } = parts;
  const apis = showApis(listRoutesOf(parts), (apiId) => served.find(apiId), clock.nowEpochMs());
  return comparison.takeSnapshot(apis, served.stacks, before);
}

const NONE = { versions: [], reloads: [], broken: [] };

/** Returns the endpoints `GET console/reloads` and `GET console/compare?from=1&to=2`. */
export function openReloadsApi({ reloads }: Pick<Parts, 'reloads'>): MoreEndpoints {
  return async ({ method, query }, path) => {
    if (method !== 'GET') return undefined;
    if (path === 'console/reloads') return jsonReply(200, reloads?.show() ?? NONE);
    if (path !== 'console/compare') return undefined;
    const asked = new URLSearchParams(query);
    const [from, to] = [Number(asked.get('from')), Number(asked.get('to'))];
    const { compareSnapshots } = await loadComparison();
    const changes = reloads?.compare(from, to, compareSnapshots);
    return changes === undefined
      ? jsonReply(404, { message: `The gateway no longer has both deployments ${from} and ${to}.` })
      : jsonReply(200, { changes });
  };
}
