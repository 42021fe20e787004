/** How to trust the local CA, and how to undo that: lines to paste. */
import { relative } from 'node:path';
import { quote } from './shell-text.ts';

type Advice = { readonly title: string; readonly lines: readonly string[] };

/** This system first; then programs with authorities of their own. */
export function describeTrust(file: string, platform: NodeJS.Platform): string[] {
  const [near, whole] = [quote(relative(process.cwd(), file)), quote(file)];
  const advice = [...ofSystem(platform, whole), ...ofPrograms(near, whole)];
  return [
    'For one command only, which is the safest:',
    ...indent([
      `curl --cacert ${near} https://…`,
      `NODE_EXTRA_CA_CERTS=${whole} node client.js`,
      `SSL_CERT_FILE=${whole} python client.py    # and programs of Go, Ruby and OpenSSL; it takes the place of the usual authorities`,
      `AWS_CA_BUNDLE=${whole} aws …`,
    ]),
    ...advice.flatMap(({ title, lines }) => ['', `${title}:`, ...indent(lines)]),
    '',
    'Trust it on this machine only, and take it back when the project is over. .gatewright is not committed: each clone has a CA of its own.',
  ];
}

function indent(lines: readonly string[]): string[] {
  return lines.map((line) => `  ${line}`);
}

function ofSystem(platform: NodeJS.Platform, file: string): readonly Advice[] {
  switch (platform) {
    case 'darwin':
      return [
        {
          title: 'macOS, with Safari and Chrome',
          lines: [
            `security add-trusted-cert -r trustRoot -k ~/Library/Keychains/login.keychain-db ${file}`,
            `security remove-trusted-cert ${file}    # takes it back`,
          ],
        },
      ];
    case 'win32':
      return [
        {
          title: 'Windows, with Edge and Chrome (no administrator needed)',
          lines: [
            `certutil -user -addstore Root ${file}`,
            'certutil -user -delstore Root "Gatewright local CA"    # takes it back',
          ],
        },
      ];
    default:
      return [
        {
          title: 'Debian, Ubuntu and their kin',
          lines: [
            `sudo install -m 644 ${file} /usr/local/share/ca-certificates/gatewright.crt && sudo update-ca-certificates`,
            'sudo rm /usr/local/share/ca-certificates/gatewright.crt && sudo update-ca-certificates --fresh    # takes it back',
          ],
        },
        {
          title: 'Fedora, Arch and their kin',
          lines: [`sudo trust anchor ${file}`, `sudo trust anchor --remove ${file}    # takes it back`],
        },
        {
          title: 'Chrome and Chromium on Linux, which look here (package libnss3-tools)',
          lines: [
            `certutil -d sql:$HOME/.pki/nssdb -A -t C,, -n gatewright -i ${file}`,
            'certutil -d sql:$HOME/.pki/nssdb -D -n gatewright    # takes it back',
          ],
        },
      ];
  }
}

function ofPrograms(near: string, file: string): readonly Advice[] {
  return [
    {
      title: 'Firefox',
      lines: [
        'Settings → Privacy & Security → View Certificates → Authorities → Import, and tick "identify websites".',
        'On macOS and Windows it follows the system.',
      ],
    },
    {
      title: 'Java',
      lines: [
        `keytool -importcert -noprompt -alias gatewright -file ${file} -keystore local.p12 -storetype PKCS12 -storepass changeit`,
        'java -Djavax.net.ssl.trustStore=local.p12 -Djavax.net.ssl.trustStorePassword=changeit …',
      ],
    },
    {
      title: 'Containers',
      lines: [
        `docker run -v ${file}:/ca.pem:ro -e NODE_EXTRA_CA_CERTS=/ca.pem …    # ${near} is readable for its owner`,
      ],
    },
  ];
}
