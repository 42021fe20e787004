import type {
  ApiKind,
  CompiledChannels,
  CompiledCondition,
} from '@gatewright/handlers/access/compiled-document';
import { API_NAMES } from '../inventory/route-inventory.ts';
import type { AccessDocument } from '../document/document.ts';
import { claimOfSegment } from '../document/document-channels.ts';
import type { Path } from '../document/shape.ts';

type ChannelRuleText = NonNullable<AccessDocument['channels']>['rules'][number];

type CompileChannels = {
  readonly name: string;
  readonly kind: ApiKind;
  readonly problem: (path: Path, message: string) => void;
  readonly compileWhen: (
    rule: Pick<ChannelRuleText, 'effect' | 'when'>,
    path: Path,
  ) => CompiledCondition | undefined;
};

export function compileChannels(
  channels: AccessDocument['channels'],
  { name, kind, problem, compileWhen }: CompileChannels,
): CompiledChannels | undefined {
  if (channels === undefined) return undefined;
  if (kind !== 'websocket')
    problem(['channels'], `are for WebSocket APIs only; this API is of type ${API_NAMES[kind]}`);
  const seen = new Set<string>();
  const rules = channels.rules.map((rule, index) => {
    const path = ['channels', 'rules', index];
    if (seen.has(rule.id)) problem([...path, 'id'], `"${rule.id}" is already the id of an earlier rule`);
    seen.add(rule.id);
    const when = compileWhen(rule, path);
    return {
      id: rule.id,
      effect: rule.effect,
      actions: rule.actions,
      patterns: rule.channels.map((pattern) =>
        pattern.split('/').map((segment) => {
          const claim = claimOfSegment(segment);
          return claim === undefined ? segment : { claim };
        }),
      ),
      ...(when && { when }),
    };
  });
  return { space: channels.space ?? name, rules };
}
