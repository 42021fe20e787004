/** When phases were entered, as bytes of a record. */
import { namedTimes } from '../trail.ts';
import type { EnteredMs } from './kept-request.ts';
import type { RecordArena, RecordReader } from './record-arena.ts';
import type { TrailNotes } from '../trail.ts';

export function writeTimes(notes: TrailNotes | undefined, arena: RecordArena): void {
  arena.number(notes?.entered ?? 0);
  const readings = notes?.readings ?? [];
  arena.number(readings.length);
  for (const reading of readings) arena.number(reading);
}

export function readTimes(record: RecordReader, startedMs: number): EnteredMs {
  const entered = record.number() ?? 0;
  const readings = Array.from({ length: record.number() ?? 0 }, () => record.number() ?? 0);
  return namedTimes(startedMs, { entered, readings });
}
