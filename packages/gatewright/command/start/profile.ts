/**
 * `start --profile` records where the gateway uses time and memory. It writes two files, which users can attach to a
 * report.
 */
import { mkdir } from 'node:fs/promises';
import { Session } from 'node:inspector/promises';
import { homedir } from 'node:os';
import { join } from 'node:path';
import { getHeapSpaceStatistics, getHeapStatistics } from 'node:v8';
import { writePrivateFile } from '../../../base/terminal/private-file.ts';
import type { HeapProfiler, Profiler } from 'node:inspector';

/** The maximum number of functions that are listed. The functions whose memory is largest come first. */
const SHOWN_HOLDERS = 50;
const SAMPLE_BYTES = 32_768;
const SAMPLE_US = 1_000;

export type HeapSummary = {
  readonly node: string;
  readonly platform: string;
  readonly memory: NodeJS.MemoryUsage;
  readonly heap: ReturnType<typeof getHeapStatistics>;
  readonly spaces: ReturnType<typeof getHeapSpaceStatistics>;
  /** The functions that have allocated memory that is still in use, largest first. */
  readonly holders: readonly { readonly where: string; readonly bytes: number }[];
};

export interface Profiling {
  /**
   * Writes both files.
   * @returns their paths
   * @throws UsageError if they cannot be written
   */
  finish(): Promise<readonly string[]>;
}

/**
 * Profiles the gateway's own thread. The files contain numbers, and the names and locations of functions. A heap
 * snapshot is not used, because it would contain every token and body in memory.
 */
export async function startProfile(folder: string, epochMs: number): Promise<Profiling> {
  const session = new Session();
  session.connect();
  await session.post('Profiler.enable');
  await session.post('Profiler.setSamplingInterval', { interval: SAMPLE_US });
  await session.post('HeapProfiler.startSampling', { samplingInterval: SAMPLE_BYTES });
  await session.post('Profiler.start');
  return {
    async finish() {
      const { profile } = await session.post('Profiler.stop');
      const { profile: held } = await session.post('HeapProfiler.stopSampling');
      session.disconnect();
      const summary: HeapSummary = {
        node: process.version,
        platform: `${process.platform} ${process.arch}`,
        memory: process.memoryUsage(),
        heap: getHeapStatistics(),
        spaces: getHeapSpaceStatistics(),
        holders: summariseHolders(held.head),
      };
      await mkdir(folder, { recursive: true, mode: 0o700 });
      const base = join(folder, new Date(epochMs).toISOString().replaceAll(':', '-'));
      const [cpuFile, heapFile] = [`${base}.cpuprofile`, `${base}.heap.json`];
      await writePrivateFile(cpuFile, JSON.stringify(hideHome(profile)));
      await writePrivateFile(heapFile, `${JSON.stringify(summary, null, 1)}\n`);
      return [cpuFile, heapFile];
    },
  };
}

/** Removes the path of the home folder from a URL, because it contains the user's name. */
function withoutHome(url: string): string {
  const home = homedir();
  return home.length > 1 ? url.replaceAll(home, '~') : url;
}

function hideHome(profile: Profiler.Profile): Profiler.Profile {
  const nodes = profile.nodes.map((node) => ({
    ...node,
    callFrame: { ...node.callFrame, url: withoutHome(node.callFrame.url) },
  }));
  return { ...profile, nodes };
}

export function summariseHolders(head: HeapProfiler.SamplingHeapProfileNode): HeapSummary['holders'] {
  const bytes = new Map<string, number>();
  const open = [head];
  for (let node = open.pop(); node !== undefined; node = open.pop()) {
    const { functionName, url, lineNumber } = node.callFrame;
    const place = url === '' ? '' : ` ${withoutHome(url)}:${lineNumber + 1}`;
    const where = `${functionName === '' ? '(anonymous)' : functionName}${place}`;
    if (node.selfSize > 0) bytes.set(where, (bytes.get(where) ?? 0) + node.selfSize);
    open.push(...node.children);
  }
  return [...bytes]
    .map(([where, held]) => ({ where, bytes: held }))
    .toSorted((one, other) => other.bytes - one.bytes)
    .slice(0, SHOWN_HOLDERS);
}
