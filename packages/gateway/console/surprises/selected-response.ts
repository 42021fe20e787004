/** The integration response that made a recorded reply, selected again from the recorded outcome (docs/aws §7.7). */
import { selectResponse as select } from '../../core/mapping/select-response.ts';
import { TemplateError } from '@gatewright/velocity/java/template-error';
import type { Integration, ProxyPayload } from '../../core/deployment/model.ts';
import type { IntegrationResponse, MappedIntegration } from '../../core/mapping/integration.ts';
import type { SurpriseFacts } from './surprise-facts.ts';

/**
 * Returns the payload format of a function; undefined if the integration does not give a function the request itself.
 */
export function readLambdaPayload({ integration }: SurpriseFacts): ProxyPayload | undefined {
  return integration?.kind === 'lambda-proxy' || integration?.kind === 'lambda-stream'
    ? integration.payload
    : undefined;
}

type Selecting = Extract<MappedIntegration, { readonly response: unknown }>;

export function isSelecting(integration: Integration | undefined): integration is Selecting {
  return integration !== undefined && 'response' in integration;
}

/** Returns undefined if the integration has no integration responses, or if none was selected. */
export function selectResponse({ integration, recorded }: SurpriseFacts): IntegrationResponse | undefined {
  const { outcome } = recorded;
  if (!isSelecting(integration) || outcome === undefined) return undefined;
  const status = outcome.kind === 'answered' ? outcome.status : 200;
  const text =
    integration.kind !== 'function'
      ? String(status)
      : outcome.kind === 'failed'
        ? outcome.errorMessage
        : undefined;
  try {
    return select(integration.response.responses, text, integration.kind === 'mock' ? status : undefined);
  } catch (error) {
    if (error instanceof TemplateError) return undefined;
    throw error;
  }
}
