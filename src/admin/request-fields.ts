import { RequestError, type FieldViolation } from '../errors/connect-error.ts';
import type { TargetState } from '../herder/herder.ts';
import type { StringMap } from './proto-values.ts';

const targetStates = new Map<string | number, TargetState | undefined>([
  ['TARGET_STATE_UNSPECIFIED', undefined],
  ['STARTED', 'STARTED'],
  ['PAUSED', 'PAUSED'],
  ['STOPPED', 'STOPPED'],
]);

/** Collects what is wrong with a request, to tell it all at once. */
export class RequestFields {
  readonly #violations: FieldViolation[] = [];

  /** The request must have this text. */
  requireText(field: string, value: string): this {
    return this.require(value.trim() !== '', field, 'must not be empty');
  }

  /** The request must have at least one entry here. */
  requireEntries(field: string, value: StringMap): this {
    return this.require(Object.keys(value).length > 0, field, 'must not be empty');
  }

  /** @param rule what a wrong value breaks, such as `must not be empty`. */
  require(isRight: boolean, field: string, rule: string): this {
    if (!isRight) this.#violations.push({ key: field, message: rule });
    return this;
  }

  /** @throws {RequestError} if anything was wrong. */
  check(): void {
    if (this.#violations.length > 0) throw new RequestError(this.#violations);
  }
}

/** The name of a connector, which the request must give. @throws {RequestError} */
export function requireName(request: { readonly name: string }): string {
  new RequestFields().requireText('name', request.name).check();
  return request.name;
}

/** A target state, undefined if not said. @throws {RequestError} for one that this version does not know. */
export function parseTargetState(field: string, value: string | number): TargetState | undefined {
  new RequestFields().require(targetStates.has(value), field, `does not know the value ${value}`).check();
  return targetStates.get(value);
}
