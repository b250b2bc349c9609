import { type Abortable, onAbort } from '../abort-listeners.js';
import { messageOf, withoutFullStop } from '../errors.js';
import { createRequestReach, type ReachNotes } from '../http/reach.js';
import { noteDeletionBehind } from './deletions-behind.js';
import { type PoolConnection, reachOf } from './pool-connection.js';
import { deleteBehind, tellOfDeletion } from './session-operations.js';

/** An execution, as far as its abort is concerned. */
export interface AbortableRun<Outcome> {
  readonly identifier: string;
  readonly signal: Abortable | undefined;
  /** Sends the code, and tells `reach` how far that gets. */
  readonly send: (reach: ReachNotes) => Promise<Outcome>;
}

const deletedAnyway = new WeakSet<Abortable>();

/** Says that the session of what is about to be aborted is deleted by whoever aborts it; the id may be in use again by then. */
export function noteDeletedAnyway(abortable: Abortable): void {
  deletedAnyway.add(abortable);
}

/**
 * Runs code whose abort deletes its session, if the code may be running then. The deletion follows behind the call; what is
 * sent to the session after the abort waits for it.
 */
export async function deletingOnAbort<Outcome>(
  connection: PoolConnection,
  { identifier, signal, send }: AbortableRun<Outcome>,
): Promise<Outcome> {
  const reach = createRequestReach(reachOf(connection, identifier));
  const running = send(reach);
  // At once, not when the call has rejected: by then others may have begun.
  const release = onAbort(signal, () => {
    if (!reach.mayBeCarriedOut || signal === undefined || deletedAnyway.has(signal)) return;
    tellOfDeletion(connection, identifier);
    const isAborted = running.then(
      () => false,
      (error: unknown) => error === signal.reason && reach.mayBeCarriedOut,
    );
    const deletion = isAborted.then((isMeant) => (isMeant ? deleteBehind(connection, identifier) : undefined));
    noteDeletionBehind(connection.endpoint, identifier, deletion.catch(warn));
  });
  try {
    return await running;
  } finally {
    release();
  }
}

/** No caller is left to tell. */
function warn(error: unknown): void {
  const effect = 'The code may still be running, and later calls find the session as it is.';
  const problem = withoutFullStop(messageOf(error));
  const message = `A session whose run was aborted could not be deleted: ${problem}. ${effect}`;
  process.emitWarning(message, 'SessionsWarning');
}
