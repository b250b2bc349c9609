/** What the execution of code is asked for. */
export interface CodeRequest {
  readonly code: string;
  readonly timeoutInSeconds: number;
  readonly outputStreamsMaxLength: number | undefined;
  readonly asynchronous: boolean;
}

/** The routes and the request bodies of one family of API versions. Answers are read by shape, whatever the version. */
export interface Wire {
  readonly executeRoute: readonly string[];
  executeBody(request: CodeRequest): unknown;
  readonly uploadRoute: readonly string[];
  contentRoute(name: string): readonly string[];
}
