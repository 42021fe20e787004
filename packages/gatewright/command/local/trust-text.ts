import { relative } from 'node:path';
import { quote } from '@gatewright/aws/text/token-options';

type Advice = { readonly title: string; readonly lines: readonly string[] };

/**
 * Describes how to trust the CA: first for one command only, then in the given operating system, and then in programs
 * with their own CAs.
 */
export function describeTrust(file: string, platform: NodeJS.Platform): string[] {
  const [near, whole] = [quote(relative(process.cwd(), file)), quote(file)];
  const advice = [...ofSystem(platform, whole), ...ofPrograms(near, whole)];
  return [
    'For one command only (safest):',
    ...indent([
      `curl --cacert ${near} https://…`,
      `NODE_EXTRA_CA_CERTS=${whole} node client.js`,
      `SSL_CERT_FILE=${whole} python client.py    # also for Go, Ruby and OpenSSL; replaces the system's CAs`,
      `AWS_CA_BUNDLE=${whole} aws …`,
    ]),
    ...advice.flatMap(({ title, lines }) => ['', `${title}:`, ...indent(lines)]),
    '',
    'Trust this CA on this machine only, and remove it when the project ends. Do not commit .gatewright, because each clone has its own CA.',
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
            `security remove-trusted-cert ${file}    # undo`,
          ],
        },
      ];
    case 'win32':
      return [
        {
          title: 'Windows, with Edge and Chrome (no administrator needed)',
          lines: [
            `certutil -user -addstore Root ${file}`,
            'certutil -user -delstore Root "Gatewright local CA"    # undo',
          ],
        },
      ];
    default:
      return [
        {
          title: 'Debian, Ubuntu and similar',
          lines: [
            `sudo install -m 644 ${file} /usr/local/share/ca-certificates/gatewright.crt && sudo update-ca-certificates`,
            'sudo rm /usr/local/share/ca-certificates/gatewright.crt && sudo update-ca-certificates --fresh    # undo',
          ],
        },
        {
          title: 'Fedora, Arch and similar',
          lines: [`sudo trust anchor ${file}`, `sudo trust anchor --remove ${file}    # undo`],
        },
        {
          title: 'Chrome and Chromium on Linux, which use this store (package libnss3-tools)',
          lines: [
            `certutil -d sql:$HOME/.pki/nssdb -A -t C,, -n gatewright -i ${file}`,
            'certutil -d sql:$HOME/.pki/nssdb -D -n gatewright    # undo',
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
        'On macOS and Windows, Firefox uses the CAs of the system.',
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
        `docker run -v ${file}:/ca.pem:ro -e NODE_EXTRA_CA_CERTS=/ca.pem …    # only the owner of ${near} can read this file`,
      ],
    },
  ];
}
