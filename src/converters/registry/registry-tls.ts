import { readFileSync } from 'node:fs';
import type { ParsedConfig } from '../../config/parsed-config.ts';
import { ConfigError, messageOf } from '../../errors/connect-error.ts';

/** TLS of the client, as Node's `https` takes it. */
export interface TlsOptions {
  readonly ca?: string | Buffer;
  readonly cert?: string | Buffer;
  readonly key?: string | Buffer;
  readonly pfx?: Buffer;
  readonly passphrase?: string;
  /** Takes any host name, as an empty `ssl.endpoint.identification.algorithm` asks. */
  readonly checkServerIdentity?: () => undefined;
}

const prefix = 'schema.registry.';

/**
 * TLS from the settings `schema.registry.ssl.*`. Formats are told by what the files hold: PEM for trust and keys, PKCS12 for keys.
 *
 * @throws {ConfigError} for a file that cannot be read, or one of another format.
 */
export function readTlsOptions(config: ParsedConfig): TlsOptions {
  const passphrase = secret(config, 'ssl.key.password') ?? secret(config, 'ssl.keystore.password');
  return {
    ...readTrust(config),
    ...readKeys(config),
    ...(passphrase === undefined ? {} : { passphrase }),
    ...(config.string(`${prefix}ssl.endpoint.identification.algorithm`) === ''
      ? { checkServerIdentity: () => undefined }
      : {}),
  };
}

function readTrust(config: ParsedConfig): TlsOptions {
  const certificates = secret(config, 'ssl.truststore.certificates');
  if (certificates !== undefined) return { ca: certificates };
  const store = readStore(config, 'ssl.truststore.location');
  if (store === undefined) return {};
  if (isPem(store.bytes)) return { ca: store.bytes };
  const remedy = "write its certificates to a PEM file, such as with 'keytool -exportcert -rfc'";
  throw invalid(store.key, `names a trust store that is not in PEM; ${remedy}`);
}

function readKeys(config: ParsedConfig): TlsOptions {
  const key = secret(config, 'ssl.keystore.key');
  const chain = secret(config, 'ssl.keystore.certificate.chain');
  if (key !== undefined && chain !== undefined) return { key, cert: chain };
  const store = readStore(config, 'ssl.keystore.location');
  if (store === undefined) return {};
  if (isPem(store.bytes)) return { key: store.bytes, cert: store.bytes };
  // A PKCS12 file is a DER sequence; a JKS file starts with FE ED FE ED.
  if (store.bytes[0] === 0x30) return { pfx: store.bytes };
  const remedy = "convert it with 'keytool -importkeystore -deststoretype PKCS12'";
  throw invalid(store.key, `names a key store that is neither in PEM nor in PKCS12; ${remedy}`);
}

function readStore(config: ParsedConfig, name: string): { readonly key: string; readonly bytes: Buffer } | undefined {
  const key = `${prefix}${name}`;
  const path = config.stringOrNull(key);
  if (path === null || path === '') return undefined;
  try {
    return { key, bytes: readFileSync(path) };
  } catch (error) {
    throw invalid(key, `names a file that cannot be read: ${messageOf(error)}`);
  }
}

function isPem(bytes: Buffer): boolean {
  return bytes.includes('-----BEGIN ');
}

function secret(config: ParsedConfig, name: string): string | undefined {
  const value = config.passwordOrNull(`${prefix}${name}`)?.value();
  return value === undefined || value === '' ? undefined : value;
}

function invalid(key: string, text: string): ConfigError {
  const message = `Configuration ${key} ${text}`;
  return new ConfigError(message, [{ key, message }]);
}
