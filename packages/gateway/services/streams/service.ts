import type { EventSource } from '../../kernel/event-rows.ts';
import type { Service, ServicePorts } from '../../kernel/service.ts';
import type { StackReading } from '../../kernel/stack-reading.ts';
import { readStream, readStreamMapping } from './read-streams.ts';
import { TableStreams } from './table-streams.ts';

class StreamsService implements Service {
  readonly streams: TableStreams;
  readonly #ports: ServicePorts;

  constructor(ports: ServicePorts) {
    this.#ports = ports;
    this.streams = new TableStreams(ports);
  }

  prepare(stacks: StackReading): () => void {
    const streams = stacks.ofType('AWS::DynamoDB::Table').flatMap(readStream);
    const ofStacks = new Map(streams.map((stream) => [stream.streamArn, stream]));
    const byArn = { get: (arn: string) => ofStacks.get(arn) ?? this.#ports.items.streamOf(arn) };
    const isElsewhere = stacks.isElsewhere('dynamodb-streams');
    const mappings = stacks.offerSources('dynamodb', isElsewhere ? undefined : byArn, readStreamMapping);
    return () => this.streams.replace(mappings);
  }

  rows(): readonly EventSource[] {
    return this.streams.consumers.map(({ mapping, tableName, waiting, ageMs }) => ({
      kind: 'stream',
      name: tableName,
      targets: [mapping.functionName],
      state: `${waiting} waiting, the oldest for ${Math.round(ageMs / 1000)} s`,
    }));
  }

  close(): void {
    this.streams.close();
  }
}

export function open(ports: ServicePorts): StreamsService {
  return new StreamsService(ports);
}
