import type { X509Certificate } from 'node:crypto';
import type { ParsedConfig } from '../../config/parsed-config.ts';
import { inJavaHashOrder } from '../../data/java-hash-order.ts';
import { readKeys, readTrusted, type OpenedKey } from './tls-stores.ts';

/** TLS of the client, as Node's `https` takes it. */
export interface TlsOptions {
  /** Trusted certificates in PEM. */
  readonly ca?: string[];
  /** Any of the trusted certificates ends a chain, as in Java: also one that another signed. */
  readonly allowPartialTrustChain?: true;
  /** Private keys in PEM, each of another type. */
  readonly key?: string[];
  /** Chains of certificates in PEM, in the order of the keys. */
  readonly cert?: string[];
  /** Takes any host name, as an empty `ssl.endpoint.identification.algorithm` asks. */
  readonly checkServerIdentity?: () => undefined;
}

const prefix = 'schema.registry.';

/**
 * TLS from the settings `schema.registry.ssl.*`: trust and keys in JKS, PKCS12 or PEM.
 *
 * @throws {ConfigError} for a store that cannot be used, and for settings that exclude each other.
 */
export function readTlsOptions(config: ParsedConfig): TlsOptions {
  const trusted = readTrusted(config, prefix);
  const keys = choosePerType(readKeys(config, prefix));
  return {
    ...(trusted === null ? {} : { ca: trusted.map(toPem), allowPartialTrustChain: true }),
    ...(keys.length === 0
      ? {}
      : {
          key: keys.map(({ key }) => key.export({ type: 'pkcs8', format: 'pem' }).toString()),
          cert: keys.map(({ chain }) => chain.map(toPem).join('')),
        }),
    ...(config.string(`${prefix}ssl.endpoint.identification.algorithm`) === ''
      ? { checkServerIdentity: () => undefined }
      : {}),
  };
}

/** OpenSSL takes one key of each type, and shows what the server can take. Of several it is the one that Java asks first. */
function choosePerType(keys: readonly OpenedKey[]): readonly OpenedKey[] {
  const ordered = inJavaHashOrder(new Map(keys.map(key => [key.alias, key])));
  const chosen = new Map<string, OpenedKey>();
  for (const key of ordered.values()) {
    const type = key.key.asymmetricKeyType ?? '';
    if (!chosen.has(type)) chosen.set(type, key);
  }
  return [...chosen.values()];
}

function toPem(certificate: X509Certificate): string {
  return certificate.toString();
}
