/** Figures of the quota bench: sums over processes, percentiles, the table, and the checks of our limiter. */
import type { AttributeValue } from '@aws-sdk/client-dynamodb';
import type { QuotaRun } from './quota-limiters.ts';
import type { QuotaReport } from './quota-process.ts';
import { printColumns } from './report.ts';

export type QuotaRow = {
  readonly limiter: string;
  readonly quota: number;
  readonly admitted: number;
  readonly over: number;
  /** Units of the quota that stayed unused, although every process requested units until the end. */
  readonly unused: number;
  readonly refused: number;
  readonly failed: number;
  /** All billed writes, including writes whose condition failed. */
  readonly writes: number;
  readonly refusedWrites: number;
  readonly reads: number;
  readonly writesPerThousand: number;
  /** Latency that the limiter added to admitted requests. */
  readonly p50Ms: number;
  readonly p99Ms: number;
  readonly seconds: number;
  readonly itemBytes?: number | undefined;
};

const MAX_WRITES_PER_THOUSAND = 3;
/**
 * Minimum size of a large quota. In such a quota, the last units, which are charged one by one, hardly affect the
 * average.
 */
const LARGE_QUOTA = 1_000_000;

export function summariseQuota(run: QuotaRun, reports: readonly QuotaReport[], seconds: number): QuotaRow {
  const sum = (read: (report: QuotaReport) => number): number =>
    reports.reduce((all, report) => all + read(report), 0);
  const admitted = sum((report) => report.admitted);
  const writes = sum(({ calls }) => calls.writes);
  const admittedMs = Float64Array.from(reports.flatMap((report) => [...report.admittedMs])).sort();
  return {
    limiter: run.limiter,
    quota: run.quota,
    admitted,
    over: Math.max(0, admitted - run.quota),
    unused: Math.max(0, run.quota - admitted),
    refused: sum((report) => report.refused),
    failed: sum((report) => report.failed),
    writes,
    refusedWrites: sum(({ calls }) => calls.refusedWrites),
    reads: sum(({ calls }) => calls.reads),
    writesPerThousand: round((1000 * writes) / admitted, 2),
    p50Ms: round(percentile(admittedMs, 0.5), 4),
    p99Ms: round(percentile(admittedMs, 0.99), 4),
    seconds: round(seconds, 1),
  };
}

/** Lists promises of the quota library that these figures contradict; empty if there are none. */
export function findTroubles(rows: readonly QuotaRow[]): readonly string[] {
  return rows
    .filter(({ limiter }) => limiter === 'gatewright')
    .flatMap(({ quota, admitted, writesPerThousand }) => [
      ...(admitted === quota ? [] : [`gatewright admitted ${admitted} requests, but the quota is ${quota}`]),
      ...(quota < LARGE_QUOTA || writesPerThousand <= MAX_WRITES_PER_THOUSAND
        ? []
        : [
            `gatewright wrote ${writesPerThousand} times per 1,000 requests of a quota of ${quota}; the limit is ${MAX_WRITES_PER_THOUSAND}`,
          ]),
    ]);
}

export function printQuotaTable(rows: readonly QuotaRow[]): string {
  return printColumns(
    [
      'limiter',
      'quota',
      'admitted',
      'over',
      'unused',
      'refused',
      'failed',
      'writes',
      'of them refused',
      'reads',
      'per 1,000',
      'p50 ms',
      'p99 ms',
      'seconds',
      'item bytes',
    ],
    rows.map((row) => [
      row.limiter,
      row.quota,
      row.admitted,
      row.over,
      row.unused,
      row.refused,
      row.failed,
      row.writes,
      row.refusedWrites,
      row.reads,
      row.writesPerThousand,
      row.p50Ms,
      row.p99Ms,
      row.seconds,
      row.itemBytes ?? null,
    ]),
  );
}

/**
 * Bytes of an item that consists of strings and numbers. Names and strings count in UTF-8; a number takes one byte per
 * two digits, and one more. Source: DynamoDB developer guide, "DynamoDB item sizes and formats".
 */
export function ledgerBytes(item: Readonly<Record<string, AttributeValue>>): number {
  return Object.entries(item).reduce((bytes, [name, { S: text, N: number }]) => {
    const digits = (number ?? '').replace(/^-|\.|0+$/g, '').length;
    const valueBytes = number === undefined ? Buffer.byteLength(text ?? '') : Math.ceil(digits / 2) + 1;
    return bytes + Buffer.byteLength(name) + valueBytes;
  }, 0);
}

function percentile(sorted: Float64Array, share: number): number {
  return sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * share))] ?? Number.NaN;
}

function round(value: number, digits: number): number {
  return Number(value.toFixed(digits));
}
