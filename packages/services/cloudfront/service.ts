import type { Service, ServicePorts } from '../../kernel/service.ts';
import { RecordedDistributions } from './distributions.ts';

export function open({ clock, random }: ServicePorts): Service {
  const distributions = new RecordedDistributions(clock, random);
  return {
    api: { answer: ({ request }) => distributions.answer(request) },
    reset: () => distributions.clear(),
  };
}
