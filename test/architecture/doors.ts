/**
 * The files of each room that other rooms may import, from the room's folder, without their ending. A file that is not
 * listed is the room's own; one that no other room imports is taken off the list (`import-direction.test.ts`).
 */
import { existsSync, readdirSync } from 'node:fs';

const list = (text: string): readonly string[] => text.trim().split(/\s+/);

export const DOORS: Readonly<Record<string, readonly string[]>> = {
  aws: list(`
    arn authorization-header aws-operation cache-files cbor certificates/issue-certificate certificates/java-trust-store
    certificates/truststore clock-offset decode-or-keep endpoint-variables file-marks function-name guards
    idle-connections ip-address is-alive json-object key-locks node-http physical-ids queue-url raw-headers read-body readable-files service-address
    sign-request signature signing-clock user-folder
  `),
  velocity: list(`
    compile java/equality java/json java/member-names java/numbers java/printing java/regex java/regex-program
    java/render-budget java/template-error java/values
  `),
  dynamodb: list(`
    index rights stream-record
  `),
  shared: list(`
    access/access-table access/answer access/authorize access/backend-context access/charge-quota
    access/charged-routes     access/compiled-document access/credential access/decide/channel-rules access/decide/claims
    access/decide/compile-policy access/decide/decide access/decide/ip-network access/decide/over-grants
    access/decide/principal access/decide/required-claims access/decide/route-finder
    access/decide/segment-patterns access/documents/publication access/find-document access/keys/api-key
    access/keys/api-key-principal access/keys/api-key-record access/keys/api-key-store access/keys/native-key
    access/access-admin-routes access/lambda-access-admin access/lambda-authorizer access/quota-context
    access/revocation/revocation-store access/tickets/ticket-principal access/tickets/ticket-store
    access/tokens/client-certificate access/tokens/issuers access/tokens/key-set access/tokens/key-set-fetcher
    access/tokens/key-sets access/tokens/token-claims access/tokens/token-shape aws/authorizer-event
    aws/authorizer-result aws/aws-json-poster aws/channel-grants aws/claim-text aws/limits aws/proxy-result
    aws/remaining-time aws/websocket-event cache/lambda-invalidator config/usage-config config/webhooks-config
    errors http/fields http/path-name http/reply http/route http/router middleware/lambda-plans
    middleware/lambda-quota-admin middleware/lambda-quotas middleware/lambda-ws-ticket middleware/ws-ticket
    observability/find-secrets observability/guard-authorizer observability/logger observability/observation
    observability/observe-authorizer observability/observe-handler observability/quota-metrics
    observability/secret-names ports
    quota/admin/close-all quota/admin/print-rows quota/admin/routes quota/admin/usage-record
    quota/admin/usage-row quota/dynamodb-admin quota/dynamodb-quotas quota/dynamodb-usage quota/invoice
    quota/ledger quota/plan quota/quotas quota/track-delivery quota/track-usage random-hex
    resilience/breaker-item table/dynamodb-expression table/dynamodb-table table/item-write table/layout
    table/listing visible-text
    webhooks/compiled-webhooks webhooks/dynamodb-claims webhooks/receive webhooks/schemes
    websocket/admit-connection websocket/answer-message websocket/channel-event websocket/channel-ports websocket/end-connection
    websocket/lambda-channels websocket/publisher-event websocket/run-publisher
  `),
  authoring: list(`
    access-documents access-files access-folder account/bounded-reply account/deployed-ids
    account/find-api-id account/signed-get build-access caller-spec check-later-routes check-plan
    check-stack check-unprotected check-wiring claim-reads compile-issuer deployment-order describe-access
    document expand-rule find-access key-snapshot openapi-inventory read-document read-wiring
    parts-files route-inventory shared-files stack-files table-schema usage-error webhook-files webhooks-document
    webhooks-permissions
  `),
  core: list(`
    api-call defect deployment/access-log deployment/assumptions deployment/caching deployment/canary
    deployment/closed-routes deployment/compile-authorization deployment/compile-function-url
    deployment/compile-integration deployment/compile-resource-policy deployment/compile-rest
    deployment/compile-token-authorizer deployment/compile-v2 deployment/compile-validation
    deployment/error-wordings deployment/gateway-responses deployment/invoke-permissions deployment/model
    deployment/models deployment/properties deployment/refusal-wordings deployment/route-keys
    deployment/route-options deployment/stage-variables deployment/throttle errors events/authorizer-event
    events/execution-log events/header-list events/identity-sources events/measurement events/quota-refusal events/reply-framing
    events/request-conditions events/request-facts events/trace-header events/viewer-device exchange fault-injection gather-reply
    issuers/issuer-names issuers/stand-ins mapping/choose-template mapping/integration metering/quota
    metering/quota-period metering/stored-usage metering/token-bucket phases/finish phases/integrate phases/map-request
    phases/map-response pipeline policy/bearer-token policy/evaluate policy/function-identities
    policy/identities policy/known-conditions policy/managed-policies policy/model policy/role
    policy/temporary-sessions
    policy/trace-policy ports receive resource-types/namers resource-types/resource-types
    resource-types/type-class resource-types/words routing/base-path routing/function-name routing/host
    routing/print-routes routing/rest-routes routing/route-address routing/routing-rules routing/stage-path
    stack/function stack/generated-secret stack/home stack/json-values stack/model stack/own-first
    stack/quick-create stack/stored-values stage-screens stream-beginning trail turn-end websocket/connections websocket/limits websocket/management
    websocket/pipeline
  `),
  kernel: list(`
    agenda calls/aws-call calls/aws-endpoints calls/aws-operation calls/daemon-address
    calls/forwarder calls/guarded-services calls/query-input calls/recorder calls/service-client
    calls/service-rights delivery/batch-failures delivery/event-pattern delivery/filter-policy
    delivery/message-queue delivery/queue-model delivery/retries delivery/schedule delivery/target-input
    delivery/value-match destination-record event-bus event-ports event-rows feed files/authority-files
    files/identity-file files/lined-text files/model files/own-folder files/running-gateways files/secret-file
    files/state-file item-feed kept-feed load-times member-reader message-digest ordered-batch read-ordered-mapping read-resource read-target
    schedules service stack-reading stored-entries target-deliveries targets work
  `),
  templates: list(`
    classify cloudformation/template-source deployed-variables load load-options named-account openapi/openapi other-types
    pseudo-parameters serverless/aws-stand-in
  `),
  lambda: list(`
    check-together deadlines debugging handler-sources lent/lending local-issuer log-line own-apis package-sources
    process/process-group resource-types runtime runtime-packages worker-program
  `),
  control: list(`
    account api-keys api-quotas api/edits api/lambda/lambda-invoke api/lambda/lambda-service
    api/rest/rest-api-wire call-journal fault-items function-aliases inspect-apis list-apis mutual-tls
    read-roles resource-types/api-types security-policy served-apis table-keys trusted-issuers usage-plans
    vpc-links
  `),
  cognito: list(`
    issuer issuer-key-file pools/parse-users pools/pool-user resource-types sign-in user-files
  `),
  console: list(`
    endpoints/access-model endpoints/console-files endpoints/inspect-endpoints endpoints/invoice-model
    endpoints/page-key endpoints/request-endpoints endpoints/serve-saved endpoints/show-access endpoints/show-apis
    endpoints/show-calls endpoints/show-cost endpoints/show-events endpoints/show-functions endpoints/show-invoices
    endpoints/show-map endpoints/show-numbers explain/circumstances explain/explain page/cost page/prices records/model
    records/deployment-snapshot
    records/near-misses records/record-secrets records/redact records/reload-history records/request-records records/sampling
  `),
  engine: list(`
    index settings start-options start-settings
  `),
  gatewright: list(`
    package/manifest
  `),
  layers: list(`
    build-layer bundle-functions npm-parts package-form package-service sbom stack-parts
  `),
  operate: list(`
    attach breakers canary detach doctor explain/explain-api failures failures/call-or-fail rollback
  `),
  server: list(`
    adapters/compressor adapters/key-sets adapters/late-http-client adapters/log-streams
    adapters/random adapters/system-clock adapters/template-watcher api-ports
    connect-proxy control-port/control-port control-port/local-endpoints control-port/log-endpoints
    control-port/log-history front-port port-plan security-policies tls-front websocket-frames
  `),
  ...doorsOfServices(),
  'services/logs': list(`
    log-files log-subscriptions resource-types xray
  `),
  'services/sts': list(`
    sts
  `),
  'services/tables': list(`
    attribute-values create-tables dynamodb-calls resource-types saved-tables seed-files seed-tables
    table-definition table-items
  `),
  'services/values': list(`
    app-config local-values resource-types secrets-manager ssm value-definitions values-file
  `),
  stack: list(`
    access/commands/access access/commands/access-apis access/commands/access-book
    access/commands/access-check access/commands/deployed-routes access/commands/keys cache/commands/cache
    commands/package commands/with-stack parts quota/commands/customers quota/commands/invoice-book
    quota/commands/plan quota/commands/quota
    quota/commands/usage
  `),
  terminal: list(`
    admin-client admin-request aws-call aws-options aws-session find-function invoke-function key-reader keys load-options
    options output private-file read-token-file running-gateway service-cache-folder settings-file shell-text start-options
    trust-text
  `),
};

/** What the catalogue reads of each: its types, where it has some, and the service. */
function doorsOfServices(): Readonly<Record<string, readonly string[]>> {
  const folder = new URL('../../packages/services/', import.meta.url);
  const has = (path: string): boolean => existsSync(new URL(path, folder));
  const services = readdirSync(folder).filter((name) => has(`${name}/service.ts`));
  return Object.fromEntries(
    services.map((name) => [
      `services/${name}`,
      ['resource-types', 'service'].filter((file) => has(`${name}/${file}.ts`)),
    ]),
  );
}
