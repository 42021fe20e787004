/** The event engine with the records of its events, which explain each event. */
import { recordEvents } from '../../packages/gateway/engine/compose/feeds.ts';
import { CallJournal } from '../../packages/gateway/control/call-journal.ts';
import { RequestRecords } from '../../packages/gateway/console/records/request-records.ts';
import { anEventEngine } from './an-event-engine.ts';
import type { ServiceModules } from './a-recorder.ts';
import { CountingRandom } from './virtual-ports.ts';
import type { EventBenchOptions } from './an-event-engine.ts';

export function aStoryBench<Modules extends ServiceModules>(modules: Modules, options: EventBenchOptions) {
  const bench = anEventEngine(modules, options);
  const records = new RequestRecords(100, bench.clock, 'key', true);
  records.readStacks = () => bench.stacks;
  const journal = new CallJournal(bench.clock, new CountingRandom());
  recordEvents({ records, events: bench.engine, journal, functionIdentities: { onDenied: undefined } });
  const story = (id = 'last') => records.detail(id)?.story;
  return { ...bench, records, story };
}
