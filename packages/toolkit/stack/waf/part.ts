import type { ChosenPart } from '../stack-part.ts';

export const wafPart: ChosenPart = {
  name: 'waf',
  chosenAs: 'waf',
  needs: [],
  onlyNamed: true,
  summary:
    'A web ACL in front of stages of REST APIs: blocked networks, body size, rate limits per address and per API key.',
  functions: [],
  handlers: [],
  resourceFiles: ['waf/resources.yml'],
  tables: [],
  alarms: ['WebAclMatchesAlarm'],
  outputs: ['WebAclArn'],
  parameters: [
    'wafMode',
    'wafStages',
    'wafBlockedIpv4',
    'wafBlockedIpv6',
    'wafBodyLimit',
    'wafRatePerAddress',
    'wafRatePerKey',
  ],
  commands: ['waf'],
  guides: ['docs/guides/protect/waf.md'],
};
