// Command lines to copy. Pure.

/** One word for a POSIX shell, whatever is in it. */
export const word = (text: string) => (/^[\w@%+=:,./-]+$/.test(text) ? text : `'${text.replace(/'/g, `'\\''`)}'`);

export const curlLine = (url: string, file: string) => `curl -fL -o ${word(file)} ${word(url)}`;

export const clientLine = (server: string, args: readonly string[]) => `MLFLOW_TRACKING_URI=${word(server)} mlflow artifacts download ${args.map(word).join(' ')}`;
