import type { Abortable } from '../abort-listeners.js';
import type { ChatHistory } from '../chat/chat-history.js';
import type { AssistantMessage } from '../chat/chat-service.js';
import type { CallOrder } from '../functions/call-order.js';
import type { KernelArguments } from '../functions/invocation.js';
import type { QueuePlace } from '../functions/run-function.js';
import type { AdvertisedFunction, AdvertisedFunctions } from './advertised-functions.js';
import type { KernelState } from './kernel-state.js';

/** Where in a run the calls of one message stand. */
export interface CallSite {
  readonly state: KernelState;
  readonly advertised: AdvertisedFunctions;
  readonly callerArguments: Readonly<KernelArguments>;
  readonly history: ChatHistory;
  readonly message: AssistantMessage;
  readonly signal: Abortable;
  /** How many runs of `chat` it is inside of. */
  readonly depth: number;
  readonly attempt: number;
}

/** Where a call stands among those of its message. */
export interface CallPosition {
  readonly index: number;
  readonly count: number;
  /** Present where calls of a message run at once. */
  readonly order?: CallOrder | undefined;
}

/** A call whose function there is. */
export interface CallTarget {
  readonly target: AdvertisedFunction;
  readonly site: CallSite;
  readonly position: CallPosition;
  readonly place: QueuePlace | undefined;
  /** What aborts a run that filters are around. @default the site's */
  readonly own?: Abortable;
}
