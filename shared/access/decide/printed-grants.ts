/** Formats the caller's rights on channels and MCP servers, by the name of the context member that carries them. */
import { CHANNELS } from '../../aws/channel-grants.ts';
import { loadOnce } from '@gatewright/aws/load-once';
import { CARRIED_LIMIT_CHARACTERS } from '../backend-context.ts';
import type { PrintedGrants } from '../backend-context.ts';
import type { CompiledDocument } from '../compiled-document.ts';
import type { Circumstances } from './condition.ts';
import type { Principal } from './principal.ts';

const loadChannelRules = loadOnce(() => import('./channel-rules.ts'));
const loadMcpRules = loadOnce(() => import('./mcp-rules.ts'));

/** The code for channels is loaded only for a document with channels, and the code for MCP likewise. */
export async function printGrants(
  document: CompiledDocument,
  principal: Principal,
  at: Circumstances,
): Promise<PrintedGrants> {
  const channels = document.channels && (await loadChannelRules()).printChannels(document, principal, at);
  return {
    ...(channels !== undefined && { [CHANNELS]: channels }),
    ...(document.mcp !== undefined &&
      (await loadMcpRules()).printMcpRules(document, principal, at, CARRIED_LIMIT_CHARACTERS)),
  };
}
