import { readFileSync } from 'node:fs';
import { KeyStoreError } from '../../config/key-stores/key-store.ts';
import { isPem } from '../../config/key-stores/pem.ts';
import type { ParsedConfig } from '../../config/parsed-config.ts';
import { ConfigError, messageOf } from '../../errors/connect-error.ts';

/** A store's file as the settings describe it. */
export interface StoreFile {
  readonly path: string;
  readonly bytes: Buffer;
  readonly isPem: boolean;
  readonly password: string | null;
}

const types: ReadonlySet<string> = new Set(['JKS', 'PKCS12', 'PEM']);

/** Settings of a trust store or a key store. Their names are given here without the prefix and `ssl.`, such as `truststore.location`. */
export class StoreSettings {
  readonly #config: ParsedConfig;
  readonly #prefix: string;
  readonly #kind: 'truststore' | 'keystore';

  constructor(options: {
    readonly config: ParsedConfig;
    readonly prefix: string;
    readonly kind: 'truststore' | 'keystore';
  }) {
    this.#config = options.config;
    this.#prefix = options.prefix;
    this.#kind = options.kind;
  }

  /** A password, or what is secret like one; null for none. Blank ones are none, as in Confluent's client. */
  secret(setting: string): string | null {
    const value = this.#config.passwordOrNull(this.#nameOf(setting))?.value() ?? '';
    return value.trim() === '' ? null : value;
  }

  /**
   * The file of the store, read.
   *
   * @returns null when none is named.
   * @throws {ConfigError} for one that cannot be read or is not what the settings say, and for a password without a store that has one.
   */
  readFile(): StoreFile | null {
    const [location, passwordSetting] = [`${this.#kind}.location`, `${this.#kind}.password`];
    const path = this.#config.stringOrNull(this.#nameOf(location));
    const password = this.secret(passwordSetting);
    if (path === null && password !== null) throw this.missing(location, passwordSetting);
    if (path === null || path === '') return null;
    const type = this.#type();
    const bytes = this.#read(location, path);
    if (isPem(bytes)) {
      if (password !== null)
        throw this.#refusal(passwordSetting, `is set, but '${path}' is in PEM, which has none; remove it`);
      return { path, bytes, isPem: true, password };
    }
    if (type !== 'PEM') return { path, bytes, isPem: false, password };
    throw this.#refusal(location, `names '${path}', which is not in PEM, as its type says`);
  }

  /** Refuses a file, or its password, beside what is in a setting itself. */
  refuseFileBeside(setting: string): void {
    const location = `${this.#kind}.location`;
    const password = `${this.#kind}.password`;
    const isFile = this.#config.stringOrNull(this.#nameOf(location)) !== null;
    const other = isFile ? location : this.secret(password) === null ? null : password;
    if (other === null) return;
    throw this.#refusal(setting, `and ${this.#nameOf(other)} exclude each other; remove one of them`);
  }

  /** The error about a setting that is missing beside another. */
  missing(setting: string, because: string): ConfigError {
    return this.#refusal(setting, `is missing, which belongs to ${this.#nameOf(because)}`);
  }

  /** Does what may find a store that cannot be used, and says where it came from, what to do, and which setting is to blame. */
  blame<T>(where: { readonly setting: string; readonly path?: string }, read: () => T): T {
    try {
      return read();
    } catch (error) {
      if (!(error instanceof KeyStoreError)) throw error;
      const what = where.path === undefined ? 'its value' : `'${where.path}'`;
      const password = `${this.#kind}.password`;
      const keyPassword = where.path === undefined || this.secret('key.password') !== null ? 'key.password' : password;
      switch (error.fault) {
        case 'file': {
          const remedy =
            where.path === undefined ? '' : `; 'keytool -list -v -keystore FILE' shows what Java sees in it`;
          throw this.#refusal(where.setting, `cannot be used: ${what} ${error.message}${remedy}`, error);
        }
        case 'password':
          throw this.#refusal(
            password,
            `does not fit: ${what} ${error.message}; set the one it was written with`,
            error,
          );
        case 'key password':
          throw this.#refusal(
            keyPassword,
            `does not fit: ${what} ${error.message}; set ${this.#nameOf('key.password')} to the key's own`,
            error,
          );
      }
    }
  }

  #type(): string {
    const setting = `${this.#kind}.type`;
    const given = this.#config.string(this.#nameOf(setting));
    const type = given.toUpperCase();
    if (types.has(type)) return type;
    const remedy = "convert the store with 'keytool -importkeystore -deststoretype PKCS12'";
    throw this.#refusal(setting, `is '${given}', not JKS, PKCS12 or PEM; ${remedy}`);
  }

  #read(setting: string, path: string): Buffer {
    try {
      return readFileSync(path);
    } catch (error) {
      throw this.#refusal(setting, `names a file that cannot be read: ${messageOf(error)}`, error);
    }
  }

  #nameOf(setting: string): string {
    return `${this.#prefix}ssl.${setting}`;
  }

  #refusal(setting: string, text: string, cause?: unknown): ConfigError {
    const key = this.#nameOf(setting);
    const message = `Configuration ${key} ${text}`;
    return new ConfigError(message, [{ key, message }], cause === undefined ? {} : { cause });
  }
}
