import type { ParsedConfig } from '../../config/parsed-config.ts';
import { ConfigError } from '../../errors/connect-error.ts';

/** Value of the header `Authorization` for an address; null for none. */
export type Authorization = (url: URL) => string | null;

/**
 * How requests say who asks.
 *
 * @throws {ConfigError} for a source that is not known, or one without what it needs.
 */
export function createAuthorization(config: ParsedConfig): Authorization {
  const basic = config.stringOrNull('basic.auth.credentials.source') ?? '';
  const bearer = config.stringOrNull('bearer.auth.credentials.source') ?? '';
  if (basic !== '' && bearer !== '') {
    const text = "Only one of 'basic.auth.credentials.source' and 'bearer.auth.credentials.source' may be specified";
    throw invalid('bearer.auth.credentials.source', text);
  }
  if (bearer !== '') return bearerAuthorization(config, bearer);
  switch (basic) {
    case '':
    case 'URL':
      return urlAuthorization;
    case 'USER_INFO': {
      const userInfo = config.passwordOrNull('basic.auth.user.info')?.value() ?? '';
      if (userInfo === '') throw invalid('basic.auth.user.info', 'has to be `user:password` for USER_INFO');
      return () => basicHeader(userInfo);
    }
    case 'SASL_INHERIT': {
      const userInfo = userInfoOfJaas(config.passwordOrNull('sasl.jaas.config')?.value() ?? '');
      return () => basicHeader(userInfo);
    }
    default:
      throw invalid('basic.auth.credentials.source', `is '${basic}', which is neither URL, USER_INFO nor SASL_INHERIT`);
  }
}

function bearerAuthorization(config: ParsedConfig, source: string): Authorization {
  if (source !== 'STATIC_TOKEN') {
    throw invalid('bearer.auth.credentials.source', `is '${source}'; this version of Millrace has STATIC_TOKEN only`);
  }
  const token = config.passwordOrNull('bearer.auth.token')?.value() ?? '';
  if (token === '') throw invalid('bearer.auth.token', 'has to be given for STATIC_TOKEN');
  return () => `Bearer ${token}`;
}

function urlAuthorization(url: URL): string | null {
  if (url.username === '' && url.password === '') return null;
  return basicHeader(`${decodeURIComponent(url.username)}:${decodeURIComponent(url.password)}`);
}

function basicHeader(userInfo: string): string {
  return `Basic ${Buffer.from(userInfo).toString('base64')}`;
}

function userInfoOfJaas(jaas: string): string {
  const [username, password] = ['username', 'password'].map(
    option => new RegExp(`\\b${option}\\s*=\\s*"((?:[^"\\\\]|\\\\.)*)"`).exec(jaas)?.[1],
  );
  if (username === undefined || password === undefined) {
    throw invalid('sasl.jaas.config', 'has to have options username="…" and password="…" for SASL_INHERIT');
  }
  return `${username.replace(/\\(.)/g, '$1')}:${password.replace(/\\(.)/g, '$1')}`;
}

/** The texts never quote a secret (I9). */
function invalid(key: string, text: string): ConfigError {
  const message = text.startsWith('Only') ? text : `Configuration ${key} ${text}`;
  return new ConfigError(message, [{ key, message }]);
}
