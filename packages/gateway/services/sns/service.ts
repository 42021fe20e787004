import { lastPartOf } from '../../kernel/event-rows.ts';
import type { EventSource, HandTarget } from '../../kernel/event-rows.ts';
import type { Service, ServiceApi, ServicePorts, ServiceTarget } from '../../kernel/service.ts';
import type { StackReading } from '../../kernel/stack-reading.ts';
import { readOwnSubscriptions, readSubscription, readTopic } from './read-topics.ts';
import { answerSns } from './recorded-publish.ts';
import { answerTopics } from './sns.ts';
import { Topics } from './topics.ts';

class SnsService implements Service {
  readonly api: ServiceApi;
  readonly target: ServiceTarget;
  readonly #topics: Topics;

  constructor(ports: ServicePorts) {
    const { random } = ports;
    const topics = new Topics(ports);
    this.#topics = topics;
    this.target = { deliver: (arn, body, delivery) => topics.target(arn, body, delivery) };
    this.api = {
      namespace: 'http://sns.amazonaws.com/doc/2010-03-31/',
      answer: ({ operation }) =>
        operation.protocol === 'rest'
          ? undefined
          : (answerTopics(operation, topics, random) ?? answerSns(operation, random)),
    };
  }

  prepare(stacks: StackReading): () => void {
    const topics = stacks.here('AWS::SNS::Topic', 'sns');
    const definitions = topics.map(readTopic);
    const subscriptions = [
      ...topics.flatMap(readOwnSubscriptions),
      ...stacks.here('AWS::SNS::Subscription', 'sns').flatMap(readSubscription),
    ];
    return () => this.#topics.replace(definitions, subscriptions);
  }

  rows(): readonly EventSource[] {
    return this.#topics.all.map(({ arn }) => {
      const targets = this.#topics.subscriptionsOf(arn).map(({ endpoint }) => lastPartOf(endpoint));
      return { kind: 'topic', name: lastPartOf(arn), state: '', targets };
    });
  }

  handTargets(): readonly HandTarget[] {
    return this.#topics.all.map(({ arn }) => ({ arn, name: lastPartOf(arn) }));
  }
}

export function open(ports: ServicePorts): Service {
  return new SnsService(ports);
}
