import { emulatorRows, emulatorTable } from '../emulator.mjs';

export const table = {
  title: 'The emulator',
  packages: ['pyodide'],
  async measure(report) {
    return [
      'Pyodide alone runs in a process of its own without any isolation; the plain file server writes the body of a request to a file',
      'and sends it back. Executions come over HTTP from a client that costs next to nothing. Each figure is a median; what is compared',
      'runs in turn. Where the machine had a load, trust CPU and ratios.',
      '',
      ...emulatorTable(await emulatorRows(report)),
    ];
  },
};
