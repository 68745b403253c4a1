/** Bytes that the page has, as a file of this computer. */
export function download(blob: Blob, name: string): void {
  const address = URL.createObjectURL(blob);
  const link = document.createElement('a');
  link.href = address;
  link.download = name;
  link.click();
  setTimeout(() => URL.revokeObjectURL(address), 10_000); // the browser has begun to read by then
}

/** By which spreadsheets know UTF-8: without it they show names of other scripts as rubbish. */
export const utf8Mark = '\ufeff';

export const downloadCsv = (text: string, name: string): void => download(new Blob([utf8Mark, text], { type: 'text/csv;charset=utf-8' }), name);
