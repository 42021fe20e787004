/** Draws deliveries, most of them signed. */
import { createHmac } from 'node:crypto';
import type { Pick } from '../../support/pick.ts';
import { DEEP, drawJson, drawJsonText, drawObject, drawText, objectOf, text } from './draw-json.ts';
import type { Member } from './draw-json.ts';
import { drawBase64, drawTime, NOON_MS } from './draw-events.ts';

const SCHEMES = ['github', 'stripe', 'slack', 'standard'] as const;

function drawDeliveryBody(pick: Pick): string {
  const id = pick.one(['evt_5', 'Ev123', 'evt_', 'evt_٣', 'evt_5\n', drawText(pick)]);
  const inner = pick.one(['{"type":"message"}', '{"type":1}', '[]', drawJson(pick)]);
  const deep = pick.chance(0.2) ? pick.one(DEEP)(pick) : drawJson(pick);
  const members: Member[] = [
    ['a', deep], ['id', text(id)], ['event_id', text(id)], ['event', inner],
    ['type', text(pick.one(['invoice.paid', 'ping', 'é', drawText(pick)]))],
  ]; // prettier-ignore
  return pick.chance(0.15)
    ? drawText(pick)
    : pick.chance(0.1)
      ? drawJsonText(pick)
      : drawObject(pick, members);
}

export function drawWebhook(pick: Pick): string[] {
  const scheme = pick.one(SCHEMES);
  const body = drawDeliveryBody(pick);
  const secret = drawSecret(pick, scheme);
  const seconds = pick.chance(0.9)
    ? String(NOON_MS / 1000)
    : pick.one(['٣', '1', '1e9', '9007199254740992', '01', '1\n', '', String(NOON_MS / 1000 + 301)]);
  const id = pick.chance(0.9) ? 'msg_1' : pick.one(['a.b', 'é', '', 'a'.repeat(129), 'msg\n']);
  const key =
    scheme === 'standard' ? Buffer.from(secret.replace(/^whsec_/, ''), 'base64') : Buffer.from(secret);
  const prefix = {
    github: '',
    stripe: `${seconds}.`,
    slack: `v0:${seconds}:`,
    standard: `${id}.${seconds}.`,
  }[scheme];
  const digest = createHmac('sha256', key)
    .update(prefix)
    .update(body)
    .digest(scheme === 'standard' ? 'base64' : 'hex');
  const signature = pick.chance(0.9)
    ? digest
    : pick.one([digest.toUpperCase(), `${digest}\n`, ` ${digest}`, digest.slice(1), 'é', '']);
  const headers: Member[] = {
    github: [['X-Hub-Signature-256', text(`sha256=${signature}`)], ['x-github-delivery', text(pick.one(['d-1', 'é', 'd\n']))], ['X-GitHub-Event', text('push')]],
    stripe: [['Stripe-Signature', text(pick.one([`t=${seconds},v1=${signature}`, `t=${seconds},v1=${signature},v0=x`, `t=${seconds},v٣=x,v1=${signature}`, `t=${seconds},t=1,v1=${signature}`, `v1=${signature}`]))]],
    slack: [['x-slack-signature', text(`v0=${signature}`)], ['x-slack-request-timestamp', text(seconds)]],
    standard: pick.one(['webhook', 'svix', 'Webhook']).split(' ').flatMap((family): Member[] => [
      [`${family}-id`, text(id)], [`${family}-timestamp`, text(seconds)], [`${family}-signature`, text(`v1,${signature} v2,x`)],
    ]),
  }[scheme] as Member[]; // prettier-ignore
  const isBase64 = pick.chance(0.3);
  const event = objectOf([
    ['version', text('2.0')],
    [pick.chance(0.5) ? 'headers' : 'multiValueHeaders', drawObject(pick, headers, 0.02)],
    [
      'requestContext',
      drawObject(
        pick,
        [
          ['timeEpoch', pick.chance(0.95) ? String(NOON_MS + 999) : drawTime(pick)],
          [
            'http',
            drawObject(
              pick,
              [
                ['method', text('POST')],
                ['path', text('/w')],
              ],
              0.02,
            ),
          ],
        ],
        0.01,
      ),
    ],
    [
      'body',
      text(
        isBase64 ? (pick.chance(0.9) ? Buffer.from(body).toString('base64') : drawBase64(pick, body)) : body,
      ),
    ],
    ['isBase64Encoded', String(isBase64)],
    ...(pick.chance(0.05) ? [['pathParameters', drawJson(pick)] as const] : []),
    ...(pick.chance(0.05) ? [['queryStringParameters', drawJson(pick)] as const] : []),
  ]);
  const secrets = pick.chance(0.9)
    ? [secret]
    : pick.one([[], ['short'], [secret, secret], [`${secret}\ud800`], Array<string>(5).fill(secret)]);
  const members: Member[] = [
    ['event', event],
    ['scheme', text(scheme)],
    ['secrets', JSON.stringify(secrets)],
  ];
  return [objectOf(pick.chance(0.2) ? [...members, ['trustDeliveryId', 'true']] : members)];
}

function drawSecret(pick: Pick, scheme: (typeof SCHEMES)[number]): string {
  if (scheme !== 'standard')
    return pick.one(['a secret of many bytes', `\ud800 a secret of many bytes 😀`, 'ééééééééé']);
  return pick.one([
    'whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw',
    'MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw',
    'whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaS9fR==',
    'whsec_é',
  ]);
}
