// The same package with `require`.
const { Kernel, SessionsClient, defineFunction, definePlugin } = require('dynamic-sessions-kernel');
const { ScriptedChatService } = require('dynamic-sessions-kernel/testing');

const input = { type: 'object', properties: { n: { type: 'integer' } }, required: ['n'] };
const double = defineFunction({ name: 'double', input }, ({ n }) => 2 * n);
const kernel = new Kernel({ services: new ScriptedChatService(['hello']) });
const plugin = kernel.addPlugin(definePlugin('math', [double]));
kernel.invoke(plugin.double, { n: 21 }).then(({ value }) => console.log(value, typeof SessionsClient));
