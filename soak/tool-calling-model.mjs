/** A stand-in for a model: asks for as many rounds of calls as the order says, one in ten by a name that does not exist. */
export function toolCallingModel() {
  let asked = 0;
  return {
    modelId: 'stand-in',
    async complete({ messages, tools }) {
      const order = JSON.parse(messages.findLast(({ role }) => role === 'user').content);
      const round = messages.filter(({ role }) => role === 'assistant').length;
      if (round >= order.rounds) return { message: { role: 'assistant', content: 'Done.' }, finishReason: 'stop' };
      const known = tools.find(({ name }) => name.endsWith('execute_code')).name;
      const toolCalls = [0, 1].map((place) => {
        asked += 1;
        const code = JSON.stringify({ id: `${order.id}-${round}-${place}` });
        const name = asked % 10 === 0 ? 'run_my_code' : known;
        return { id: `call_${asked}`, name, arguments: JSON.stringify({ code }) };
      });
      return { message: { role: 'assistant', content: null, toolCalls }, finishReason: 'tool_calls' };
    },
  };
}
