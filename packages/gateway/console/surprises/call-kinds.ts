/** Calls of a backend, and its status, that the mappings of an integration changed (docs/aws §7.6, §7.8). */
import type { Integration } from '../../core/deployment/model.ts';
import type { SurpriseFacts } from './surprise-facts.ts';
import type { SurpriseKind } from './surprise.ts';

const PLACEHOLDER = /\{([^{}/]+?)\+?\}/g;

const pathValueMissing: SurpriseKind = {
  code: 'PATH_VALUE_MISSING',
  mark: 'path value missing',
  source: 'docs/aws §7.6',
  find({ integration, recorded }) {
    const uri = uriOf(integration);
    const { sent, received } = recorded;
    if (uri === undefined || recorded.outcome === undefined) return undefined;
    const target = sent?.target ?? targetOf(received.outgoing);
    if (target === undefined) return undefined;
    const names = [...uri.matchAll(PLACEHOLDER)].map(([, name = '']) => name);
    const parameters = names.filter((name) => target.includes(encodeURI(`{${name}`)));
    if (parameters.length === 0) return undefined;
    const named = parameters.map((name) => `{${name}}`).join(', ');
    return {
      values: { parameters },
      because: [
        `The Uri of the integration has ${named}, for which this request gave no value, so the backend was called with ${named} in its path.`,
      ],
      changes: [
        `Map integration.request.path.${parameters[0] ?? ''} in RequestParameters of the integration to a value that every request has, or make the mapped parameter required (true in RequestParameters of the method, with a request validator).`,
      ],
    };
  },
};

type Outgoing = SurpriseFacts['recorded']['received']['outgoing'];

function targetOf(outgoing: Outgoing): string | undefined {
  return outgoing !== undefined && 'request' in outgoing && 'target' in outgoing.request
    ? outgoing.request.target
    : undefined;
}

function uriOf(integration: Integration | undefined): string | undefined {
  const { uri } = (integration ?? {}) as { readonly uri?: { readonly source: string } };
  return uri?.source;
}

const statusOverwritten: SurpriseKind = {
  code: 'STATUS_OVERWRITTEN',
  mark: 'status overwritten',
  source: 'docs/aws §7.8',
  find({ integration, recorded, result }) {
    const { outcome, received, status } = recorded;
    if (integration === undefined || received.api.protocol !== 'http') return undefined;
    const own = outcome?.kind === 'answered' ? outcome.status : Number(result?.['statusCode']);
    if (!Number.isInteger(own) || own === status) return undefined;
    return {
      values: { own, status },
      because: [
        `The integration responded with ${own}. Its ResponseParameters for ${own} overwrite the status with ${status}.`,
      ],
      changes: [
        `To pass ${own} on, remove overwrite:statuscode from the ResponseParameters of the integration for ${own}.`,
      ],
    };
  },
};

export const CALL_KINDS: readonly SurpriseKind[] = [pathValueMissing, statusOverwritten];
