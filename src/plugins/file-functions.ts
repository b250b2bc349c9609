import { SESSION_ID_PARAMETER, sessionKey } from './session-id-parameter.js';

// What a kernel is told of the functions for files, which all tools have.

export const LIST_FILES = {
  name: 'list_files',
  description: 'Lists the files in /mnt/data of the session, with their sizes.',
  parameters: { sessionId: SESSION_ID_PARAMETER },
} as const;

export const UPLOAD_FILE = {
  name: 'upload_file',
  description: 'Uploads a local file to /mnt/data of the session, where code can read it.',
  parameters: {
    localFilePath: { type: 'string', description: 'The path of the local file.' },
    remoteFilePath: {
      type: 'string',
      description: 'Its name in /mnt/data; by default the name of the local file.',
      required: false,
    },
    sessionId: SESSION_ID_PARAMETER,
  },
  exclusive: sessionKey,
  leaf: true,
  modelVisible: false,
} as const;

export const DOWNLOAD_FILE = {
  name: 'download_file',
  description: 'Downloads a file from /mnt/data of the session to a local path.',
  parameters: {
    remoteFilePath: { type: 'string', description: 'The name of the file in /mnt/data.' },
    localFilePath: { type: 'string', description: 'The local path to save it at.', required: false },
    sessionId: SESSION_ID_PARAMETER,
  },
  exclusive: sessionKey,
  leaf: true,
  modelVisible: false,
} as const;
