import { expect } from 'chai';
import { chooseModel } from '../../src/cli/chat-model.js';
import { rejectionOf } from '../helpers/rejection-of.js';

describe('chooseModel', () => {
  for (const url of ['localhost:11434/v1', 'ftp://localhost/v1', 'not a url']) {
    it(`names the variable whose value is no web address: ${url}`, async () => {
      for (const environment of [
        { OPENAI_BASE_URL: url, OPENAI_MODEL: 'a-model' },
        { AZURE_OPENAI_ENDPOINT: url, AZURE_OPENAI_DEPLOYMENT: 'a-model' },
      ]) {
        const [variable] = Object.keys(environment);
        const error = await rejectionOf(chooseModel(environment));
        expect(error).to.have.property('name', 'CommandError');
        expect(error.message).to.contain(`${variable} is no web address. It looks like https://`);
      }
    });
  }

  it('sends neither a token nor a key of Azure over http, but to this machine', async () => {
    for (const key of [{}, { AZURE_OPENAI_API_KEY: 'a-key' }]) {
      const environment = { AZURE_OPENAI_DEPLOYMENT: 'a-model', ...key };
      const elsewhere = { ...environment, AZURE_OPENAI_ENDPOINT: 'http://example.openai.azure.com' };
      expect((await rejectionOf(chooseModel(elsewhere))).message).to.contain('write https://');
      const here = { ...environment, AZURE_OPENAI_ENDPOINT: 'http://127.0.0.1:9' };
      expect((await chooseModel(here)).note).to.contain('127.0.0.1:9');
    }
  });
});
