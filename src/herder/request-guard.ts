import { ConnectError } from '../errors/connect-error.ts';
import type { ConfigStore } from '../storage/config-store.ts';
import { signRequest, verifyRequest, type RequestSignature } from './request-signature.ts';

/** What signing and checking needs. */
export interface RequestGuardOptions {
  /** Holds the session key. */
  readonly configs: ConfigStore;
  /** `inter.worker.signature.algorithm` */
  readonly algorithm: string;
  /** `inter.worker.verification.algorithms` */
  readonly accepted: readonly string[];
  /** The group's protocol has sessions, so requests must be signed. */
  readonly isNeeded: () => boolean;
}

/** Signs and checks requests between workers under the session key of the config topic. */
export class RequestGuard {
  readonly #options: RequestGuardOptions;

  constructor(options: RequestGuardOptions) {
    this.#options = options;
  }

  /** @throws {ConnectError} SESSION_KEY_MISSING, when a signature is needed. */
  sign(body: Uint8Array): RequestSignature {
    const { configs, algorithm, isNeeded } = this.#options;
    if (!isNeeded()) return { algorithm: '', mac: new Uint8Array() };
    const key = configs.snapshot().sessionKey;
    if (key !== null) return signRequest(body, key, algorithm);
    throw new ConnectError('SESSION_KEY_MISSING', 'This worker has read no session key yet; try again');
  }

  /**
   * Passes if the request is signed as it has to be. Before it is refused, what was written until now is read: the other worker may
   * know a newer key.
   *
   * @throws {ConnectError} as {@link verifyRequest}.
   */
  async verify(body: Uint8Array, signature: RequestSignature, signal: AbortSignal): Promise<void> {
    const { configs, accepted, isNeeded } = this.#options;
    if (!isNeeded()) return;
    const check = (): void => verifyRequest(body, signature, { key: configs.snapshot().sessionKey, accepted });
    try {
      check();
    } catch (error) {
      if (!(error instanceof ConnectError) || error.code === 'SIGNATURE_MISSING') throw error;
      await configs.refresh(signal);
      check();
    }
  }

  /** Reads to the end, and signs with the key that is the last one then. @throws {ConnectError} as {@link sign}. */
  async signAnew(body: Uint8Array, signal: AbortSignal): Promise<RequestSignature> {
    await this.#options.configs.refresh(signal);
    return this.sign(body);
  }
}
