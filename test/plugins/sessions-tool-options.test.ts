import { expect } from 'chai';
import { SessionsNodeTool, SessionsPythonTool, SessionsShellTool } from '../../src/index.js';
import { rejectionOf } from '../helpers/rejection-of.js';
import { thrownBy } from '../helpers/thrown-by.js';
import { untyped } from '../helpers/untyped.js';

const connection = { poolManagementEndpoint: 'http://localhost/p', authCallback: () => 'a-token' };
const TOOLS = [SessionsPythonTool, SessionsNodeTool, SessionsShellTool];

describe('SessionsToolOptions', () => {
  for (const option of ['uploadDirectories', 'downloadDirectories', 'modelFunctions']) {
    const wrong = ['/tmp', '', [''], [' '], [undefined], ['/tmp', 5], new Set(['/tmp']), 5, null, {}];
    for (const value of wrong) {
      it(`refuses ${JSON.stringify(value)} for \`${option}\`, naming it`, () => {
        for (const Tool of TOOLS) {
          expect(thrownBy(() => new Tool(untyped({ ...connection, [option]: value }))))
            .to.include({ name: 'SessionsError', code: 'invalid_options' })
            .and.have.property('message')
            .that.matches(new RegExp(`^\`${option}\` is a list of `));
        }
      });
    }
  }

  it('opens no directory when the lists are left out or empty', async () => {
    const lists = [{}, { uploadDirectories: undefined, downloadDirectories: undefined }, { uploadDirectories: [] }];
    for (const options of lists) {
      const tool = new SessionsPythonTool({ ...connection, ...options, modelFunctions: undefined });
      expect(await rejectionOf(tool.uploadFile('/etc/hostname'))).to.include({ code: 'path_denied' });
      expect(await rejectionOf(tool.saveFile('x', '/tmp/x'))).to.include({ code: 'path_denied' });
    }
  });

  it('does not change with the lists that it was given', async () => {
    const uploadDirectories: string[] = [];
    const tool = new SessionsPythonTool({ ...connection, uploadDirectories });
    uploadDirectories.push('/');
    expect(await rejectionOf(tool.uploadFile('/etc/hostname'))).to.include({ code: 'path_denied' });
  });

  it('lets a model call nothing where the list of functions is empty', () => {
    expect(new SessionsPythonTool({ ...connection, modelFunctions: [] }).modelFunctions).to.deep.equal([]);
  });

  for (const option of ['deleteOnClose', 'deleteAfterRun', 'sanitizeInput', 'dangerouslyExecuteAgainOn503']) {
    it(`refuses the text 'false' for \`${option}\`, which would count as true`, () => {
      for (const Tool of TOOLS) {
        expect(thrownBy(() => new Tool(untyped({ ...connection, [option]: 'false' })))).to.include({
          code: 'invalid_options',
          message: `\`${option}\` is true or false, not a string.`,
        });
      }
    });
  }

  it('refuses an option that no tool has, naming those that there are', () => {
    for (const [name, value] of Object.entries({
      modelFunction: [],
      deleteAfterRuns: true,
      identifier: 'my-session',
    })) {
      for (const Tool of TOOLS) {
        expect(thrownBy(() => new Tool({ ...connection, [name]: value })))
          .to.include({ code: 'invalid_options' })
          .and.have.property('message')
          .that.matches(
            new RegExp(`^A sessions tool has no option \`${name}\`\\. There are: .*\`sessionId\`.*\`modelFunctions\``),
          );
      }
    }
  });

  it('lets tools share their options', () => {
    const shared = { ...connection, setupCode: '1', sanitizeInput: true, packageInstalls: 'allow' as const };
    for (const Tool of TOOLS) expect(new Tool(shared)).to.be.instanceOf(Tool);
  });

  it('takes every option as undefined, and one that is misspelt too', () => {
    const tool = new SessionsPythonTool(untyped({ ...connection, retries: undefined, modelFunction: undefined }));
    expect(tool.modelFunctions).to.deep.equal(['execute_code', 'list_files']);
  });

  it('refuses what are no options', () => {
    for (const Tool of TOOLS) {
      for (const options of [null, 'https://pool.example', [connection]]) {
        expect(thrownBy(() => new Tool(untyped(options)))).to.include({ code: 'invalid_options' });
      }
    }
  });

  for (const value of ['', 5, null]) {
    it(`refuses ${JSON.stringify(value)} for \`imageDirectory\``, () => {
      expect(thrownBy(() => new SessionsPythonTool(untyped({ ...connection, imageDirectory: value })))).to.include({
        code: 'invalid_options',
        message: '`imageDirectory` is the path of a directory.',
      });
    });
  }

  it('refuses local paths that are no texts', async () => {
    const tool = new SessionsPythonTool({ ...connection, downloadDirectories: ['/tmp'] });
    for (const path of [undefined, null, 5, ['/tmp/x']]) {
      expect(await rejectionOf(tool.saveFile('x', untyped(path)))).to.include({ code: 'invalid_request' });
    }
  });
});
