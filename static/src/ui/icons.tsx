// Icons, drawn by us on a 16-unit grid. They are decoration: the control around them has the name.
import type { JSX } from 'preact';

const paths = {
  plus: 'M8 3v10M3 8h10',
  close: 'M4 4l8 8M12 4l-8 8',
  minus: 'M3 8h10',
  check: 'M3 8.5l3.2 3.2L13 5',
  edit: 'M3 13l.7-3L10.5 3.2a1.2 1.2 0 0 1 1.7 0l.6.6a1.2 1.2 0 0 1 0 1.7L6 12.3z',
  trash: 'M3 4.5h10M6.5 4.5V3h3v1.5M4.5 4.5l.6 8.5h5.8l.6-8.5M6.8 7v4M9.2 7v4',
  restore: 'M3 3.5v3.2h3.2M3.3 6.5A5 5 0 1 1 3 9',
  copy: 'M5.5 5.5V3.2h7.3v7.3h-2.3M3.2 5.5h7.3v7.3H3.2z',
  refresh: 'M13 3.5v3.2H9.8M12.7 6.5A5 5 0 1 0 13 9',
  columns: 'M2.5 3h11v10h-11zM6.2 3v10M9.8 3v10',
  download: 'M8 2.5v7.2M5 7l3 3 3-3M3 13h10',
  upload: 'M8 10V2.8M5 5.5l3-3 3 3M3 13h10',
  image: 'M2.5 3h11v10h-11zM2.5 11l3.2-3.4 2.4 2.4 1.9-1.8 3.5 3.4M10.6 5.6v.2',
  folder: 'M2 4.2h4.2l1.3 1.5H14v7.1H2z',
  file: 'M4 2.2h5l3 3v8.6H4zM9 2.2v3h3',
  right: 'M6 3.5L10.5 8 6 12.5',
  down: 'M3.5 6L8 10.5 12.5 6',
  up: 'M8 13V3.5M4 7.5l4-4 4 4',
  sun: 'M8 5.2a2.8 2.8 0 1 0 0 5.6a2.8 2.8 0 1 0 0-5.6M8 1.5v1.6M8 12.9v1.6M1.5 8h1.6M12.9 8h1.6M3.4 3.4l1.1 1.1M11.5 11.5l1.1 1.1M3.4 12.6l1.1-1.1M11.5 4.5l1.1-1.1',
  moon: 'M13 9.4A5.5 5.5 0 0 1 6.6 3 5.5 5.5 0 1 0 13 9.4z',
  auto: 'M8 2.5a5.5 5.5 0 1 0 0 11a5.5 5.5 0 1 0 0-11M8 2.5v11M9 5l3 -.2M9 8h4.4M9 11l3 .2',
  filter: 'M2.5 3.5h11L9.3 8.6v4l-2.6-1.3V8.6z',
  diff: 'M3 5.5h10M3 10.5h10M10.5 3l-5 10',
  group: 'M2.5 4h4M2.5 8h4M2.5 12h4M9 4h4.5M9 8h4.5M9 12h4.5M6.5 4v8',
  eye: 'M1.8 8S4 3.8 8 3.8 14.2 8 14.2 8 12 12.2 8 12.2 1.8 8 1.8 8zM8 6.2a1.8 1.8 0 1 0 0 3.6a1.8 1.8 0 1 0 0-3.6',
  pin: 'M5.5 2.5h5M6.5 2.5v4L4.5 9h7l-2-2.5v-4M8 9v4.5',
  child: 'M4 3v5.5h7M8.5 6L11 8.5 8.5 11',
  tree: 'M2.5 3.5h6M5 3.5v9M5 8h2M9 8h4.5M5 12.5h2M9 12.5h4.5',
  tag: 'M2.5 2.5h5l6 6-5 5-6-6zM5.4 5.4v.2',
  move: 'M2.5 8h10M9 4.5L12.5 8 9 11.5',
  stop: 'M4 4h8v8H4z',
  home: 'M2.5 7.5L8 3l5.5 4.5M4 6.5V13h8V6.5M6.7 13V9.5h2.6V13',
  runs: 'M2.5 4h1M6 4h7.5M2.5 8h1M6 8h7.5M2.5 12h1M6 12h7.5',
  flask: 'M6 2.5h4M6.7 2.5v4L3 12.4a.8.8 0 0 0 .7 1.1h8.6a.8.8 0 0 0 .7-1.1L9.3 6.5v-4M4.8 10h6.4',
  disk: 'M2.5 4.5c0-2.6 11-2.6 11 0v7c0 2.6-11 2.6-11 0zM2.5 4.5c0 2.6 11 2.6 11 0M2.5 8c0 2.6 11 2.6 11 0',
  search: 'M7 2.8a4.2 4.2 0 1 0 0 8.4a4.2 4.2 0 1 0 0-8.4M10.2 10.2l3.3 3.3',
  rail: 'M2.5 3h11v10h-11zM6.2 3v10',
  keyboard: 'M1.8 4h12.4v8H1.8zM4 6.5h.1M6.7 6.5h.1M9.3 6.5h.1M12 6.5h.1M4 9.5h.1M12 9.5h.1M6.2 9.5h3.6',
  star: 'M8 2.3l1.7 3.6 3.9.5-2.9 2.7.8 3.9L8 11.1 4.5 13l.8-3.9L2.4 6.4l3.9-.5z',
  full: 'M6 2.8H2.8V6M10 2.8h3.2V6M6 13.2H2.8V10M10 13.2h3.2V10',
  more: 'M3.3 8a.4.4 0 1 0 .8 0a.4.4 0 1 0-.8 0M7.6 8a.4.4 0 1 0 .8 0a.4.4 0 1 0-.8 0M11.9 8a.4.4 0 1 0 .8 0a.4.4 0 1 0-.8 0',
  warn: 'M8 2.5L14 13H2zM8 6.5v3M8 11.2v.6',
} as const;

export type IconName = keyof typeof paths;

export function Icon({ name, class: className }: { name: IconName; class?: string }): JSX.Element {
  return (
    <svg class={`icon ${className ?? ''}`} viewBox="0 0 16 16" width="16" height="16" aria-hidden="true" focusable="false">
      <path d={paths[name]} />
    </svg>
  );
}

export function Mark(): JSX.Element {
  return (
    <svg class="mark" viewBox="0 0 24 24" width="22" height="22" aria-hidden="true" focusable="false">
      <ellipse cx="12" cy="19" rx="9.5" ry="3.4" class="stone3" />
      <ellipse cx="12.6" cy="12.4" rx="6.6" ry="3" class="stone2" />
      <ellipse cx="11.6" cy="6.4" rx="4" ry="2.5" class="stone1" />
    </svg>
  );
}
