// What every previewer is given.
import type { ArtifactSource } from './source';
import type { Folder } from './tree';

export interface PreviewProps { source: ArtifactSource; url: string; path: string; size: number | undefined; /** The folder that it is in, as far as it is known. */ folder?: Folder | undefined }
