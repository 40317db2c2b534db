/**
 * The life of one plugin process, as a pure step function; plugin-process.ts performs the effects.
 *
 * | state       | stop                   | shutdownFailed        | timer              | kill              | exit   |
 * |-------------|------------------------|-----------------------|--------------------|-------------------|--------|
 * | running     | leaving: ask, arm      | -                     | -                  | killing: SIGKILL  | exited |
 * | leaving     | -                      | terminating: SIGTERM  | terminating: SIGTERM | killing: SIGKILL | exited |
 * | terminating | -                      | -                     | killing: SIGKILL   | killing: SIGKILL  | exited |
 * | killing     | -                      | -                     | exited: abandon    | -                 | exited |
 *
 * Signals go to the process group. No rung waits for the plugin longer than its own deadline.
 */
import { assertNever } from '../errors/assert-never.ts';

/** Deadlines of the rungs, ms. */
export interface StopDeadlines {
  /** From the `Shutdown` call to SIGTERM. */
  readonly shutdownMs: number;
  /** From SIGTERM to SIGKILL. */
  readonly terminateMs: number;
}

export type SupervisionState =
  | { readonly kind: 'running' }
  | { readonly kind: 'leaving'; readonly deadlines: StopDeadlines }
  | { readonly kind: 'terminating' }
  | { readonly kind: 'killing' }
  | { readonly kind: 'exited' };

export type SupervisionEvent =
  | { readonly kind: 'stop'; readonly deadlines: StopDeadlines }
  | { readonly kind: 'shutdownFailed' }
  | { readonly kind: 'timer' }
  | { readonly kind: 'kill' }
  | { readonly kind: 'exit' };

export type SupervisionEffect =
  | { readonly kind: 'callShutdown' }
  | { readonly kind: 'signalGroup'; readonly signal: 'SIGTERM' | 'SIGKILL' }
  | { readonly kind: 'armTimer'; readonly delayMs: number }
  | { readonly kind: 'cancelTimer' }
  | { readonly kind: 'abandon' };

/** How long a killed process may take to be gone; one that hangs in the kernel is given up after it. */
const killedGoneMs = 10_000;

export function superviseStep(
  state: SupervisionState,
  event: SupervisionEvent,
): readonly [SupervisionState, readonly SupervisionEffect[]] {
  switch (event.kind) {
    case 'stop':
      // A second stop must not extend the deadlines that the first one promised.
      if (state.kind !== 'running') return [state, []];
      return [
        { kind: 'leaving', deadlines: event.deadlines },
        [{ kind: 'callShutdown' }, { kind: 'armTimer', delayMs: event.deadlines.shutdownMs }],
      ];
    case 'shutdownFailed':
      return state.kind === 'leaving' ? terminate(state.deadlines) : [state, []];
    case 'timer':
      return onTimer(state);
    case 'kill':
      if (state.kind === 'killing' || state.kind === 'exited') return [state, []];
      return kill();
    case 'exit':
      if (state.kind === 'exited') return [state, []];
      // What the process left behind in its group must not outlive it.
      return [{ kind: 'exited' }, [{ kind: 'cancelTimer' }, { kind: 'signalGroup', signal: 'SIGKILL' }]];
    default:
      return assertNever(event);
  }
}

function onTimer(state: SupervisionState): readonly [SupervisionState, readonly SupervisionEffect[]] {
  switch (state.kind) {
    case 'leaving':
      return terminate(state.deadlines);
    case 'terminating':
      return kill();
    case 'killing':
      return [{ kind: 'exited' }, [{ kind: 'abandon' }]];
    case 'running':
    case 'exited':
      return [state, []];
    default:
      return assertNever(state);
  }
}

function terminate(deadlines: StopDeadlines): readonly [SupervisionState, readonly SupervisionEffect[]] {
  return [
    { kind: 'terminating' },
    [
      { kind: 'signalGroup', signal: 'SIGTERM' },
      { kind: 'armTimer', delayMs: deadlines.terminateMs },
    ],
  ];
}

function kill(): readonly [SupervisionState, readonly SupervisionEffect[]] {
  return [
    { kind: 'killing' },
    [
      { kind: 'signalGroup', signal: 'SIGKILL' },
      { kind: 'armTimer', delayMs: killedGoneMs },
    ],
  ];
}
