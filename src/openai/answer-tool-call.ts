import { callByModel } from '../functions/call-by-model.js';
import type { CallOrder } from '../functions/call-order.js';
import { withoutNulls } from '../functions/convert.js';
import type { FunctionDefinition } from '../functions/definition.js';
import type { KernelArguments } from '../functions/invocation.js';
import { modelMessages } from '../functions/model-messages.js';
import { parseArguments } from '../functions/parse-arguments.js';
import type { VisibleFunctions } from '../functions/visible-functions.js';
import type { ReadToolCall } from './read-tool-calls.js';
import { argumentsText, asRecord } from './wire-fields.js';

/** What the calls of one answer are run with. */
export interface ToolCallRun {
  readonly functions: VisibleFunctions;
  /** The function that the model knows by another name. */
  readonly renamed: { readonly as: string; readonly definition: FunctionDefinition } | undefined;
  readonly callerArguments: Readonly<KernelArguments>;
  readonly signal: AbortSignal;
  /** Where several calls are run at once. */
  readonly order?: CallOrder;
}

/** Runs a call, and gives the message that answers it. @throws the signal's reason, and KernelError for the application's failures */
export async function answerToolCall(call: ReadToolCall, run: ToolCallRun): Promise<Record<string, unknown>> {
  return answerMessage(call, await answerText(call, run));
}

async function answerText(call: ReadToolCall, run: ToolCallRun): Promise<string> {
  const { functions, renamed, order } = run;
  const others = new Map(renamed === undefined ? [] : [[renamed.as, renamed.definition]]);
  const definition = functions.resolve(call.name, others);
  if (call.unrun === 'filtered') return modelMessages.ended;
  if (call.unrun === 'truncated') return modelMessages.truncated(call.name);
  if (definition === undefined) {
    return modelMessages.unknown(
      call.name,
      functions.all.map((each) => nameFor(each, run)),
    );
  }
  const wireName = nameFor(definition, run);
  const text = argumentsText(call.arguments);
  const parsed = parseArguments(text, wireName);
  if (parsed.type === 'invalid') return parsed.text;
  const given = readArguments(parsed.arguments, definition);
  const place = definition.exclusive === false ? undefined : order?.next(definition.owner);
  try {
    const scope = { kernel: functions.handle, arguments: run.callerArguments, signal: run.signal, place };
    const answer = await callByModel(definition, { name: wireName, given, id: call.id, text }, scope);
    // Nothing that a model could mend.
    if (answer.type === 'failure' && answer.fatal) throw answer.error;
    return answer.text;
  } finally {
    place?.take();
  }
}

/** The name that the model was given. */
function nameFor(definition: FunctionDefinition, { renamed }: ToolCallRun): string {
  return renamed?.definition === definition ? renamed.as : definition.metadata.name;
}

function readArguments(args: KernelArguments, { metadata }: FunctionDefinition): KernelArguments {
  // A strict definition has every property, so that a model says null for those that it leaves out.
  const given = withoutNulls(args, metadata.parameters) as KernelArguments;
  const properties = asRecord(metadata.parameters['properties']);
  const isOther =
    'python_code' in given && !('python_code' in properties) && 'code' in properties && !('code' in given);
  if (!isOther) return given;
  // Models that have seen other interpreters' tools call it so.
  const { python_code: code, ...rest } = given;
  return { ...rest, code };
}

function answerMessage({ wire, id, name }: ReadToolCall, text: string): Record<string, unknown> {
  switch (wire) {
    case 'chat':
      return { role: 'tool', tool_call_id: id, content: text };
    case 'chat-legacy':
      return { role: 'function', name, content: text };
    case 'responses':
      return { type: 'function_call_output', call_id: id, output: text };
    default:
      return wire satisfies never;
  }
}
