/**
 * `npm run parity -- --peers NAME,NAME`: the scores of other emulators, by the command that their users run, in a
 * folder where they are installed (GATEWRIGHT_PEERS, default: the working folder). docs/parity.md shows what is kept of
 * it.
 */
import { spawnSync } from 'node:child_process';
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { REPOSITORY } from '../architecture/source-files.ts';

const FILE = join(REPOSITORY, 'test/parity/peers.json');
const COMMAND = join(REPOSITORY, 'packages/conformance/command/main.ts');
const DEADLINE_MS = 3_600_000;
const OUTPUT_BYTES = 64 * 1024 * 1024;

type Count = { readonly passed: number; readonly total: number };

type Peer = {
  readonly target: string;
  readonly version?: string;
  readonly day: string;
  readonly notAsked: number;
  readonly sets: Readonly<Record<string, Count>>;
};

export function readPeers(): readonly Peer[] {
  return JSON.parse(readFileSync(FILE, 'utf8')) as readonly Peer[];
}

/** What is stored from `conformance run --json`; sets without any request are left out. */
function summarize(output: string): Peer {
  const { target, version, day, notAsked, sets } = JSON.parse(output) as Peer;
  const asked = Object.entries(sets).filter(([, { total }]) => total > 0);
  return {
    target,
    ...(version === undefined ? {} : { version }),
    day,
    notAsked,
    sets: Object.fromEntries(asked),
  };
}

/** @throws Error with the message of the command if a peer cannot be run */
export function scorePeers(names: readonly string[], folder: string): void {
  const scores = new Map(readPeers().map((peer) => [peer.target, peer]));
  for (const name of names) {
    const args = [COMMAND, 'run', '--target', name, '--json'];
    const ran = spawnSync(process.execPath, args, {
      cwd: folder,
      encoding: 'utf8',
      timeout: DEADLINE_MS,
      maxBuffer: OUTPUT_BYTES,
    });
    if (!ran.stdout.startsWith('{')) throw new Error(`${name}: ${ran.stderr.trim()}`);
    scores.set(name, summarize(ran.stdout));
  }
  writePeers([...scores.values()]);
}

function writePeers(peers: readonly Peer[]): void {
  const sorted = peers.toSorted((a, b) => a.target.localeCompare(b.target));
  writeFileSync(FILE, `${JSON.stringify(sorted, null, 2)}\n`);
}

/** A row for each, for docs/parity.md. */
export function printPeers(peers: readonly Peer[]): string {
  const rows = peers.map(({ target, version = '', day, notAsked, sets }) => {
    const cells = ['recorded', 'documented'].map((set) => printCount([sets[set]]));
    const control = Object.entries(sets).filter(([set]) => set.startsWith('control'));
    return `| ${target} ${version} | ${day} | ${cells.join(' | ')} | ${printCount(control.map(([, count]) => count))} | ${notAsked} |`;
  });
  return [
    '| emulator | day | published | documented | control plane | not asked |',
    '| --- | --- | --: | --: | --: | --: |',
    ...rows,
  ].join('\n');
}

function printCount(counts: readonly (Count | undefined)[]): string {
  const known = counts.filter((count) => count !== undefined);
  if (known.length === 0) return '–';
  const sum = (member: keyof Count): number => known.reduce((all, count) => all + count[member], 0);
  return `${sum('passed')} of ${sum('total')}`;
}
