/**
 * Stands in for the dialog of Radix in the palette's library: the palette lives in the browser's own dialog, and Radix's
 * would put styles into the page, which its policy refuses. The build hands this over in its place.
 */
export const Root = 'div';
export const Portal = 'div';
export const Overlay = 'div';
export const Content = 'div';
