/**
 * Checks that the stage has the settings that callers need, and no settings that are meant for a developer's machine.
 */
import type { Finding } from './finding.ts';
import type { StackView } from './views.ts';

export function checkStage({ stage, localStages, documents, issuers }: StackView): readonly Finding[] {
  const findings: Finding[] = [];
  if (localStages.includes(stage))
    findings.push({
      id: 'local-stage',
      level: 'obstacle',
      where: 'serverless.yml: custom.localStages',
      what: `stage ${stage} is declared as a stage for a developer's machine`,
      why: 'such a stage may trust the issuer of the local gateway, which deployed authorizers cannot reach, so callers would get 401 or 500',
      fix: `deploy another stage, or remove ${stage} from custom.localStages and give its documents real issuers`,
    });
  else if (documents.length === 0)
    findings.push({
      id: 'no-documents',
      level: 'warning',
      where: 'access/*.yml: api',
      what: `no access document names an API for stage ${stage}`,
      why: 'an API that uses the authorizers of this stage returns 500 to every caller',
      fix: `name the APIs of the stage in a document, as api: { ${stage}: { stack: …, logicalId: …, stage: … } }`,
    });
  for (const { document, url } of issuers.filter(({ url }) => isNobodys(url)))
    findings.push({
      id: 'nobodys-issuer',
      level: 'warning',
      where: `access/${document}.yml: issuers`,
      what: `the issuer ${url} cannot issue tokens, because its host name is reserved for examples`,
      why: `no caller has access to the API that the access document ${document} protects in stage ${stage}`,
      fix: 'replace this issuer with the issuer of your callers’ tokens',
    });
  return findings;
}

/** Matches host names that RFC 2606 reserves. */
const RESERVED = /(^|\.)(example|invalid|test|localhost|example\.(com|net|org))$/;

function isNobodys(url: string): boolean {
  return URL.canParse(url) && RESERVED.test(new URL(url).hostname);
}
