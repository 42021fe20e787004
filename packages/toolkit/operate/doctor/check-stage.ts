/** Checks that the stage has what callers need, and no settings of a developer's machine. */
import type { Finding } from './finding.ts';
import type { StackView } from './views.ts';

export function checkStage({ stage, localStages, documents, issuers }: StackView): readonly Finding[] {
  const findings: Finding[] = [];
  if (localStages.includes(stage))
    findings.push({
      id: 'local-stage',
      level: 'obstacle',
      where: 'serverless.yml: custom.localStages',
      what: `stage ${stage} is a stage for a developer's machine`,
      why: 'a deployment may trust the issuer of the local gateway, which AWS cannot reach, so callers get 401 or 500',
      fix: `deploy another stage, or remove ${stage} from custom.localStages and give its documents real issuers`,
    });
  else if (documents.length === 0)
    findings.push({
      id: 'no-documents',
      level: 'warning',
      where: 'access/*.yml: api',
      what: `no access document names an API for stage ${stage}`,
      why: 'every API with the authorizers of this stage returns 500 to every caller',
      fix: `name the APIs of the stage in a document, as api: { ${stage}: { stack: …, logicalId: …, stage: … } }`,
    });
  for (const { document, url } of issuers.filter(({ url }) => isNobodys(url)))
    findings.push({
      id: 'nobodys-issuer',
      level: 'warning',
      where: `access/${document}.yml: issuers`,
      what: `${url} does not sign tokens, because the name is reserved for examples`,
      why: `no caller has access to what ${document} protects in stage ${stage}`,
      fix: 'set the issuer of your callers',
    });
  return findings;
}

/** Names that RFC 2606 reserves. */
const RESERVED = /(^|\.)(example|invalid|test|localhost|example\.(com|net|org))$/;

function isNobodys(url: string): boolean {
  return URL.canParse(url) && RESERVED.test(new URL(url).hostname);
}
