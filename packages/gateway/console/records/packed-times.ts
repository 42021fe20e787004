import { namedTimes } from '../../core/trail.ts';
import type { EnteredMs } from './recorded-request.ts';
import type { RecordArena, RecordReader } from './record-arena.ts';
import type { TrailNotes } from '../../core/trail.ts';

export function writeTimes(notes: TrailNotes | undefined, arena: RecordArena): void {
  const marks = notes?.marks ?? [];
  arena.number(marks.length);
  for (const mark of marks) arena.number(mark);
}

export function readTimes(record: RecordReader): EnteredMs {
  return namedTimes(Array.from({ length: record.number() ?? 0 }, () => record.number() ?? NaN));
}
